/**
 * What the equity chart draws, without drawing it: columns for uPlot, the range of its axis, and labels that do not
 * cover each other. Today both rungs are always inside the range, even though that flattens the curve: the distance to
 * the mark is the message.
 */
import type { EquityAnswer } from "../../contract/trading-answers.ts";
import { roundMoney } from "../words/format.ts";

export interface EquityFacts {
  readonly answer: EquityAnswer;
  readonly base: number | null;
  /** Where the rung below it stands before the first point. */
  readonly dayHigh: number | null;
  /** The figure of the strip, as the last point; null: nothing newer. */
  readonly now: { readonly at: string; readonly equity: number; readonly high: number } | null;
  readonly opensAt: string;
  readonly closesAt: string;
}

/** Seconds, equity, day's high, rung below the high. Null breaks a line. */
export type EquityColumns = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** Where minutes are missing for longer, the line is broken. */
const gapSeconds = 10 * 60;

export function equityColumns({ answer, now, dayHigh, opensAt, closesAt }: EquityFacts): EquityColumns {
  const columns: EquityColumns = [[], [], [], []];
  const isToday = answer.range === "today";
  const add = (at: number, equity: number | null, high: number | null) => {
    columns[0].push(at);
    columns[1].push(equity);
    columns[2].push(isToday ? high : null);
    columns[3].push(isToday && high !== null ? high * (1 - answer.rungs.fromHigh) : null);
  };
  let last = Number.NEGATIVE_INFINITY;
  let high: number | null = null;
  for (const point of now === null ? answer.points : [...answer.points, now]) {
    const at = Date.parse(point.at) / 1000;
    if (!(at > last)) continue;
    if (isToday && Number.isFinite(last) && at - last > gapSeconds) add(at - 1, null, high);
    add(at, point.equity, point.high);
    last = at;
    high = point.high;
  }
  const close = Date.parse(closesAt) / 1000;
  if (isToday && columns[0].length === 0 && dayHigh !== null) {
    add(Date.parse(opensAt) / 1000, null, dayHigh);
    high = dayHigh;
  }
  if (isToday && high !== null && close > last) add(close, null, high);
  return columns;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Both rungs inside, and whatever the curve did beyond them. */
export function equityRange({ answer, base }: EquityFacts, columns: EquityColumns): Range {
  const values = [...columns[1], ...columns[2]].filter((value) => value !== null);
  if (answer.range === "run" || base === null) {
    const low = Math.min(...values, base ?? Number.POSITIVE_INFINITY);
    const high = Math.max(...values, base ?? Number.NEGATIVE_INFINITY);
    if (!Number.isFinite(low) || !Number.isFinite(high)) return { low: 0, high: 1 };
    const pad = Math.max((high - low) * 0.06, Math.abs(high) * 0.001);
    return { low: low - pad, high: high + pad };
  }
  const { fromBase, fromHigh } = answer.rungs;
  const rungs = columns[3].filter((value) => value !== null);
  const top = Math.max(base * 1.006, ...values.map((value) => value * 1.0035));
  const bottom = Math.min(base * (1 - fromBase), base * (1 - fromHigh), ...values, ...rungs);
  return { low: bottom - base * 0.0025, high: top };
}

export interface EquityLabel {
  readonly value: number;
  readonly text: string;
  readonly kind: "quiet" | "entries" | "flatten";
}

/** At the right end, strictest last; what they say comes from the limits themselves. */
export function equityLabels(
  { answer, base }: EquityFacts,
  high: number | null,
  then: { readonly fromHigh: string; readonly fromBase: string },
  isSmall: boolean,
): readonly EquityLabel[] {
  if (answer.range === "run") {
    return base === null ? [] : [{ value: base, text: isSmall ? "base" : "Day base", kind: "quiet" }];
  }
  const { fromBase, fromHigh } = answer.rungs;
  const percents = (fraction: number) => `${Number((fraction * 100).toFixed(2))}%`;
  const labels: EquityLabel[] = [];
  if (high !== null) {
    labels.push({ value: high, text: isSmall ? "high" : `High ${roundMoney(high)}`, kind: "quiet" });
    const text = isSmall ? percents(fromHigh) : `${percents(fromHigh)} from high: ${then.fromHigh}`;
    labels.push({ value: high * (1 - fromHigh), text, kind: "entries" });
  }
  if (base !== null) {
    labels.push({ value: base, text: isSmall ? "base" : `Base ${roundMoney(base)}`, kind: "quiet" });
    const text = isSmall ? percents(fromBase) : `${percents(fromBase)} from base: ${then.fromBase}`;
    labels.push({ value: base * (1 - fromBase), text, kind: "flatten" });
  }
  return labels;
}

/** Heights of labels from the top down, each at least `least` under the one before it. */
export function spread(wanted: readonly number[], least: number): readonly number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let last = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    last = Math.max(wanted[index] ?? 0, last + least);
    placed[index] = last;
  }
  return placed;
}

/** 09:30, 10:30 and so on: from the open, every hour; fewer where there is no room. */
export function hoursOf(opensAt: string, closesAt: string, isSmall: boolean): readonly number[] {
  const open = Date.parse(opensAt) / 1000;
  const close = Date.parse(closesAt) / 1000;
  const step = isSmall ? 7200 : 3600;
  const hours: number[] = [];
  for (let at = open; at < close; at += step) hours.push(at);
  return hours;
}
