/**
 * Where the money came from: by strategy today, by strategy and day, and against what was allocated. Layouts are shares
 * of a box; the sign of a bar is its direction, its colour only repeats it.
 */
import type { StrategiesAnswer } from "../../../contract/trading-answers.ts";

type StrategyRow = StrategiesAnswer["rows"][number];
type DayRow = StrategiesAnswer["days"][number];

export interface WaterfallStep {
  readonly name: string;
  readonly amount: number;
  /** Where the bar begins and ends on the money axis. */
  readonly from: number;
  readonly to: number;
  readonly isTotal: boolean;
}

/** One step for each strategy that made or lost something today, largest gain first, then the total. */
export function waterfall(rows: readonly StrategyRow[]): WaterfallStep[] {
  let sum = 0;
  const steps = rows
    .filter((row): row is StrategyRow & { dayPnl: number } => row.dayPnl !== null && row.dayPnl !== 0)
    .toSorted((a, b) => b.dayPnl - a.dayPnl)
    .map(({ id, dayPnl }) => {
      const from = sum;
      sum += dayPnl;
      return { name: id, amount: dayPnl, from, to: sum, isTotal: false };
    });
  return steps.length === 0 ? [] : [...steps, { name: "Day", amount: sum, from: 0, to: sum, isTotal: true }];
}

export interface SpanOfMoney {
  readonly low: number;
  readonly high: number;
}

/** Holds zero and every value, with some air where a label stands. */
export function moneySpan(values: readonly number[], air = 0.08): SpanOfMoney {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const gap = (high - low || 1) * air;
  return { low: low < 0 ? low - gap : 0, high: high > 0 ? high + gap : low < 0 ? 0 : 1 };
}

export interface DumbbellLine {
  readonly name: string;
  readonly allocation: number;
  /** Signed share of all that was gained and lost, both without their sign. */
  readonly earned: number | null;
  readonly difference: number | null;
}

/**
 * Share of the capital against share of the result. The result is divided by the sum of the amounts without their
 * signs: a share of a net result near zero would be anything.
 */
export function dumbbells(rows: readonly StrategyRow[]): DumbbellLine[] {
  const moved = rows.reduce((sum, { totalPnl }) => sum + Math.abs(totalPnl ?? 0), 0);
  return rows
    .filter(({ isEnabled, totalPnl }) => isEnabled || (totalPnl ?? 0) !== 0)
    .map(({ id, allocation, totalPnl }) => {
      const earned = totalPnl === null || moved === 0 ? null : totalPnl / moved;
      return { name: id, allocation, earned, difference: earned === null ? null : earned - allocation };
    })
    .toSorted((a, b) => b.allocation - a.allocation || (a.name < b.name ? -1 : 1));
}

export interface DayLine {
  readonly name: string;
  readonly total: number | null;
  /** One for each date, in their order; null: no figure that day. */
  readonly days: readonly (number | null)[];
}

export interface DayBoard {
  readonly dates: readonly string[];
  readonly lines: readonly DayLine[];
  /** Of every strategy together. */
  readonly sum: DayLine;
  /** The largest amount of one strategy and day without its sign: one scale for all lines. */
  readonly most: number;
}

/** The newest `most` days, all strategies, the one that moved most money first. */
export function dayBoard(days: readonly DayRow[], daysMax = 60): DayBoard {
  const dates = [...new Set(days.map(({ date }) => date))].toSorted().slice(-daysMax);
  const place = new Map(dates.map((date, k) => [date, k]));
  const byName = new Map<string, (number | null)[]>();
  const all = dates.map<number | null>(() => null);
  for (const { date, strategy, netPnl } of days) {
    const k = place.get(date);
    if (k === undefined || netPnl === null) continue;
    const line = byName.get(strategy) ?? dates.map<number | null>(() => null);
    byName.set(strategy, line);
    line[k] = (line[k] ?? 0) + netPnl;
    all[k] = (all[k] ?? 0) + netPnl;
  }
  const lines = [...byName].map(([name, line]) => ({ name, days: line, total: totalOf(line) }));
  const moved = ({ days: line }: DayLine) =>
    line.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
  const amounts = lines.flatMap((line) => line.days.map((value) => Math.abs(value ?? 0)));
  return {
    dates,
    lines: lines.toSorted((a, b) => moved(b) - moved(a)),
    sum: { name: "All", days: all, total: totalOf(all) },
    most: Math.max(0, ...amounts),
  };
}

const totalOf = (values: readonly (number | null)[]): number | null =>
  values.every((value) => value === null)
    ? null
    : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
