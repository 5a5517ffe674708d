/**
 * ST-5, STRAT-5: the past never changes. Goal: the canary passes for every registered strategy, and fails for
 * each way of looking ahead that was planted here; a canary that never dies proves nothing.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type CanaryTask,
  canaryResult,
  canaryTasks,
  compareDecisions,
  decideWithFuture,
  decisionsBefore,
} from "../src/app/canary.ts";
import { loadConfig } from "../src/app/config.ts";
import { runEngine } from "../src/app/engine-run.ts";
import { withFuture } from "../src/app/futures.ts";
import { type BarColumns, barCount, batchCount } from "../src/domain/bars.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { Feature, FeatureState } from "../src/features/feature.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { strategies } from "../src/strategies/registry.ts";
import { defineStrategy, type StrategyModule } from "../src/strategies/strategy.ts";
import { randomDaily } from "./daily-market.ts";
import { type StrategyWorld, worldFor } from "./strategy-world.ts";

const config = loadConfig({
  assignments: ["execution.auctionOffsetBps=500", "risk.price_collar.maxFraction=0.05"],
});
const market = { seed: 5, sessions: 500 };
const daily = randomDaily(market);

/** What a backtest does, with modules of our own: `of` makes them for the columns they will run on. */
function canary(
  id: string,
  of: (columns: BarColumns) => readonly StrategyModule[],
  { columns, references }: StrategyWorld = { columns: daily, references: [] },
) {
  const setup = { config, strategyIds: [id], columns, references, sessions: xnysSessions(), cash: 100_000 };
  const { loop } = runEngine(setup, { modules: of(columns) });
  const comparisons = canaryTasks(columns, 7).map((task: CanaryTask) => {
    const before = decisionsBefore(
      loop.compute.signals,
      loop.execute.orders,
      columns.closedAt[task.cut - 1]!,
    );
    const modules = of(withFuture(columns, task.cut, task.future, task.seed));
    const names = { strategies: [id], symbols: columns.instruments.symbols };
    return compareDecisions(before, decideWithFuture(setup, task, modules), names);
  });
  return { ...canaryResult(comparisons), perTask: comparisons.map(({ moved }) => moved) };
}

describe.each(strategies)("ST-5 $id", (module) => {
  it("decides the same when the future is cut off or poisoned", () => {
    const result = canary(module.id, () => strategies, worldFor(module, market));
    expect(result.decisions).toBeGreaterThan(10);
    expect(result).toMatchObject({ passed: true, moved: 0, firstDifference: null });
  });
});

describe("the canary dies of", () => {
  it("a strategy that reads the next row of columns it closed over", () => {
    const result = canary("peeker", (seen) => [knowing((i, at) => nextClose(seen, i, at))]);
    expect(result.moved).toBeGreaterThan(0);
    expect(result.passed).toBe(false);
    expect(result.firstDifference).toMatchObject({ strategy: "peeker" });
  });

  it("a feature that leaks the cursor, so that the strategy reads the next row of the batch", () => {
    const leak: { columns: BarColumns | undefined } = { columns: undefined };
    const feature = stateless("leak", (batch) => {
      leak.columns = batch.columns;
      return 0;
    });
    const next = (i: InstrumentId, at: number) => nextClose(leak.columns ?? daily, i, at);
    expect(canary("peeker", () => [knowing(next, feature)]).moved).toBeGreaterThan(0);
  });

  it("a feature that measures against the mean of all bars, those to come included", () => {
    const feature = stateless("whole_mean", ({ columns: { close } }, row) => {
      const sum = close.reduce((total, value) => total + value, 0);
      return close[row]! - sum / close.length;
    });
    expect(canary("peeker", () => [following(feature)]).moved).toBeGreaterThan(0);
  });

  it("a feature that knows how many rows there will be", () => {
    const feature = stateless("progress", ({ columns: whole }, row) => row / barCount(whole) - 0.25);
    const { perTask } = canary("peeker", () => [following(feature)]);
    // Poisoning keeps the number of rows: only the cuts can tell.
    expect(perTask.filter((_, n) => n % 2 === 0).reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
  });
});

describe("the canary itself", () => {
  it("cuts at three places, each cut off and poisoned", () => {
    const tasks = canaryTasks(daily, 7);
    expect(tasks.map(({ cut }) => cut / batchCount(daily))).toEqual([0.3, 0.3, 0.6, 0.6, 0.9, 0.9]);
    expect(tasks.map(({ future }) => future)).toEqual(Array(3).fill(["truncated", "poisoned"]).flat());
  });

  it("runs on a single batch", () => {
    const one = withFuture(daily, 1, "truncated", 1);
    expect(canaryTasks(one, 1).map(({ cut }) => cut)).toEqual([1, 1]);
  });

  it("notices a decision that is missing, one too many, and a NaN that became a number", () => {
    const rows = (...cells: number[]) => Float64Array.from(cells);
    const signals = (...cells: number[]) => ({ signals: rows(...cells), orders: rows() });
    const names = { strategies: ["one"], symbols: ["AAA"] };
    const first = [1e15, 0, 0, 0, 1, Number.NaN, 2, 0, 0, 4, 5, 6, 7];
    const same = compareDecisions(signals(...first), signals(...first), names);
    expect(same).toEqual({ compared: 1, moved: 0, first: null });
    expect(compareDecisions(signals(...first), signals(), names).moved).toBe(1);
    expect(compareDecisions(signals(), signals(...first), names).first).toMatchObject({
      strategy: "one",
      symbol: "AAA",
    });
    const changed = compareDecisions(signals(...first), signals(...first.with(5, 3)), names);
    expect(changed).toMatchObject({ compared: 1, moved: 1 });
  });
});

/** The close of the instrument's next bar after `at`; NaN when there is none. */
function nextClose(seen: BarColumns, instrument: InstrumentId, at: number): number {
  const batch = seen.closedAt.findIndex((closed) => closed > at);
  if (batch < 0) return Number.NaN;
  const row = seen.instrument.findIndex((i, n) => n >= seen.offset[batch]! && i === instrument);
  return row < 0 ? Number.NaN : seen.close[row]!;
}

/** Holds while tomorrow is higher. */
function knowing(next: (instrument: InstrumentId, at: number) => number, leak?: Feature): StrategyModule {
  return planted(leak, (view, i) => next(i, view.at) > view.close(i));
}

/** Holds while the feature is positive. */
function following(feature: Feature): StrategyModule {
  return planted(feature, (view, i) => (view.feature.planted?.at(i) ?? 0) > 0);
}

type PlantedView = Parameters<ReturnType<StrategyModule["bind"]>["decide"]>[0];

function planted(
  feature: Feature | undefined,
  wants: (view: PlantedView, i: InstrumentId) => boolean,
): StrategyModule {
  return defineStrategy<object, string, string, "in" | "out">({
    id: "peeker",
    card: { idea: "Know tomorrow.", source: "none", failsWhen: "Tomorrow is not in the file." },
    timeframes: ["1d"],
    params: z.strictObject({}),
    sizing: "allocation",
    reasons: { in: "close {0}", out: "close {0}" },
    memory: {},
    features: () => (feature === undefined ? {} : { planted: { feature, output: 0 } }),
    decide(view) {
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        if (wants(view as PlantedView, i)) view.enter({ instrument: i, conviction: 1 }, "in", view.close(i));
        else if (view.position(i) > 0) view.exit(i, "out", view.close(i));
      }
    },
  });
}

/** A feature that is a function of the batch it is shown, which holds more than its rows. */
function stateless(
  name: string,
  value: (batch: Parameters<FeatureState["update"]>[0], row: number) => number,
): Feature {
  return {
    key: `${name}()`,
    name,
    family: "price",
    inputs: ["close"],
    params: {},
    outputs: [name],
    units: ["ratio"],
    warmup: 1,
    reference: "planted",
    start({ instruments }) {
      const column = new Float64Array(instruments).fill(Number.NaN);
      return {
        outputs: [column],
        update(batch) {
          for (let row = batch.from; row < batch.to; row++)
            column[batch.columns.instrument[row]!] = value(batch, row);
        },
        save: () => ({}),
        load: () => {},
      };
    },
  };
}
