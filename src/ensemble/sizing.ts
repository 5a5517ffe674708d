/**
 * How many shares a wish becomes (SIZE-1). Every constraint says how many it allows; the smallest
 * binds, and its name is stored with the order. A figure that is no number allows none: once NaN, the
 * count stays NaN and ends as no shares.
 *
 * The sizing base is the smaller of the configured capital and the equity (RUN-4).
 */
import { z } from "zod";
import type { SizingConstraint, SizingMethod } from "../domain/intent.ts";

export const sizingParams = z.strictObject({
  /** Fraction of the base lost when the stop is hit. 0.4 % by default, 2 % the ceiling (SIZE-1). */
  riskPerTrade: z.number().positive().max(0.02).default(0.004),
  /** Largest position as a fraction of the base. */
  positionPct: z.number().positive().max(1).default(0.05),
  /** Largest position in dollars. */
  positionUsd: z.number().positive().max(1e9).default(15_000),
  /** Fraction of equity that stays cash. */
  cashBuffer: z.number().min(0).max(0.9).default(0.05),
  /** Shares per order for strategies sized by `fixed_shares`. */
  fixedShares: z.int().positive().max(1_000_000).default(100),
  /** Dollars the sizing base never exceeds; absent: equity alone. */
  capital: z.number().positive().optional(),
});
export type SizingParams = z.infer<typeof sizingParams>;

export interface SizingRequest {
  readonly method: SizingMethod;
  /** In [-1, 1], not 0; beyond it counts as 1. */
  readonly conviction: number;
  /** Last close, dollars per share. */
  readonly price: number;
  /** Dollars per share, on the losing side of the price; NaN for none. */
  readonly stop: number;
  /** Net asset value, dollars. */
  readonly equity: number;
  /** Cash less what working entries will take, dollars. */
  readonly availableCash: number;
  /** This strategy's share of the capital, and how many positions it is spread over. */
  readonly allocation: number;
  readonly positions: number;
  /** Effective scalar of the permission lattice, in (0, 1.2]. */
  readonly scalar: number;
}

export interface Size {
  /** Signed whole shares; 0 when a constraint leaves no room for one. */
  readonly shares: number;
  readonly binding: SizingConstraint;
}

export function sizeEntry(request: SizingRequest, params: SizingParams): Size {
  const direction = Math.sign(request.conviction);
  // A price of zero would lift every cap to infinity.
  if (!(Math.abs(direction) > 0 && request.price > 0))
    return { shares: 0, binding: bindingOf(request.method) };
  const fixed = request.method === "fixed_shares";
  if (fixed) return { shares: direction * params.fixedShares, binding: "fixed_shares" };

  const base = Math.min(request.equity, params.capital ?? Number.POSITIVE_INFINITY);
  const { price } = request;
  let shares = wantedShares(request, params, base) * request.scalar;
  let binding = request.scalar < 1 ? "permission_scalar" : bindingOf(request.method);
  const caps: readonly (readonly [SizingConstraint, number])[] = [
    ["position_pct", (params.positionPct * base) / price],
    ["position_usd", params.positionUsd / price],
    ["cash_buffer", (request.availableCash - params.cashBuffer * request.equity) / price],
  ];
  for (const [name, allowed] of caps) {
    if (allowed < shares || Number.isNaN(allowed)) {
      shares = allowed;
      binding = name;
    }
  }
  const whole = Math.floor(shares);
  return { shares: whole >= 1 && whole < Number.POSITIVE_INFINITY ? direction * whole : 0, binding };
}

const bindingOf = (method: SizingMethod): SizingConstraint =>
  method === "fixed_risk" ? "risk_per_trade" : method;

function wantedShares(request: SizingRequest, params: SizingParams, base: number): number {
  const strength = Math.min(1, Math.abs(request.conviction));
  const { price, stop } = request;
  if (request.method === "fixed_risk") {
    const distance = Math.sign(request.conviction) * (price - stop);
    // Without a distance on the losing side there is no risk figure to size by: C-15, no stop, no entry.
    return distance > 0 ? (strength * params.riskPerTrade * base) / distance : 0;
  }
  return (strength * request.allocation * base) / request.positions / price;
}
