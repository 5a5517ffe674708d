/**
 * How does the cost of a run grow with what is in it?
 *
 * Question  CPU time of the engine over bars, symbols, trades and rules, each four times as many as before or more.
 * Budget    near-linear: a log-log slope of at most 1.15 on every axis.
 * Rival     the straight line itself; data made here from a seed, so the bench needs no files.
 */

import { type EngineChoice, prepare } from "./engine.bench.ts";
import type { SymbolMajorBars } from "./generated-data.ts";
import { takeTurns } from "./timing.ts";

export const SLOPE_BUDGET = 1.15;
const TURNS = 7;
const MINUTES = 390;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OPEN_MS = 13.5 * 3_600_000;

interface Point {
  /** Of the unit of the axis. */
  readonly size: number;
  readonly seconds: number;
  readonly microsPerUnit: number;
}

export interface GrowthFigures {
  readonly bench: "growth";
  readonly axis: string;
  readonly unit: string;
  readonly points: readonly Point[];
  /** Of seconds over size, both as logarithms: 1 is a straight line. */
  readonly slope: number;
  readonly budget: number;
  readonly verdict: "near-linear" | "too steep";
}

interface Shape {
  readonly symbols: number;
  readonly bars: number;
  /** Bars of a wave: the shorter it is, the more often the averages cross. */
  readonly wave: number;
  readonly rules?: number;
}

interface Axis {
  readonly name: string;
  readonly unit: string;
  readonly shapes: readonly Shape[];
  size(shape: Shape, fills: number): number;
}

const axes: readonly Axis[] = [
  {
    name: "bars",
    unit: "bar",
    shapes: [25_000, 100_000, 400_000].map((bars) => ({ symbols: 1, bars, wave: 400 })),
    size: ({ bars }) => bars,
  },
  {
    name: "symbols",
    unit: "symbol of 1000 bars",
    shapes: [25, 100, 400].map((symbols) => ({ symbols, bars: 1000, wave: 400 })),
    size: ({ symbols }) => symbols,
  },
  {
    name: "trades",
    unit: "fill",
    shapes: [1600, 400, 100].map((wave) => ({ symbols: 20, bars: 10_000, wave })),
    size: (_shape, fills) => fills,
  },
  {
    name: "rules",
    unit: "rule over 20 x 10,000 bars",
    shapes: [5, 10, 22].map((rules) => ({ symbols: 20, bars: 10_000, wave: 100, rules })),
    size: ({ rules = 0 }) => rules,
  },
];

export function* growthBench(): Generator<GrowthFigures> {
  for (const { name, unit, shapes, size } of axes) {
    const points = shapes.map((shape) => {
      const choice: EngineChoice = shape.rules === undefined ? {} : { rules: shape.rules };
      const { run } = takeTurns({ run: prepare(waves(shape), choice) }, TURNS);
      const seconds = run!.seconds;
      const count = size(shape, run!.result.fills);
      return { size: count, seconds, microsPerUnit: (seconds * 1e6) / count };
    });
    const slope = slopeOf(points);
    const verdict = slope <= SLOPE_BUDGET ? "near-linear" : "too steep";
    yield { bench: "growth", axis: name, unit, points, slope, budget: SLOPE_BUDGET, verdict };
  }
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

/** Markdown of all axes, for docs/performance.md. */
export function growthTable(all: readonly GrowthFigures[]): string {
  const rows = all.map(({ axis, unit, points, slope, verdict }) => {
    const sizes = points.map(({ size }) => size.toLocaleString("en-US")).join(" / ");
    const costs = points.map(({ microsPerUnit }) => microsPerUnit.toPrecision(3)).join(" / ");
    return `| ${axis} | ${sizes} | ${costs} us a ${unit} | ${slope.toFixed(2)} | ${verdict} |`;
  });
  return [
    "# How the cost of a run grows",
    "",
    "Written by `npm run bench -- growth --report`: CPU time of one thread, best of the turns. The slope is that of",
    `time over size, both as logarithms; 1 is a straight line, ${SLOPE_BUDGET} the budget.`,
    "",
    "| axis | sizes | cost | slope | |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
