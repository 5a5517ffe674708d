/**
 * What a company said it earned, and how surprising that was (SUE): the difference to what was expected, in deviations
 * of the differences before it. Without somebody's expectation it is what was earned four quarters before, the
 * seasonal random walk of Foster, Olsen and Shevlin 1984; Bernard and Thomas 1989 sort by it.
 */
import type { EpochMicros } from "../domain/time.ts";

export interface EarningsReport {
  readonly symbol: string;
  /** When it was told. */
  readonly announcedAt: EpochMicros;
  /** Dollars per share of the quarter, on one basis of shares throughout. */
  readonly eps: number;
  /** NaN: nobody said. */
  readonly expected: number;
}

export interface Surprise {
  readonly announcedAt: EpochMicros;
  /** NaN where too few are known to compare with. */
  readonly surprise: number;
}

const YEAR = 4;
/** Differences before the report that its own is compared with: at least half of those that are looked at. */
const DIFFERENCES = 8;
const DIFFERENCES_MIN = 4;

export function compareReports(a: EarningsReport, b: EarningsReport): number {
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return a.announcedAt - b.announcedAt;
}

/** Of the reports of one company, in order of time. A later report moves none before it. */
export function surprisesOf(reports: readonly EarningsReport[]): Surprise[] {
  const before: number[] = [];
  return reports.map(({ announcedAt, eps, expected }, n) => {
    const basis = Number.isNaN(expected) ? (reports[n - YEAR]?.eps ?? Number.NaN) : expected;
    const difference = eps - basis;
    const known = before.slice(-DIFFERENCES);
    if (!Number.isNaN(difference)) before.push(difference);
    return { announcedAt, surprise: difference / deviationOf(known) };
  });
}

/** NaN for fewer than four, and where they are all alike: nothing is surprising then, or everything. */
function deviationOf(values: readonly number[]): number {
  if (values.length < DIFFERENCES_MIN) return Number.NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return deviation > 1e-9 * Math.max(1, Math.abs(mean)) ? deviation : Number.NaN;
}
