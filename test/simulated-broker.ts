/**
 * The simulated brokerage of `src/sim` behind the broker's words, without a wire: a request is a call, an update is a
 * report. It translates units and words and decides nothing, so that whatever the contract finds is the venue's own.
 */
import { InvariantError } from "../src/domain/assert.ts";
import type {
  BrokerFill,
  BrokerLook,
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerPosition,
  BrokerReply,
  BrokerRequest,
  BrokerStatus,
  OrderChange,
  OrderSpec,
  RefusalClass,
} from "../src/domain/broker.ts";
import { MICROS, NANOS } from "../src/domain/money.ts";
import { BUY, type ClientOrderId, SELL, sideName } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { Activity, FillActivity, PositionView } from "../src/sim/brokerage/account-view.ts";
import type { BrokeragePort } from "../src/sim/brokerage/brokerage-port.ts";
import type { ChangeRequest, OrderRequest } from "../src/sim/brokerage/order-request.ts";
import type { BrokerageStatus, OrderView, TradeUpdate } from "../src/sim/brokerage/order-view.ts";
import { isRefusal, type Refusal } from "../src/sim/brokerage/refusals.ts";

type Answer = BrokerReply extends infer R ? (R extends BrokerReply ? Omit<R, "request"> : never) : never;

const ORDERS_MOST = 500;

/** The four words that the venue has and we have not. */
const statuses = new Map<BrokerageStatus, BrokerStatus>([
  ["pending_new", "pending"],
  ["accepted", "pending"],
  ["new", "working"],
]);

/** By the sentence: the venue's codes stand for many causes each, as the broker's do. First match wins. */
const refusals: readonly (readonly [RegExp, RefusalClass])[] = [
  [/insufficient buying power/, "buying_power"],
  [/insufficient qty/, "shares_held"],
  [/wash trade/, "wash_trade"],
  [/short/, "not_shortable"],
  [/asset .*not found|not active|not tradable/, "not_tradable"],
  [/not found/, "not_found"],
  [/order isn't open|already|not cancelable|cannot (?:cancel|replace)/, "not_open"],
];

export class SimulatedBroker {
  readonly news: BrokerNews[] = [];
  readonly #venue: BrokeragePort;
  readonly #now: () => EpochMicros;

  constructor(venue: BrokeragePort, now: () => EpochMicros) {
    this.#venue = venue;
    this.#now = now;
  }

  request(request: BrokerRequest): void {
    this.reply(request, this.ask(request));
    this.hear();
  }

  reply({ id }: BrokerRequest, answer: Answer): void {
    this.news.push({ ...answer, request: id } as BrokerReply);
  }

  /** What the venue has told since. */
  hear(): void {
    for (const update of this.#venue.updates.splice(0)) this.news.push(reportOf(update));
  }

  ask(request: BrokerRequest): Answer {
    const now = this.#now();
    switch (request.kind) {
      case "Submit":
        return ordered(this.#venue.submit(requestOf(request.spec), now));
      case "Change":
        return ordered(this.#venue.change(request.order, changeOf(request.change), now));
      case "Cancel": {
        const answer = this.#venue.cancel(request.order, now);
        return isRefusal(answer) ? refusedBy(answer) : { kind: "done" };
      }
      case "CancelAll": {
        const refused = this.#venue.cancelAll(now).flatMap(({ body }) => body ?? []);
        return refused[0] === undefined ? { kind: "done" } : refusedBy(refused[0]);
      }
      case "FindByClientId":
        return found(this.#venue.orderByClientId(request.clientId));
      case "Read":
        return found(this.#venue.order(request.order, true));
      case "Look":
        return { kind: "look", look: this.#look(request.since, now) };
    }
  }

  #look(since: EpochMicros, at: EpochMicros): BrokerLook {
    const venue = this.#venue;
    const { id, accountNumber, ...rest } = venue.account();
    const rows = venue.orders({ status: "all", nested: true, direction: "asc", limit: ORDERS_MOST });
    const isOfLook = (order: OrderView): boolean => ended(order) === undefined || order.updatedAt >= since;
    return {
      at,
      account: {
        id,
        number: accountNumber,
        mayTrade: !rest.tradeSuspendedByUser,
        mayShort: rest.shortingEnabled,
        cash: rest.cash / MICROS,
        equity: rest.equity / MICROS,
        lastEquity: rest.lastEquity / MICROS,
        buyingPower: rest.buyingPower / MICROS,
        multiplier: rest.multiplier,
      },
      positions: venue.positions().map(positionOf),
      orders: rows.filter(isOfLook).map(orderOf),
      fills: venue.activities({ types: ["FILL"], after: since, direction: "asc" }).flatMap(fillOf),
    };
  }
}

const micros = (dollars: number): number => Math.round(dollars * MICROS);
const nanos = (shares: number): number => Math.round(shares * NANOS);

/** `{ key: value }`, or nothing when there is no value. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

const scaled = (value: number | undefined, unit: number): number | undefined =>
  value === undefined ? undefined : value / unit;

const ended = ({ filledAt, canceledAt, expiredAt, failedAt, replacedAt }: OrderView) =>
  filledAt ?? canceledAt ?? expiredAt ?? failedAt ?? replacedAt;

function requestOf(spec: OrderSpec): OrderRequest {
  const { limit, stop, takeProfit, stopLoss } = spec;
  return {
    symbol: spec.symbol,
    quantity: nanos(spec.shares),
    side: sideName(spec.side),
    type: spec.type,
    timeInForce: spec.timeInForce,
    clientOrderId: spec.clientId,
    orderClass: spec.orderClass,
    positionIntent: `${sideName(spec.side)}_to_${spec.opens ? "open" : "close"}`,
    ...given("limitPrice", limit === undefined ? undefined : micros(limit)),
    ...given("stopPrice", stop === undefined ? undefined : micros(stop)),
    ...given("takeProfit", takeProfit === undefined ? undefined : { limitPrice: micros(takeProfit) }),
    ...given("stopLoss", stopLoss === undefined ? undefined : { stopPrice: micros(stopLoss) }),
  };
}

function changeOf({ clientId, shares, limit, stop }: OrderChange): ChangeRequest {
  return {
    clientOrderId: clientId,
    ...given("quantity", shares === undefined ? undefined : nanos(shares)),
    ...given("limitPrice", limit === undefined ? undefined : micros(limit)),
    ...given("stopPrice", stop === undefined ? undefined : micros(stop)),
  };
}

const ordered = (answer: OrderView | Refusal): Answer =>
  isRefusal(answer) ? refusedBy(answer) : { kind: "accepted", order: orderOf(answer) };

function found(answer: OrderView | Refusal): Answer {
  return isRefusal(answer) ? { kind: "absent" } : { kind: "found", order: orderOf(answer) };
}

function refusedBy({ status, message }: Refusal): Answer {
  const reason = `${status} ${message}`;
  if (/client_order_id must be unique/.test(message)) return { kind: "duplicate", reason };
  const known = refusals.find(([pattern]) => pattern.test(message));
  return { kind: "refused", class: known?.[1] ?? "other", reason };
}

function orderOf(view: OrderView): BrokerOrder {
  return {
    id: view.id as BrokerOrderId,
    clientId: view.clientOrderId as ClientOrderId,
    symbol: view.symbol,
    side: view.side === "buy" ? BUY : SELL,
    type: view.type,
    orderClass: view.orderClass,
    timeInForce: view.timeInForce,
    filled: view.filledQuantity / NANOS,
    status: statuses.get(view.status) ?? (view.status as BrokerStatus),
    submittedAt: view.submittedAt,
    updatedAt: view.updatedAt,
    legs: (view.legs ?? []).map(orderOf),
    ...given("shares", scaled(view.quantity, NANOS)),
    ...given("averagePrice", scaled(view.filledAveragePrice, MICROS)),
    ...given("limit", scaled(view.limitPrice, MICROS)),
    ...given("stop", scaled(view.stopPrice, MICROS)),
    ...given("replaces", view.replaces as BrokerOrderId | undefined),
    ...given("replacedBy", view.replacedBy as BrokerOrderId | undefined),
  };
}

function reportOf(update: TradeUpdate): BrokerNews {
  const { event, at, order, executionId: id, price, quantity } = update;
  const report = { kind: "report", cause: "stream", event, order: orderOf(order) } as const;
  if (id === undefined) return report;
  if (price === undefined || quantity === undefined)
    throw new InvariantError(`execution ${id} lacks a number`);
  return { ...report, execution: { id, at, shares: quantity / NANOS, price: price / MICROS } };
}

const positionOf = (view: PositionView): BrokerPosition => ({
  symbol: view.symbol,
  shares: view.quantity / NANOS,
  available: Math.abs(view.quantityAvailable) / NANOS,
  averageEntry: view.averageEntryPrice / MICROS,
  price: view.currentPrice / MICROS,
});

const isFill = (row: Activity): row is FillActivity => row.activityType === "FILL";

/** The id of a row is its time, two colons and the id of the execution. */
function fillOf(row: Activity): readonly BrokerFill[] {
  if (!isFill(row)) return [];
  return [
    {
      id: row.id.slice(row.id.indexOf("::") + 2),
      at: row.at,
      shares: row.quantity / NANOS,
      price: row.price / MICROS,
      order: row.orderId as BrokerOrderId,
      symbol: row.symbol,
      side: row.side === "buy" ? BUY : SELL,
      filled: row.cumulativeQuantity / NANOS,
    },
  ];
}
