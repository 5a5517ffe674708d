/**
 * How many shares a wish becomes (SIZE-1). A method says how many it would be, scales of at most 1 (and the
 * scalar of the lattice) weigh that, caps bound it; whoever decided last is named and stored with the order. A
 * figure that is no number allows none: once NaN, the count stays NaN and ends as no shares.
 *
 * The sizing base is the smaller of the configured capital and the equity (RUN-4). Risk and value are measured at
 * the worst price that the order may fill at, as the gate does, so that a full-sized entry passes untrimmed.
 */
import { z } from "zod";
import type { SizingConstraint, SizingMethod } from "../domain/intent.ts";
import { advParams } from "./daily-volume.ts";
import { type Edge, kellyParams, tradeRisk } from "./kelly.ts";
import { linearScale, scaleParams } from "./vix-atr-scale.ts";

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
  /** These three weigh `fixed_risk` sizes only. */
  kelly: kellyParams
    .refine(({ minTrades, window }) => minTrades <= window, {
      error: "must be at most window: more trades than are kept never come together",
      path: ["minTrades"],
    })
    .prefault({}),
  /** Index points. */
  vix: scaleParams(20, 40, 200).prefault({}),
  /** ATR14 as a fraction of the close. */
  atr: scaleParams(0.015, 0.04, 1).prefault({}),
  adv: advParams.prefault({}),
});
export type SizingParams = z.infer<typeof sizingParams> & {
  /** What the gate counts into the risk of a trade, in basis points of entry and of stop (C-15). Default: nothing. */
  readonly riskCostBps?: number;
};

const BPS = 1e-4;

export interface SizingRequest {
  readonly method: SizingMethod;
  /** In [-1, 1], not 0; beyond it counts as 1. */
  readonly conviction: number;
  /** Last close, dollars per share. */
  readonly price: number;
  /** What the order will pay at most, or get at least; NaN for a market order. */
  readonly limit: number;
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
  /** What the strategy's own closed trades say of it. */
  readonly edge: Edge;
  /** Weight by trailing performance, in (0, 1]. */
  readonly trailing: number;
  /** What its share is multiplied by for its trailing results (SIZE-3), in (0, 2]; 1 where nobody adapts it. */
  readonly adaptive?: number;
  /** Index points; NaN when stale, undefined when no source was configured: then its scale is off. */
  readonly vix: number | undefined;
  /** ATR14 as a fraction of the close; NaN while unknown. */
  readonly atr: number;
  /** Shares that may still be entered in this session, over all strategies; Infinity without a bound. */
  readonly advRoom: number;
}

export interface Size {
  /** Signed whole shares; 0 when a constraint leaves no room for one. */
  readonly shares: number;
  readonly binding: SizingConstraint;
}

/** Shares, and who decided on them so far. */
interface Wanted {
  readonly shares: number;
  readonly binding: SizingConstraint;
}

/** Shares that one constraint alone would allow, unsigned; infinite where it sets no bound. */
export type SizeStep = readonly [SizingConstraint, number];

/** `told` hears of every constraint that was asked, for the record. */
export function sizeEntry(request: SizingRequest, params: SizingParams, told?: SizeStep[]): Size {
  const direction = Math.sign(request.conviction);
  // A price of zero would lift every cap to infinity.
  if (!(Math.abs(direction) > 0 && request.price > 0))
    return { shares: 0, binding: bindingOf(request.method) };
  const fixed = request.method === "fixed_shares";
  if (fixed) {
    told?.push(["fixed_shares", params.fixedShares]);
    return { shares: direction * params.fixedShares, binding: "fixed_shares" };
  }

  const base = Math.min(request.equity, params.capital ?? Number.POSITIVE_INFINITY);
  const wanted = wantedShares(request, params, base);
  told?.push([wanted.binding, wanted.shares]);
  if (raised(request) > 1) told?.push(["adaptive", wanted.shares]);
  let { shares, binding } = weighed(request, params, wanted, told);
  const price = Math.max(request.price, entryPrice(request));
  const caps: readonly (readonly [SizingConstraint, number])[] = [
    ...riskCap(request, params, base),
    ["position_pct", (params.positionPct * base) / price],
    ["position_usd", params.positionUsd / price],
    ["adv", request.advRoom],
    ["cash_buffer", (request.availableCash - params.cashBuffer * request.equity) / price],
  ];
  told?.push(...caps);
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

/**
 * What the gate grants a single trade (SIZE-1), asked here already where the stop did not set the size: legs of a pair
 * are brought to their proportion after it, and one that the gate trims would end both.
 */
function riskCap(
  request: SizingRequest,
  params: SizingParams,
  base: number,
): (readonly [SizingConstraint, number])[] {
  if (request.method === "fixed_risk" || Number.isNaN(request.stop)) return [];
  const lost = lostPerShare(request, params);
  return lost > 0 ? [["risk_per_trade", (params.riskPerTrade * base) / lost]] : [];
}

/** Dollars from entry to stop with the costs of both; 0 or below for a stop on the wrong side. */
function lostPerShare(request: SizingRequest, { riskCostBps = 0 }: SizingParams): number {
  const entry = entryPrice(request);
  const distance = Math.sign(request.conviction) * (entry - request.stop);
  return distance > 0 ? distance + riskCostBps * BPS * (entry + request.stop) : distance;
}

const entryPrice = ({ limit, price }: SizingRequest): number => (Number.isNaN(limit) ? price : limit);

function wantedShares(request: SizingRequest, params: SizingParams, base: number): Wanted {
  const strength = Math.min(1, Math.abs(request.conviction));
  if (request.method !== "fixed_risk") {
    const price = Math.max(request.price, entryPrice(request));
    const dollars = (strength * request.allocation * base * raised(request)) / request.positions;
    return { shares: dollars / price, binding: bindingOf(request.method) };
  }
  const entry = entryPrice(request);
  const lost = lostPerShare(request, params);
  // Without a distance on the losing side there is no risk figure to size by: C-15, no stop, no entry.
  if (!(lost > 0)) return { shares: 0, binding: "risk_per_trade" };
  const { risk, stakeMax, binding } = tradeRisk(request.edge, params.kelly, params.riskPerTrade);
  // Who has earned more risks more, and never more than one trade may.
  const atRisk =
    (strength * Math.min(Math.max(risk, params.riskPerTrade), risk * raised(request)) * base) / lost;
  const stake = (strength * stakeMax * base) / entry;
  return stake < atRisk ? { shares: stake, binding: "kelly" } : { shares: atRisk, binding };
}

/** What only adds is no scale: it comes before whatever takes away. */
const raised = ({ adaptive = 1 }: SizingRequest): number => Math.max(1, adaptive);

/** The scale that takes most of a size away names it; nothing is named for adding. */
function weighed(
  request: SizingRequest,
  params: SizingParams,
  wanted: Wanted,
  told: SizeStep[] | undefined,
): Wanted {
  if (wanted.shares === 0) return wanted;
  const scales: [SizingConstraint, number][] = [
    ["permission_scalar", request.scalar],
    ["performance", request.trailing],
    ["adaptive", Math.min(1, request.adaptive ?? 1)],
  ];
  if (request.method === "fixed_risk") scales.push(marketScale(request, params));
  let { shares, binding } = wanted;
  let least = 1;
  for (const [name, scale] of scales) {
    shares *= scale;
    if (scale !== 1) told?.push([name, wanted.shares * scale]);
    if (scale < least) {
      least = scale;
      binding = name;
    }
  }
  return { shares, binding };
}

/** The smaller of both, not their product: they mostly rise together (QUANT e). */
function marketScale({ vix, atr }: SizingRequest, params: SizingParams): [SizingConstraint, number] {
  const byAtr = linearScale(atr, params.atr);
  const byVix = vix === undefined ? 1 : linearScale(vix, params.vix);
  return byVix < byAtr ? ["vix_scale", byVix] : ["atr_scale", byAtr];
}
