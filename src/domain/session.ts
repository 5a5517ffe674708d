/** Trading sessions as data: the engine is told them and computes no calendar of its own. */
import type { DayNumber, EpochMicros } from "./time.ts";

/**
 * Sessions in ascending order, one column per fact. The market room makes it from the exchange's
 * rules; a bench or a test may make its own.
 */
export interface SessionTable {
  /** New York date of each session, as a day number. */
  readonly date: Int32Array;
  /** Regular open and close, epoch micros. */
  readonly open: Float64Array;
  readonly close: Float64Array;
}

export interface Session {
  readonly date: DayNumber;
  readonly open: EpochMicros;
  readonly close: EpochMicros;
}

/** Index of the first session whose close is at or after `at`; `date.length` when there is none. */
export function sessionIndexAt(table: SessionTable, at: EpochMicros): number {
  let low = 0;
  let high = table.close.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table.close[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
