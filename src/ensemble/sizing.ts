/**
 * How many shares a wish becomes (SIZE-1). Every constraint says how many it allows; the smallest
 * binds, and its name is stored with the order.
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
  /** In [-1, 1], not 0. */
  readonly conviction: number;
  /** Last close, dollars per share. */
  readonly price: number;
  /** Dollars per share; NaN for none. */
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
  const direction = request.conviction < 0 ? -1 : 1;
  const fixed = request.method === "fixed_shares";
  if (fixed) return { shares: direction * params.fixedShares, binding: "fixed_shares" };

  const base = Math.min(request.equity, params.capital ?? Number.POSITIVE_INFINITY);
  const { price } = request;
  const wanted = wantedShares(request, params, base);
  let { shares, binding } = { shares: wanted.shares * request.scalar, binding: wanted.binding };
  if (request.scalar < 1) binding = "permission_scalar";
  const caps: readonly (readonly [SizingConstraint, number])[] = [
    ["position_pct", (params.positionPct * base) / price],
    ["position_usd", params.positionUsd / price],
    ["cash_buffer", (request.availableCash - params.cashBuffer * request.equity) / price],
  ];
  for (const [name, allowed] of caps) {
    if (allowed < shares) {
      shares = allowed;
      binding = name;
    }
  }
  return { shares: direction * Math.max(0, Math.floor(shares)), binding };
}

function wantedShares(request: SizingRequest, params: SizingParams, base: number): Size {
  const strength = Math.abs(request.conviction);
  const { price, stop } = request;
  if (request.method === "fixed_risk") {
    const distance = Math.abs(price - stop);
    // Without a distance there is no risk figure to size by: C-15, no stop, no entry.
    const shares = distance > 0 ? (strength * params.riskPerTrade * base) / distance : 0;
    return { shares, binding: "risk_per_trade" };
  }
  const capital = (strength * request.allocation * base) / request.positions;
  return { shares: capital / price, binding: "allocation" };
}
