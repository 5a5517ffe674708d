/**
 * The two stages of a seed as a run builds them: the storm's strategies, rules and breakers, with the pseudo-strategy of
 * what is nobody's and the settings that only a live run has (`run-engine.ts`, `build-execute.ts`).
 */

import type { Money } from "../../src/domain/money.ts";
import { usd } from "../../src/domain/money.ts";
import { LiveCompute } from "../../src/engine/live-compute.ts";
import { LiveExecute } from "../../src/engine/live-execute.ts";
import { ensembleParams } from "../../src/ensemble/ensemble-params.ts";
import { sizingParams } from "../../src/ensemble/sizing.ts";
import { OrderLifecycle } from "../../src/execution/lifecycle/order-lifecycle.ts";
import { executionParams } from "../../src/execution/order-policy.ts";
import { spread } from "../../src/risk/rules/spread.ts";
import {
  STARTING_CASH,
  stormBreakers,
  stormRules,
  stormStrategies,
} from "../../src/sim/storm/engine-build.ts";
import type { StormMarket } from "../../src/sim/storm/market.ts";
import type { LivePlan } from "./plan.ts";

const NONE = 0 as Money;
/** As config/default.yaml has it (C-10). */
export const DECISION_AGE_MICROS = 10_000_000;
const noFees = () => ({ commission: NONE, regulatory: NONE });

const executionOf = ({ storm: { virtualStops, virtualStop } }: LivePlan) =>
  executionParams.parse({ stops: virtualStops ? "virtual" : "venue", virtualStop });

/** A cent between bid and offer is wide for cheap names: what is asked here is not how wide. */
const rulesOf = ({ storm }: LivePlan) =>
  stormRules(storm).map((rule) => (rule.id === "spread" ? spread.configure({ maxFraction: 0.05 }) : rule));

export function buildCompute(plan: LivePlan, market: StormMarket): LiveCompute {
  const strategies = stormStrategies(plan.storm);
  const compute = new LiveCompute({
    timeframe: "1m",
    world: { instruments: plan.storm.symbols, market: undefined, sessions: market.sessions },
    strategies: strategies.map((strategy) => ({
      strategy,
      allocation: 1 / strategies.length,
      positions: 4,
    })),
    sizing: sizingParams.parse({ capital: STARTING_CASH }),
    ensemble: ensembleParams.parse({}),
    execution: executionOf(plan),
  });
  for (const batch of market.warmup) compute.stage.warm(batch);
  return compute;
}

export function buildExecute(plan: LivePlan, market: StormMarket): LiveExecute {
  const strategies = stormStrategies(plan.storm);
  const external = strategies.length;
  const live = new LiveExecute({
    execute: {
      strategies: external + 1,
      instruments: plan.storm.symbols,
      startingCash: usd(STARTING_CASH),
      sessions: market.sessions,
      rules: rulesOf(plan),
      breakers: stormBreakers(plan.storm),
      execution: executionOf(plan),
      ensemble: ensembleParams.parse({}),
      allocations: [...strategies.map(() => 1 / external), 0],
      symbols: market.instruments.symbols,
      strategyIds: [...strategies.map(({ id }) => id), "external"],
      externalStrategy: external,
      verifiesFlat: true,
      closesOnlyInSession: true,
    },
    instruments: market.instruments,
    lifecycle: new OrderLifecycle({ environment: "twin", fees: noFees }),
    external,
    strategies: external,
    decisionAgeMicros: DECISION_AGE_MICROS,
  });
  for (const batch of market.warmup) live.stage.bars(batch);
  return live;
}
