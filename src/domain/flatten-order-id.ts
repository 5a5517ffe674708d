/**
 * The id of an order that closes a position in a halt. The engine and the guardian make the same one for the same halt,
 * symbol and attempt, so that when both close a position at once the broker takes the first and refuses the second
 * (RELIABILITY 1.4).
 */
import { InvariantError } from "./assert.ts";
import type { ClientOrderId } from "./order.ts";

const HALT_ID = /^[a-z0-9]{1,16}$/;

/**
 * `H<halt>-<symbol>-<attempt>`, attempts from 1. What is no letter or digit in a symbol becomes a dash. Halts on a halt
 * id that is not 1 to 16 of [a-z0-9].
 */
export function flattenOrderId(halt: string, symbol: string, attempt: number): ClientOrderId {
  if (!HALT_ID.test(halt) || !Number.isSafeInteger(attempt) || attempt < 1)
    throw new InvariantError(`EX-2: no flatten id for halt ${JSON.stringify(halt)}, attempt ${attempt}`);
  return `H${halt}-${symbol.replaceAll(/[^A-Za-z0-9]/g, "-")}-${attempt}` as ClientOrderId;
}

/** The halt's name: the instant at which it began, in milliseconds, base 32. Both sides know it from the record. */
export const haltIdOf = (sinceMicros: number): string => Math.floor(sinceMicros / 1000).toString(32);
