/**
 * Goal    at given parameters the likelihood, the filtered and smoothed probabilities and the Viterbi path are the
 *         oracle's; the filter of one day at a time says what the whole pass says, also after a restart and beside
 *         days that were not seen; a covariance that is none is repaired and counted.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GoldenParameters, goldenModel, goldenObservations } from "../../../test/golden-hmm.ts";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { Emission } from "./emission.ts";
import { emissionTable, filteredProbabilities, forward, smoothedProbabilities } from "./forward-backward.ts";
import { type GaussianHmm, hmmToJson, savedHmm } from "./gaussian-hmm.ts";
import { HmmFilter } from "./hmm-filter.ts";
import { viterbi } from "./viterbi.ts";

interface Golden {
  readonly params: GoldenParameters;
  readonly expected: {
    readonly loglik: number;
    readonly viterbi_logprob: number;
    readonly viterbi: readonly number[];
    readonly filtered: readonly (readonly number[])[];
    readonly smoothed: readonly (readonly number[])[];
  };
}

const file = "hmm_fixed_params.json";
const missing = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : "";

describe.skipIf(goldenIsMissing)(`golden HMM at fixed parameters${missing}`, () => {
  const { params, expected } = goldenIsMissing ? ({} as Golden) : readGolden<Golden>(file);
  const hmm = goldenIsMissing ? calmAndWild() : goldenModel(params);
  const days = goldenIsMissing ? new Float64Array(0) : goldenObservations();
  const { rel, abs } = goldenIsMissing ? { rel: 0, abs: 0 } : toleranceOf(file);
  const near = (got: number, want: number) => Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want));
  const worst = (got: Float64Array, want: readonly (readonly number[])[]) => {
    const flat = want.flat();
    expect(got.length).toBe(flat.length);
    return flat.filter((value, k) => !near(got[k]!, value)).length;
  };

  it("log-likelihood", () => {
    expect(near(forward(hmm, emissionTable(hmm, days)).logLikelihood, expected.loglik)).toBe(true);
  });

  it("filtered and smoothed probabilities of every day, and they are not the same", () => {
    const filtered = filteredProbabilities(hmm, days);
    const smoothed = smoothedProbabilities(hmm, days);
    expect(worst(filtered, expected.filtered)).toBe(0);
    expect(worst(smoothed, expected.smoothed)).toBe(0);
    expect(Math.max(...filtered.map((p, k) => Math.abs(p - smoothed[k]!)))).toBeGreaterThan(0.5);
  });

  it("the Viterbi path and its probability", () => {
    const path = viterbi(hmm, days);
    expect(near(path.logProbability, expected.viterbi_logprob)).toBe(true);
    expect([...path.states]).toEqual(expected.viterbi);
  });

  it("day by day as in one pass, and the densities of the days add up to the likelihood", () => {
    const filter = new HmmFilter(hmm);
    let total = 0;
    const off = expected.filtered.filter((want, t) => {
      filter.update(days, t * hmm.inputs);
      total += filter.logDensity;
      return !want.every((p, k) => near(filter.probabilities[k]!, p));
    });
    expect(off).toEqual([]);
    expect(near(total, expected.loglik)).toBe(true);
  });
});

describe("forward and backward", () => {
  it("at any parameters the backward pass finds the same likelihood at every day", () => {
    fc.assert(
      fc.property(anyHmm, anyDays, (hmm, days) => {
        const smoothed = smoothedProbabilities(hmm, days);
        const filtered = filteredProbabilities(hmm, days);
        for (let row = 0; row < smoothed.length; row += hmm.states) {
          expect(smoothed.subarray(row, row + hmm.states).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
        }
        const last = smoothed.length - hmm.states;
        for (let k = last; k < smoothed.length; k++) expect(smoothed[k]).toBeCloseTo(filtered[k]!, 10);
      }),
    );
  });

  it("states that cannot be reached stay impossible and make no NaN", () => {
    const hmm = { ...calmAndWild(), start: Float64Array.of(1, 0), transition: Float64Array.of(1, 0, 0, 1) };
    const days = Float64Array.of(0, 50, 0, -50);
    expect([...filteredProbabilities(hmm, days)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect([...smoothedProbabilities(hmm, days)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect([...viterbi(hmm, days).states]).toEqual([0, 0, 0, 0]);
  });

  it("ties of the Viterbi path go to the lowest state", () => {
    const alike = calmAndWild();
    const hmm = {
      ...alike,
      start: Float64Array.of(0.5, 0.5),
      transition: Float64Array.of(0.5, 0.5, 0.5, 0.5),
      covariances: Float64Array.of(1, 1),
    };
    expect([...viterbi(hmm, Float64Array.of(1, -1, 0)).states]).toEqual([0, 0, 0]);
  });

  it("a table that is no whole number of rows is refused", () => {
    const hmm = { ...calmAndWild(), inputs: 2, means: new Float64Array(4), covariances: unit(2, 2) };
    expect(() => filteredProbabilities(hmm, new Float64Array(3))).toThrow("3 numbers are no rows of 2");
    expect(() => filteredProbabilities(hmm, new Float64Array(0))).toThrow("0 numbers are no rows of 2");
  });
});

describe("the filter", () => {
  it("a restart after any day goes on bit for bit, and a later day changes no earlier one", () => {
    fc.assert(
      fc.property(anyHmm, anyDays, fc.nat({ max: 100 }), (hmm, days, stop) => {
        const whole = new HmmFilter(hmm);
        let part = new HmmFilter(hmm);
        for (let t = 0; t < days.length / hmm.inputs; t++) {
          whole.update(days, t * hmm.inputs);
          if (t === stop) {
            const saved = JSON.parse(JSON.stringify(part.save()));
            part = new HmmFilter(hmm);
            part.load(saved);
          }
          part.update(days.slice(0, (t + 1) * hmm.inputs), t * hmm.inputs);
          expect([...part.probabilities]).toEqual([...whole.probabilities]);
        }
      }),
    );
  });

  it("a day without a reading moves the states on and teaches nothing", () => {
    const hmm = calmAndWild();
    const filter = new HmmFilter(hmm);
    filter.update(Float64Array.of(0), 0);
    const [calm = 0, wild = 0] = filter.probabilities;
    for (const unseen of [Number.NaN, 1e300, -Infinity]) {
      filter.load([calm, wild]);
      filter.update(Float64Array.of(unseen), 0);
      expect(filter.probabilities[0]).toBeCloseTo(0.9 * calm + 0.2 * wild, 14);
      expect(filter.logDensity).toBe(0);
    }
  });

  it("refuses a state that is not K probabilities", () => {
    const filter = new HmmFilter(calmAndWild());
    for (const wrong of [undefined, {}, [1], [0.5, 0.6], [2, -1], ["0.5", 0.5], [null, 1], [Number.NaN, 1]]) {
      expect(() => filter.load(wrong)).toThrow(/filter state .*: allowed are 2 probabilities/);
    }
    filter.update(Float64Array.of(0), 0);
    filter.load(null);
    expect(filter.save()).toBe(null);
  });
});

describe("the repair rule", () => {
  const repaired = (...covariances: number[]) => {
    const hmm = { ...calmAndWild(), inputs: 2, states: 1, means: new Float64Array(2) };
    return new Emission({ ...hmm, covariances: Float64Array.from(covariances) });
  };

  it("counts what it repairs and leaves the others alone", () => {
    expect(repaired(1, 0.5, 0.5, 1).repairs).toBe(0);
    const emission = repaired(1, 1, 1, 1);
    expect(emission.repairs).toBe(1);
    const out = new Float64Array(1);
    emission.logDensities(Float64Array.of(0, 0), 0, out, 0);
    // det = (1 + 1e-6)^2 - 1
    expect(out[0]).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(2e-6 + 1e-12), 6);
    expect(repaired(0, 0, 0, 0).repairs).toBe(1);
    expect(repaired(1, 1.00001, 1.00001, 1).repairs).toBeGreaterThan(1);
  });

  it("refuses what no repair makes a covariance", () => {
    expect(() => repaired(Number.NaN, 0, 0, 1)).toThrow("covariances: that of state 0 is none");
  });
});

describe("a saved model", () => {
  it("comes back bit for bit, and a wrong one is refused by key", () => {
    const hmm = calmAndWild();
    const saved = JSON.parse(JSON.stringify(hmmToJson(hmm)));
    expect(savedHmm.parse(saved)).toEqual(hmm);
    expect(() => savedHmm.parse({ ...saved, means: [0] })).toThrow("1 numbers where 2 states of 1 need 2");
    expect(() => savedHmm.parse({ ...saved, transition: [0.9, 0.2, 0.2, 0.8] })).toThrow("not to 1");
    expect(() => savedHmm.parse({ ...saved, start: [1, 0.1] })).toThrow("not to 1");
    expect(() => savedHmm.parse({ ...saved, covariances: [null, 1] })).toThrow();
  });
});

/** Two states of one input: near 0, and all over the place. */
function calmAndWild(): GaussianHmm {
  return {
    covariance: "full",
    states: 2,
    inputs: 1,
    start: Float64Array.of(0.6, 0.4),
    transition: Float64Array.of(0.9, 0.1, 0.2, 0.8),
    means: Float64Array.of(0, 0),
    covariances: Float64Array.of(1, 9),
  };
}

function unit(states: number, inputs: number): Float64Array {
  return Float64Array.from({ length: states * inputs * inputs }, (_, k) =>
    (k % (inputs * inputs)) % (inputs + 1) === 0 ? 1 : 0,
  );
}

const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const value = fc.double({ min: -4, max: 4, noNaN: true });
const anyDays = fc
  .array(value, { minLength: 40, maxLength: 120 })
  .map((values) => Float64Array.from(values.slice(0, values.length - (values.length % 2))));
const row = fc.tuple(share, share, share).map((parts) => {
  const total = parts[0] + parts[1] + parts[2];
  return parts.map((part) => part / total);
});
const anyHmm: fc.Arbitrary<GaussianHmm> = fc
  .record({
    start: row,
    transition: fc.tuple(row, row, row),
    means: fc.array(value, { minLength: 6, maxLength: 6 }),
    spread: fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    lean: fc.array(fc.double({ min: -0.9, max: 0.9, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ start, transition, means, spread, lean }) => ({
    covariance: "full",
    states: 3,
    inputs: 2,
    start: Float64Array.from(start),
    transition: Float64Array.from(transition.flat()),
    means: Float64Array.from(means),
    covariances: Float64Array.from(
      spread.flatMap((s, k) => [s * s, s * s * lean[k]!, s * s * lean[k]!, s * s]),
    ),
  }));
