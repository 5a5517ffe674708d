/**
 * The gate is asked again about what leaves later than it was approved, right before it leaves (EXEC-6): an order that
 * waited for the window of its auction, or a further slice of a large one. The account, the permission and the
 * instrument may have changed since the decision.
 *
 * AR-1  The order is judged as if it were new, so its own exposure is taken out of the facts first: it would be counted
 *       twice. A throttle still counts it: that can refuse, never allow, more.
 * AR-2  For an auction the last close is the newest there is: its window lies between two sessions, or before the first
 *       bars of one. Quotes of closed hours are nobody's reference; the limit bounds the price. A slice is judged by
 *       the market of now, and with all that is left of its order.
 * AR-3  An order that a rule would trim does not leave: what was approved is sent, or nothing is.
 *       While entries are barred for a time, as after a start, nothing is said: it is asked about again.
 * AR-4  Of several demands that share an order all must still be allowed: it leaves whole or not at all.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import {
  BUY,
  isForAuction,
  type OrderNumber,
  type OrderType,
  Purpose,
  SELL,
  type Side,
  type TimeInForce,
} from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Instants, RecheckDesk } from "../execution/lifecycle/words.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { OrderRequest, RiskView } from "../risk/rule.ts";
import type { ExecuteStage } from "./execute.ts";

/** Entries are barred by a claim that lifts itself. */
const LATER = Symbol("later");

type Facts = ExecuteStage["facts"];
type RecheckStage = Pick<ExecuteStage, "facts" | "gate" | "orders">;

/** Answers every order that asks whether it is still wanted. */
export function answerRechecks(desk: RecheckDesk | undefined, stage: RecheckStage, now: Instants): void {
  if (desk === undefined) return;
  for (const number of desk.asks.splice(0)) {
    const refusal = refusalOf(stage, number);
    if (refusal === LATER) desk.later(number, now);
    else desk.answer(number, refusal, now);
  }
}

/** Why the order is not wanted any more, for people; undefined when it is. */
function refusalOf(stage: RecheckStage, number: OrderNumber): string | typeof LATER | undefined {
  const { orders } = stage;
  for (const member of orders.members(number)) {
    const refusal = orders.isWorking(member) ? refusalOfOne(stage, member) : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refusalOfOne(
  { orders, gate, facts }: RecheckStage,
  number: OrderNumber,
): string | typeof LATER | undefined {
  const request = requestOf(orders, number, facts.now);
  // Crossed in full: what is left of it are the demands it shares the order with.
  if (request.shares < HALF_NANO_SHARE) return undefined;
  const approved = gate.pass(number, request, viewWithout(facts, request), undefined);
  if (approved !== undefined && approved.shares === request.shares) return undefined;
  const { barredBy, binding, verdict } = gate;
  if (barredBy?.liftedBy === "itself") return LATER;
  if (barredBy !== undefined) return `permission:${barredBy.source}: ${barredBy.reason}`;
  const measured =
    verdict === undefined ? "" : `: ${verdict.used} against ${verdict.limit} ${binding?.unit ?? ""}`;
  return `${binding?.id ?? "size"}${measured}`;
}

/** No quotes, and the last close as if it were of now. */
const atClose = (facts: Facts): Partial<RiskView> => ({
  markedAt: (asked) => (Number.isNaN(facts.markedAt(asked)) ? Number.NaN : facts.now),
  quotedAt: () => Number.NaN,
  bid: () => Number.NaN,
  ask: () => Number.NaN,
});

function requestOf(orders: OrderTable, number: OrderNumber, now: EpochMicros): OrderRequest {
  return {
    instrument: orders.instrument(number),
    strategy: orders.strategy(number),
    side: orders.side(number),
    shares: orders.remaining(number),
    purpose: Purpose.Entry,
    type: orders.get(number, OrderField.type) as OrderType,
    timeInForce: orders.get(number, OrderField.timeInForce) as TimeInForce,
    limit: orders.get(number, OrderField.limit),
    stop: orders.get(number, OrderField.stop),
    reference: orders.get(number, OrderField.reference),
    decidedAt: now,
  };
}

/** The facts as they would be had that order never been sent. Everything else is asked of the facts themselves. */
function viewWithout(facts: Facts, own: OrderRequest): RiskView {
  const { instrument, strategy, side, shares, stop } = own;
  const price = Number.isNaN(own.limit) ? own.reference : own.limit;
  const dollars = shares * price;
  const perShare = Math.abs(price - stop);
  const working = (asked: InstrumentId, on: Side): number => {
    const all = facts.working(asked, on);
    const others = asked === instrument && on === side ? all - shares : all;
    return Math.abs(others) < HALF_NANO_SHARE ? 0 : others;
  };
  const isAlone =
    facts.position(instrument) === 0 && working(instrument, BUY) === 0 && working(instrument, SELL) === 0;
  const sentAt = facts.lastEntryAt(strategy, instrument);
  const isOwn = (s: number, asked: InstrumentId): boolean => s === strategy && asked === instrument;
  const less = (all: number, part: number): number => Math.max(0, all - part);
  const overrides: Partial<RiskView> = {
    entriesToday: less(facts.entriesToday, 1),
    workingGross: less(facts.workingGross, dollars),
    workingShort: side === SELL ? less(facts.workingShort, dollars) : facts.workingShort,
    intradayGross: facts.isIntraday(strategy) ? less(facts.intradayGross, dollars) : facts.intradayGross,
    openPositions: facts.openPositions - (isAlone ? 1 : 0),
    working,
    deciding: () => 0,
    entryWorking: (s, asked) => !isOwn(s, asked) && facts.entryWorking(s, asked),
    lastEntryAt: (s, asked) => (isOwn(s, asked) ? Number.NaN : facts.lastEntryAt(s, asked)),
    alikeEntryAt: (asked, on, many, fraction) => {
      const at = facts.alikeEntryAt(asked, on, many, fraction);
      return asked === instrument && at === sentAt ? Number.NaN : at;
    },
    openRisk: (assumed) =>
      less(facts.openRisk(assumed), shares * (Number.isNaN(perShare) ? assumed * price : perShare)),
    ...(isForAuction(own.timeInForce) ? atClose(facts) : {}),
  };
  return new Proxy(facts as RiskView, {
    get: (target, name) => {
      const own = (overrides as Record<string | symbol, unknown>)[name];
      if (own !== undefined) return own;
      const value = (target as unknown as Record<string | symbol, unknown>)[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
