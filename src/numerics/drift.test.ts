/**
 * Goal    the drift statistics equal independent ones, count what they say they count, and do not cry wolf.
 * Method  golden file (scipy, numpy), cases by hand, a brute-force permutation count, properties.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquareQuantile, gammaCdf, logGamma } from "./gamma-distribution.ts";
import { kolmogorovSf, kolmogorovSmirnov, oneSampleP } from "./kolmogorov-smirnov.ts";
import { populationStability } from "./population-stability.ts";
import { createRng } from "./rng.ts";

const golden = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
const file = join(golden, "drift_psi_ks.json");

describe.skipIf(!existsSync(file))("golden drift_psi_ks.json (absent: skipped)", () => {
  const read = () => {
    const { expected, tolerance } = JSON.parse(readFileSync(file, "utf8"));
    const [head = "", ...rows] = readFileSync(join(golden, "spx_vix_daily.csv"), "utf8").trim().split("\n");
    const column = head.split(",").indexOf("spx_close");
    const close = rows.map((row) => Number(row.split(",")[column]));
    const returns = Float64Array.from(close.slice(1), (price, n) => price / close[n]! - 1);
    return { expected, tolerance, ref: returns.slice(0, 600), cur: returns.slice(700, 1000) };
  };

  it("PSI: edges, counts and index", () => {
    const { expected, tolerance, ref, cur } = read();
    const { index, edges, reference, current } = populationStability(ref, cur);
    expect([...reference.slice(0, -1)]).toEqual(expected.ref_counts);
    expect([...current.slice(0, -1)]).toEqual(expected.cur_counts);
    for (const [k, edge] of edges.entries())
      expect(Math.abs(edge - expected.edges_inner[k])).toBeLessThan(tolerance.abs);
    expect(Math.abs(index / expected.psi - 1)).toBeLessThan(tolerance.rel);
  });

  it("KS: distance and both p-values", () => {
    const { expected, tolerance, ref, cur } = read();
    const large = kolmogorovSmirnov(ref, cur);
    expect(large.method).toBe("asymptotic");
    expect(Math.abs(large.distance - expected.ks_D)).toBeLessThan(tolerance.abs);
    expect(Math.abs(large.p / expected.ks_p_asymp - 1)).toBeLessThan(tolerance.rel);
    const small = kolmogorovSmirnov(ref.slice(0, 40), cur.slice(0, 30));
    expect(small.method).toBe("exact");
    expect(Math.abs(small.distance - expected.ks_small_D)).toBeLessThan(tolerance.abs);
    expect(Math.abs(small.p / expected.ks_small_p_exact - 1)).toBeLessThan(tolerance.rel);
    for (const [z, p] of Object.entries<number>(expected.kolmogorov_sf)) {
      expect(Math.abs(kolmogorovSf(Number(z)) / p - 1)).toBeLessThan(tolerance.rel);
    }
  });
});

describe("gamma", () => {
  it("knows factorials, a half, and chi-square's tables", () => {
    expect(Math.exp(logGamma(11))).toBeCloseTo(3_628_800, 5);
    expect(Math.exp(2 * logGamma(0.5))).toBeCloseTo(Math.PI, 12);
    expect(gammaCdf(1, 2)).toBeCloseTo(1 - Math.exp(-2), 14);
    expect(chiSquareQuantile(0.95, 1)).toBeCloseTo(3.841458820694124, 9);
    expect(chiSquareQuantile(0.95, 9)).toBeCloseTo(16.918977604620448, 9);
    expect(chiSquareQuantile(0.95, 100)).toBeCloseTo(124.34211340400407, 8);
    expect([logGamma(0), gammaCdf(0, 1), chiSquareQuantile(1, 3)]).toEqual([NaN, NaN, NaN]);
  });
});

describe("PSI", () => {
  const values = (...given: readonly number[]) => Float64Array.from(given);

  it("is zero for itself, and counts a value that two edges share once", () => {
    const sample = Float64Array.from({ length: 200 }, (_, n) => Math.sin(n) * n);
    expect(populationStability(sample, sample).index).toBe(0);
  });

  it("compares categories value by value, new ones with their nearest neighbour below", () => {
    const before = values(0, 0, 0, 1, 1, 1, 1, 2, 2, 2);
    const { edges, reference, current } = populationStability(before, values(0, 1, 1, 1.5, 2, 7));
    expect([[...edges], [...reference], [...current]]).toEqual([
      [1, 2],
      [3, 4, 3, 0],
      [1, 3, 2, 0],
    ]);
  });

  it("sees values go missing, and has nothing to say without any", () => {
    const full = Float64Array.from({ length: 100 }, (_, n) => n);
    const holes = full.map((value) => (value % 2 === 0 ? Number.NaN : value));
    expect(populationStability(full, holes).index).toBeGreaterThan(1);
    expect(populationStability(values(Number.NaN), full).index).toBeNaN();
    expect(populationStability(full, values()).index).toBeNaN();
  });

  it("of two equal distributions stays below its critical value about 95 times in a hundred", () => {
    const rng = createRng(5, "psi");
    let below = 0;
    for (let run = 0; run < 400; run++) {
      const draw = () => Float64Array.from({ length: 300 }, () => rng.normal());
      const { index, critical } = populationStability(draw(), draw());
      if (index < critical) below += 1;
    }
    expect(below / 400).toBeGreaterThan(0.9);
    expect(below / 400).toBeLessThan(0.99);
  });
});

describe("KS", () => {
  it("by hand: two against two, apart and alternating", () => {
    const test = (a: readonly number[], b: readonly number[]) =>
      kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b));
    // Two of the six orders of aabb keep the samples apart.
    expect(test([1, 2], [3, 4])).toEqual({ distance: 1, p: expect.closeTo(1 / 3, 12), method: "exact" });
    expect(test([1, 3], [2, 4]).distance).toBe(0.5);
    expect(test([1, 3], [2, 4]).p).toBeCloseTo(1, 12);
    expect(test([1, 2], [1, 2])).toMatchObject({ distance: 0, p: 1 });
    expect(test([], [1]).p).toBeNaN();
  });

  it("the exact p is the share of all orders that lie at least as far apart", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (n, m, pick) => {
        const orders = choices(n + m, n).map((mine) => distanceOf(mine, n, m));
        const seen = orders[pick % orders.length] as number;
        const far = orders.filter((distance) => distance >= seen - 1e-12).length / orders.length;
        const mine = choices(n + m, n)[pick % orders.length] as readonly number[];
        const others = Array.from({ length: n + m }, (_, k) => k).filter((k) => !mine.includes(k));
        const { p } = kolmogorovSmirnov(Float64Array.from(mine), Float64Array.from(others));
        expect(p).toBeCloseTo(far, 10);
      }),
      { numRuns: 100 },
    );
  });

  it("the one-sample law falls with the distance and joins where its three formulas meet", () => {
    for (const n of [3, 50, 140, 141, 4_000, 100_000]) {
      let before = 1;
      for (let z = 0.3; z < 3; z += 0.02) {
        const p = oneSampleP(n, z / Math.sqrt(n));
        expect(p).toBeLessThanOrEqual(before + 2e-6);
        before = p;
      }
    }
    // n = 1: P(D >= d) = 2 (1 - d) for d >= 1/2.
    expect(oneSampleP(1, 0.75)).toBeCloseTo(0.5, 12);
    // The authors' own example (Marsaglia, Tsang, Wang 2003).
    expect(1 - oneSampleP(10, 0.274)).toBeCloseTo(0.6284796154565, 12);
  });
});

function choices(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  if (n < k) return [];
  return [...choices(n - 1, k), ...choices(n - 1, k - 1).map((rest) => [...rest, n - 1])];
}

function distanceOf(mine: readonly number[], n: number, m: number): number {
  let [seen, most] = [0, 0];
  for (let k = 0; k < n + m; k++) {
    if (mine.includes(k)) seen += 1;
    most = Math.max(most, Math.abs(seen / n - (k + 1 - seen) / m));
  }
  return most;
}
