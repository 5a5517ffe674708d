/**
 * Goal: gates that reject luck compute what the papers say.
 * Method: golden psr_dsr.json, the papers' examples, limits.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleDeviation } from "./moments.ts";
import {
  averageCorrelation,
  deflatedSharpe,
  effectiveTrials,
  expectedMaximumSharpe,
  minimumTrackRecordLength,
  probabilisticSharpe,
  type SharpeSample,
  sharpeSample,
  sharpeStandardError,
} from "./sharpe-inference.ts";

const root = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
const path = (name: string) => resolve(root, name);
const inputs = ["psr_dsr.json", "spx_vix_daily.csv", "prices_panel.csv", "trials_returns.csv"];
const has = inputs.every((name) => existsSync(path(name)));

interface Golden {
  readonly tolerance: { readonly rel: number; readonly abs: number };
  readonly expected: {
    readonly spx: Readonly<Record<string, number>>;
    readonly first_panel: Readonly<Record<string, number>>;
    readonly short_120: Readonly<Record<string, number>>;
    readonly dsr: Readonly<Record<string, number>> & {
      readonly best: string;
      readonly expected_max_unit_sd: Readonly<Record<string, number>>;
    };
    readonly bailey_ldp_closed_form: Readonly<Record<string, number>>;
  };
}

const make = (sharpe: number, observations: number, skewness: number, kurtosis: number): SharpeSample => ({
  sharpe,
  observations,
  skewness,
  kurtosis,
});

describe.skipIf(!has)(
  `golden psr_dsr${has ? "" : " (skipped: golden/psr_dsr.json and its inputs missing)"}`,
  () => {
    const { tolerance, expected } = has
      ? (JSON.parse(readFileSync(path("psr_dsr.json"), "utf8")) as Golden)
      : { tolerance: { rel: 0, abs: 0 }, expected: {} as Golden["expected"] };
    const agree = (actual: number, value: number | undefined, key: string) => {
      expect(value, key).toBeTypeOf("number");
      const slack = tolerance.abs + tolerance.rel * Math.abs(value ?? 0);
      expect(Math.abs(actual - (value ?? 0)), key).toBeLessThanOrEqual(slack);
    };

    it.each(["spx", "first_panel", "short_120"] as const)("%s: moments, PSR and MinTRL", (name) => {
      const file = name === "first_panel" ? "prices_panel.csv" : "spx_vix_daily.csv";
      const returns = simpleReturns(columnOf(path(file), 1));
      const sample = sharpeSample(name === "short_120" ? returns.subarray(0, 120) : returns);
      const actual: Record<string, number> = {
        n: sample.observations,
        sr: sample.sharpe,
        skew: sample.skewness,
        kurt: sample.kurtosis,
        sr_std: sharpeStandardError(sample),
        psr_0: probabilisticSharpe(sample, 0),
        psr_b: probabilisticSharpe(sample, 0.03),
        min_trl_0: minimumTrackRecordLength(sample, { benchmark: 0, confidence: 0.95 }),
        min_trl_b: minimumTrackRecordLength(sample, { benchmark: -0.05, confidence: 0.95 }),
      };
      expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected[name]).toSorted());
      for (const [key, value] of Object.entries(expected[name])) agree(actual[key] ?? Number.NaN, value, key);
    });

    it("the deflated ratio of the best of twenty trials", () => {
      const trials = Array.from({ length: 20 }, (_, i) => columnOf(path("trials_returns.csv"), i + 1));
      const samples = trials.map(sharpeSample);
      const ratios = Float64Array.from(samples, ({ sharpe }) => sharpe);
      const best = ratios.indexOf(ratios.reduce((a, b) => Math.max(a, b)));
      const correlation = averageCorrelation(trials);
      const independent = effectiveTrials(20, correlation);
      const deviation = sampleDeviation(ratios);
      const found = deflatedSharpe(samples[best] ?? make(0, 0, 0, 0), {
        trials: independent,
        sharpeDeviation: deviation,
      });
      expect([`s${best}`, independent]).toEqual([expected.dsr.best, expected.dsr.independent_trials]);
      agree(correlation, expected.dsr.avg_corr, "avg_corr");
      agree(deviation, expected.dsr.trials_sr_sd_ddof1, "trials_sr_sd_ddof1");
      agree(found.expectedMaximum, expected.dsr.expected_max_sr, "expected_max_sr");
      agree(found.probability, expected.dsr.dsr, "dsr");
    });

    it("the expected maximum of 2 to 1000 trials", () => {
      for (const [trials, value] of Object.entries(expected.dsr.expected_max_unit_sd)) {
        agree(expectedMaximumSharpe({ trials: Number(trials), sharpeDeviation: 1 }), value, trials);
      }
    });

    it("the closed-form cases", () => {
      for (const [key, value] of Object.entries(expected.bailey_ldp_closed_form)) {
        const [sharpe = 0, benchmark = 0, n = 0, skew = 0, kurt = 0] = key
          .slice(1, -1)
          .split(",")
          .map(Number);
        agree(probabilisticSharpe(make(sharpe, n, skew, kurt), benchmark), value, key);
      }
    });
  },
);

describe("the papers' examples", () => {
  it("PSR of 24 months at 0.458, skewness -2.448, kurtosis 10.164 is 0.9134", () => {
    expect(probabilisticSharpe(make(0.458, 24, -2.448, 10.164), 0)).toBeCloseTo(0.9134, 4);
  });

  it("DSR of a yearly 2.5 over 1250 days, 100 trials of variance 1/2, skewness -3, kurtosis 10 is 0.900", () => {
    const sample = make(2.5 / Math.sqrt(250), 1250, -3, 10);
    const found = deflatedSharpe(sample, { trials: 100, sharpeDeviation: Math.sqrt(0.5 / 250) });
    expect(found.expectedMaximum).toBeCloseTo(0.1132, 4);
    expect(found.probability).toBeCloseTo(0.9, 3);
  });
});

describe("probabilistic Sharpe", () => {
  it("is one half at its own ratio, NaN without a spread or a positive radicand", () => {
    expect(probabilisticSharpe(make(0.1, 100, 0, 3), 0.1)).toBe(0.5);
    expect(probabilisticSharpe(sharpeSample(Float64Array.of(0.01, 0.01)), 0)).toBeNaN();
    expect(probabilisticSharpe(make(2, 100, 3, 1), 0)).toBeNaN();
    expect(probabilisticSharpe(make(1, 100, 1, 1), 0)).toBeNaN();
    expect(probabilisticSharpe(make(0.1, 1, 0, 3), 0)).toBeNaN();
  });
});

describe("minimum track record", () => {
  it("is the length at which PSR reaches the confidence", () => {
    const part = fc.double({ min: 0.01, max: 0.5, noNaN: true });
    const skew = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(part, part, skew, (benchmark, lead, g3) => {
        const sample = make(benchmark + lead, 100, g3, 5);
        const length = minimumTrackRecordLength(sample, { benchmark, confidence: 0.95 });
        expect(probabilisticSharpe({ ...sample, observations: length }, benchmark)).toBeCloseTo(0.95, 10);
      }),
    );
  });

  it("is infinite at or under the benchmark, although squaring would give a number", () => {
    for (const benchmark of [0.1, 0.2]) {
      expect(minimumTrackRecordLength(make(0.1, 100, 0, 3), { benchmark, confidence: 0.95 })).toBe(Infinity);
    }
    expect(
      minimumTrackRecordLength(make(Number.NaN, 100, 0, 3), { benchmark: 0, confidence: 0.95 }),
    ).toBeNaN();
  });

  it.each([0.5, 1, 95, Number.NaN])("refuses a confidence of %d", (confidence) => {
    expect(() => minimumTrackRecordLength(make(0.1, 9, 0, 3), { benchmark: 0, confidence })).toThrow(
      /pass 0.95/,
    );
  });
});

describe("counting trials", () => {
  it("one trial is not deflated, whatever the deviation", () => {
    const sample = make(0.1, 250, 0, 3);
    const single = deflatedSharpe(sample, { trials: 1, sharpeDeviation: Number.NaN });
    expect(single).toEqual({ probability: probabilisticSharpe(sample, 0), expectedMaximum: 0 });
  });

  it("more trials never help, from 1 on", () => {
    const count = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(count, count, (a, b) => {
        const of = (trials: number) => expectedMaximumSharpe({ trials, sharpeDeviation: 0.03 });
        expect(of(Math.max(a, b))).toBeGreaterThanOrEqual(of(Math.min(a, b)) - 1e-15);
        expect(of(a)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("NU-6: fewer than one trial, and a deviation that is not a size, halt", () => {
    expect(() => expectedMaximumSharpe({ trials: 0, sharpeDeviation: 1 })).toThrow(/NU-6/);
    expect(() => expectedMaximumSharpe({ trials: 2, sharpeDeviation: Number.NaN })).toThrow(/NU-6/);
    expect(() => effectiveTrials(0, 0)).toThrow(/NU-6/);
    expect(() => averageCorrelation([new Float64Array(3), new Float64Array(2)])).toThrow(/NU-6/);
  });

  it("effective trials run from M when unrelated to 2 when all alike, whatever the last bits", () => {
    expect([0, -0.04, 1e-17, -1e-17].map((rho) => effectiveTrials(20, rho))).toEqual([20, 20, 20, 20]);
    expect([1, 1 - 2 ** -53].map((rho) => effectiveTrials(20, rho))).toEqual([2, 2]);
    expect(effectiveTrials(20, 0.5)).toBe(11);
    expect(effectiveTrials(1, 1)).toBe(1);
  });

  it("average correlation of a series with itself is 1, with its mirror -1, alone unknown", () => {
    const series = Float64Array.of(1, 3, 2, 5);
    expect(averageCorrelation([series, series, series])).toBeCloseTo(1, 14);
    expect(averageCorrelation([series, series.map((x) => -x)])).toBeCloseTo(-1, 14);
    expect(averageCorrelation([series])).toBeNaN();
    expect(averageCorrelation([series, new Float64Array(4)])).toBeNaN();
  });
});

function columnOf(file: string, column: number): Float64Array {
  const rows = readFileSync(file, "utf8").trim().split("\n").slice(1);
  return Float64Array.from(rows, (row) => Number(row.split(",")[column]));
}

function simpleReturns(prices: Float64Array): Float64Array {
  return prices.subarray(1).map((price, i) => price / prices[i]! - 1);
}
