/** Which batches close a session: where daily figures are read from a run of finer bars. */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";

/** The last batch of each session that has any, in order. */
export function sessionEnds(columns: BarColumns, sessions: SessionTable): number[] {
  const ends: number[] = [];
  let close = Number.NEGATIVE_INFINITY;
  for (let batch = 0; batch < batchCount(columns); batch++) {
    const at = columns.closedAt[batch] as EpochMicros;
    if (at <= close) {
      ends[ends.length - 1] = batch;
      continue;
    }
    close = sessions.close[sessionIndexAt(sessions, at)]!;
    ends.push(batch);
  }
  return ends;
}
