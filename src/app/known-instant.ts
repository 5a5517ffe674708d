/** When something that a table tells of could be known. */
import { parseNanoInstant } from "../adapters/brokers/alpaca/wire-instant.ts";
import { InputError } from "../domain/assert.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../domain/time.ts";
import { fromNewYork } from "../market/us-eastern.ts";

/**
 * An instant with its zone; or a date, which then counts from its end in New York: nobody knows when in the day it was.
 * Throws InputError (exit 1) naming the line and what stands there.
 */
export function knownInstant(text: string, line: string, what: string): EpochMicros {
  const instant = parseNanoInstant(text.trim())?.micros;
  if (instant !== undefined) return instant;
  const day = parseIsoDate(text.trim());
  if (day !== undefined) return fromNewYork((day + 1) as DayNumber, 0);
  throw new InputError(
    `${line}: ${what} "${text.slice(0, 30)}" must be as 2024-03-04T13:30:00Z, or a date as 2024-03-04`,
    1,
  );
}
