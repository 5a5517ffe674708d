/**
 * Goal    each streaming definition equals the formula in its docstring, also where QUANT names an edge.
 * Method  the formula written plainly over whole arrays, against random markets; then a table of edges.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarColumns, barCount, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { adx } from "./adx.ts";
import { atr, trueRange } from "./atr.ts";
import { computeColumns } from "./batch.ts";
import { averageVolume } from "./dollar-volume.ts";
import { ema } from "./ema.ts";
import type { Feature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { highestLowest } from "./highest-lowest.ts";
import { randomBars } from "./random-bars.ts";
import { realizedVolatility } from "./realized-volatility.ts";
import { logRatio, logReturn, simpleReturn } from "./returns.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";

type Formula = (bars: BarColumns, t: number) => number;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);
const trueRangeAt = ({ high, low, close }: BarColumns, t: number) =>
  Math.max(high[t]! - low[t]!, Math.abs(high[t]! - close[t - 1]!), Math.abs(low[t]! - close[t - 1]!));

/** Wilder's smoothing from its definition: the seed, then every bar since, from the start. */
function wilder(n: number, seedAt: number, t: number, x: (t: number) => number): number {
  const seed = mean(range(seedAt - n + 1, seedAt).map(x));
  return range(seedAt + 1, t).reduce((a, k) => (a * (n - 1) + x(k)) / n, seed);
}

function wilderSum(n: number, t: number, x: (t: number) => number): number {
  return range(n, t).reduce((w, k) => w - w / n + x(k), sum(range(1, n - 1).map(x)));
}

function directional({ high, low }: BarColumns, t: number): { up: number; down: number } {
  const up = high[t]! - high[t - 1]!;
  const down = low[t - 1]! - low[t]!;
  return { up: up > down && up > 0 ? up : 0, down: down > up && down > 0 ? down : 0 };
}

const di =
  (n: number, side: "up" | "down"): Formula =>
  (bars, t) =>
    (100 * wilderSum(n, t, (k) => directional(bars, k)[side])) / wilderSum(n, t, (k) => trueRangeAt(bars, k));

const dx =
  (n: number): Formula =>
  (bars, t) => {
    const [up, down] = [di(n, "up")(bars, t), di(n, "down")(bars, t)];
    return up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down);
  };

const logReturns = ({ close }: BarColumns, t: number, n: number) =>
  range(t - n + 1, t).map((k) => Math.log(close[k]!) - Math.log(close[k - 1]!));

function scatter(bars: BarColumns, t: number, n: number): number {
  const returns = logReturns(bars, t, n);
  const centre = mean(returns);
  return Math.sqrt((sum(returns.map((x) => (x - centre) ** 2)) / (n - 1)) * 252);
}

const formulas: readonly { feature: Feature; output: string; first: number; formula: Formula }[] = [
  {
    feature: sma({ period: 7 }),
    output: "sma_7",
    first: 6,
    formula: ({ close }, t) => mean(range(t - 6, t).map((k) => close[k]!)),
  },
  { feature: sma({ period: 1 }), output: "sma_1", first: 0, formula: ({ close }, t) => close[t]! },
  {
    feature: ema({ period: 9 }),
    output: "ema_9",
    first: 8,
    formula: ({ close }, t) =>
      range(9, t).reduce((e, k) => 0.8 * e + 0.2 * close[k]!, mean([...close.subarray(0, 9)])),
  },
  ...[1, 4].flatMap((bars) => [
    {
      feature: simpleReturn({ bars }),
      output: `ret_simple_${bars}`,
      first: bars,
      formula: (({ close }, t) => close[t]! / close[t - bars]! - 1) satisfies Formula,
    },
    {
      feature: logReturn({ bars }),
      output: `ret_log_${bars}`,
      first: bars,
      formula: (({ close }, t) => Math.log(close[t]!) - Math.log(close[t - bars]!)) satisfies Formula,
    },
  ]),
  {
    feature: rsi({ period: 5 }),
    output: "rsi_5",
    first: 5,
    formula({ close }, t) {
      const gain = wilder(5, 5, t, (k) => Math.max(close[k]! - close[k - 1]!, 0));
      const loss = wilder(5, 5, t, (k) => Math.max(close[k - 1]! - close[k]!, 0));
      return (100 * gain) / (gain + loss);
    },
  },
  {
    feature: atr({ period: 6 }),
    output: "atr_6",
    first: 6,
    formula: (bars, t) => wilder(6, 6, t, (k) => trueRangeAt(bars, k)),
  },
  {
    feature: atr({ period: 6 }),
    output: "natr_6",
    first: 6,
    formula: (bars, t) => (100 * wilder(6, 6, t, (k) => trueRangeAt(bars, k))) / bars.close[t]!,
  },
  { feature: adx({ period: 5 }), output: "plus_di_5", first: 5, formula: di(5, "up") },
  { feature: adx({ period: 5 }), output: "minus_di_5", first: 5, formula: di(5, "down") },
  {
    feature: adx({ period: 5 }),
    output: "adx_5",
    first: 9,
    formula: (bars, t) => wilder(5, 9, t, (k) => dx(5)(bars, k)),
  },
  {
    feature: realizedVolatility({ period: 8 }),
    output: "realized_vol_8",
    first: 8,
    formula: (bars, t) => scatter(bars, t, 8),
  },
  ...[2, 9].flatMap((n) => [
    {
      feature: highestLowest({ period: n }),
      output: `highest_${n}`,
      first: n - 1,
      formula: (({ high }, t) => Math.max(...high.subarray(t - n + 1, t + 1))) satisfies Formula,
    },
    {
      feature: highestLowest({ period: n }),
      output: `lowest_${n}`,
      first: n - 1,
      formula: (({ low }, t) => Math.min(...low.subarray(t - n + 1, t + 1))) satisfies Formula,
    },
    {
      feature: highestLowest({ period: n }),
      output: `highest_${n}_excl`,
      first: n,
      formula: (({ high }, t) => Math.max(...high.subarray(t - n, t))) satisfies Formula,
    },
    {
      feature: highestLowest({ period: n }),
      output: `lowest_${n}_excl`,
      first: n,
      formula: (({ low }, t) => Math.min(...low.subarray(t - n, t))) satisfies Formula,
    },
  ]),
  {
    feature: averageVolume({ period: 7 }),
    output: "adv_7_excl",
    first: 7,
    formula: ({ volume }, t) => mean([...volume.subarray(t - 7, t)]),
  },
  {
    feature: averageVolume({ period: 7 }),
    output: "dollar_adv_7_excl",
    first: 7,
    formula: ({ close, volume }, t) => mean(range(t - 7, t - 1).map((k) => close[k]! * volume[k]!)),
  },
];

describe.each(formulas)("$output", ({ feature, output, first, formula }) => {
  it("equals its formula at every bar, and is NaN before its first", () => {
    const market = fc.integer({ min: 0, max: 2 ** 32 });
    fc.assert(
      fc.property(market, fc.constantFrom("ordinary", "wild"), (seed, kind) => {
        const bars = randomBars({ seed, symbols: 1, instants: 90, market: kind });
        const values = valuesOf(feature, output, bars);
        expect(values.findIndex((x) => !Number.isNaN(x))).toBe(first);
        const off = [...values.keys()].slice(first).filter((t) => !near(values[t]!, formula(bars, t)));
        expect(off.map((t) => [t, values[t], formula(bars, t)])).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});

describe("edges", () => {
  const flat = series(Array.from({ length: 600 }, () => 50));

  it("RSI is 50 on a flat series, 100 on a rising one and 0 on a falling one", () => {
    const rising = series(range(1, 40));
    const falling = series(range(1, 40).toReversed());
    expect(
      valuesOf(rsi({ period: 14 }), "rsi_14", flat)
        .slice(14)
        .every((x) => x === 50),
    ).toBe(true);
    expect(valuesOf(rsi({ period: 14 }), "rsi_14", rising).at(-1)).toBe(100);
    expect(valuesOf(rsi({ period: 14 }), "rsi_14", falling).at(-1)).toBe(0);
  });

  it("a flat series has no volatility, no range and no trend, and its DI is undefined", () => {
    const tail = (feature: Feature, output: string) =>
      valuesOf(feature, output, flat).slice(feature.warmup - 1);
    expect(new Set(tail(realizedVolatility({ period: 20 }), "realized_vol_20"))).toEqual(new Set([0]));
    expect(new Set(tail(atr({ period: 14 }), "natr_14"))).toEqual(new Set([0]));
    expect(new Set(tail(adx({ period: 14 }), "adx_14"))).toEqual(new Set([0]));
    expect(new Set(tail(adx({ period: 14 }), "plus_di_14"))).toEqual(new Set([Number.NaN]));
  });

  it("ADX recovers after a long halt, during which DI was undefined", () => {
    const closes = [...range(1, 40), ...Array.from({ length: 900 }, () => 40), ...range(41, 60)];
    const bars = series(closes);
    expect(valuesOf(adx({ period: 14 }), "plus_di_14", bars)[900]).toBeNaN();
    expect(valuesOf(adx({ period: 14 }), "plus_di_14", bars).at(-1)).toBeCloseTo(100, 9);
    expect(valuesOf(adx({ period: 14 }), "adx_14", bars).at(-1)).toBeGreaterThan(50);
  });

  it("a tie of directional movement counts for neither side", () => {
    const widening = columnsFromBars(
      "1d",
      instrumentTable(["A"]),
      range(1, 40).map((t) => ({ ...barAt(t, 100), high: 100 + t, low: 100 - t })),
    );
    expect(valuesOf(adx({ period: 14 }), "plus_di_14", widening).at(-1)).toBe(0);
    expect(valuesOf(adx({ period: 14 }), "minus_di_14", widening).at(-1)).toBe(0);
    expect(valuesOf(adx({ period: 14 }), "adx_14", widening).at(-1)).toBe(0);
  });

  it("QUANT a6: volatility keeps its digits after a shock has left the window", () => {
    const quiet = (t: number) => 100 + 1e-6 * ((t * 7919) % 11);
    const closes = range(0, 200).map((t) => (t === 60 ? 1e5 : quiet(t)));
    const bars = series(closes);
    const values = valuesOf(realizedVolatility({ period: 20 }), "realized_vol_20", bars);
    for (const t of range(82, 200)) {
      const returns = range(t - 19, t).map((k) => logRatio(closes[k] ?? 0, closes[k - 1] ?? 0));
      const centre = mean(returns);
      const exact = Math.sqrt((sum(returns.map((x) => (x - centre) ** 2)) / 19) * 252);
      expect(Math.abs(values[t]! / exact - 1)).toBeLessThan(1e-10);
    }
  });

  it("averages forget a shock within one window: the running sums are exact again", () => {
    const closes = range(0, 100).map((t) => (t === 30 ? 1e15 : 0.1));
    const values = valuesOf(sma({ period: 20 }), "sma_20", series(closes));
    expect(values[100]).toBeCloseTo(0.1, 15);
    expect(values[69]).toBeCloseTo(0.1, 15);
  });

  it("average volume never falls below zero when trading stops", () => {
    const volumes = range(0, 300).map((t) => (t % 50 < 10 ? 1e9 * (1 + t / 7) : 0));
    const bars = columnsFromBars(
      "1d",
      instrumentTable(["A"]),
      volumes.map((volume, t) => ({ ...barAt(t, 0.1 + t / 3), volume })),
    );
    const values = valuesOf(averageVolume({ period: 7 }), "dollar_adv_7_excl", bars).slice(7);
    expect(Math.min(...values)).toBe(0);
  });

  it("log returns below a basis point keep their digits", () => {
    expect(logRatio(100_000_001, 100_000_000)).toBeCloseTo(9.99999995e-9, 22);
    expect(logRatio(100, 100)).toBe(0);
    expect(logRatio(200, 100)).toBe(Math.LN2);
  });

  it("the true range is the largest of the three distances", () => {
    expect(trueRange(11, 9, 10)).toBe(2);
    expect(trueRange(11, 9, 14)).toBe(5);
    expect(trueRange(11, 9, 5)).toBe(6);
    expect(trueRange(11, 9, Number.NaN)).toBeNaN();
  });

  it("division is guarded relative to the numerator", () => {
    expect(guardedRatio(1, 4, -1)).toBe(0.25);
    expect(guardedRatio(0, 0, 50)).toBe(50);
    expect(guardedRatio(1, 1e-12, -1)).toBe(-1);
    expect(guardedRatio(1e9, 1e-4, -1)).toBe(-1);
    expect(guardedRatio(1, -1e-11, -1)).toBe(-1e11);
  });

  it("parameters out of range and unknown ones are refused when the feature is declared", () => {
    expect(() => sma({ period: 0 })).toThrow(/period/);
    expect(() => adx({ period: 1 })).toThrow(/period/);
    expect(() => realizedVolatility({ period: 2.5 })).toThrow(/period/);
    const surplus = { bars: 1, lag: 1 };
    expect(() => simpleReturn(surplus)).toThrow(/lag/);
  });
});

function near(got: number, want: number): boolean {
  return Math.abs(got - want) <= 1e-10 * Math.max(1, Math.abs(want)) || Number.isNaN(want);
}

function valuesOf(feature: Feature, output: string, bars: BarColumns): number[] {
  const values = computeColumns([feature], bars).get(output);
  expect(values).toHaveLength(barCount(bars));
  return [...(values ?? [])];
}

function series(closes: readonly number[]): BarColumns {
  return columnsFromBars(
    "1d",
    instrumentTable(["A"]),
    closes.map((close, t) => barAt(t, close)),
  );
}

function barAt(t: number, close: number) {
  const closedAt = t as EpochMicros;
  return {
    instrument: 0 as InstrumentId,
    closedAt,
    open: close,
    high: close,
    low: close,
    close,
    volume: 100,
  };
}
