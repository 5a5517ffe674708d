/**
 * Goal: the figures a decision rests on are those of independent implementations and of a published book.
 * Method: golden metrics.json (empyrical, quantstats, scipy), then E. Chan's IGE and IGE/SPY results.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { drawdowns } from "./drawdown.ts";
import { mean, sampleDeviation } from "./moments.ts";
import { normalQuantile } from "./normal-distribution.ts";
import { performanceMetrics } from "./performance-ratios.ts";
import { downsideDeviation, sharpeRatio, sortinoRatio } from "./return-ratios.ts";

const goldenRoot = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
const golden = (name: string) => resolve(goldenRoot, name);
const hasGolden = ["metrics.json", "spx_vix_daily.csv", "prices_panel.csv"].every((name) =>
  existsSync(golden(name)),
);
const book = resolve(
  process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data",
  "reference/ige_spy_adj_close_2001_2007.csv",
);
const hasBook = existsSync(book);

const of = (...values: number[]) => Float64Array.from(values);
const daily = { periodsPerYear: 252, riskFree: 0 };

interface Golden {
  readonly tolerance: { readonly rel: number; readonly abs: number };
  readonly expected: {
    readonly spx: Readonly<Record<string, number>>;
    readonly first_panel: Readonly<Record<string, number>>;
    readonly alpha_beta_first_vs_second: { readonly alpha: number; readonly beta: number };
    readonly spx_drawdown_series_every_50: readonly number[];
  };
}

describe.skipIf(!hasGolden)(
  `golden metrics${hasGolden ? "" : " (skipped: golden/metrics.json and its inputs missing)"}`,
  () => {
    const read = () => JSON.parse(readFileSync(golden("metrics.json"), "utf8")) as Golden;
    const series = {
      spx: () => returnsOf(golden("spx_vix_daily.csv"), 1),
      first_panel: () => returnsOf(golden("prices_panel.csv"), 1),
    };

    it.each(["spx", "first_panel"] as const)("%s: every figure of the oracle", (name) => {
      const { expected, tolerance } = read();
      const returns = series[name]();
      const actual = oracleFigures(returns);
      const wanted = expected[name];
      expect(Object.keys(actual).toSorted()).toEqual(Object.keys(wanted).toSorted());
      for (const [key, value] of Object.entries(wanted)) {
        const slack = tolerance.abs + tolerance.rel * Math.abs(value);
        expect(Math.abs((actual[key] ?? Number.NaN) - value), key).toBeLessThanOrEqual(slack);
      }
    });

    it("alpha and beta of the first panel series on the second", () => {
      const { expected, tolerance } = read();
      const returns = returnsOf(golden("prices_panel.csv"), 1);
      const benchmark = returnsOf(golden("prices_panel.csv"), 2);
      const { alpha, beta } = performanceMetrics(returns, { ...daily, benchmark });
      const { alpha_beta_first_vs_second: wanted } = expected;
      expect(Math.abs(alpha - wanted.alpha)).toBeLessThanOrEqual(
        tolerance.abs + tolerance.rel * wanted.alpha,
      );
      expect(Math.abs(beta - wanted.beta)).toBeLessThanOrEqual(tolerance.abs + tolerance.rel * wanted.beta);
    });

    it("the drawdown series itself, every 50th value", () => {
      const { expected, tolerance } = read();
      const { depth } = drawdowns(series.spx());
      expect(Math.ceil(depth.length / 50)).toBe(expected.spx_drawdown_series_every_50.length);
      for (const [i, value] of expected.spx_drawdown_series_every_50.entries()) {
        expect(Math.abs(depth[i * 50]! - value)).toBeLessThanOrEqual(
          tolerance.abs + tolerance.rel * Math.abs(value),
        );
      }
    });
  },
);

describe.skipIf(!hasBook)(
  `E. Chan, Quantitative Trading, chapter 3${hasBook ? "" : " (skipped: ige_spy_adj_close_2001_2007.csv missing)"}`,
  () => {
    it("IGE held from first to last close: Sharpe 0.7893 over 4 % / 252", () => {
      const { sharpe } = performanceMetrics(returnsOf(book, 1), {
        periodsPerYear: 252,
        riskFree: 0.04 / 252,
      });
      expect(sharpe).toBeCloseTo(0.7893175383, 10);
    });

    it("long IGE, short SPY, half each, set back to halves daily: 0.7837, -9.53 %, 497 sessions under water", () => {
      const short = returnsOf(book, 2);
      const returns = returnsOf(book, 1).map((r, t) => (r - short[t]!) / 2);
      const found = performanceMetrics(returns, daily);
      expect(found.sharpe).toBeCloseTo(0.7836811002, 10);
      expect(found.maxDrawdown).toBeCloseTo(-0.0952926805, 10);
      expect(found.longestDrawdownPeriods).toBe(497);
    });
  },
);

describe("performanceMetrics", () => {
  it("without a benchmark has NaN in its place, and says which tails are thin", () => {
    const found = performanceMetrics(of(0.01, -0.02, 0.015, 0), daily);
    expect([found.informationRatio, found.alpha, found.beta]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(found.flags).toEqual(["tail05-thin", "tail01-thin"]);
    expect([found.winRate, found.zeroPeriods, found.periods]).toEqual([2 / 3, 1, 4]);
    expect(found.maxDrawdownRecovery).toBeNaN();
  });

  it("the Sharpe ratio by Lo's eta is the per-period one times eta", () => {
    const found = performanceMetrics(
      Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * i) / 100 + 0.001),
      daily,
    );
    expect(found.loEta).toBeGreaterThan(0);
    expect(found.sharpeLo).toBeCloseTo((found.sharpe / Math.sqrt(252)) * found.loEta, 12);
  });

  it("a day of -100 % is ruin: growth -1, and flagged", () => {
    const found = performanceMetrics(of(0.1, -1, 0.1), daily);
    expect([found.cagr, found.totalReturn, found.maxDrawdown, found.calmar]).toEqual([-1, -1, -1, -1]);
    expect(found.flags).toContain("ruined");
    expect(found.stability).toBeNaN();
  });

  it("only gains: profit factor unbounded and flagged, Calmar and Sortino undefined", () => {
    const found = performanceMetrics(of(0.01, 0.02), daily);
    expect(found.profitFactor).toBe(Infinity);
    expect(found.flags).toContain("no-losing-period");
    expect([found.calmar, found.sortino, found.payoff]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it("no returns and one return give no ratios and do not halt", () => {
    const none = performanceMetrics(of(), daily);
    expect([none.totalReturn, none.maxDrawdown]).toEqual([0, 0]);
    expect([
      none.cagr,
      none.sharpe,
      none.volatility,
      none.var05,
      none.cvar05,
      none.winRate,
      none.ulcerIndex,
    ]).toEqual(new Array(7).fill(Number.NaN));
    const one = performanceMetrics(of(-0.01), daily);
    expect([one.sharpe, one.sharpeLo, one.skewness]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(one.maxDrawdown).toBeCloseTo(-0.01, 15);
  });

  it("leaves the caller's returns in their order", () => {
    const returns = of(0.03, -0.01, 0.02);
    performanceMetrics(returns, daily);
    expect([...returns]).toEqual([0.03, -0.01, 0.02]);
  });

  it.each([Number.NaN, Infinity])("NU-5: halts on a return of %d", (bad) => {
    expect(() => performanceMetrics(of(0.01, bad), daily)).toThrow(/NU-5/);
  });
});

/** Our figures under the oracle's names. */
function oracleFigures(returns: Float64Array): Record<string, number> {
  const found = performanceMetrics(returns, daily);
  return {
    n: found.periods,
    sharpe: found.sharpe,
    sharpe_rf_0001: sharpeRatio(returns, { periodsPerYear: 252, riskFree: 0.0001 }),
    sortino: found.sortino,
    sortino_req_0002: sortinoRatio(returns, { periodsPerYear: 252, riskFree: 0.0002 }),
    downside_risk: downsideDeviation(returns, daily),
    calmar: found.calmar,
    max_drawdown: found.maxDrawdown,
    cagr: found.cagr,
    annual_volatility: found.volatility,
    total_return: found.totalReturn,
    omega: found.omega,
    tail_ratio: found.tailRatio,
    stability: found.stability,
    var_05: found.var05,
    var_01: found.var01,
    cvar_05: found.cvar05,
    cvar_01: found.cvar01,
    win_rate_daily_excl_zero: found.winRate,
    profit_factor_daily: found.profitFactor,
    payoff: found.payoff,
    gauss_var_05: mean(returns) + sampleDeviation(returns) * normalQuantile(0.05),
    skew_bias: found.skewness,
    kurt_pearson_bias: found.kurtosis,
    ulcer_index: found.ulcerIndex,
  };
}

/** Simple returns of one column of a CSV of prices. */
function returnsOf(path: string, column: number): Float64Array {
  const rows = readFileSync(path, "utf8").trim().split("\n").slice(1);
  const prices = rows.map((row) => Number(row.split(",")[column]));
  return Float64Array.from(prices.slice(1), (price, i) => price / (prices[i] ?? Number.NaN) - 1);
}
