/**
 * Series the pictures and tables are drawn from, computed once from the daily equity. The starting cash
 * is point 0, so that a loss on the first day counts (QUANT g).
 */
import type { ReportInput } from "../../app/run-result.ts";
import { mean, sampleDeviation } from "../../numerics/moments.ts";

/** Trading days a year, for annual figures. */
export const YEAR_DAYS = 252;
export const ROLLING_DAYS = 126;
/** A rolling figure is drawn when at least a month of it can be seen. */
export const ROLLING_MIN_RETURNS = ROLLING_DAYS + 21;
const FLAT_DEVIATION = 1e-12;

export interface Curves {
  /** One per session. */
  readonly dates: readonly string[];
  /** Growth of 1: session count plus one, the first is 1. NaN where there is no figure. */
  readonly growth: Float64Array;
  /** The same for buy and hold; empty without one. */
  readonly benchmark: Float64Array;
  /** Distance from the highest point so far, fractions at or under zero. */
  readonly drawdown: Float64Array;
  /** Simple daily return, one per session. */
  readonly returns: Float64Array;
  /** Gross exposure over equity, one per session. */
  readonly gross: readonly number[];
  /** Longs less shorts over equity, and dollars bought and sold, one per session; dollars of equity beside them. */
  readonly net: readonly number[];
  readonly traded: readonly number[];
  readonly equity: readonly number[];
}

export function curvesOf({ result, daily }: ReportInput): Curves {
  const growth = growthOf(daily.equity, result.scope.cash);
  return {
    dates: daily.date,
    growth,
    benchmark:
      daily.benchmark.length === daily.equity.length
        ? growthOf(daily.benchmark, result.scope.cash)
        : new Float64Array(0),
    drawdown: drawdownOf(growth),
    returns: returnsOf(growth),
    gross: daily.gross,
    net: daily.net,
    traded: daily.traded,
    equity: daily.equity,
  };
}

function growthOf(equity: readonly number[], cash: number): Float64Array {
  return Float64Array.from([1, ...equity.map((value) => value / cash)]);
}

function drawdownOf(growth: Float64Array): Float64Array {
  let high = Number.NEGATIVE_INFINITY;
  return growth.map((value) => {
    if (value > high) high = value;
    return value / high - 1;
  });
}

function returnsOf(growth: Float64Array): Float64Array {
  return growth.subarray(1).map((value, i) => value / growth[i]! - 1);
}

/** Index of the deepest point; 0 when equity never fell. */
export function deepest(drawdown: Float64Array): number {
  let worst = 0;
  for (const [i, value] of drawdown.entries()) if (value < drawdown[worst]!) worst = i;
  return worst;
}

/**
 * Sharpe over the last 126 returns, annualised by the root of 252; entry i ends with return i and is NaN
 * before there are enough, or while equity did not move.
 */
export function rollingSharpe(returns: Float64Array): Float64Array {
  return returns.map((_, i) => {
    if (i + 1 < ROLLING_DAYS) return Number.NaN;
    const window = returns.subarray(i + 1 - ROLLING_DAYS, i + 1);
    const deviation = sampleDeviation(window);
    return deviation > FLAT_DEVIATION ? (mean(window) / deviation) * Math.sqrt(YEAR_DAYS) : Number.NaN;
  });
}

/** What one year of the run did. Fractions; benchmark NaN without one. */
export interface YearRow {
  readonly year: string;
  readonly sessions: number;
  readonly growth: number;
  readonly return: number;
  readonly benchmark: number;
  /** Deepest point under the run's high within the year. */
  readonly drawdown: number;
  readonly gross: number;
  /** January to December; NaN where the run has no session. */
  readonly months: readonly number[];
}

export function yearRows(curves: Curves): YearRow[] {
  const { dates, growth, benchmark, drawdown, gross } = curves;
  const rows: YearRow[] = [];
  for (let from = 0; from < dates.length; ) {
    const year = (dates[from] ?? "").slice(0, 4);
    let to = from;
    while (to < dates.length && dates[to]?.startsWith(year)) to += 1;
    rows.push({
      year,
      sessions: to - from,
      growth: growth[to]!,
      return: growth[to]! / growth[from]! - 1,
      benchmark: benchmark.length > 0 ? benchmark[to]! / benchmark[from]! - 1 : Number.NaN,
      drawdown: Math.min(...drawdown.subarray(from + 1, to + 1)),
      gross: meanGross(gross.slice(from, to)),
      months: monthReturns(curves, from, to),
    });
    from = to;
  }
  return rows;
}

/** NaN without a session. */
export const meanGross = (gross: readonly number[]): number =>
  gross.length > 0 ? mean(Float64Array.from(gross)) : Number.NaN;

function monthReturns({ dates, growth }: Curves, from: number, to: number): number[] {
  const months = new Array<number>(12).fill(Number.NaN);
  for (let start = from; start < to; ) {
    const month = (dates[start] ?? "").slice(5, 7);
    let end = start;
    while (end < to && dates[end]?.slice(5, 7) === month) end += 1;
    months[Number(month) - 1] = growth[end]! / growth[start]! - 1;
    start = end;
  }
  return months;
}
