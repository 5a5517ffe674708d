/**
 * Kelly's share of the account for a strategy, from the trades it has closed (SIZE-1, C-16).
 *
 * With win W and loss L as fractions of the stake, growth is greatest at f* = p/L - (1-p)/W of equity as stake,
 * which is f* L = (pW - (1-p)L)/W of equity at risk. The shorter "edge over odds" with the edge in returns is
 * neither: it lacks a factor L or L^2, depends on the unit of its inputs, and only looks right because it still
 * grows with the edge.
 *
 * p is a lower bound, not the win rate counted: thirty trades do not prove an edge. Source: Kelly 1956; Thorp
 * 2006; MacLean, Thorp, Ziemba 2011; QUANT e.
 */
import { z } from "zod";
import { betaQuantile } from "../numerics/beta-distribution.ts";
import { winsorisedMean } from "../numerics/winsorised-mean.ts";

export const kellyParams = z.strictObject({
  /** Off: `riskPerTrade` alone sets the risk of a trade. */
  enabled: z.boolean().default(true),
  /** Share of the full Kelly risk. Above 0.5 growth falls while risk still rises. */
  fraction: z.number().positive().max(0.5).default(0.25),
  /** Fraction of the base at risk while there are too few trades to know better. */
  coldRisk: z.number().min(0).max(0.02).default(0.0025),
  /** Closed trades before the estimate counts. */
  minTrades: z.int().min(1).max(10_000).default(30),
  /** The most recent closed trades it is taken from. */
  window: z.int().min(1).max(10_000).default(250),
  /** Quantile of the posterior of the win rate, and the wins and losses it starts with. */
  quantile: z.number().min(0.001).max(0.5).default(0.1),
  prior: z.number().positive().max(10_000).default(20),
  /** Share of wins, and of losses, that is pulled in on either side before averaging. */
  winsor: z.number().min(0).max(0.49).default(0.05),
  /** Smallest loss to reckon with, as a fraction of the stake: the 99 % overnight gap, where positions are held. */
  gapLoss: z.number().min(0).max(1).default(0),
  /** What Kelly stops goes on on paper, so that the record can speak for it again. */
  paper: z.boolean().default(true),
});
export type KellyParams = z.infer<typeof kellyParams>;

/** What a strategy has shown so far. Fractions of the stake, net of costs. */
export interface Edge {
  readonly trades: number;
  /** Lower bound of the chance to win. */
  readonly winRate: number;
  /** Mean win, and mean loss as a positive figure; NaN without any. */
  readonly win: number;
  readonly loss: number;
}

/** From net returns of closed trades, in any order. A trade that made nothing did not win. */
export function edgeOf(returns: Float64Array, params: KellyParams): Edge {
  const wins = returns.filter((value) => value > 0);
  const losses = returns.filter((value) => !(value > 0)).map((value) => -value);
  const meanLoss = winsorisedMean(losses, params.winsor);
  return {
    trades: returns.length,
    winRate: betaQuantile(params.quantile, params.prior + wins.length, params.prior + losses.length),
    win: winsorisedMean(wins, params.winsor),
    loss: params.gapLoss > 0 ? Math.max(params.gapLoss, meanLoss || 0) : meanLoss,
  };
}

/** Stake that grows fastest, as a multiple of equity: above 1 with leverage, 0 or less without an edge. */
export const kellyStake = ({ winRate: p, win, loss }: Omit<Edge, "trades">): number =>
  p / loss - (1 - p) / win;

/** The same bet as a fraction of equity at risk: what is lost when it loses. */
export const kellyRisk = ({ winRate: p, win, loss }: Omit<Edge, "trades">): number =>
  (p * win - (1 - p) * loss) / win;

export interface TradeRisk {
  /** Fraction of the base that may be lost at the stop. */
  readonly risk: number;
  /** Largest stake as a fraction of the base: half of Kelly's, whatever the distance of the stop. */
  readonly stakeMax: number;
  readonly binding: "risk_per_trade" | "kelly" | "kelly_cold";
}

/** `riskPerTrade` is the ceiling. Without an edge the risk is 0: no trade. */
export function tradeRisk(edge: Edge, params: KellyParams, riskPerTrade: number): TradeRisk {
  const unbounded = Number.POSITIVE_INFINITY;
  if (!params.enabled) return { risk: riskPerTrade, stakeMax: unbounded, binding: "risk_per_trade" };
  // All wins: what a loss costs is not known yet.
  if (edge.trades < params.minTrades || !(edge.loss > 0)) {
    return params.coldRisk < riskPerTrade
      ? { risk: params.coldRisk, stakeMax: unbounded, binding: "kelly_cold" }
      : { risk: riskPerTrade, stakeMax: unbounded, binding: "risk_per_trade" };
  }
  const full = kellyRisk(edge);
  if (!(full > 0)) return { risk: 0, stakeMax: 0, binding: "kelly" };
  const part = params.fraction * full;
  const stakeMax = kellyStake(edge) / 2;
  return part < riskPerTrade
    ? { risk: part, stakeMax, binding: "kelly" }
    : { risk: riskPerTrade, stakeMax, binding: "risk_per_trade" };
}
