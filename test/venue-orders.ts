/** Orders as the gate makes them, and what a venue answered, as words: for tests of venues. */
import type { VenueEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { toDollars, toShares } from "../src/domain/money.ts";
import { BUY, type OrderNumber, OrderType, Purpose, type Side, TimeInForce } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { Authorities } from "../src/risk/authority.ts";
import { type ApprovedOrder, RiskGate } from "../src/risk/gate.ts";
import type { RiskView } from "../src/risk/rule.ts";

export interface OrderWish {
  readonly number?: number;
  readonly instrument?: number;
  readonly side?: Side;
  readonly shares?: number;
  readonly purpose?: Purpose;
  /** Limit price; a market order without one. */
  readonly limit?: number;
  /** Price of a stop order. */
  readonly trigger?: number;
  readonly timeInForce?: TimeInForce;
  /** Protective prices: orders `number` + 1 and + 2. */
  readonly stop?: number;
  readonly target?: number;
}

const gate = new RiskGate([], new Authorities());

export function approvedOrder(wish: OrderWish): ApprovedOrder {
  const { number = 10, stop = Number.NaN, target = Number.NaN, limit = Number.NaN, trigger } = wish;
  const bracket = {
    stopOrder: Number.isNaN(stop) ? undefined : ((number + 1) as OrderNumber),
    stop,
    targetOrder: Number.isNaN(target) ? undefined : ((number + 2) as OrderNumber),
    target,
  };
  const resting = Number.isNaN(limit) ? OrderType.Market : OrderType.Limit;
  const order = gate.pass(
    number as OrderNumber,
    {
      instrument: (wish.instrument ?? 0) as InstrumentId,
      strategy: 0,
      side: wish.side ?? BUY,
      shares: wish.shares ?? 100,
      purpose: wish.purpose ?? Purpose.Entry,
      type: trigger === undefined ? resting : OrderType.Stop,
      timeInForce: wish.timeInForce ?? TimeInForce.GoodTillCanceled,
      limit,
      stop: trigger ?? stop,
      reference: 100,
      decidedAt: 0 as EpochMicros,
    },
    {} as RiskView,
    Number.isNaN(stop) && Number.isNaN(target) ? undefined : bracket,
  );
  if (order === undefined) throw new Error("no rule, no refusal");
  return order;
}

/** One order for several; `crossed` of each one's shares never leave. */
export const sharedOrder = (wishes: readonly (OrderWish & { readonly crossed?: number })[]): ApprovedOrder =>
  gate.combine(
    wishes.map(({ crossed = 0, ...wish }) => {
      const order = approvedOrder(wish);
      return { order, shares: order.shares - crossed, crossed };
    }),
  );

const words = { OrderCanceled: "off", OrderExpired: "dead", OrderRejected: "refused" } as const;

/** `10 100@99.5, 11 off`; `-` for nothing. Acceptances are left out. */
export function eventWords(events: readonly VenueEvent[]): string {
  const told = events.flatMap((event): string[] => {
    if (event.kind === "OrderAccepted") return [];
    if (event.kind === "BorrowCharged") return [`borrow ${toDollars(event.dollars)}`];
    if (event.kind !== "OrderFilled") return [`${event.order} ${words[event.kind]}`];
    return [`${event.order} ${toShares(event.quantity)}@${toDollars(event.price)}`];
  });
  return told.length === 0 ? "-" : told.join(", ");
}
