/** The windows of a walk-forward as days of the exchange (LEARN-3, QUANT d4): 252 to train, 63 to test, 21 a step. */

import { sessionEnds } from "../../app/session-ends.ts";
import { InputError } from "../../domain/assert.ts";
import type { BarColumns } from "../../domain/bars.ts";
import { type SessionTable, sessionIndexAt } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import { type WalkForwardTerms, walkForwardWindows } from "../../learn/validation/walk-forward.ts";

/** First and last session, both included. */
export interface DayRange {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

export interface WalkWindow {
  readonly train: DayRange;
  readonly test: DayRange;
  /** Sessions at the head of the test that no later window tests again: together they are one history. */
  readonly stitched: number;
}

/** `first`: sessions before it are history and neither trained nor tested on. Throws InputError when no window fits. */
export function walkWindows(
  columns: BarColumns,
  sessions: SessionTable,
  terms: WalkForwardTerms,
  first?: DayNumber,
): WalkWindow[] {
  const days = sessionEnds(columns, sessions)
    .map(
      (batch) => sessions.date[sessionIndexAt(sessions, columns.closedAt[batch] as EpochMicros)] as DayNumber,
    )
    .filter((day) => first === undefined || day >= first);
  const needed = terms.train + terms.gap + terms.test;
  const since = days[0] === undefined ? "" : ` from ${isoDate(days[0])}`;
  if (days.length < needed)
    throw new InputError(
      `walk-forward: ${days.length} sessions${since} hold no window; ` +
        `train ${terms.train} and test ${terms.test} need ${needed}`,
    );
  const range = ({ from, to }: { readonly from: number; readonly to: number }): DayRange => ({
    from: days[from]!,
    to: days[to - 1]!,
  });
  const windows = walkForwardWindows(days.length, terms);
  return windows.map(({ train, test, stitched }, w) => ({
    train: range(train),
    test: range(test),
    // The last window is tested to its end: nobody tests the rest of it again.
    stitched: w === windows.length - 1 ? test.to - test.from : stitched.to - stitched.from,
  }));
}
