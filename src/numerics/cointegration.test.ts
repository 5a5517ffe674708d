/**
 * Goal    unit-root and cointegration figures are those of independent libraries, and mean what they say.
 * Method  golden files (statsmodels), 19 pairs of real prices beside them, planted series, properties.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  goldenFolder,
  goldenIsMissing,
  readGolden,
  type Tolerance,
  toleranceOf,
} from "../../test/golden-stock.ts";
import { engleGranger, orthogonalSlope, regressionLine, residualOf, reversionOf } from "./cointegration.ts";
import { unitRootTest } from "./dickey-fuller.ts";
import { falseDiscoveryRates } from "./false-discovery.ts";
import { johansenTrace } from "./johansen.ts";
import { criticalValues, type Deterministic, mackinnonP, type SeriesCount } from "./mackinnon.ts";
import { sampleDeviation } from "./moments.ts";
import { createRng } from "./rng.ts";

interface AdfAnswer {
  readonly stat: number;
  readonly p: number;
  readonly usedlag: number;
  readonly nobs: number;
  readonly crit: Readonly<Record<string, number>>;
}
type Answers = Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;

const titled = (file: string) => (goldenIsMissing ? `${file} (absent: skipped)` : file);
const holdsOf: Readonly<Record<string, Deterministic>> = { n: "none", c: "constant", ct: "trend" };
const near = (found: number, expected: number, { rel, abs }: Tolerance, what: string) =>
  expect(Math.abs(found - expected), `${what}: ${found} for ${expected}`).toBeLessThanOrEqual(
    Math.max(abs, rel * Math.abs(expected)),
  );

function csvColumns(file: string): Readonly<Record<string, Float64Array>> {
  const [head = "", ...lines] = readFileSync(join(goldenFolder, file), "utf8").trim().split("\n");
  const cells = lines.map((line) => line.split(","));
  return Object.fromEntries(
    head.split(",").map((name, n) => [name, Float64Array.from(cells, (row) => Number(row[n]))]),
  );
}
const critical = ({ one, five, ten }: { one: number; five: number; ten: number }) => [one, five, ten];

describe.skipIf(goldenIsMissing)("golden files", () => {
  it(titled("adf.json"), () => {
    const tolerance = toleranceOf("adf.json");
    const { expected } = readGolden<{ expected: Record<string, AdfAnswer> }>("adf.json");
    const prices = Object.values(csvColumns("prices_panel.csv"))[1]!.map(Math.log);
    const series: Readonly<Record<string, Float64Array>> = {
      log_px0: prices,
      ret0: prices.subarray(1, 401).map((value, n) => value - prices[n]!),
      vix: csvColumns("spx_vix_daily.csv").vix_close!.subarray(0, 800),
    };
    expect(Object.keys(expected)).toHaveLength(27);
    for (const [name, { stat, p, usedlag, nobs, crit }] of Object.entries(expected)) {
      const [of = "", regression = "", how = ""] = name.split("|");
      const lag = how === "AIC" ? {} : { lag: Number(how.slice(3)) };
      const found = unitRootTest(series[of]!, { holds: holdsOf[regression]!, ...lag });
      expect([found.lag, found.observations], name).toEqual([usedlag, nobs]);
      near(found.statistic, stat, tolerance, name);
      near(found.p, p, tolerance, `p of ${name}`);
      for (const [k, value] of Object.values(crit).entries())
        near(critical(found.critical)[k]!, value, tolerance, `critical values of ${name}`);
    }
  });

  it(titled("mackinnon_p.json"), () => {
    const tolerance = toleranceOf("mackinnon_p.json");
    const { expected, params } = readGolden<{
      expected: Record<string, number[]>;
      params: { tau: number[]; crit_c_N2_n250: number[]; crit_c_N1_n100: number[] };
    }>("mackinnon_p.json");
    for (const [name, values] of Object.entries(expected)) {
      const [regression = "", count = ""] = name.split("|N");
      for (const [k, tau] of params.tau.entries())
        near(
          mackinnonP(tau, holdsOf[regression]!, Number(count) as SeriesCount),
          values[k]!,
          tolerance,
          `${name} at ${tau}`,
        );
    }
    for (const [k, value] of params.crit_c_N2_n250.entries())
      near(critical(criticalValues("pair", 250))[k]!, value, tolerance, "two series");
    for (const [k, value] of params.crit_c_N1_n100.entries())
      near(critical(criticalValues("constant", 100))[k]!, value, tolerance, "one series");
  });

  it(titled("cointegration.json"), () => {
    const tolerance = toleranceOf("cointegration.json");
    const { expected } = readGolden<{ expected: Record<string, Answers> }>("cointegration.json");
    const panel = csvColumns("prices_panel.csv");
    const log = (symbol: string) => panel[symbol]!.subarray(0, 500).map(Math.log);
    for (const [name, want] of Object.entries(expected)) {
      if (!name.includes("~")) continue;
      const [y, x] = name.split("~").map(log) as [Float64Array, Float64Array];
      const [byAic, withOne] = [engleGranger(y, x), engleGranger(y, x, 1)];
      const residual = residualOf(y, x, byAic);
      const { slope, halfLife } = reversionOf(residual);
      const deviation = sampleDeviation(residual);
      const pairs: readonly (readonly [string, number])[] = [
        ["ols_alpha", byAic.intercept],
        ["ols_beta", byAic.slope],
        ["tls_beta", orthogonalSlope(y, x)],
        ["eg_stat_aic", byAic.statistic],
        ["eg_p_aic", byAic.p],
        ["eg_stat_lag1", withOne.statistic],
        ["eg_p_lag1", withOne.p],
        ["ou_slope_b", slope],
        ["half_life_exact_minus_ln2_over_ln1pb", halfLife],
        ["resid_sd_ddof1", deviation],
        ["z_last_full_sample", residual.at(-1)! / deviation],
      ];
      for (const [key, found] of pairs) near(found, want[key] as number, tolerance, `${key} of ${name}`);
      for (const [k, value] of (want.eg_crit_1_5_10 as number[]).entries())
        near(critical(byAic.critical)[k]!, value, tolerance, `critical values of ${name}`);
    }
    const { eig, trace, trace_crit_90_95_99: crit } = expected.johansen_first3_det0_k1!;
    const [roots, traces] = [eig as readonly number[], trace as readonly number[]];
    const found = johansenTrace(Object.keys(panel).slice(1, 4).map(log))!;
    for (let r = 0; r < 3; r++) {
      near(found.eigenvalues[r]!, roots[r]!, tolerance, "eigenvalue");
      near(found.trace[r]!, traces[r]!, tolerance, "trace");
      expect(found.critical95[r]).toBe((crit as readonly (readonly number[])[])[r]![1]);
    }
  });

  it(titled("multiple_testing.json"), () => {
    const tolerance = toleranceOf("multiple_testing.json");
    const { input, expected } = readGolden<{
      input: { p: number[] };
      expected: Record<"fdr_bh" | "fdr_by", { adj: number[]; reject: boolean[] }>;
    }>("multiple_testing.json");
    for (const [key, dependence] of [
      ["fdr_bh", "independent"],
      ["fdr_by", "any"],
    ] as const) {
      const found = falseDiscoveryRates(Float64Array.from(input.p), dependence);
      for (const [n, value] of expected[key].adj.entries()) near(found[n]!, value, tolerance, key);
      expect(Array.from(found, (rate) => rate <= 0.05)).toEqual(expected[key].reject);
    }
  });
});

const walk = (seed: number, length: number) => {
  const rng = createRng(seed, "walk");
  let at = 0;
  return Float64Array.from({ length }, () => (at += 0.01 * rng.normal()));
};

describe("what it means", () => {
  it("two walks are called one at 5 % about one time in twenty, never by the table of a single series", () => {
    let [asTwo, asOne] = [0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const { p, statistic } = engleGranger(walk(2 * seed, 250), walk(2 * seed + 1, 250), 1);
      if (p <= 0.05) asTwo++;
      if (mackinnonP(statistic, "constant", 1) <= 0.05) asOne++;
    }
    expect(asTwo).toBeGreaterThan(6);
    expect(asTwo).toBeLessThan(36);
    expect(asOne).toBeGreaterThan(2 * asTwo);
  });

  it("a planted pair is found, with its hedge and its half-life", () => {
    const rng = createRng(5, "planted");
    const x = walk(9, 2000);
    let off = 0;
    const y = x.map((value) => {
      off = 0.9 * off + 0.004 * rng.normal();
      return 1.5 * value + off + 2;
    });
    const found = engleGranger(y, x);
    expect(found.p).toBeLessThan(1e-6);
    expect(found.slope).toBeCloseTo(1.5, 1);
    expect(found.intercept).toBeCloseTo(2, 1);
    expect(reversionOf(residualOf(y, x, found)).halfLife).toBeCloseTo(Math.LN2 / -Math.log(0.9), -0.5);
    const { trace, critical95 } = johansenTrace([y, x])!;
    expect(trace[0]).toBeGreaterThan(critical95[0]!);
    expect(trace[1]).toBeLessThan(critical95[1]!);
  });

  it("scale and origin of a series change no statistic, and total least squares has no direction", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (seed, by) => {
          const [y, x] = [walk(seed, 120), walk(seed + 1, 120)];
          const moved = x.map((value) => by * value - 3);
          expect(engleGranger(y, moved, 2).statistic).toBeCloseTo(engleGranger(y, x, 2).statistic, 6);
          expect(orthogonalSlope(y, x) * orthogonalSlope(x, y)).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("what does not move, is too short or is the other series gives no answer instead of a good one", () => {
    const [flat, x] = [new Float64Array(100).fill(3), walk(1, 100)];
    expect(unitRootTest(flat, { holds: "constant" }).p).toBeNaN();
    expect(unitRootTest(x.subarray(0, 3), { holds: "trend" }).p).toBeNaN();
    expect(engleGranger(x, flat).p).toBeNaN();
    expect(engleGranger(flat, x).p).toBeNaN();
    expect(engleGranger(x, x).p).toBeNaN();
    expect(
      engleGranger(
        x,
        x.map((value) => 2 * value + 1),
      ).p,
    ).toBeNaN();
    expect(johansenTrace([x, x])).toBeUndefined();
    expect(reversionOf(Float64Array.of(1, -1, 1, -1, 1, -1)).halfLife).toBeNaN();
    expect(regressionLine(x, flat).slope).toBeNaN();
  });

  it("rates never fall as p rises, are never below p, and silence counts as a test", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const p = Float64Array.from(values).sort();
        const [bh, by] = [falseDiscoveryRates(p, "independent"), falseDiscoveryRates(p, "any")];
        for (const [n, rate] of bh.entries()) {
          expect(rate).toBeGreaterThanOrEqual(p[n]! * (1 - 1e-12));
          expect(rate).toBeGreaterThanOrEqual(bh[n - 1] ?? 0);
          expect(by[n]).toBeGreaterThanOrEqual(rate);
        }
      }),
    );
    const [found, silent] = falseDiscoveryRates(Float64Array.of(0.02, Number.NaN), "independent");
    expect([found, silent]).toEqual([0.04, Number.NaN]);
  });
});
