/**
 * Goal    calibrated probabilities are scikit-learn's, never fall where scores rise, and mean what they say.
 * Method  golden file (skipped by name without it), and laws over any scores: order of rows does not matter,
 * isotonic is
 *         the best rising fit, Platt sits where its gradient vanishes.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { calibrated, calibrator, type IsotonicCalibrator } from "../../models/calibration/calibrator.ts";
import { createRng } from "../../numerics/rng.ts";
import { fitCalibrator } from "./fit-calibrator.ts";
import { fitIsotonic } from "./isotonic.ts";
import { fitPlatt } from "./platt.ts";
import { reliability } from "./reliability.ts";
import type { ScoredOutcomes } from "./scored-outcomes.ts";

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder} is missing)` : "";

const data = (
  score: readonly number[],
  outcome: readonly number[],
  weight?: readonly number[],
): ScoredOutcomes => ({
  score: Float64Array.from(score),
  outcome: Uint8Array.from(outcome),
  ...(weight === undefined ? {} : { weight: Float64Array.from(weight) }),
});

describe.skipIf(goldenIsMissing)(`calibration${missing}`, () => {
  const file = "calibration.json";
  const golden = goldenIsMissing
    ? undefined
    : readGolden<{
        input: Record<string, number[]>;
        expected: Record<string, number[]> & Record<string, number>;
      }>(file);
  const listOf = (key: string): number[] => golden?.input[key] ?? golden?.expected[key] ?? [];
  const fit = data(listOf("fit_scores"), listOf("fit_y"));
  const agree = (actual: readonly number[], key: string) => {
    const { rel, abs } = toleranceOf(file);
    const expected = [golden?.expected[key] ?? []].flat() as number[];
    expect(actual.length).toBe(expected.length);
    expect(expected.length).toBeGreaterThan(0);
    expect(
      expected.filter((want, i) => !(Math.abs(actual[i]! - want) <= abs + rel * Math.abs(want))),
    ).toEqual([]);
  };

  it("isotonic corners, predictions and Brier score", () => {
    const isotonic = fitIsotonic(fit);
    agree(isotonic.scores, "iso_x_thresholds");
    agree(isotonic.probabilities, "iso_y_thresholds");
    const said = listOf("test_scores").map((score) => calibrated(isotonic, score));
    agree(said, "iso_pred");
    agree([reliability(data(said, listOf("test_y"))).brier], "brier_iso");
  });

  it("Platt's parameters, predictions and Brier score", () => {
    const platt = fitPlatt(fit);
    agree([platt.a], "platt_a");
    agree([platt.b], "platt_b");
    const said = listOf("test_scores").map((score) => calibrated(platt, score));
    agree(said, "platt_pred");
    agree([reliability(data(said, listOf("test_y"))).brier], "brier_platt");
  });
});

/** Rows with many equal scores; both classes and uneven weights. */
const anyRows = fc.array(
  fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 4 })),
  { minLength: 1, maxLength: 60 },
);
const rowsOf = (rows: readonly (readonly [number, number, number])[]): ScoredOutcomes =>
  data(
    rows.map(([score]) => score / 2),
    rows.map(([, outcome]) => outcome),
    rows.map(([, , weight]) => weight),
  );

describe("isotonic", () => {
  it("rises, is kept as plain data, and ignores the order of rows", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const fitted = fitIsotonic(rowsOf(rows));
        expect(calibrator.parse(JSON.parse(JSON.stringify(fitted)))).toEqual(fitted);
        expect(fitIsotonic(rowsOf(rows.toReversed()))).toEqual(fitted);
        const whole = rows.flatMap(([score, outcome, weight]) =>
          Array.from({ length: weight }, () => [score, outcome, 1] as const),
        );
        expect(fitIsotonic(rowsOf(whole))).toEqual(fitted);
      }),
    );
  });

  it("no other rising fit is nearer: it equals the min-max formula at every score", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const fitted = fitIsotonic(rowsOf(rows));
        const scores = [...new Set(rows.map(([score]) => score))].toSorted((a, b) => a - b);
        const share = (from: number, to: number) => {
          const within = rows.filter(([score]) => score >= from && score <= to);
          const weight = within.reduce((sum, [, , w]) => sum + w, 0);
          return within.reduce((sum, [, outcome, w]) => sum + w * outcome, 0) / weight;
        };
        for (const score of scores) {
          const best = Math.max(
            ...scores
              .filter((low) => low <= score)
              .map((low) =>
                Math.min(...scores.filter((high) => high >= score).map((high) => share(low, high))),
              ),
          );
          expect(calibrated(fitted, score / 2)).toBeCloseTo(best, 12);
        }
      }),
    );
  });

  it("straight between corners, flat beyond them, and NaN stays NaN", () => {
    const fitted = fitIsotonic(data([0, 1, 2, 2], [0, 0, 1, 0]));
    expect([-5, 0, 1, 1.5, 2, 9].map((score) => calibrated(fitted, score))).toEqual([
      0, 0, 0, 0.25, 0.5, 0.5,
    ]);
    expect(calibrated(fitted, Number.NaN)).toBeNaN();
  });
});

describe("Platt", () => {
  it("sits where both parts of the weighted gradient vanish, even when scores separate the classes", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const { score, outcome, weight } = rowsOf(rows);
        const fitted = fitPlatt(rowsOf(rows));
        const of = (cls: number) => rows.reduce((sum, row) => sum + (row[1] === cls ? row[2] : 0), 0);
        const targets = [1 / (of(0) + 2), (of(1) + 1) / (of(1) + 2)];
        let slopeA = 0;
        let slopeB = 0;
        for (let i = 0; i < score.length; i++) {
          const error = weight![i]! * (targets[outcome[i]!]! - calibrated(fitted, score[i]!));
          slopeA += error * score[i]!;
          slopeB += error;
        }
        expect(Math.abs(slopeA)).toBeLessThan(1e-6);
        expect(Math.abs(slopeB)).toBeLessThan(1e-6);
      }),
    );
  });

  it("finds the curve that made the outcomes", () => {
    const rng = createRng(7, "platt");
    const score = Float64Array.from({ length: 20_000 }, () => rng.normal());
    const outcome = Uint8Array.from(score, (s) =>
      rng.uniform() < 1 / (1 + Math.exp(-1.5 * s + 0.4)) ? 1 : 0,
    );
    const { a, b } = fitPlatt({ score, outcome });
    expect(a).toBeCloseTo(-1.5, 1);
    expect(b).toBeCloseTo(0.4, 1);
  });

  it("very large scores give probabilities and not NaN", () => {
    const fitted = { kind: "platt", a: -1, b: 0 } as const;
    expect([calibrated(fitted, 1e4), calibrated(fitted, -1e4)]).toEqual([1, 0]);
    expect(Number.isFinite(fitPlatt(data([1e6, -1e6, 5e5], [1, 0, 1])).a)).toBe(true);
  });
});

describe("which calibration", () => {
  it("isotonic from 1,000 rows, Platt below", () => {
    const rows = (n: number) => ({
      score: Float64Array.from({ length: n }, (_, i) => i),
      outcome: Uint8Array.from({ length: n }, (_, i) => i % 2),
    });
    expect(fitCalibrator(rows(1_000)).kind).toBe("isotonic");
    expect(fitCalibrator(rows(999)).kind).toBe("platt");
  });

  it("a few rows that all came out alike are no certainty: each step has a row of either kind beside its own", () => {
    const score = Float64Array.from({ length: 1_000 }, (_, i) => i);
    const outcome = Uint8Array.from(score, (s) => (s >= 995 ? 1 : s < 3 ? 0 : s % 2));
    const fitted = fitCalibrator({ score, outcome });
    expect([-1, 996, 2_000].map((s) => calibrated(fitted, s))).toEqual([1 / 5, 6 / 7, 6 / 7]);
    expect(calibrator.parse(fitted)).toEqual(fitted);
    fc.assert(
      fc.property(anyRows, fc.constantFrom(0.5, 1, 20), (rows, prior) => {
        const { probabilities } = calibrator.parse(fitIsotonic(rowsOf(rows), prior)) as IsotonicCalibrator;
        expect(Math.min(...probabilities)).toBeGreaterThan(0);
        expect(Math.max(...probabilities)).toBeLessThan(1);
      }),
    );
  });

  it("scores that rank the wrong way round know nothing: they are not turned over", () => {
    const score = Float64Array.from({ length: 600 }, (_, i) => i);
    const outcome = Uint8Array.from(score, (s) => (s < 400 && s % 2 === 0 ? 1 : 0));
    expect(fitPlatt({ score, outcome }).a).toBeGreaterThan(0);
    const fitted = fitCalibrator({ score, outcome });
    const said = [...score].map((s) => calibrated(fitted, s));
    expect(Math.max(...said) - Math.min(...said)).toBe(0);
    expect(said[0]).toBeCloseTo(1 / 3, 2);
  });

  it("what cannot be calibrated is refused, and so is a kept one that does not rise", () => {
    expect(() => fitCalibrator(data([], []))).toThrow("score has no values");
    expect(() => fitCalibrator(data([1], [1, 0]))).toThrow("outcome has 2 values");
    expect(() => fitCalibrator(data([Number.NaN], [1]))).toThrow("score NaN of row 0");
    expect(() => fitCalibrator(data([1], [2]))).toThrow("outcome 2 of row 0");
    expect(() => fitPlatt(data([1], [1], [-1]))).toThrow("weight -1 of row 0");
    expect(() => fitIsotonic(data([1], [1], [0]))).toThrow("weight is 0 in every row");
    const falling = { kind: "isotonic", scores: [0, 1], probabilities: [0.5, 0.4] };
    expect(calibrator.safeParse(falling).success).toBe(false);
  });
});

describe("reliability", () => {
  it("ten bins of equal mass, what they said and what came", () => {
    const score = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
    const { bins, brier, calibrationError } = reliability(
      data(
        score,
        score.map((p) => (p > 0.5 ? 1 : 0)),
      ),
    );
    expect(bins.map(({ rows }) => rows)).toEqual(new Array(10).fill(10));
    expect(bins[0]).toMatchObject({ from: 0.005, to: 0.095, came: 0 });
    expect(bins[0]?.said).toBeCloseTo(0.05, 12);
    expect(calibrationError).toBeCloseTo(0.25, 12);
    expect(brier).toBeCloseTo(score.reduce((sum, p) => sum + (p - (p > 0.5 ? 1 : 0)) ** 2, 0) / 100, 12);
  });

  it("rows of one probability are never parted, so the order of rows does not matter", () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const scaled = rows.map(([score, outcome, weight]) => [(score + 6) / 6, outcome, weight] as const);
        const found = reliability(rowsOf(scaled));
        const shuffled = reliability(rowsOf(scaled.toReversed()));
        expect(shuffled.bins.map(({ rows: n, from, to }) => [n, from, to])).toEqual(
          found.bins.map(({ rows: n, from, to }) => [n, from, to]),
        );
        expect(shuffled.calibrationError).toBeCloseTo(found.calibrationError, 12);
        expect(found.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
        found.bins.slice(1).forEach((bin, i) => {
          expect(bin.from).toBeGreaterThan(found.bins[i]!.to);
        });
      }),
    );
  });

  it("calibrating noise-free outcomes brings the error down", () => {
    const rng = createRng(11, "reliability");
    const score = Float64Array.from({ length: 4_000 }, () => rng.uniform());
    const outcome = Uint8Array.from(score, (p) => (rng.uniform() < p * p ? 1 : 0));
    const isotonic = fitIsotonic({ score, outcome });
    const before = reliability({ score, outcome }).calibrationError;
    const after = reliability({ score: score.map((p) => calibrated(isotonic, p)), outcome }).calibrationError;
    expect(before).toBeGreaterThan(0.1);
    expect(after).toBeLessThan(0.01);
    expect(() => reliability(data([1.5], [1]))).toThrow("score 1.5 is no probability");
  });
});
