/** The distance rule over the lake, year by year: what pairs trading was worth to readers of the paper (QUANT i8). */
import { InputError } from "../../domain/assert.ts";
import { civilDate, type DayNumber, isoDate } from "../../domain/time.ts";
import { type DistanceParams, distanceTrading } from "../../learn/pairs/distance-trading.ts";
import { neweyWest } from "../../numerics/newey-west.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import type { SeriesChoice } from "../regime/index-days.ts";
import { closesOfLake } from "./daily-closes.ts";

export interface BaselineRequest {
  readonly root: string;
  readonly symbols: readonly string[] | "all";
  readonly from: DayNumber | undefined;
  readonly to: DayNumber | undefined;
  readonly choice: SeriesChoice;
  readonly params: DistanceParams;
}

/** Figures of a stretch of time. */
export interface BaselineYear {
  readonly period: string;
  readonly sessions: number;
  /** Mean return of 21 sessions, of a dollar for each pair. */
  readonly monthly: number;
  /** Of the mean, with the days before it (Newey and West, 21 lags). */
  readonly t: number;
  readonly sharpe: number;
  readonly trades: number;
  readonly converged: number;
  readonly meanGain: number;
}

export interface Baseline {
  readonly symbols: number;
  readonly from: string;
  readonly to: string;
  readonly params: DistanceParams;
  readonly snapshot: string;
  readonly years: readonly BaselineYear[];
  readonly all: BaselineYear;
}

const MONTH_SESSIONS = 21;

/** Throws InputError where the lake has no session after the first formation. */
export async function distanceBaseline(request: BaselineRequest): Promise<Baseline> {
  const { root, symbols, from, to, choice, params } = request;
  const closes = await closesOfLake({ root, symbols, from, to, choice });
  const { days, adjusted } = closes;
  const { returns, trades } = distanceTrading(adjusted, params);
  const first = returns.findIndex((value) => !Number.isNaN(value));
  if (first < 0)
    throw new InputError(
      `pairs baseline: needs ${params.formation} sessions before the first trade; the lake has ${days.length}`,
      1,
    );
  const figures = (period: string, isIn: (day: DayNumber) => boolean): BaselineYear => {
    const daily = returns.filter((value, at) => !Number.isNaN(value) && isIn(days[at]!));
    const { mean, standardError } = neweyWest(daily, MONTH_SESSIONS);
    const closed = trades.filter((trade) => isIn(days[trade.closed]!));
    return {
      period,
      sessions: daily.length,
      monthly: mean * MONTH_SESSIONS,
      t: mean / standardError,
      sharpe: sharpeRatio(daily, { periodsPerYear: 252, riskFree: 0 }),
      trades: closed.length,
      converged: closed.filter(({ hasConverged }) => hasConverged).length / closed.length,
      meanGain: closed.reduce((total, { gain }) => total + gain, 0) / closed.length,
    };
  };
  const yearOf = (day: DayNumber) => civilDate(day).year;
  const years = [...new Set(days.slice(first).map(yearOf))];
  return {
    symbols: closes.symbols.length,
    from: isoDate(days[first]!),
    to: isoDate(days.at(-1)!),
    params,
    snapshot: closes.id,
    years: years.map((year) => figures(String(year), (day) => yearOf(day) === year)),
    all: figures("all", () => true),
  };
}
