/** What every portfolio keeps, whatever the assets: its bounds, its sum, and one clear line for what cannot be. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../numerics/rng.ts";
import { blackLitterman } from "./black-litterman.ts";
import { covarianceOf, type ReturnsPanel, shrinkageTargets } from "./covariance.ts";
import { hierarchicalParity } from "./hierarchical-parity.ts";
import { maximumSharpe, minimumVariance } from "./mean-variance.ts";
import { varianceOf, withoutDust } from "./portfolio-problem.ts";
import { riskContributions, riskParity } from "./risk-parity.ts";

function randomPanel(seed: number, assets: number, rows = 60): ReturnsPanel {
  const rng = createRng(seed, "panel");
  const loading = Array.from({ length: assets }, () => 0.5 + rng.uniform());
  const scale = Array.from({ length: assets }, () => 0.005 + 0.03 * rng.uniform());
  const values = Float64Array.from({ length: rows }, () => 0);
  const list: number[] = [];
  for (const _ of values) {
    const market = 0.01 * rng.normal();
    for (let i = 0; i < assets; i++) list.push(loading[i]! * market + scale[i]! * rng.normal());
  }
  return { rows, assets, values: Float64Array.from(list) };
}

const seeds = fc.integer({ min: 0, max: 1e6 });
const sum = (weights: Float64Array) => weights.reduce((a, b) => a + b, 0);

describe("covariances", () => {
  it("are positive definite with fewer rows than assets once shrunk, and lie between sample and target", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const wide = randomPanel(seed, 20, 15);
        const { matrix, shrinkage } = covarianceOf(wide, "identity");
        expect(shrinkage).toBeGreaterThan(0);
        expect(shrinkage).toBeLessThanOrEqual(1);
        expect(() => minimumVariance(matrix)).not.toThrow();
        expect(() => minimumVariance(covarianceOf(wide, "none").matrix)).toThrow(/not positive definite/);
      }),
      { numRuns: 30 },
    );
  });

  it.each(shrinkageTargets)("refuse a hole, an asset that never moves and too few rows, %s", (target) => {
    const panel = randomPanel(1, 3, 10);
    const holed = { ...panel, values: panel.values.with(4, Number.NaN) };
    expect(() => covarianceOf(holed, target)).toThrow(/row 2, column 2 is NaN/);
    const still = { ...panel, values: panel.values.map((value, k) => (k % 3 === 2 ? 0.01 : value)) };
    expect(() => covarianceOf(still, target)).toThrow(/column 3 never changes/);
    expect(() => covarianceOf({ ...panel, rows: 2, values: panel.values.slice(0, 6) }, target)).toThrow(
      /at least 3/,
    );
  });
});

describe("weights", () => {
  it("keep box and sectors, sum to 1, and nobody feasible has less variance", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 4, max: 12 }), (seed, n) => {
        const { matrix } = covarianceOf(randomPanel(seed, n), "identity");
        const bounds = { most: 0.5, sectors: [{ name: "one", assets: [0, 1], least: 0.1, most: 0.3 }] };
        for (const weights of [
          minimumVariance(matrix, bounds),
          maximumSharpe(
            Float64Array.from({ length: n }, (_, i) => 0.01 * (i + 1)),
            matrix,
            0,
            bounds,
          ).weights,
        ]) {
          expect(sum(weights)).toBeCloseTo(1, 10);
          expect(Math.min(...weights)).toBeGreaterThan(-1e-10);
          expect(Math.max(...weights)).toBeLessThan(0.5 + 1e-10);
          expect(weights[0]! + weights[1]!).toBeGreaterThan(0.1 - 1e-10);
          expect(weights[0]! + weights[1]!).toBeLessThan(0.3 + 1e-10);
        }
        const least = varianceOf(minimumVariance(matrix), matrix);
        for (const other of [riskParity(matrix), hierarchicalParity(matrix).weights])
          expect(varianceOf(other, matrix)).toBeGreaterThanOrEqual(least - 1e-15);
      }),
      { numRuns: 60 },
    );
  });

  it("most Sharpe: no other portfolio of longs has a higher ratio; none above the riskless rate is said", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const n = 6;
        const { matrix } = covarianceOf(randomPanel(seed, n), "constant_correlation");
        const rng = createRng(seed, "mu");
        const mu = Float64Array.from({ length: n }, () => 0.001 * rng.normal() + 0.0005);
        fc.pre(mu.some((value) => value > 0));
        const ratio = (w: Float64Array) =>
          w.reduce((s, x, i) => s + x * mu[i]!, 0) / Math.sqrt(varianceOf(w, matrix));
        const best = ratio(maximumSharpe(mu, matrix).weights);
        for (let k = 0; k < 40; k++) {
          const raw = Float64Array.from({ length: n }, () => rng.uniform() ** 4);
          const all = sum(raw);
          expect(ratio(raw.map((value) => value / all))).toBeLessThanOrEqual(best + 1e-12);
        }
        const none = maximumSharpe(mu, matrix, 1);
        expect(none.isFallback).toBe(true);
        expect([...none.weights]).toEqual([...minimumVariance(matrix)]);
      }),
      { numRuns: 60 },
    );
  });

  it("equal risk is equal, and budgets are met", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { matrix } = covarianceOf(randomPanel(seed, 7), "single_factor");
        const parts = riskContributions(riskParity(matrix), matrix);
        for (const part of parts) expect(part).toBeCloseTo(1 / 7, 9);
        const budget = Float64Array.of(0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1);
        expect(riskContributions(riskParity(matrix, budget), matrix)[0]).toBeCloseTo(0.4, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("do not depend on the unit of returns or on the order of assets", () => {
    const { matrix } = covarianceOf(randomPanel(3, 5), "identity");
    const scaled = matrix.map((value) => 1e4 * value);
    for (const make of [minimumVariance, riskParity, (m: Float64Array) => hierarchicalParity(m).weights])
      for (const [i, weight] of make(scaled).entries()) expect(weight).toBeCloseTo(make(matrix)[i]!, 10);
    const reversed = matrix.map((_, k) => matrix[(4 - Math.floor(k / 5)) * 5 + (4 - (k % 5))]!);
    expect([...minimumVariance(reversed)].toReversed().map((w) => w.toFixed(10))).toEqual(
      [...minimumVariance(matrix)].map((w) => w.toFixed(10)),
    );
  });

  it("one clear line for bounds that cannot be kept and figures that are none", () => {
    const { matrix } = covarianceOf(randomPanel(4, 3), "identity");
    expect(() => minimumVariance(matrix, { most: 0.3 })).toThrow(/no weights that sum to 1 keep all of them/);
    expect(() => minimumVariance(matrix.with(1, Number.NaN))).toThrow(/figure 2 is NaN/);
    expect(() => maximumSharpe(Float64Array.of(1, Number.NaN, 1), matrix)).toThrow(/number 2 is NaN/);
    expect(() => riskParity(matrix, Float64Array.of(0.5, 0.5, 0.5))).toThrow(/sum to 1/);
  });

  it("dust is no position", () => {
    expect([...withoutDust(Float64Array.of(0.25, 0.25, 1e-6))]).toEqual([0.5, 0.5, 0]);
  });
});

describe("Black-Litterman", () => {
  const { matrix } = covarianceOf(randomPanel(5, 4), "identity");
  const prior = Float64Array.of(0.05, 0.06, 0.07, 0.08);
  const view = { portfolio: Float64Array.of(1, 0, 0, 0), expected: 0.2 };

  it("without views is the prior; with a certain one the view holds; the surer, the nearer", () => {
    expect([...blackLitterman(prior, matrix, []).expected]).toEqual([...prior]);
    const first = (confidence: number) =>
      blackLitterman(prior, matrix, [{ ...view, confidence }]).expected[0]!;
    expect(first(1)).toBeCloseTo(0.2, 12);
    expect([first(0), first(0.3), first(0.6), first(0.9)]).toEqual(
      [first(0), first(0.3), first(0.6), first(0.9)].toSorted((a, b) => a - b),
    );
    expect(first(0)).toBe(0.05);
  });

  it("refuses a view that is none", () => {
    expect(() => blackLitterman(prior, matrix, [{ ...view, portfolio: new Float64Array(4) }])).toThrow(
      /view 1/,
    );
    expect(() => blackLitterman(prior, matrix, [{ ...view, confidence: 2 }])).toThrow(/confidence 2/);
  });
});
