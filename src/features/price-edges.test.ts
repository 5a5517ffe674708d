/**
 * Goal    the numbers one can work out on paper, and what happens where a formula divides by nothing.
 * Method  hand-made bars; QUANT's edge values win over what other libraries give on a flat series.
 */
import { describe, expect, it } from "vitest";
import { bollinger } from "./bollinger.ts";
import { commodityChannel } from "./commodity-channel.ts";
import { emaSpread } from "./ema-spread.ts";
import type { Feature } from "./feature.ts";
import { barsFrom, barsOfCloses, type HandMadeBar, valuesOf } from "./hand-made-bars.ts";
import { linregSlope } from "./linreg-slope.ts";
import { macd, macdTalib } from "./macd.ts";
import { moneyFlow } from "./money-flow.ts";
import { averageOverAverage, priceToAverage } from "./price-to-average.ts";
import { rangeVolatility } from "./range-volatility.ts";
import { rateOfChange } from "./rate-of-change.ts";
import { closeToClose, realizedVolatility } from "./realized-volatility.ts";
import { rsi } from "./rsi.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { stochastic } from "./stochastic.ts";
import { trueRangeOfBar } from "./true-range.ts";
import { volatilityRatio } from "./volatility-ratio.ts";
import { williamsR } from "./williams-r.ts";

const times = <Value>(count: number, value: (t: number) => Value) =>
  Array.from({ length: count }, (_, t) => value(t));
const last = (feature: Feature, name: string, bars: Parameters<typeof valuesOf>[2]) =>
  valuesOf(feature, name, bars).at(-1);
/** One value, once warm, at every bar. */
const only = (feature: Feature, name: string, bars: Parameters<typeof valuesOf>[2]) => [
  ...new Set(valuesOf(feature, name, bars).slice(feature.warmup - 1)),
];

const bands = bollinger({ period: 20, deviations: 2 });
const lines = macd({ fast: 12, slow: 26, signal: 9 });
const talibLines = macdTalib({ fast: 12, slow: 26, signal: 9 });
const stoch = stochastic({ period: 14, slow: 3, signal: 3 });
const ranges = rangeVolatility({ period: 20 });

describe("on a flat series", () => {
  const flat = barsOfCloses(times(260, () => 101.37));

  it.each<readonly [Feature, string, number]>([
    [rsi({ period: 14 }), "rsi_14", 50],
    [stoch, "stoch_fastk", 50],
    [stoch, "stoch_k", 50],
    [stoch, "stoch_d", 50],
    [moneyFlow({ period: 14 }), "mfi_14", 50],
    [bands, "bb_pctb", 0.5],
    [bands, "bb_bandwidth", 0],
    [standardDeviation({ period: 20 }), "stddev_20_pop", 0],
    [linregSlope({ period: 12 }), "linreg_slope_12", 0],
    [rateOfChange({ period: 5 }), "roc_5", 0],
    [trueRangeOfBar({}), "trange", 0],
    [ranges, "parkinson_20", 0],
    [ranges, "gk_20", 0],
    [ranges, "rs_20", 0],
    [ranges, "yz_20", 0],
    [ranges, "gkyz_20", 0],
    [closeToClose({ period: 20 }), "cc_20", 0],
    [williamsR({ period: 14 }), "willr_14", Number.NaN],
    [commodityChannel({ period: 20 }), "cci_20", Number.NaN],
    [volatilityRatio({ fast: 10, slow: 60 }), "vol_ratio_10_60", Number.NaN],
  ])("$1 is exactly $2", (feature, name, value) => {
    expect(only(feature, name, flat)).toEqual([value]);
  });

  it("what is built from averages is at most rounding away from 0", () => {
    for (const [feature, name] of [
      [lines, "macd"],
      [lines, "macd_hist"],
      [talibLines, "macd_talib"],
      [priceToAverage({ period: 200 }), "price_to_sma_200"],
      [averageOverAverage({ fast: 20, slow: 50 }), "sma20_over_sma50"],
      [emaSpread({ fast: 20, slow: 50 }), "ema_spread_20_50"],
    ] as const) {
      expect(Math.abs(last(feature, name, flat) ?? 1), name).toBeLessThan(1e-13);
    }
  });

  it("one that was wild before is as flat, to the last bit, once its window is", () => {
    const wild = times(75, (t): HandMadeBar => {
      const close = 100 * (1 + 0.3 * Math.sin(t * t));
      return [100, Math.max(100, close) * 1.1, Math.min(100, close) * 0.9, close, 1e9];
    });
    const bars = barsFrom([...wild, ...times(61, (): HandMadeBar => [7, 7, 7, 7, 0])]);
    for (const name of ["parkinson_20", "gk_20", "rs_20", "yz_20", "gkyz_20"]) {
      expect(last(ranges, name, bars), name).toBe(0);
    }
    const slopes = valuesOf(linregSlope({ period: 12 }), "linreg_slope_12", bars);
    expect(slopes.indexOf(0)).toBe(75 + 11);
    expect(new Set(slopes.slice(75 + 11))).toEqual(new Set([0]));
    expect(last(standardDeviation({ period: 20 }), "stddev_20_pop", bars)).toBe(0);
    expect(last(bands, "bb_pctb", bars)).toBe(0.5);
    expect(last(bands, "bb_mid", bars)).toBe(7);
    expect(last(moneyFlow({ period: 14 }), "mfi_14", bars)).toBe(50);
    expect(last(priceToAverage({ period: 20 }), "price_to_sma_20", bars)).toBe(0);
  });
});

describe("worked by hand", () => {
  /** A ramp of one dollar per bar: an average of n lags it by (n-1)/2, whichever way it is seeded. */
  const ramp = barsOfCloses(times(260, (t) => 100 + t));

  it("on a ramp averages lag by half their length", () => {
    expect(last(lines, "macd", ramp)).toBeCloseTo(7, 10);
    expect(last(lines, "macd_signal", ramp)).toBeCloseTo(7, 10);
    expect(last(lines, "macd_hist", ramp)).toBeCloseTo(0, 10);
    expect(last(lines, "macd_pct", ramp)).toBeCloseTo(7 / 359, 12);
    expect(last(talibLines, "macd_talib", ramp)).toBeCloseTo(7, 10);
    expect(last(emaSpread({ fast: 20, slow: 50 }), "ema_spread_20_50", ramp)).toBeCloseTo(15 / 359, 12);
    expect(last(priceToAverage({ period: 5 }), "price_to_sma_5", ramp)).toBeCloseTo(359 / 357 - 1, 14);
    expect(last(averageOverAverage({ fast: 20, slow: 50 }), "sma20_over_sma50", ramp)).toBeCloseTo(
      349.5 / 334.5 - 1,
      14,
    );
    expect(last(rateOfChange({ period: 10 }), "roc_10", ramp)).toBeCloseTo(1000 / 349, 12);
  });

  it("MACD of TA-Lib begins 8 bars later and differs at first: its fast average is seeded later", () => {
    const bars = barsOfCloses(times(400, (t) => (t < 20 ? 100 : 110)));
    const plain = valuesOf(lines, "macd", bars);
    const talib = valuesOf(talibLines, "macd_talib", bars);
    expect([plain.findIndex(Number.isFinite), talib.findIndex(Number.isFinite)]).toEqual([25, 33]);
    expect(Math.abs(plain[33]! - talib[33]!)).toBeGreaterThan(0.01);
    expect(plain[399]).toBeCloseTo(talib[399]!, 10);
  });

  it("the slope of squares is 2t - 11, exactly, and that of a line near 1e9 keeps its digits", () => {
    const slope = linregSlope({ period: 12 });
    const squares = valuesOf(slope, "linreg_slope_12", barsOfCloses(times(300, (t) => t * t + 1)));
    expect(squares.slice(11)).toEqual(times(289, (t) => 2 * (t + 11) - 11));
    const high = valuesOf(slope, "linreg_slope_12", barsOfCloses(times(300, (t) => 1e9 + t / 1024)));
    expect(new Set(high.slice(11))).toEqual(new Set([1 / 1024]));
  });

  it("Bollinger of 1..20: mean 10.5, deviation sqrt(33.25)", () => {
    const bars = barsOfCloses(times(20, (t) => t + 1));
    const deviation = Math.sqrt(33.25);
    expect(last(bands, "bb_mid", bars)).toBeCloseTo(10.5, 14);
    expect(last(bands, "bb_upper", bars)).toBeCloseTo(10.5 + 2 * deviation, 13);
    expect(last(bands, "bb_lower", bars)).toBeCloseTo(10.5 - 2 * deviation, 13);
    expect(last(bands, "bb_pctb", bars)).toBeCloseTo(0.5 + 9.5 / (4 * deviation), 14);
    expect(last(bands, "bb_bandwidth", bars)).toBeCloseTo((4 * deviation) / 10.5, 14);
    expect(last(standardDeviation({ period: 20 }), "stddev_20_pop", bars)).toBeCloseTo(deviation, 14);
  });

  it("%K and %R of a range from 7 to 12", () => {
    const bars = barsFrom([
      [9, 10, 8, 9, 1],
      [9, 12, 9, 11, 1],
      [11, 11, 7, 10, 1],
    ]);
    expect(last(stochastic({ period: 3, slow: 1, signal: 1 }), "stoch_fastk_3_1_1", bars)).toBe(60);
    expect(last(williamsR({ period: 3 }), "willr_3", bars)).toBe(-40);
  });

  it("CCI of the typical prices 1, 2, 6: three above their mean, two deviating", () => {
    expect(last(commodityChannel({ period: 3 }), "cci_3", barsOfCloses([1, 2, 6]))).toBeCloseTo(100, 11);
  });

  it("MFI sorts flows by the typical price; without volume it is neutral, one-sided it is at its end", () => {
    const feature = moneyFlow({ period: 2 });
    const bar = (close: number, volume: number): HandMadeBar => [close, close, close, close, volume];
    const flows = barsFrom([bar(10, 100), bar(11, 200), bar(10.5, 100), bar(10.5, 900), bar(10.5, 900)]);
    expect(valuesOf(feature, "mfi_2", flows).slice(2)).toEqual([(100 * 2200) / 3250, 0, 50]);
    expect(last(feature, "mfi_2", barsFrom([bar(10, 0), bar(11, 0), bar(12, 0)]))).toBe(50);
    expect(last(feature, "mfi_2", barsFrom([bar(10, 5), bar(11, 5), bar(12, 5)]))).toBe(100);
  });

  it("the true range spans the gap, and the first bar has none", () => {
    const bars = barsFrom([
      [10, 11, 9, 10, 1],
      [14, 15, 13, 14, 1],
      [14, 14.5, 12, 13, 1],
      [8, 9, 7, 8, 1],
    ]);
    expect(valuesOf(trueRangeOfBar({}), "trange", bars)).toEqual([Number.NaN, 5, 2.5, 6]);
  });

  it("range estimators of bars that all look alike", () => {
    const top = Math.exp(0.1);
    const returning = barsFrom(times(25, (): HandMadeBar => [100, 100 * top, 100, 100, 1]));
    expect(last(ranges, "parkinson_20", returning)).toBeCloseTo(0.1 * Math.sqrt(252 / (4 * Math.LN2)), 12);
    expect(last(ranges, "gk_20", returning)).toBeCloseTo(0.1 * Math.sqrt(126), 12);
    expect(last(ranges, "rs_20", returning)).toBeCloseTo(0.1 * Math.sqrt(252), 12);
    expect(last(ranges, "gkyz_20", returning)).toBeCloseTo(0.1 * Math.sqrt(126), 12);
    const k = 0.34 / (1.34 + 21 / 19);
    expect(last(ranges, "yz_20", returning)).toBeCloseTo(0.1 * Math.sqrt(252 * (1 - k)), 12);
  });

  it("Rogers-Satchell is 0 when every bar opens at one end and closes at the other", () => {
    const bars = barsFrom(times(25, (t): HandMadeBar => [100 + t, 103 + t, 100 + t, 103 + t, 1]));
    expect(last(ranges, "rs_20", bars)).toBe(0);
  });

  it("close-to-close counts closes, and the ratio is that of two realized volatilities, bit for bit", () => {
    const bars = barsOfCloses(times(120, (t) => 100 + 5 * Math.sin(t * t)));
    const nineteen = valuesOf(realizedVolatility({ period: 19 }), "realized_vol_19", bars);
    expect(valuesOf(closeToClose({ period: 20 }), "cc_20", bars)).toEqual(nineteen);
    const short = valuesOf(realizedVolatility({ period: 10 }), "realized_vol_10", bars);
    const long = valuesOf(realizedVolatility({ period: 60 }), "realized_vol_60", bars);
    const ratio = valuesOf(volatilityRatio({ fast: 10, slow: 60 }), "vol_ratio_10_60", bars);
    expect(ratio).toEqual(short.map((x, t) => x / long[t]!));
  });
});

describe("parameters", () => {
  it("other than the catalogue's stand in the output names, so that both can be computed at once", () => {
    expect(bands.outputs).toEqual(["bb_upper", "bb_mid", "bb_lower", "bb_pctb", "bb_bandwidth"]);
    expect(bollinger({ period: 10, deviations: 1.5 }).outputs[0]).toBe("bb_upper_10_1.5");
    expect(macd({ fast: 5, slow: 34, signal: 5 }).outputs[0]).toBe("macd_5_34_5");
    expect(stochastic({ period: 5, slow: 3, signal: 3 }).outputs[2]).toBe("stoch_d_5_3_3");
  });

  it("a fast window that is not shorter than the slow one is refused by name", () => {
    expect(() => macd({ fast: 26, slow: 12, signal: 9 })).toThrow(/fast must be shorter than slow/);
    expect(() => emaSpread({ fast: 50, slow: 50 })).toThrow(/fast must be shorter than slow/);
    expect(() => averageOverAverage({ fast: 50, slow: 20 })).toThrow(/fast must be shorter than slow/);
    expect(() => volatilityRatio({ fast: 60, slow: 10 })).toThrow(/fast must be shorter than slow/);
  });
});
