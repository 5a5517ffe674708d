/**
 * What a company said it earned, and how surprising that was (SUE): the difference to what was expected, in deviations
 * of the differences before it. Without somebody's expectation it is what was earned in the quarter a year before, the
 * seasonal random walk of Foster, Olsen and Shevlin 1984; Bernard and Thomas 1989 sort by it.
 */
import { type EpochMicros, MICROS_PER_DAY } from "../domain/time.ts";

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

/** Days between two reports of one quarter in two years. */
const YEAR = { least: 330, most: 400 } as const;
/** Differences before the report that its own is compared with: at least half of those that are looked at. */
const DIFFERENCES = 8;
const DIFFERENCES_MIN = 4;

export function compareReports(a: EarningsReport, b: EarningsReport): number {
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return a.announcedAt - b.announcedAt;
}

/** Of the reports of one company, in order of time. A later report moves none before it. */
export function surprisesOf(reports: readonly EarningsReport[]): Surprise[] {
  // Differences to what somebody expected are narrower than those to a year before: each is compared with its own kind.
  const ofSeason: number[] = [];
  const ofExpected: number[] = [];
  return reports.map(({ announcedAt, eps, expected }, n) => {
    const isExpected = !Number.isNaN(expected);
    const before = isExpected ? ofExpected : ofSeason;
    const difference = eps - (isExpected ? expected : yearBefore(reports.slice(0, n), announcedAt));
    const known = before.slice(-DIFFERENCES);
    if (!Number.isNaN(difference)) before.push(difference);
    return { announcedAt, surprise: difference / deviationOf(known) };
  });
}

/** Of the same quarter, by the calendar: a report that is missing, or told twice, moves no other one's season. */
function yearBefore(reports: readonly EarningsReport[], announcedAt: EpochMicros): number {
  const age = (report: EarningsReport) => (announcedAt - report.announcedAt) / MICROS_PER_DAY;
  return reports.findLast((one) => age(one) >= YEAR.least && age(one) <= YEAR.most)?.eps ?? Number.NaN;
}

/** NaN for fewer than four, and where they are all alike: nothing is surprising then, or everything. */
function deviationOf(values: readonly number[]): number {
  if (values.length < DIFFERENCES_MIN) return Number.NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return deviation > 1e-9 * Math.max(1, Math.abs(mean)) ? deviation : Number.NaN;
}
