/** What can be traded in a run. Inside, an instrument is a dense index; its symbol is for people and wires. */
import { InvariantError } from "./assert.ts";
import type { Brand } from "./brand.ts";

/** Dense index into the run's instrument table, so per-instrument state can be a typed array. */
export type InstrumentId = Brand<number, "instrument index">;

/** How settings write a symbol: in capitals, classes after a point or a slash. */
export const SYMBOL_FORM = /^[A-Z][A-Z0-9./-]{0,23}$/;

export interface InstrumentTable {
  readonly symbols: readonly string[];
  /** Undefined when the run does not know the symbol. */
  find(symbol: string): InstrumentId | undefined;
}

/** Order is kept: position in `symbols` is the id. Halts on a repeated symbol (DM-4). */
export function instrumentTable(symbols: readonly string[]): InstrumentTable {
  const ids = new Map<string, InstrumentId>();
  for (const [i, symbol] of symbols.entries()) {
    if (ids.has(symbol)) throw new InvariantError(`DM-4: symbol ${symbol} appears twice in the table`);
    ids.set(symbol, i as InstrumentId);
  }
  return { symbols: Object.freeze([...symbols]), find: (symbol) => ids.get(symbol) };
}
