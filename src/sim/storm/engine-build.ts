/**
 * The engine of a seed, as a restart builds it: the real loop with all rules and three strategies, warmed, not yet
 * running.
 */
import { usd } from "../../domain/money.ts";
import { SingleLoop } from "../../engine/single-loop.ts";
import { ensembleParams } from "../../ensemble/ensemble-params.ts";
import { sizingParams } from "../../ensemble/sizing.ts";
import { executionParams } from "../../execution/order-policy.ts";
import type { BoundBreaker } from "../../risk/breaker.ts";
import { breakers } from "../../risk/breaker-registry.ts";
import { rules } from "../../risk/registry.ts";
import type { RiskRule } from "../../risk/rule.ts";
import { referenceEmaCross } from "../../strategies/reference-ema-cross.ts";
import type { BoundStrategy } from "../../strategies/strategy.ts";
import { swingTrendFollowing } from "../../strategies/swing-trend-following.ts";
import type { StormMarket } from "./market.ts";
import type { StormPlan } from "./plan.ts";
import { restless } from "./restless.ts";

export const STARTING_CASH = 100_000;

/** Parameters that make minute bars trade within minutes. */
export function stormStrategies({ seed, turnsAround }: StormPlan): BoundStrategy[] {
  return [
    referenceEmaCross.bind({ fast: 1, slow: 3 }),
    swingTrendFollowing.bind({
      fast: 2,
      slow: 3,
      adxPeriod: 2,
      adxMinimum: 0,
      atrPeriod: 2,
      stopAtr: 1,
      trailAtr: 1.5,
      maxBars: 4,
    }),
    restless({ seed, turnsAround }),
  ];
}

export function stormRules({ limits }: StormPlan): RiskRule[] {
  const settings: Readonly<Record<string, unknown>> = {
    session: { toxicMinutes: limits.toxicMinutes },
    trades_per_day: { limit: limits.entriesPerDay },
    max_positions: { limit: limits.positions },
    position_size: { maxFraction: limits.position },
    gross_exposure: { maxFraction: limits.gross },
  };
  return rules.map((rule) => rule.configure(settings[rule.id] ?? {}));
}

/** All breakers: those on losses in a row fire within minutes, the others at losses that a collapse brings. */
export function stormBreakers({ limits }: Pick<StormPlan, "limits">): BoundBreaker[] {
  const { losses, lossScale } = limits;
  const settings: Readonly<Record<string, unknown>> = {
    rapid_loss: { maxFraction: 0.01 * lossScale, windowMinutes: 5, pauseMinutes: 3 },
    day_high_drawdown: { maxFraction: 0.02 * lossScale },
    day_base_loss: { maxFraction: 0.03 * lossScale },
    high_water_mark: { maxFraction: 0.02 * lossScale, recoveredFraction: 0.005 * lossScale },
    strategy_losses: { losses, pauseHours: 0.05, scratchBps: 0 },
    account_losses: { losses: losses + 2, scratchBps: 0 },
    strategy_loss: { maxFraction: 0.02 * lossScale, disabledHours: 0.05 },
  };
  return breakers.map((breaker) => breaker.configure(settings[breaker.id] ?? {}));
}

export function buildStormEngine(
  market: StormMarket,
  strategies: readonly BoundStrategy[],
  rulesInForce: readonly RiskRule[],
  breakersInForce: readonly BoundBreaker[],
  { virtualStops, virtualStop }: Pick<StormPlan, "virtualStops" | "virtualStop">,
): SingleLoop {
  const instruments = market.instruments.symbols.length;
  const stops = virtualStops ? "virtual" : "venue";
  const execution = executionParams.parse({ stops, virtualStop });
  const loop = new SingleLoop(
    {
      timeframe: "1m",
      world: { instruments, market: undefined, sessions: market.sessions },
      strategies: strategies.map((strategy) => ({
        strategy,
        allocation: 1 / strategies.length,
        positions: 4,
      })),
      sizing: sizingParams.parse({ capital: STARTING_CASH }),
      ensemble: ensembleParams.parse({}),
      execution,
    },
    {
      strategies: strategies.length,
      instruments,
      startingCash: usd(STARTING_CASH),
      sessions: market.sessions,
      rules: rulesInForce,
      breakers: breakersInForce,
      execution,
      ensemble: ensembleParams.parse({}),
    },
  );
  for (const batch of market.warmup) loop.compute.warm(batch);
  return loop;
}
