/**
 * What a series lacks, and what it has too much of, measured against the trading calendar (DATA-5): absent
 * sessions, absent bars of regular hours, repeated and misplaced rows.
 */
import type { SessionTable } from "../../domain/session.ts";
import type { KeyRange } from "./series.ts";

export interface RowOrder {
  /** Keys that occur again, once per further occurrence, ascending. */
  readonly duplicates: readonly number[];
  /** Rows whose key is below that of the row before. */
  readonly backwards: number;
}

export function rowOrder(keys: ArrayLike<number>): RowOrder {
  const duplicates: number[] = [];
  let backwards = 0;
  for (let row = 1; row < keys.length; row += 1) if (keys[row]! < keys[row - 1]!) backwards += 1;
  const sorted = Float64Array.from(keys).sort();
  for (let row = 1; row < sorted.length; row += 1)
    if (sorted[row] === sorted[row - 1]) duplicates.push(sorted[row]!);
  return { duplicates, backwards };
}

export interface DailyGaps {
  /** Runs of absent sessions between the first and the last row, by day number. */
  readonly absent: readonly KeyRange[];
  /** Days that have a row and no session, ascending. */
  readonly offSession: readonly number[];
}

/** Days of a daily series against the sessions of the calendar. */
export function dailyGaps(days: ArrayLike<number>, sessions: SessionTable): DailyGaps {
  const present = Float64Array.from(days).sort();
  const absent = new RangeList();
  const offSession: number[] = [];
  const last = present[present.length - 1] ?? -Infinity;
  let row = 0;
  for (const day of sessions.date) {
    if (present.length === 0 || day > last) break;
    for (; present[row]! < day; row += 1) offSession.push(present[row]!);
    if (present[row] === day) {
      while (present[row] === day) row += 1;
      absent.endRun();
    } else if (day > present[0]!) {
      absent.add(day);
    }
  }
  for (; row < present.length; row += 1) offSession.push(present[row]!);
  return { absent: absent.ranges, offSession: [...new Set(offSession)] };
}

export interface IntradayGaps {
  /** Runs of absent bars within one session's regular hours, by bar start, from the first day to the last. */
  readonly absent: readonly KeyRange[];
  /** Sessions between the first and the last row without any bar in regular hours: day numbers. */
  readonly absentSessions: readonly number[];
}

/**
 * Bar starts of an intraday series against the regular hours of the sessions from its first day to its last.
 * Hours before the first row of all and after the last are not asked for: files begin and end within a day.
 */
export function intradayGaps(
  starts: ArrayLike<number>,
  sessions: SessionTable,
  barMicros: number,
): IntradayGaps {
  const present = Float64Array.from(starts).sort();
  const first = present[0] ?? Infinity;
  const last = present[present.length - 1] ?? -Infinity;
  const absent: KeyRange[] = [];
  const absentSessions: number[] = [];
  let row = 0;
  for (let s = 0; s < sessions.date.length; s += 1) {
    const open = sessions.open[s]!;
    const close = sessions.close[s]!;
    if (close <= first) continue;
    if (open > last) break;
    const runs = new RangeList();
    let found = 0;
    for (let start = open; start < close; start += barMicros) {
      while (row < present.length && present[row]! < start) row += 1;
      if (present[row] === start) {
        found += 1;
        runs.endRun();
      } else if (start > first && start < last) {
        runs.add(start);
      }
    }
    if (found > 0) absent.push(...runs.ranges);
    else absentSessions.push(sessions.date[s]!);
  }
  return { absent, absentSessions };
}

/** Collects consecutive keys into ranges. */
class RangeList {
  readonly ranges: KeyRange[] = [];
  #isOpen = false;

  add(key: number): void {
    const run = this.#isOpen ? this.ranges.pop() : undefined;
    this.ranges.push({ from: run?.from ?? key, to: key, count: (run?.count ?? 0) + 1 });
    this.#isOpen = true;
  }

  endRun(): void {
    this.#isOpen = false;
  }
}
