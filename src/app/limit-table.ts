/**
 * Every parameter of the risk rules and breakers: which way is stricter, so that a profile can only tighten it, and
 * how far it may be loosened where orders are traded. What has no bound says why. One table, because a parameter that
 * one of the two forgets is a limit that anybody may take away.
 */
export type Stricter = "less" | "more";

export interface BoundedLimit {
  readonly stricter: Stricter;
  /** Loosest value where orders are traded, in the parameter's own unit; some depend on the capital, in dollars. */
  readonly bound: number | ((capital: number) => number);
  /** The control or decision that it comes from. */
  readonly source: string;
}

interface UnboundedLimit {
  /** Absent for what is no number: true and the later word are the stricter ones. */
  readonly stricter?: Stricter;
  /** Why it needs no bound. */
  readonly unbounded: string;
}

export type Limit = BoundedLimit | UnboundedLimit;

const atMost = (bound: BoundedLimit["bound"], source: string): Limit => ({ stricter: "less", bound, source });
const atLeast = (bound: number, source: string): Limit => ({ stricter: "more", bound, source });
const defaultIsLoosest: Limit = { unbounded: "its default is the loosest it can be" };
const boundBySizeRules = "a size beyond what the rules let pass is refused with the configuration";

/** By path in the configuration. */
export const limits: Readonly<Record<string, Limit>> = {
  "risk.session.toxicMinutes": atLeast(5, "C-34"),
  "risk.stale_data.maxAgeSeconds": atMost(90, "C-10"),
  "risk.duplicate.windowSeconds": atLeast(30, "C-06"),
  "risk.duplicate.alikeSeconds": atLeast(30, "C-06"),
  "risk.duplicate.alikeFraction": atLeast(0.01, "C-06"),
  "risk.daily_drawdown.maxFraction": atMost(0.02, "C-29"),
  "risk.trades_per_day.limit": atMost(100, "C-26"),
  "risk.throttle.perSecond": atMost(5, "C-07"),
  // Entries leave 40 % of the broker's 200 requests a minute to what reduces.
  "risk.throttle.perMinute": atMost(120, "C-07"),
  "risk.restricted.symbols": { unbounded: "a list of what is refused: it is empty, and a name only adds" },
  "risk.restricted.minPrice": atLeast(5, "C-42"),
  "risk.restricted.requireRaw": defaultIsLoosest,
  "risk.cooldown.bars": atLeast(5, "C-63"),
  "risk.max_positions.limit": atMost(30, "C-25"),
  "risk.max_positions.reducedLimit": atMost(10, "C-25"),
  "risk.max_positions.reducedScalar": atLeast(0.7, "C-25"),
  "risk.order_size.maxShares": atMost(10_000, "C-04"),
  // The operator's own figure, but no order is larger than a position may be (C-13).
  "risk.order_size.maxNotionalUsd": atMost((capital) => Math.max(30_000, 0.05 * capital), "C-04"),
  "risk.price_collar.maxFraction": atMost(0.005, "C-05"),
  "risk.price_collar.spreads": atMost(5, "C-05"),
  "risk.price_collar.widestFraction": atMost(0.05, "C-05"),
  "risk.price_collar.quoteAgeSeconds": atMost(2, "C-05"),
  "risk.price_collar.closeAgeSeconds": atMost(90, "C-05"),
  "risk.spread.maxFraction": atMost(0.0005, "C-21"),
  "risk.spread.maxAgeSeconds": atMost(2, "C-21"),
  "risk.spread.required": defaultIsLoosest,
  "risk.per_trade_risk.maxFraction": atMost(0.02, "SYSTEM 19"),
  "risk.per_trade_risk.requireStop": defaultIsLoosest,
  "risk.per_trade_risk.costBps": atLeast(5, "C-15"),
  "risk.position_size.maxFraction": atMost(0.05, "C-13"),
  "risk.adv.maxFraction": atMost(0.01, "C-14"),
  "risk.adv.required": defaultIsLoosest,
  "risk.shorts_share.maxFraction": atMost(0.5, "C-24"),
  "risk.intraday_gross.maxFraction": atMost(0.5, "C-11"),
  "risk.open_risk.maxFraction": atMost(0.03, "C-33"),
  "risk.open_risk.assumedFraction": atLeast(0.02, "C-33"),
  "risk.buying_power.maxFraction": atMost(0.9, "C-11"),
  "risk.buying_power.multiple": atMost(2, "C-11"),
  "risk.gross_exposure.maxFraction": atMost(1, "C-11"),
  "risk.gross_exposure.reducedFraction": atMost(0.5, "C-25"),
  "risk.gross_exposure.reducedScalar": atLeast(0.7, "C-25"),
  "risk.end_of_day.policy": defaultIsLoosest,
  "risk.end_of_day.minutes": atLeast(5, "C-65"),
  "risk.end_of_day.windowMinutes": atLeast(15, "C-65"),
  "risk.end_of_day.maxOvernightFraction": atMost(1, "C-65"),

  "breakers.rapid_loss.maxFraction": atMost(0.01, "C-28"),
  "breakers.rapid_loss.windowMinutes": atLeast(15, "C-28"),
  "breakers.rapid_loss.pauseMinutes": atLeast(30, "C-28"),
  "breakers.day_high_drawdown.maxFraction": atMost(0.02, "C-29"),
  "breakers.day_high_drawdown.action": defaultIsLoosest,
  "breakers.day_base_loss.maxFraction": atMost(0.03, "C-30"),
  "breakers.high_water_mark.maxFraction": atMost(0.15, "C-31"),
  // Back to normal only after more of the loss is made good.
  "breakers.high_water_mark.recoveredFraction": atMost(0.1, "C-31"),
  "breakers.high_water_mark.scalar": atMost(0.5, "C-31"),
  // Streaks would end the demo's day too soon to watch: as far as its own settings go, and no farther.
  "breakers.strategy_losses.losses": atMost(8, "C-27, as in the demo"),
  "breakers.strategy_losses.pauseHours": atLeast(0.5, "C-27, as in the demo"),
  // With a large one no loss would count.
  "breakers.strategy_losses.scratchBps": atMost(1, "C-27"),
  "breakers.account_losses.losses": atMost(20, "C-27, as in the demo"),
  "breakers.account_losses.scratchBps": atMost(1, "C-27"),
  "breakers.strategy_loss.maxFraction": atMost(0.05, "C-32"),
  "breakers.strategy_loss.disabledHours": atLeast(24, "C-32"),
  "breakers.throttle_pause.pauseSeconds": atLeast(60, "C-07"),
  "breakers.runaway.breaches": atMost(10, "C-07"),
  "breakers.runaway.windowSeconds": atLeast(60, "C-07"),

  "execution.shockExit.enabled": { unbounded: "without it each position still has its stop" },
  "execution.shockExit.atrMultiple": atMost(3, "C-20, twice its figure"),
  // Within fewer minutes less adds up.
  "execution.shockExit.minutes": atLeast(3, "C-20"),

  "sizing.riskPerTrade": { stricter: "less", unbounded: boundBySizeRules },
  "sizing.positionPct": { stricter: "less", unbounded: boundBySizeRules },
  "sizing.positionUsd": { stricter: "less", unbounded: boundBySizeRules },
};

/** Which way is stricter; undefined for what is no limit, or none of numbers. */
export const stricterAt = (path: string): Stricter | undefined =>
  Object.hasOwn(limits, path) ? limits[path]?.stricter : undefined;
