/**
 * Goal    what each strategy won, paid and crossed adds up to the account, day by day, through splits, dividends,
 *         shorts and crossings; a strategy alone is the account.
 * Method  whole runs over seeded markets with made-up actions, against the equity curve and the portfolio.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { randomDaily } from "../../test/daily-market.ts";
import { batchCount } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { mean } from "../numerics/moments.ts";
import { defineStrategy } from "../strategies/strategy.ts";
import { loadConfig } from "./config.ts";
import { dailySeries } from "./daily-series.ts";
import { type RunSetup, runEngine } from "./engine-run.ts";
import { exposureCurve } from "./exposure-curve.ts";
import { nettingSummary, sizeCauses, strategyShares, tradedPerSession } from "./run-attribution.ts";
import { runCosts, runMetrics } from "./run-summary.ts";
import { runWarnings } from "./run-warnings.ts";
import { sessionEnds } from "./session-ends.ts";
import { strategyDaily } from "./strategy-daily.ts";
import { tradeRows } from "./trade-rows.ts";

const HOUR = 3_600_000_000;
const sessions = xnysSessions();
const assignments = [
  "strategies.reference_ema_cross.params={fast: 3, slow: 8}",
  "costs.borrow={generalCollateral: 0, rates: {}, hardToBorrow: []}",
];

function setupOf(seed: number, strategyIds: readonly string[], withActions: boolean): RunSetup {
  const columns = randomDaily({ seed, sessions: 320 });
  const on = (batch: number) => (columns.closedAt[batch]! - 12 * HOUR) as EpochMicros;
  const actions: CorporateActionEvent[] = Array.from({ length: 24 }, (_, n) => {
    const [instrument, at] = [(n % 4) as InstrumentId, on(20 + n * 12)];
    return n % 3 === 0
      ? { kind: "SharesSplit", at, instrument, newShares: 3, oldShares: 2 }
      : { kind: "DividendPaid", at, instrument, perShare: 0.35, isSpinOff: false };
  });
  const config = loadConfig({ assignments });
  const base = { config, strategyIds, columns, sessions, cash: 50_000 };
  return withActions ? { ...base, actions } : base;
}

describe.each([
  [1, ["reference_ema_cross", "swing_trend_following", "mean_reversion"]],
  [2, ["reference_ema_cross", "buy_and_hold"]],
  [3, ["mean_reversion", "buy_and_hold", "reference_ema_cross"]],
] as const)("a run of several strategies, market %d", (seed, ids) => {
  const setup = setupOf(seed, ids, true);
  const { columns, cash } = setup;
  const run = runEngine(setup);
  const shares = strategyShares(run, tradeRows(run, columns), setup);

  it("every session's results add up to the move of the account", () => {
    const days = strategyDaily(run, columns, sessions);
    let before = cash;
    for (const [session, batch] of sessionEnds(columns, sessions).entries()) {
      const sum = days.reduce((total, { pnl }) => total + pnl[session]!, 0);
      expect(sum, `session ${session}`).toBeCloseTo(run.curve.equity[batch]! - before, 4);
      before = run.curve.equity[batch]!;
    }
    expect(run.loop.execute.actions.log.length).toBeGreaterThan(20);
    expect(run.loop.execute.portfolio.income.dividends).not.toBe(0);
  });

  it("costs add up to what the account paid, and so do its causes", () => {
    const { commission, fees, slippage, borrow, spread, drift, impact } = runCosts(run);
    const paid = shares.reduce((sum, { costs }) => sum + costs, 0);
    expect(paid).toBeCloseTo(commission + fees + slippage + borrow, 4);
    expect(spread + drift + impact).toBeCloseTo(slippage, 4);
    expect(paid).toBeGreaterThan(1);
  });

  it("dividends, cash for parts of shares and borrow add up to the account's, to the micro-dollar", () => {
    const { portfolio } = run.loop.execute;
    const sum = (of: "dividends" | "cashInLieu" | "borrow") =>
      shares.reduce((total, share) => total + Math.round(share[of] * 1e6), 0);
    expect(sum("dividends")).toBe(Math.round(portfolio.income.dividends * 1e6));
    expect(sum("cashInLieu")).toBe(Math.round(portfolio.income.cashInLieu * 1e6));
    expect(sum("borrow")).toBe(Math.round(portfolio.borrowPaid * 1e6));
    expect(sum("cashInLieu")).not.toBe(0);
  });

  it("what crossed is counted on both sides, and the market saw the rest", () => {
    const { crossedShares } = nettingSummary(run);
    expect(shares.reduce((sum, share) => sum + share.crossedShares, 0)).toBeCloseTo(2 * crossedShares, 6);
    const traded = tradedPerSession(run, setup).reduce((sum, dollars) => sum + dollars, 0);
    expect(traded).toBeCloseTo(run.loop.execute.portfolio.traded, 2);
  });

  it("every sized entry and every wish without a share has its cause", () => {
    const causes = sizeCauses(run);
    const { orders, fills } = run.loop.execute;
    expect(causes.reduce((sum, cause) => sum + cause.orders, 0)).toBeLessThanOrEqual(orders.length);
    expect(fills.length).toBeGreaterThan(10);
    const unsized = [...run.loop.compute.unsized.values()].reduce((sum, count) => sum + count, 0);
    expect(causes.reduce((sum, cause) => sum + cause.unsized, 0)).toBe(unsized);
  });
});

it("shares that crossed between strategies are counted", () => {
  /** Holds everything for ten bars of every twenty: two of them hand their shares over to each other. */
  const turns = (id: string, phase: number) =>
    defineStrategy({
      id,
      card: { idea: "takes turns", source: "a test", failsWhen: "it is no idea" },
      timeframes: ["1d"],
      params: z.strictObject({}),
      sizing: "allocation",
      reasons: { turn: "its turn" },
      memory: { bars: 0 },
      features: () => ({}),
      decide(view) {
        for (let n = 0; n < view.size; n++) {
          const i = view.instrument(n);
          const bar = view.memory.bars.at(i);
          view.memory.bars.set(i, bar + 1);
          const holds = Math.floor(bar / 10) % 2 === phase;
          if (holds && view.position(i) === 0) view.enter({ instrument: i, conviction: 1 }, "turn");
          else if (!holds && view.position(i) !== 0) view.exit(i, "turn");
        }
      },
    });
  const modules = [turns("even", 0), turns("odd", 1)];
  const run = runEngine(setupOf(1, ["even", "odd"], false), { modules });
  expect(nettingSummary(run).crossedShares).toBeGreaterThan(0);
  expect(nettingSummary(run).crossedNotional).toBeGreaterThan(0);
});

it("what is on paper is in no figure of the account, of a strategy or of the trades", () => {
  // Kelly that never lets go of its verdict: what money does is the same with paper and without.
  const kelly = (paper: boolean) => `sizing.kelly={minTrades: 1, gapLoss: 1, paper: ${paper}}`;
  const runOf = (paper: boolean) => {
    const config = loadConfig({ assignments: [...assignments, kelly(paper), "sizing.atr={floor: 1}"] });
    const setup = { ...setupOf(1, ["swing_trend_following", "mean_reversion"], true), config };
    const run = runEngine(setup);
    const { portfolio, orders, fills, trades, authorities, blocked } = run.loop.execute;
    const rows = tradeRows(run, setup.columns);
    const shares = strategyShares(run, rows, setup);
    const exposure = exposureCurve(setup.columns, run.loop.execute, setup.cash);
    const daily = dailySeries(run.curve, exposure, setup.columns, sessions, setup.cash);
    return {
      run,
      words: runWarnings({ run, daily, columns: setup.columns, trades: rows, cash: setup.cash }).join("\n"),
      judged: shares.map(({ judgedBy }) => judgedBy),
      figures: JSON.stringify([
        [orders.length, fills.length, trades.length, portfolio.cashMicros, portfolio.costs, portfolio.traded],
        [authorities.permission, blocked.list(), rows.map(({ pnl }) => pnl), Array.from(run.curve.equity)],
        [strategyDaily(run, setup.columns, sessions).map(({ pnl }) => Array.from(pnl)), runCosts(run)],
        shares.map((share) => ({ ...share, judgedBy: null })),
        sizeCauses(run).map(({ constraint, orders: sized }) => [constraint, sized]),
      ]),
    };
  };
  const [on, off] = [runOf(true), runOf(false)];
  expect(on.figures).toBe(off.figures);
  expect(on.words).toMatch(
    /wishes to enter became no order: kelly left no share\. \d+ of them went on on paper\./,
  );
  expect(on.words).toMatch(/Kelly judges by trades on paper: .*\d+ of the last \d+ of mean_reversion\b/);
  expect(off.words).not.toContain("paper");
  expect(on.run.loop.execute.trades.length).toBeGreaterThan(0);
  const onPaper = sizeCauses(on.run).find(({ constraint }) => constraint === "kelly")?.onPaper ?? 0;
  const closed = on.judged.reduce((sum, judged) => sum + (judged?.paperTrades ?? 0), 0);
  expect(closed).toBeGreaterThan(10);
  expect(onPaper).toBeGreaterThanOrEqual(closed);
  expect(off.judged.map((judged) => [judged?.onPaper, judged?.paperTrades])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it("a strategy alone has the account's result, Sharpe and drawdown", () => {
  const setup = setupOf(4, ["reference_ema_cross"], false);
  const run = runEngine(setup);
  const { columns, cash } = setup;
  const [share] = strategyShares(run, tradeRows(run, columns), setup);
  const exposure = exposureCurve(columns, run.loop.execute, cash);
  const daily = dailySeries(run.curve, exposure, columns, sessions, cash);
  const mean = daily.returns.reduce((sum, value) => sum + value, 0) / daily.returns.length;
  const variance =
    daily.returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (daily.returns.length - 1);
  expect(share?.netProfit).toBeCloseTo(run.curve.equity[batchCount(columns) - 1]! - cash, 4);
  expect(share?.sharpe).toBeCloseTo((mean / Math.sqrt(variance)) * Math.sqrt(252), 6);
  let [high, worst] = [cash, 0];
  for (const equity of daily.equity) {
    high = Math.max(high, equity);
    worst = Math.min(worst, equity / high - 1);
  }
  expect(share?.maxDrawdown).toBeCloseTo(worst, 9);
  expect(run.loop.execute.fills.get(0, FillField.shares)).toBeGreaterThan(0);
});

it("turnover is half of what was traded a year over the mean equity, exposure what was held at the closes", () => {
  const setup = setupOf(1, ["swing_trend_following", "mean_reversion"], false);
  const run = runEngine(setup);
  const exposure = exposureCurve(setup.columns, run.loop.execute, setup.cash);
  const daily = dailySeries(run.curve, exposure, setup.columns, sessions, setup.cash);
  const metrics = runMetrics(run, daily, tradeRows(run, setup.columns));
  const { fills } = run.loop.execute;
  let traded = 0;
  for (let n = 0; n < fills.length; n++)
    traded += fills.get(n, FillField.shares) * fills.get(n, FillField.price);
  const equity = run.curve.equity.subarray(0, run.curve.length);
  const years = daily.returns.length / 252;
  expect(metrics.turnover).toBeCloseTo(traded / 2 / mean(equity) / years, 8);
  expect(metrics.turnover).toBeGreaterThan(0);
  const gross = Array.from(exposure.gross.subarray(0, run.curve.length), (held, n) => held / equity[n]!);
  expect(metrics.grossExposure).toBeCloseTo(mean(Float64Array.from(gross)), 8);
  expect(metrics.timeInMarket).toBeCloseTo(gross.filter((share) => share > 0).length / gross.length, 8);
});
