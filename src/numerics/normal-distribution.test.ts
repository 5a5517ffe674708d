/**
 * Goal: probabilities that gates rest on are right to the last places.
 * Method: mpmath values (40 digits), then identities.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erfc, normalCdf, normalPdf, normalQuantile } from "./normal-distribution.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe("normalCdf", () => {
  it.each([
    [-37, 5.725571222524577e-300],
    [-20, 2.7536241186062337e-89],
    [-8, 6.220960574271784e-16],
    [-5.5, 1.8989562465887718e-8],
    [-3, 0.0013498980316300946],
    [-1.96, 0.024997895148220435],
    [-0.5, 0.3085375387259869],
    [-0.1, 0.460172162722971],
    [0, 0.5],
    [0.3, 0.6179114221889527],
    [0.6, 0.7257468822499265],
    [1, 0.8413447460685429],
    [2.5, 0.9937903346742238],
    [6, 0.9999999990134123],
  ])("at %d is %d within 2e-16, and keeps the lower tail's precision", (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThanOrEqual(2.3e-16);
    expect(relative(normalCdf(x), p)).toBeLessThan(2e-13);
  });

  it.each([
    [0.3, 0.6713732405408726],
    [0.5, 0.4795001221869535],
    [3.9, 3.4792248597231765e-8],
    [4.1, 6.700027654084918e-9],
    [9.7, 7.936107563214511e-43],
    [20.3, 2.985318180601636e-181],
    [25.9, 1.0202833184732667e-293],
  ])("erfc of %d is %d within 2e-15 of itself: the square in the exponent is not rounded", (y, value) => {
    expect(relative(erfc(y), value)).toBeLessThan(2e-15);
  });

  it("has definite ends and no opinion on NaN", () => {
    expect([normalCdf(-Infinity), normalCdf(-40), normalCdf(40), normalCdf(Infinity)]).toEqual([0, 0, 1, 1]);
    expect(normalCdf(Number.NaN)).toBeNaN();
    expect(normalPdf(0)).toBeCloseTo(0.3989422804014327, 16);
  });

  it("never falls, is symmetric, and joins its pieces without a step", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (x, step) => {
          expect(normalCdf(x + step)).toBeGreaterThanOrEqual(normalCdf(x) - 3e-16);
          expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15);
        },
      ),
      { numRuns: 2000 },
    );
    for (const joint of [0.46875, 4, -0.46875, -4]) {
      const width = 2 ** -40;
      const slope = (-2 / Math.sqrt(Math.PI)) * Math.exp(-joint * joint);
      expect(erfc(joint + width) - erfc(joint - width)).toBeCloseTo(2 * width * slope, 15);
    }
  });

  it("has the density as its slope", () => {
    for (let x = -6; x <= 6; x += 0.37) {
      const slope = (normalCdf(x + 1e-5) - normalCdf(x - 1e-5)) / 2e-5;
      expect(Math.abs(slope - normalPdf(x))).toBeLessThan(1e-10);
    }
  });
});

describe("normalQuantile", () => {
  it.each([
    [1e-300, -37.0470962993612],
    [1e-100, -21.273453560965326],
    [1e-12, -7.034483825301132],
    [0.001, -3.0902323061678136],
    [0.025, -1.9599639845400543],
    [0.07, -1.4757910281791706],
    [0.075, -1.439531470938456],
    [0.3, -0.5244005127080408],
    [0.8, 0.8416212335729144],
    [0.925, 1.4395314709384561],
    [0.975, 1.9599639845400538],
    [0.9999, 3.7190164854557084],
  ])("of %d is %d within 1e-15 of itself", (p, x) => {
    expect(relative(normalQuantile(p), x)).toBeLessThan(1e-15);
  });

  it("is 0 at one half, infinite at the ends and NaN outside", () => {
    expect([normalQuantile(0.5), normalQuantile(0), normalQuantile(1)]).toEqual([0, -Infinity, Infinity]);
    for (const p of [-0.1, 1.1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
  });

  it("undoes the cumulative probability over the whole lower half", () => {
    const exponent = fc.double({ min: -300, max: Math.log10(0.5), noNaN: true });
    fc.assert(
      fc.property(exponent, (power) => {
        const p = 10 ** power;
        expect(relative(normalCdf(normalQuantile(p)), p)).toBeLessThan(1e-12);
      }),
      { numRuns: 1000 },
    );
  });
});
