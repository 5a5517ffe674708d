/** Which entries a window may learn from: decided in its days to train, and due before its days to test. */
import type { BarColumns } from "../../domain/bars.ts";
import { type SessionTable, sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { DayRange } from "../walk-forward/walk-windows.ts";
import type { Labelled } from "./label-entries.ts";

/** Day number of each batch. */
export const daysOfBatches = ({ closedAt }: BarColumns, sessions: SessionTable): Int32Array =>
  Int32Array.from(closedAt, (at) => sessions.date[sessionIndexAt(sessions, at as EpochMicros)]!);

/**
 * Rows decided within `train`. `before`: a label must be due on an earlier day, or its row is left out; Infinity at the
 * end of the data, where nothing is tested any more. Those that were known sooner are left out alike: of the last days
 * they alone would be left, and a stop is nearer than a profit.
 */
export function rowsToLearn(
  { spans: { start }, due }: Pick<Labelled, "spans" | "due">,
  days: Int32Array,
  { from, to }: DayRange,
  before: number,
): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < start.length; row++) {
    const day = days[start[row]!]!;
    if (day >= from && day <= to && days[due[row]!]! < before) rows.push(row);
  }
  return Int32Array.from(rows);
}
