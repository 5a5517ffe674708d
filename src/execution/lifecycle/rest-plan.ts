/** What of a stop and a target can rest at a broker, and the order that rests it. */
import type { OrderSpec } from "../../domain/broker.ts";
import { NANOS } from "../../domain/money.ts";
import type { ClientOrderId, OrderNumber, Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { ChildOwner, ChildTerms } from "./child-order.ts";
import { isWhole } from "./order-spec.ts";

export interface GroupIdentity {
  readonly strategy: string;
  readonly symbol: string;
  /** Of the orders that protect. */
  readonly side: Side;
  readonly decidedAt: EpochMicros;
}

/** Which legs, for how many nano-shares. */
export interface RestPlan {
  readonly stop: boolean;
  readonly target: boolean;
  readonly nanos: number;
}

export interface RestPrices {
  readonly stop: number;
  readonly target: number;
}

/**
 * Brokers pair whole shares only. Of a position with a fraction the whole shares are paired and the fraction stays
 * without; less than a share rests its stop alone.
 */
export function planOf(stop: boolean, target: boolean, left: number): RestPlan {
  if (!(stop && target) || isWhole(left)) return { stop, target, nanos: left };
  const whole = Math.floor(left / NANOS) * NANOS;
  return whole > 0 ? { stop, target, nanos: whole } : { stop, target: false, nanos: left };
}

/** True when a rest that has sold so much is not what is wanted now. */
export const differs = (rest: RestPlan, wanted: RestPlan, sold: number): boolean =>
  rest.stop !== wanted.stop || rest.target !== wanted.target || rest.nanos - sold !== wanted.nanos;

type Terms = Omit<ChildTerms, "clientId" | "spec" | "shares">;

export const legTerms = (identity: GroupIdentity, number: OrderNumber, owner: ChildOwner): Terms => ({
  number,
  symbol: identity.symbol,
  side: identity.side,
  priority: "protect",
  decidedAt: identity.decidedAt,
  owner,
});

export function restTerms(
  identity: GroupIdentity,
  plan: RestPlan,
  prices: RestPrices,
  clientId: ClientOrderId,
  number: OrderNumber,
  owner: ChildOwner,
): ChildTerms {
  const { symbol, side } = identity;
  const shares = plan.nanos / NANOS;
  const timeInForce = isWhole(plan.nanos) ? "gtc" : "day";
  const same = { clientId, symbol, side, shares, timeInForce, opens: false } as const;
  const spec: OrderSpec = plan.target
    ? {
        ...same,
        type: "limit",
        limit: prices.target,
        ...(plan.stop
          ? { orderClass: "oco" as const, takeProfit: prices.target, stopLoss: prices.stop }
          : { orderClass: "simple" as const }),
      }
    : { ...same, type: "stop", stop: prices.stop, orderClass: "simple" };
  return { ...legTerms(identity, number, owner), clientId, shares: plan.nanos, spec };
}
