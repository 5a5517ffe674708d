/**
 * Goal: shares that adapt (SIZE-3) change sizes and nothing else, are told with the wishes, know no future, and are off
 * unless asked for. Method: two strategies over a market with something to win for one of them.
 */
import { describe, expect, it } from "vitest";
import { plantedMarket } from "../../test/planted-market.ts";
import type { OrderNumber } from "../domain/order.ts";
import { decisionOf } from "../engine/live-compute.ts";
import { type AccountSnapshot, accountSnapshot, SnapshotFacts } from "../engine/stage-messages.ts";
import { type SizeStep, type SizingRequest, sizeEntry, sizingParams } from "../ensemble/sizing.ts";
import { OrderField } from "../execution/order-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { digestFloats } from "../numerics/sha256.ts";
import { canaryResult, canaryTasks, compareDecisions, decideWithFuture, decisionsBefore } from "./canary.ts";
import { configHash, loadConfig } from "./config.ts";
import { type RunSetup, runEngine } from "./engine-run.ts";
import { tradingHash } from "./trading-hash.ts";

const columns = plantedMarket({ seed: 11, sessions: 260, symbols: 6, edge: 0.001 });
const strategyIds = ["mean_reversion", "reference_ema_cross"];
const base = ["sizing.kelly.enabled=false", "strategies.mean_reversion.params={}"];
const setupOf = (...assignments: string[]): RunSetup => ({
  config: loadConfig({ assignments: [...base, ...assignments] }),
  ...{ strategyIds, columns, sessions: xnysSessions(), cash: 100_000 },
});
const adapting = setupOf(
  "ensemble.adaptive.enabled=true",
  "ensemble.adaptive.prior=0",
  "ensemble.adaptive.k=2",
);

describe("a run whose shares adapt", () => {
  const { loop, curve } = runEngine(adapting);
  const fixed = runEngine(setupOf());

  it("trades other sizes, after twenty days of results", () => {
    const { orders } = loop.execute;
    const { orders: others } = fixed.loop.execute;
    const shares = (of: typeof orders, n: number) => of.get(n as OrderNumber, OrderField.shares);
    const first = Array.from({ length: Math.min(orders.length, others.length) }, (_, n) => n).find(
      (n) => shares(orders, n) !== shares(others, n),
    );
    expect(first).toBeDefined();
    const decidedAt = orders.get(first as OrderNumber, OrderField.decidedAt);
    expect(columns.closedAt.findIndex((at) => at >= decidedAt)).toBeGreaterThanOrEqual(20);
    const multiples = loop.compute.adaptive() ?? [];
    expect(multiples.some((multiple) => multiple !== 1)).toBe(true);
    expect(multiples.every((multiple) => multiple > 0 && multiple <= 1.5)).toBe(true);
    expect(digestFloats(curve.equity)).not.toBe(digestFloats(fixed.curve.equity));
    expect(fixed.loop.compute.adaptive()).toBeUndefined();
  });

  it("comes to the same again", () => {
    expect(digestFloats(runEngine(adapting).curve.equity)).toBe(digestFloats(curve.equity));
  });

  it("decides the same when the future is cut off or poisoned", () => {
    const names = { strategies: strategyIds, symbols: columns.instruments.symbols };
    const comparisons = canaryTasks(columns, 3).map((task) => {
      const before = decisionsBefore(
        loop.compute.signals,
        loop.execute.orders,
        columns.closedAt[task.cut - 1] ?? 0,
      );
      return compareDecisions(before, decideWithFuture(adapting, task), names);
    });
    expect(canaryResult(comparisons)).toMatchObject({ passed: true, moved: 0 });
  });

  it("tells the shares of the day with what asks for shares, and execute tells what they are made of", () => {
    const { compute, execute } = loop;
    const last = decisionOf(compute, { strategies: [] }, 0 as never, compute.signals.length);
    expect(last.adaptive).toEqual(compute.intents.length === 0 ? undefined : compute.adaptive());
    const { ensemble } = adapting.config;
    const told = (of: typeof ensemble): AccountSnapshot =>
      JSON.parse(JSON.stringify(accountSnapshot(execute, { strategies: 2, instruments: 6, ensemble: of })));
    const facts = new SnapshotFacts();
    facts.take(told(ensemble));
    expect([facts.wonBy(0), facts.wonBy(1)]).toEqual([execute.wonBy(0), execute.wonBy(1)]);
    expect(facts.wonBy(0)).not.toBe(0);
    // Nobody else's record gets longer by it.
    expect(
      Object.keys(told({ ...ensemble, adaptive: { ...ensemble.adaptive, enabled: false } })),
    ).not.toContain("won");
  });
});

it("is part of what a run trades with", () => {
  const [one, two] = [setupOf(), adapting].map(({ config }) => [configHash(config), tradingHash(config)]);
  expect(one?.[0]).not.toBe(two?.[0]);
  expect(one?.[1]).not.toBe(two?.[1]);
});

describe("a size", () => {
  const params = sizingParams.parse({ kelly: { enabled: false }, positionPct: 1, positionUsd: 1e9 });
  const request: SizingRequest = {
    ...{
      method: "allocation",
      conviction: 1,
      price: 100,
      limit: 100,
      stop: 90,
      equity: 1e6,
      availableCash: 1e6,
    },
    ...{ allocation: 0.2, positions: 10, scalar: 1, trailing: 1, vix: undefined, atr: 0.01, advRoom: 1e9 },
    edge: { trades: 0, winRate: Number.NaN, win: Number.NaN, loss: Number.NaN },
  };
  const sized = (more: Partial<SizingRequest>) => {
    const told: SizeStep[] = [];
    return { ...sizeEntry({ ...request, ...more }, params, told), told };
  };

  it.each([
    [1, 200, "allocation"],
    [1.5, 300, "allocation"],
    [0.5, 100, "adaptive"],
  ])("of a share is multiplied by %d", (adaptive, shares, binding) => {
    const size = sized({ adaptive });
    expect([size.shares, size.binding]).toEqual([shares, binding]);
    expect(size.told.some(([name]) => name === "adaptive")).toBe(adaptive !== 1);
  });

  it("of a risk grows up to what one trade may risk, and not beyond", () => {
    const { shares } = sized({ method: "fixed_risk" });
    expect(sized({ method: "fixed_risk", adaptive: 2 }).shares).toBe(shares);
    expect(sized({ method: "fixed_risk", adaptive: 0.5 }).shares).toBe(shares / 2);
    const cold = sizingParams.parse({ ...params, kelly: { enabled: true } });
    const of = (adaptive: number) => sizeEntry({ ...request, method: "fixed_risk", adaptive }, cold).shares;
    // 0.25 % of a million over 10 dollars, then 0.4 % at most.
    expect([of(1), of(1.2), of(2)]).toEqual([250, 300, 400]);
  });
});
