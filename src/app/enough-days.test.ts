/** Goal: result.json says nothing that its own report calls noise, and loses nothing else. */
import { describe, expect, it } from "vitest";
import { sampleRun } from "../../test/sample-run.ts";
import { isLongEnough, OBSERVATIONS_MIN, withoutNoise } from "./enough-days.ts";

const run = (sessions: number) =>
  sampleRun({ sessions, seed: 3, drift: 0.001, tradeCount: 4, trials: 3 }).result;

describe("a run of fewer than 20 days", () => {
  const before = run(OBSERVATIONS_MIN - 1);
  const after = withoutNoise(before);

  it("has no annual figure and no probability, of itself, the yardstick, its strategies and the run for free", () => {
    const { metrics, honesty, benchmark, strategies, withoutCosts } = after;
    expect([metrics.sharpe, metrics.cagr, metrics.volatility, metrics.turnover]).toEqual(
      Array(4).fill(Number.NaN),
    );
    expect([honesty.psr, honesty.dsr, honesty.expectedMaxSharpe, honesty.minTrackRecord]).toEqual(
      Array(4).fill(Number.NaN),
    );
    expect(benchmark?.metrics.sharpe).toBe(Number.NaN);
    expect(strategies.map(({ sharpe }) => sharpe)).toEqual([Number.NaN]);
    expect([withoutCosts?.cagr, withoutCosts?.sharpe]).toEqual([Number.NaN, Number.NaN]);
    const json = JSON.parse(JSON.stringify(after));
    expect([json.metrics.sharpe, json.metrics.cagr, json.honesty.psr]).toEqual([null, null, null]);
  });

  it("keeps what happened", () => {
    const { totalReturn, maxDrawdown, trades, winRate } = before.metrics;
    expect(after.metrics).toMatchObject({ totalReturn, maxDrawdown, trades, winRate });
    expect(after.honesty).toMatchObject({ trials: 3, observations: 19, canary: before.honesty.canary });
    expect(after.withoutCosts?.netResult).toBe(before.withoutCosts?.netResult);
    expect({ ...after, metrics: 0, honesty: 0, benchmark: 0, strategies: 0, withoutCosts: 0 }).toEqual({
      ...before,
      metrics: 0,
      honesty: 0,
      benchmark: 0,
      strategies: 0,
      withoutCosts: 0,
    });
  });
});

it("twenty days are left as they are", () => {
  const result = run(OBSERVATIONS_MIN);
  expect(withoutNoise(result)).toBe(result);
  expect(isLongEnough(OBSERVATIONS_MIN)).toBe(true);
  expect(Number.isFinite(result.metrics.sharpe)).toBe(true);
});
