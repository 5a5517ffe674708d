/**
 * What a strategy of one's own is tested by, as the built-in ones are: `import { faultsOf } from "plimsoll/strategy-test"`.
 * Its engine is the one that trades, on random markets of the kind that the strategy names.
 */
import {
  canaryResult,
  canaryTasks,
  compareDecisions,
  decideWithFuture,
  decisionsBefore,
} from "../src/app/canary.ts";
import { loadConfig } from "../src/app/config.ts";
import { type RunSetup, runEngine } from "../src/app/engine-run.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { guarded } from "../src/strategies/guarded.ts";
import type { StrategyModule } from "../src/strategies/strategy.ts";
import { worldFor } from "./strategy-world.ts";

export interface FaultTerms {
  /** Of the random market. */
  readonly seed?: number;
  /** Bars of a day, where it trades on days; at least 50. */
  readonly sessions?: number;
}

/** What is wrong with it, one sentence each; none: it keeps the contract (ST-1 to ST-5). */
export function faultsOf(
  given: StrategyModule,
  { seed = 1, sessions = 600 }: FaultTerms = {},
): readonly string[] {
  const strategy = {
    ...given,
    bind: (params: unknown) => guarded(given.bind(params), { call: (decide) => decide() }),
  };
  const { columns, references } = worldFor(strategy, { seed, sessions });
  const config = loadConfig({
    assignments: ["execution.auctionOffsetBps=500", "risk.price_collar.maxFraction=0.05"],
  });
  const sides = { strategies: [given.id], symbols: columns.instruments.symbols };
  const setup: RunSetup = {
    ...{ config, strategyIds: [given.id], columns, references, sessions: xnysSessions(), cash: 100_000 },
  };
  const decided = () => {
    const { compute, execute } = runEngine(setup, { modules: [strategy] }).loop;
    return (last: number) => decisionsBefore(compute.signals, execute.orders, last);
  };
  try {
    const [once, again] = [decided(), decided()];
    const all = Number.POSITIVE_INFINITY;
    if (once(all).signals.length === 0)
      return [`decided nothing in ${columns.closedAt.length} bars of a random market: nothing was tested`];
    const twice = compareDecisions(once(all), again(all), sides);
    const canary = canaryResult(
      canaryTasks(columns, seed).map((task) => {
        const before = once(columns.closedAt[task.cut - 1] ?? 0);
        return compareDecisions(before, decideWithFuture(setup, task, [strategy]), sides);
      }),
    );
    const where = ({ symbol, at }: { readonly symbol: string; readonly at: string }) => `${symbol} at ${at}`;
    return [
      ...(twice.first === null ? [] : [`decided otherwise on the same bars: ${where(twice.first)}`]),
      ...(canary.firstDifference === null
        ? []
        : [`${canary.moved} decisions moved when the future was changed: ${where(canary.firstDifference)}`]),
    ];
  } catch (error) {
    return [(error as Error).message];
  }
}
