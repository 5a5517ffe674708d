/** Goal: a run's id names its inputs and nothing else; shares of capital and trades are what the run used. */
import { describe, expect, it } from "vitest";
import { calmBars, dailyColumns, randomDaily } from "../../test/daily-market.ts";
import { xnysSessions } from "../market/calendar.ts";
import { type ConfigSources, loadConfig } from "./config.ts";
import { type RunSetup, runEngine } from "./engine-run.ts";
import { exposureCurve } from "./exposure-curve.ts";
import { type FinishedRun, reportRun } from "./run-report.ts";
import { tradeRows } from "./trade-rows.ts";
import type { Trial } from "./trials.ts";

const columns = randomDaily({ seed: 4, sessions: 150 });
const quick = "strategies.reference_ema_cross.params={fast: 3, slow: 8}";
const setupOf = (
  over: Partial<RunSetup> = {},
  sources: ConfigSources = { assignments: [quick] },
): RunSetup => ({
  config: loadConfig(sources),
  strategyIds: ["reference_ema_cross"],
  columns,
  sessions: xnysSessions(),
  cash: 10_000,
  ...over,
});

function report(setup: RunSetup, over: Partial<FinishedRun> = {}, sharpes?: readonly number[]) {
  const canary = { passed: true, decisions: 4, moved: 0, firstDifference: null };
  const run = runEngine(setup);
  const finished = {
    setup,
    run,
    exposure: exposureCurve(setup.columns, run.loop.execute, setup.cash),
    canary,
    snapshot: "data-1",
    profile: "standard",
    seed: 1,
    command: "c",
  };
  const trials: Trial[] = [];
  const made = reportRun({ ...finished, ...over }, (trial) => {
    trials.push(trial);
    return sharpes?.map((sharpe) => ({ sharpe, observations: 252 })) ?? [trial];
  });
  return { ...made, trials };
}

describe("the run id", () => {
  const { result } = report(setupOf());

  it("is the same for the same inputs, whatever command asked for it", () => {
    expect(
      report(setupOf(), {
        command: "another",
        canary: { passed: false, decisions: 4, moved: 1, firstDifference: null },
      }).result.runId,
    ).toBe(result.runId);
    expect(result.runId).toMatch(/^bt-[0-9a-f]{12}$/);
  });

  it.each([
    ["cash", () => report(setupOf({ cash: 10_001 }))],
    ["a setting", () => report(setupOf({}, { assignments: [quick, "costs.spreadBps=3"] }))],
    ["the data", () => report(setupOf(), { snapshot: "data-2" })],
    ["the strategies", () => report(setupOf({ strategyIds: ["buy_and_hold"] }))],
    ["the profile", () => report(setupOf(), { profile: "demo" })],
  ])("is another when %s differs", (_, other) => {
    expect(other().result.runId).not.toBe(result.runId);
  });
});

describe("trials", () => {
  it("one is written down per report, under the run's id", () => {
    const { trials, result } = report(setupOf());
    expect(trials.length).toBe(1);
    expect(trials[0]).toMatchObject({
      runId: result.runId,
      timeframe: "1d",
      from: "2015-01-02",
      observations: 150,
    });
  });

  it("more of them lower the deflated Sharpe and leave the rest alone", () => {
    const alone = report(setupOf(), {}, [0.1]).result;
    const many = report(setupOf(), {}, [0.1, -0.1, 0.05, 0, -0.03, 0.2]).result;
    expect(alone.honesty).toMatchObject({ trials: 1 });
    expect(many.honesty).toMatchObject({ trials: 6, psr: alone.honesty.psr });
    expect(many.honesty.dsr).toBeLessThan(alone.honesty.dsr);
    expect(many.honesty.expectedMaxSharpe).toBeGreaterThan(0);
    expect({ ...many, honesty: null }).toEqual({ ...alone, honesty: null });
  });

  it("are the same trial from the same inputs to the same equity, whatever seed the canary had", () => {
    const [one, again, poisoned, richer, other] = [
      report(setupOf()),
      report(setupOf(), { command: "another" }),
      report(setupOf(), { seed: 2 }),
      report(setupOf({ cash: 10_001 })),
      report(setupOf(), { snapshot: "data-2" }),
    ].map(({ trials }) => trials[0]?.trialId);
    expect([again, poisoned]).toEqual([one, one]);
    expect(new Set([one, richer, other]).size).toBe(3);
  });
});

describe("capital", () => {
  const shares = (...strategyIds: string[]) =>
    runEngine(setupOf({ strategyIds })).allocated.map(({ allocation }) => allocation);

  it("one strategy has all of it, whatever its configured share", () => {
    expect(shares("reference_ema_cross")).toEqual([1]);
    expect(shares("buy_and_hold")).toEqual([1]);
  });

  it("two share it in their configured proportions", () => {
    expect(shares("reference_ema_cross", "swing_trend_following")).toEqual([0.5, 0.5]);
    const sources = {
      assignments: [
        "strategies.reference_ema_cross.allocation=0.2",
        "strategies.swing_trend_following.allocation=0.8",
      ],
    };
    const run = runEngine(
      setupOf({ strategyIds: ["reference_ema_cross", "swing_trend_following"] }, sources),
    );
    expect(run.allocated.map(({ allocation }) => allocation)).toEqual([0.2, 0.8]);
  });

  it("a strategy without a configured share is not left without capital beside others", () => {
    expect(shares("buy_and_hold", "reference_ema_cross")).toEqual([0.5, 0.5]);
    const all = shares("buy_and_hold", "reference_ema_cross", "swing_trend_following");
    for (const share of all) expect(share).toBeCloseTo(1 / 3, 14);
  });

  it("the positions of a strategy are no more than there are symbols", () => {
    expect(runEngine(setupOf()).allocated[0]?.positions).toBe(4);
  });
});

describe("breakers", () => {
  const { result } = report(
    setupOf(
      {},
      { assignments: [quick, "breakers.account_losses.losses=1", "breakers.strategy_losses.losses=1"] },
    ),
  );

  it("leave the claims they made, on whom, from when to when", () => {
    const { events, dropped } = result.claims;
    expect(dropped).toBe(0);
    expect(events.filter(({ strategy }) => strategy === null).map(({ source }) => source)).toContain(
      "account_losses",
    );
    expect(events.filter(({ strategy }) => strategy === "reference_ema_cross").length).toBeGreaterThan(0);
    for (const { since, ended, endedBy } of events) {
      expect(ended === null).toBe(endedBy === null);
      expect((ended ?? since) >= since).toBe(true);
    }
    expect(
      events.some(({ source, since, ended }) => source === "account_losses" && (ended ?? "") > since),
    ).toBe(true);
  });

  it("are named by what they blocked, with what that saved and cost", () => {
    const barred = result.blocked.filter(({ rule }) => /^permission:(?:account|strategy)_losses$/.test(rule));
    expect(barred.length).toBeGreaterThan(0);
    for (const { count, saved, cost, followed } of barred) {
      expect(count).toBeGreaterThan(0);
      expect(followed).toBeLessThanOrEqual(count);
      expect(saved + cost > 0).toBe(followed > 0);
    }
  });
});

describe("trades", () => {
  it("count the bars of their own symbol, not those of others", () => {
    const path = calmBars([10, 10, 10, 12, 13, 14, 9, 8, 8]);
    const thin = path.flatMap((bar, n) => (n < 4 ? [bar] : [bar, undefined, undefined]));
    const other = calmBars(Array(thin.length).fill(50));
    const setup = setupOf(
      { columns: dailyColumns({ AAA: other, THIN: thin }) },
      {
        assignments: [
          "strategies.reference_ema_cross.params={fast: 1, slow: 2}",
          "execution.entryOrder=market",
        ],
      },
    );
    const [only, ...rest] = tradeRows(runEngine(setup), setup.columns);
    expect(rest).toEqual([]);
    // Crossed on its bar 3, bought on 4; crossed back on 6, sold on 7.
    expect(only).toMatchObject({
      symbol: "THIN",
      side: "long",
      barsHeld: 3,
      whyIn: expect.stringContaining("above"),
      whyOut: expect.stringContaining("below"),
    });
  });

  it("add up to the realised result, costs included", () => {
    const setup = setupOf();
    const run = runEngine(setup);
    const rows = tradeRows(run, setup.columns);
    expect(rows.length).toBeGreaterThan(5);
    for (const { pnl, shares, side, entryPrice, exitPrice, costs } of rows) {
      const gross = (side === "long" ? 1 : -1) * shares * (exitPrice - entryPrice);
      expect(pnl).toBeCloseTo(gross - costs, 4);
    }
  });
});
