/**
 * Goal    covariances and weights equal those of PyPortfolioOpt, scikit-learn, cvxpy and scipy.
 * Method  the golden files at the manifest's tolerance; without them skip by name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import type { LinkageMethod } from "../../numerics/linkage.ts";
import { blackLitterman, impliedReturns, posteriorWeights, type View } from "./black-litterman.ts";
import { covarianceOf, type ReturnsPanel } from "./covariance.ts";
import { hierarchicalParity } from "./hierarchical-parity.ts";
import { maximumSharpe, maximumUtility, minimumVariance } from "./mean-variance.ts";
import { varianceOf } from "./portfolio-problem.ts";
import { riskContributions, riskParity } from "./risk-parity.ts";

type Matrix = readonly (readonly number[])[];
interface Shrunk {
  readonly cov: Matrix;
  readonly delta: number;
}
interface Covariances {
  readonly expected: {
    readonly assets: readonly string[];
    readonly sample_cov_annual: Matrix;
    readonly mean_hist_return_geometric: readonly number[];
    readonly lw_identity_daily: Shrunk;
    readonly lw_constant_variance_annual: Shrunk;
    readonly lw_single_factor_annual: Shrunk;
    readonly lw_constant_correlation_annual: Shrunk;
  };
}

const flat = (matrix: Matrix): Float64Array => Float64Array.from(matrix.flat());
const YEAR = 252;

/** Simple returns of the last 504 price rows. */
function panel(): ReturnsPanel {
  const lines = readFileSync(join(goldenFolder, "prices_panel.csv"), "utf8").trim().split("\n");
  const prices = lines.slice(-504).map((line) => line.split(",").slice(1).map(Number));
  const assets = prices[0]?.length ?? 0;
  const values = prices
    .slice(1)
    .flatMap((row, t) => row.map((price, i) => price / (prices[t]?.[i] ?? Number.NaN) - 1));
  return { rows: prices.length - 1, assets, values: Float64Array.from(values) };
}

function near(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { rel, abs }: { rel: number; abs: number },
): void {
  expect(found.length).toBe(wanted.length);
  for (let k = 0; k < wanted.length; k++)
    expect(Math.abs(found[k]! - wanted[k]!), `${k}: ${found[k]} against ${wanted[k]}`).toBeLessThanOrEqual(
      abs + rel * Math.abs(wanted[k]!),
    );
}

const title = `portfolio construction${goldenIsMissing ? ` (skipped: ${goldenFolder} is missing)` : ""}`;
describe.skipIf(goldenIsMissing)(title, () => {
  const { expected: known } = goldenIsMissing
    ? { expected: {} as Covariances["expected"] }
    : readGolden<Covariances>("covariance.json");

  it("covariances: the sample's, and shrunk towards identity, one factor and constant correlation", () => {
    const tolerance = toleranceOf("covariance.json");
    const returns = panel();
    const yearly = (matrix: Float64Array) => matrix.map((value) => YEAR * value);
    near(yearly(covarianceOf(returns, "none").matrix), flat(known.sample_cov_annual), tolerance);
    near(covarianceOf(returns, "identity").matrix, flat(known.lw_identity_daily.cov), tolerance);
    for (const [target, { cov, delta }] of [
      ["identity", known.lw_constant_variance_annual],
      ["single_factor", known.lw_single_factor_annual],
      ["constant_correlation", known.lw_constant_correlation_annual],
    ] as const) {
      const { matrix, shrinkage } = covarianceOf(returns, target);
      near([shrinkage], [delta], tolerance);
      near(yearly(matrix), flat(cov), tolerance);
    }
  });

  it("weights of least variance, most Sharpe, most utility and equal risk", () => {
    const tolerance = toleranceOf("weights.json");
    const { expected } = readGolden<{ expected: Readonly<Record<string, readonly number[]>> }>(
      "weights.json",
    );
    const covariance = flat(known.lw_constant_variance_annual.cov);
    const mu = Float64Array.from(known.mean_hist_return_geometric);
    const least = minimumVariance(covariance);
    near(least, expected.min_vol_long_only_CLA ?? [], tolerance);
    const exact = varianceOf(Float64Array.from(expected.min_vol_long_only_CLA ?? []), covariance);
    // The oracle prefers the objective: weights of nearly the same variance differ in the fifth digit.
    expect(varianceOf(least, covariance) / exact - 1).toBeLessThan(1e-8);
    near(maximumSharpe(mu, covariance).weights, expected.max_sharpe_rf0_long_only_CLA ?? [], tolerance);
    near(
      maximumSharpe(mu, covariance, 0.02).weights,
      expected["max_sharpe_rf0.02_long_only_EF"] ?? [],
      tolerance,
    );
    near(minimumVariance(covariance, { most: 0.15 }), expected.min_vol_cap15_EF ?? [], tolerance);
    const open = { least: -1 };
    near(minimumVariance(covariance, open), expected.min_vol_unconstrained_closed_form ?? [], tolerance);
    near(maximumUtility(mu, covariance, 1), expected.max_quadratic_utility_lambda1_EF ?? [], tolerance);
    near(maximumUtility(mu, covariance, 5), expected.max_quadratic_utility_lambda5_EF ?? [], tolerance);
    const parity = riskParity(covariance);
    near(parity, expected.risk_parity_erc_convex ?? [], tolerance);
    const parts = riskContributions(parity, covariance);
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThan(1e-9);
  });

  it("hierarchical risk parity by every linkage, order of the leaves included", () => {
    const tolerance = toleranceOf("hrp.json");
    const { expected } = readGolden<{ expected: Record<string, { weights: number[]; order: string[] }> }>(
      "hrp.json",
    );
    const covariance = covarianceOf(panel(), "none").matrix;
    for (const method of ["single", "complete", "average", "ward"] satisfies LinkageMethod[]) {
      const { weights, order } = hierarchicalParity(covariance, method);
      expect(order.map((i) => known.assets[i])).toEqual(expected[method]?.order);
      near(weights, expected[method]?.weights ?? [], tolerance);
    }
  });

  it("Black-Litterman: absolute views, and relative ones with Idzorek's confidences", () => {
    const tolerance = toleranceOf("black_litterman.json");
    const { expected } = readGolden<{ expected: Golden }>("black_litterman.json");
    const covariance = flat(known.lw_constant_variance_annual.cov);
    const caps = Float64Array.from(expected.market_caps);
    const all = caps.reduce((a, b) => a + b, 0);
    const prior = impliedReturns(
      covariance,
      caps.map((cap) => cap / all),
      2.5,
    );
    near(prior, expected.prior_pi, tolerance);
    const views = expected.views_abs.map(([name, value]): View => {
      const portfolio = Float64Array.from(known.assets, (asset) => (asset === name ? 1 : 0));
      return { portfolio, expected: value };
    });
    const absolute = blackLitterman(prior, covariance, views);
    near(
      absolute.omega,
      [expected.abs_default_omega.omega[0]![0]!, expected.abs_default_omega.omega[1]![1]!],
      tolerance,
    );
    near(absolute.expected, expected.abs_default_omega.posterior_ret, tolerance);
    near(absolute.covariance, flat(expected.abs_default_omega.posterior_cov), tolerance);
    near(posteriorWeights(absolute.expected, covariance, 2.5), expected.abs_default_omega.weights, tolerance);
    const { P, Q, conf, ...found } = expected.relative_idzorek;
    const relative = P.map((row, v): View => {
      return { portfolio: Float64Array.from(row), expected: Q[v]!, confidence: conf[v]! };
    });
    const moved = blackLitterman(prior, covariance, relative);
    near(moved.omega, found.omega, tolerance);
    near(moved.expected, found.posterior_ret, tolerance);
    near(moved.covariance, flat(found.posterior_cov), tolerance);
  });
});

interface Golden {
  readonly market_caps: readonly number[];
  readonly prior_pi: readonly number[];
  readonly views_abs: readonly (readonly [string, number])[];
  readonly abs_default_omega: {
    readonly posterior_ret: readonly number[];
    readonly posterior_cov: Matrix;
    readonly omega: Matrix;
    readonly weights: readonly number[];
  };
  readonly relative_idzorek: {
    readonly P: Matrix;
    readonly Q: readonly number[];
    readonly conf: readonly number[];
    readonly omega: readonly number[];
    readonly posterior_ret: readonly number[];
    readonly posterior_cov: Matrix;
  };
}
