/**
 * How far beyond the last close an entry limit stands where a fresh quote says what it takes to trade (EXEC-1): half of
 * the spread, as a marketable limit must cross that much of it, and what the price drifts while the order travels, as a
 * share of one bar's standard deviation: the terms that the costs of a backtest are made of (QUANT m: half spread +
 * delay). Never less than the fixed offset, never more than the collar that the gate would refuse it beyond (C-05).
 */
import { z } from "zod";

export const adaptiveOffsetParams = z.strictObject({
  /** Oldest quote that the offset follows, in seconds; with an older one it is the fixed one. */
  quoteSeconds: z.number().positive().max(60).default(2),
  /** Of one bar's standard deviation. */
  volatilityShare: z.number().min(0).max(2).default(0.1),
  /** Widest offset, the width of `risk.price_collar`. */
  maxBps: z.number().min(0).max(500).default(50),
});
export type AdaptiveOffsetParams = z.infer<typeof adaptiveOffsetParams>;

/** Dollars per share; `volatility` is the standard deviation of one bar's return, a fraction, NaN while unknown. */
export interface OffsetMarket {
  readonly bid: number;
  readonly ask: number;
  readonly volatility: number;
}

/**
 * Basis points of the price, from `fixedBps` to the larger of it and `maxBps`. A quote that has one side only, or is
 * crossed, says nothing: then it is `fixedBps`. A volatility that is not known counts as none.
 */
export function adaptiveOffsetBps(
  { bid, ask, volatility }: OffsetMarket,
  fixedBps: number,
  { volatilityShare, maxBps }: AdaptiveOffsetParams,
): number {
  if (!(bid > 0 && ask >= bid && ask < Number.POSITIVE_INFINITY)) return fixedBps;
  const halfSpread = (ask - bid) / (ask + bid);
  const drift = volatility > 0 ? volatilityShare * volatility : 0;
  return Math.max(fixedBps, Math.min(maxBps, (halfSpread + drift) * 10_000));
}
