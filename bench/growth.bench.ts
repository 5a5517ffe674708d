/**
 * How does the cost of a run grow with what is in it?
 *
 * Question  CPU time of the engine over bars, symbols, trades and rules, each four times as many as before, beside
 *           a base run with next to none of them: what a run costs anyway is taken off before the slope is drawn.
 * Budget    near-linear: a log-log slope of at most 1.15 on every axis.
 * Rival     the straight line itself; data made here from a seed, so the bench needs no files.
 */

import { type EngineChoice, prepare } from "./engine.bench.ts";
import type { SymbolMajorBars } from "./generated-data.ts";
import { takeTurns } from "./timing.ts";

export const SLOPE_BUDGET = 1.15;
const TURNS = 7;
/** Runs of the largest size before the first turn: cold code would make the small sizes look dear. */
const WARM_RUNS = 3;
const MINUTES = 390;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OPEN_MS = 13.5 * 3_600_000;
/** Bars of a wave that never turns: no average crosses another. */
const NO_WAVE = 1e9;

interface Point {
  /** Of the unit of the axis, over those of the base run. */
  readonly size: number;
  /** CPU time over that of the base run. */
  readonly seconds: number;
  readonly microsPerUnit: number;
}

export interface GrowthFigures {
  readonly bench: "growth";
  readonly axis: string;
  readonly unit: string;
  readonly baseSeconds: number;
  readonly points: readonly Point[];
  /** Of seconds over size, both as logarithms: 1 is a straight line. */
  readonly slope: number;
  readonly budget: number;
  /** Not measured: a size cost no more than the base run, so the noise is larger than the cost. */
  readonly verdict: "near-linear" | "too steep" | "not measured";
}

interface Shape {
  readonly symbols: number;
  readonly bars: number;
  /** Bars of a wave: the shorter it is, the more often the averages cross. */
  readonly wave: number;
  /** How many times over the gate asks every rule. */
  readonly ruleSets?: number;
}

interface Axis {
  readonly name: string;
  readonly unit: string;
  readonly base: Shape;
  readonly shapes: readonly Shape[];
  size(shape: Shape, fills: number): number;
}

const axes: readonly Axis[] = [
  {
    name: "bars",
    unit: "bar",
    base: { symbols: 1, bars: 100, wave: 400 },
    shapes: [25_000, 100_000, 400_000].map((bars) => ({ symbols: 1, bars, wave: 400 })),
    size: ({ bars }) => bars,
  },
  {
    name: "symbols",
    unit: "symbol of 1000 bars",
    base: { symbols: 1, bars: 1000, wave: 400 },
    shapes: [26, 101, 401].map((symbols) => ({ symbols, bars: 1000, wave: 400 })),
    size: ({ symbols }) => symbols,
  },
  {
    name: "trades",
    unit: "fill",
    base: { symbols: 20, bars: 10_000, wave: NO_WAVE },
    shapes: [400, 100, 25].map((wave) => ({ symbols: 20, bars: 10_000, wave })),
    size: (_shape, fills) => fills,
  },
  {
    name: "rules",
    unit: "set of all rules",
    base: { symbols: 20, bars: 10_000, wave: 25, ruleSets: 0 },
    shapes: [1, 4, 16].map((ruleSets) => ({ symbols: 20, bars: 10_000, wave: 25, ruleSets })),
    size: ({ ruleSets = 0 }) => ruleSets,
  },
];

export function* growthBench(): Generator<GrowthFigures> {
  for (const axis of axes) yield growthOf(axis);
}

function growthOf({ name, unit, base, shapes, size }: Axis): GrowthFigures {
  const all = [base, ...shapes];
  const runs = all.map((shape) => {
    const choice: EngineChoice = shape.ruleSets === undefined ? {} : { ruleSets: shape.ruleSets };
    return prepare(waves(shape), choice);
  });
  for (let n = 0; n < WARM_RUNS; n++) runs.at(-1)?.();
  const timed = takeTurns(Object.fromEntries(runs.map((run, n) => [String(n), run])), TURNS);
  const measured = all.map((shape, n) => {
    const { seconds, result } = timed[String(n)]!;
    return { seconds, count: size(shape, result.fills) };
  });
  const [least, ...rest] = measured;
  const points = rest.map((one): Point => {
    const seconds = one.seconds - least!.seconds;
    const count = one.count - least!.count;
    return { size: count, seconds, microsPerUnit: (seconds * 1e6) / count };
  });
  const slope = slopeOf(points);
  return {
    bench: "growth",
    axis: name,
    unit,
    baseSeconds: least!.seconds,
    points,
    slope,
    budget: SLOPE_BUDGET,
    verdict: Number.isNaN(slope) ? "not measured" : slope <= SLOPE_BUDGET ? "near-linear" : "too steep",
  };
}

/** Least squares over the logarithms. */
function slopeOf(points: readonly Point[]): number {
  const xs = points.map(({ size }) => Math.log(size));
  const ys = points.map(({ seconds }) => Math.log(seconds));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const both = xs.reduce((sum, value, n) => sum + (value - x) * ((ys[n] ?? y) - y), 0);
  return both / xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
}

/** Prices on waves, each symbol a little later than the one before: how often averages cross is known. */
function waves({ symbols, bars, wave }: Shape): SymbolMajorBars {
  const column = () => new Float64Array(symbols * bars);
  const data = { open: column(), high: column(), low: column(), close: column(), volume: column() };
  const time = Float64Array.from({ length: bars }, (_, bar) => {
    const day = Math.floor(bar / MINUTES);
    return day * DAY_MS + OPEN_MS + (bar % MINUTES) * MINUTE_MS;
  });
  for (let s = 0; s < symbols; s++) {
    const priceAt = (bar: number) => 100 + Math.sin((2 * Math.PI * (bar + 7 * s)) / wave);
    for (let bar = 0; bar < bars; bar++) {
      const at = s * bars + bar;
      const [open, close] = [priceAt(bar - 1), priceAt(bar)];
      data.open[at] = open;
      data.close[at] = close;
      data.high[at] = Math.max(open, close);
      data.low[at] = Math.min(open, close);
      data.volume[at] = 100_000;
    }
  }
  return { symbols, bars, time, ...data };
}
