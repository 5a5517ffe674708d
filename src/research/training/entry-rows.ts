/** Which entries a window may learn from: decided in its days to train, and known before its days to test. */
import type { BarColumns } from "../../domain/bars.ts";
import { type SessionTable, sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { LabelSpans } from "../../learn/labels/label-spans.ts";
import type { DayRange } from "../walk-forward/walk-windows.ts";

/** Day number of each batch. */
export const daysOfBatches = ({ closedAt }: BarColumns, sessions: SessionTable): Int32Array =>
  Int32Array.from(closedAt, (at) => sessions.date[sessionIndexAt(sessions, at as EpochMicros)]!);

/**
 * Rows decided within `train`. `before`: a label must be known on an earlier day, or its row is purged; Infinity at the
 * end of the data, where nothing is tested any more.
 */
export function rowsToLearn(
  { start, end }: LabelSpans,
  days: Int32Array,
  { from, to }: DayRange,
  before: number,
): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < start.length; row++) {
    const day = days[start[row]!]!;
    if (day >= from && day <= to && days[end[row]!]! < before) rows.push(row);
  }
  return Int32Array.from(rows);
}
