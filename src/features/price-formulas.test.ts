/**
 * Goal    each price, trend and volatility definition equals the formula in its docstring at every bar, and begins
 *         at the bar that QUANT names.
 * Method  the formula written plainly over whole arrays, against random markets with halts, gaps and shocks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BarColumns } from "../domain/bars.ts";
import { computeColumns } from "./batch.ts";
import { bollinger } from "./bollinger.ts";
import { commodityChannel } from "./commodity-channel.ts";
import { emaSpread } from "./ema-spread.ts";
import type { Feature } from "./feature.ts";
import { linregSlope } from "./linreg-slope.ts";
import { macd, macdTalib } from "./macd.ts";
import { moneyFlow } from "./money-flow.ts";
import { averageOverAverage, priceToAverage } from "./price-to-average.ts";
import { randomBars } from "./random-bars.ts";
import { rangeVolatility } from "./range-volatility.ts";
import { rateOfChange } from "./rate-of-change.ts";
import { closeToClose } from "./realized-volatility.ts";
import { features } from "./registry.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { stochastic } from "./stochastic.ts";
import { trueRangeOfBar } from "./true-range.ts";
import { volatilityRatio } from "./volatility-ratio.ts";
import { williamsR } from "./williams-r.ts";

type Formula = (bars: BarColumns, t: number) => number;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);
/** About the first value, so that equal ones scatter by nothing. */
const squares = (values: readonly number[]) => {
  const offsets = values.map((x) => x - values[0]!);
  return sum(offsets.map((x) => (x - mean(offsets)) ** 2));
};
const sampleVariance = (values: readonly number[]) => squares(values) / (values.length - 1);
const populationDeviation = (values: readonly number[]) => Math.sqrt(squares(values) / values.length);

const closes = ({ close }: BarColumns, t: number, n: number) => range(t - n + 1, t).map((k) => close[k]!);
const average = (bars: BarColumns, t: number, n: number) => mean(closes(bars, t, n));
/** From its definition: the mean of n values up to `seedAt`, then every value since. */
function exponential(n: number, seedAt: number, t: number, x: (t: number) => number): number {
  const seed = mean(range(seedAt - n + 1, seedAt).map(x));
  return range(seedAt + 1, t).reduce((e, k) => e + (2 / (n + 1)) * (x(k) - e), seed);
}
const emaAt = ({ close }: BarColumns, t: number, n: number, seedAt = n - 1) =>
  exponential(n, seedAt, t, (k) => close[k]!);
const plainLine: Formula = (bars, t) => emaAt(bars, t, 3) - emaAt(bars, t, 6);
const talibLine: Formula = (bars, t) => emaAt(bars, t, 3, 5) - emaAt(bars, t, 6);
const signalOf =
  (line: Formula): Formula =>
  (bars, t) =>
    exponential(4, 8, t, (k) => line(bars, k));

const highestOf = ({ high }: BarColumns, t: number, n: number) =>
  Math.max(...high.subarray(t - n + 1, t + 1));
const lowestOf = ({ low }: BarColumns, t: number, n: number) => Math.min(...low.subarray(t - n + 1, t + 1));
const fastK: Formula = (bars, t) => {
  const width = highestOf(bars, t, 5) - lowestOf(bars, t, 5);
  return width === 0 ? 50 : (100 * (bars.close[t]! - lowestOf(bars, t, 5))) / width;
};
const slowK: Formula = (bars, t) => mean(range(t - 2, t).map((k) => fastK(bars, k)));
const typical = ({ high, low, close }: BarColumns, t: number) => (high[t]! + low[t]! + close[t]!) / 3;
const ln = Math.log;
const bodySquare = ({ open, high, low, close }: BarColumns, t: number) =>
  0.5 * ln(high[t]! / low[t]!) ** 2 - (2 * ln(2) - 1) * ln(close[t]! / open[t]!) ** 2;
const driftFree = ({ open, high, low, close }: BarColumns, t: number) =>
  ln(high[t]! / close[t]!) * ln(high[t]! / open[t]!) + ln(low[t]! / close[t]!) * ln(low[t]! / open[t]!);
const gapAt = ({ open, close }: BarColumns, t: number) => ln(open[t]! / close[t - 1]!);
const logReturnsOf = ({ close }: BarColumns, t: number, n: number) =>
  range(t - n + 1, t).map((k) => ln(close[k]! / close[k - 1]!));
/** The windows of the bars t-5..t. */
const six = (x: Formula) => (bars: BarColumns, t: number) => range(t - 5, t).map((k) => x(bars, k));

const bands = bollinger({ period: 7, deviations: 1.5 });
const bandReach: Formula = (bars, t) => 1.5 * populationDeviation(closes(bars, t, 7));
const lines = macd({ fast: 3, slow: 6, signal: 4 });
const talibLines = macdTalib({ fast: 3, slow: 6, signal: 4 });
const stoch = stochastic({ period: 5, slow: 3, signal: 2 });
const ranges = rangeVolatility({ period: 6 });

const formulas: readonly (readonly [Feature, string, number, Formula])[] = [
  [priceToAverage({ period: 7 }), "price_to_sma_7", 6, (bars, t) => bars.close[t]! / average(bars, t, 7) - 1],
  [
    averageOverAverage({ fast: 3, slow: 8 }),
    "sma3_over_sma8",
    7,
    (bars, t) => average(bars, t, 3) / average(bars, t, 8) - 1,
  ],
  [
    emaSpread({ fast: 3, slow: 8 }),
    "ema_spread_3_8",
    7,
    (bars, t) => (emaAt(bars, t, 3) - emaAt(bars, t, 8)) / bars.close[t]!,
  ],
  [lines, "macd_3_6_4", 5, plainLine],
  [lines, "macd_signal_3_6_4", 8, signalOf(plainLine)],
  [lines, "macd_hist_3_6_4", 8, (bars, t) => plainLine(bars, t) - signalOf(plainLine)(bars, t)],
  [lines, "macd_pct_3_6_4", 5, (bars, t) => plainLine(bars, t) / bars.close[t]!],
  [talibLines, "macd_talib_3_6_4", 8, talibLine],
  [talibLines, "macd_signal_talib_3_6_4", 8, signalOf(talibLine)],
  [talibLines, "macd_hist_talib_3_6_4", 8, (bars, t) => talibLine(bars, t) - signalOf(talibLine)(bars, t)],
  [rateOfChange({ period: 4 }), "roc_4", 4, ({ close }, t) => 100 * (close[t]! / close[t - 4]! - 1)],
  [
    linregSlope({ period: 6 }),
    "linreg_slope_6",
    5,
    (bars, t) => sum(closes(bars, t, 6).map((x, k) => (k - 2.5) * (x - bars.close[t]!))) / 17.5,
  ],
  [
    trueRangeOfBar({}),
    "trange",
    1,
    ({ high, low, close }, t) =>
      Math.max(high[t]! - low[t]!, Math.abs(high[t]! - close[t - 1]!), Math.abs(low[t]! - close[t - 1]!)),
  ],
  [bands, "bb_mid_7_1.5", 6, (bars, t) => average(bars, t, 7)],
  [bands, "bb_upper_7_1.5", 6, (bars, t) => average(bars, t, 7) + bandReach(bars, t)],
  [bands, "bb_lower_7_1.5", 6, (bars, t) => average(bars, t, 7) - bandReach(bars, t)],
  [
    bands,
    "bb_pctb_7_1.5",
    6,
    (bars, t) => {
      const reach = bandReach(bars, t);
      const offset = mean(closes(bars, t, 7).map((x) => x - bars.close[t]!));
      return reach === 0 ? 0.5 : 0.5 - offset / (2 * reach);
    },
  ],
  [bands, "bb_bandwidth_7_1.5", 6, (bars, t) => (2 * bandReach(bars, t)) / average(bars, t, 7)],
  [standardDeviation({ period: 7 }), "stddev_7_pop", 6, (bars, t) => populationDeviation(closes(bars, t, 7))],
  [stoch, "stoch_fastk_5_3_2", 4, fastK],
  [stoch, "stoch_k_5_3_2", 6, slowK],
  [stoch, "stoch_d_5_3_2", 7, (bars, t) => mean([slowK(bars, t - 1), slowK(bars, t)])],
  [
    williamsR({ period: 5 }),
    "willr_5",
    4,
    (bars, t) =>
      (-100 * (highestOf(bars, t, 5) - bars.close[t]!)) / (highestOf(bars, t, 5) - lowestOf(bars, t, 5)),
  ],
  [
    commodityChannel({ period: 6 }),
    "cci_6",
    5,
    (bars, t) => {
      const offsets = six((_, k) => typical(bars, k) - typical(bars, t))(bars, t);
      return -mean(offsets) / (0.015 * mean(offsets.map((x) => Math.abs(x - mean(offsets)))));
    },
  ],
  [
    moneyFlow({ period: 6 }),
    "mfi_6",
    6,
    (bars, t) => {
      const flow =
        (sign: number): Formula =>
        (_, k) =>
          Math.sign(typical(bars, k) - typical(bars, k - 1)) === sign
            ? typical(bars, k) * bars.volume[k]!
            : 0;
      const [up, down] = [sum(six(flow(1))(bars, t)), sum(six(flow(-1))(bars, t))];
      return up + down === 0 ? 50 : (100 * up) / (up + down);
    },
  ],
  [
    ranges,
    "parkinson_6",
    5,
    (bars, t) =>
      Math.sqrt((252 / (24 * ln(2))) * sum(six(({ high, low }, k) => ln(high[k]! / low[k]!) ** 2)(bars, t))),
  ],
  [ranges, "gk_6", 5, (bars, t) => Math.sqrt(42 * sum(six(bodySquare)(bars, t)))],
  [ranges, "rs_6", 5, (bars, t) => Math.sqrt(42 * sum(six(driftFree)(bars, t)))],
  [
    ranges,
    "gkyz_6",
    6,
    (bars, t) =>
      Math.sqrt(42 * (sum(six((b, k) => gapAt(b, k) ** 2)(bars, t)) + sum(six(bodySquare)(bars, t)))),
  ],
  [
    ranges,
    "yz_6",
    6,
    (bars, t) => {
      const k = 0.34 / (1.34 + 7 / 5);
      const body = sampleVariance(six(({ open, close }, b) => ln(close[b]! / open[b]!))(bars, t));
      const gaps = sampleVariance(six(gapAt)(bars, t));
      return Math.sqrt(252 * (gaps + k * body + (1 - k) * mean(six(driftFree)(bars, t))));
    },
  ],
  [
    closeToClose({ period: 8 }),
    "cc_8",
    7,
    (bars, t) => Math.sqrt(252 * sampleVariance(logReturnsOf(bars, t, 7))),
  ],
  [
    volatilityRatio({ fast: 4, slow: 9 }),
    "vol_ratio_4_9",
    9,
    (bars, t) =>
      Math.sqrt(sampleVariance(logReturnsOf(bars, t, 4)) / sampleVariance(logReturnsOf(bars, t, 9))),
  ],
];

describe.each(formulas)("%#: $1", (feature, output, first, formula) => {
  it("equals its formula at every bar, and is undefined before its first and where that is", () => {
    const market = fc.integer({ min: 0, max: 2 ** 32 });
    fc.assert(
      fc.property(market, fc.constantFrom("ordinary", "wild"), (seed, kind) => {
        const bars = randomBars({ seed, symbols: 1, instants: 90, market: kind });
        const values = computeColumns([feature], bars).get(output) ?? new Float64Array();
        expect(values).toHaveLength(90);
        expect(values.subarray(0, first).every(Number.isNaN)).toBe(true);
        if (kind === "ordinary") expect(values[first]).not.toBeNaN();
        const off = range(first, 89).filter((t) => !near(values[t]!, formula(bars, t)));
        expect(off.map((t) => [t, values[t], formula(bars, t)])).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe("the catalogue begins where QUANT says", () => {
  const firsts: Readonly<Record<string, number>> = {
    ...{ price_to_sma_5: 4, price_to_sma_20: 19, price_to_sma_50: 49, price_to_sma_200: 199 },
    ...{ sma20_over_sma50: 49, ema_spread_20_50: 49, linreg_slope_12: 11, trange: 1 },
    ...{ macd: 25, macd_pct: 25, macd_signal: 33, macd_hist: 33 },
    ...{ macd_talib: 33, macd_signal_talib: 33, macd_hist_talib: 33 },
    ...{ roc_5: 5, roc_10: 10, roc_20: 20 },
    ...{ bb_upper: 19, bb_mid: 19, bb_lower: 19, bb_pctb: 19, bb_bandwidth: 19, stddev_20_pop: 19 },
    ...{ stoch_fastk: 13, stoch_k: 15, stoch_d: 17, willr_14: 13, cci_20: 19, mfi_14: 14 },
    ...{ parkinson_20: 19, gk_20: 19, rs_20: 19, yz_20: 20, gkyz_20: 20, cc_20: 19, vol_ratio_10_60: 60 },
  };
  const values = computeColumns(
    features,
    randomBars({ seed: 5, symbols: 1, instants: 210, market: "ordinary" }),
  );

  it.each(Object.entries(firsts))("%s at bar %i", (name, first) => {
    expect(values.get(name)?.findIndex((x) => !Number.isNaN(x))).toBe(first);
  });
});

/** Both undefined, or close: nine digits of the value, or of 1 where prices of thousands leave no more. */
function near(got: number, want: number): boolean {
  if (Number.isNaN(want)) return Number.isNaN(got);
  return Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want));
}
