/** Orders as JSON of the trading API, both ways: all keys present, decimals as text, what is unset null. */
import { z } from "zod";
import type { EpochMicros } from "../domain/time.ts";
import type { ChangeRequest, OrderRequest } from "../sim/brokerage/order-request.ts";
import type { OrderView, TradeUpdate } from "../sim/brokerage/order-view.ts";
import { dollarsOf, dollarText, maybeDollars, maybeShares, sharesOf, shareText } from "./decimals.ts";
import { badParameter, Refused, unprocessable } from "./http-words.ts";
import { wireTime } from "./wire-time.ts";

const decimal = z.union([z.string(), z.number()]).nullish();
const word = z.string().nullish();
const legTerms = z.looseObject({ limit_price: decimal, stop_price: decimal }).nullish();

const orderBody = z.looseObject({
  symbol: word,
  qty: decimal,
  notional: decimal,
  side: word,
  type: word,
  time_in_force: word,
  limit_price: decimal,
  stop_price: decimal,
  trail_price: decimal,
  trail_percent: decimal,
  extended_hours: z.boolean().nullish(),
  client_order_id: word,
  order_class: word,
  take_profit: legTerms,
  stop_loss: legTerms,
  position_intent: word,
});

const changeBody = z.looseObject({
  qty: decimal,
  limit_price: decimal,
  stop_price: decimal,
  trail: decimal,
  time_in_force: word,
  client_order_id: word,
});

/** Keys whose value is undefined are left out, as exactOptionalPropertyTypes asks. */
type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined | null> };
function present<T extends object>(object: T): Present<T> {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(kept) as Present<T>;
}

/** Throws the 400 or 422 of a body that cannot be read; what it asks for is the brokerage's to judge. */
export function orderRequest(body: unknown): OrderRequest {
  const given = parsed(orderBody, body);
  if (given.order_class === "mleg") throw unprocessable("mleg orders are not supported for equities");
  if ((given.symbol ?? "") === "") throw unprocessable("symbol is required");
  for (const key of ["side", "type", "time_in_force"] as const)
    if ((given[key] ?? "") === "") throw unprocessable(`${key} is required`);
  const { take_profit: target, stop_loss: stop } = given;
  return {
    symbol: given.symbol as string,
    side: given.side as string,
    type: given.type as string,
    timeInForce: given.time_in_force as string,
    ...present({
      quantity: sharesOf("qty", given.qty),
      notional: dollarsOf("notional", given.notional),
      limitPrice: dollarsOf("limit_price", given.limit_price),
      stopPrice: dollarsOf("stop_price", given.stop_price),
      trailPrice: dollarsOf("trail_price", given.trail_price),
      trailPercent: dollarsOf("trail_percent", given.trail_percent),
      extendedHours: given.extended_hours,
      clientOrderId: given.client_order_id === "" ? undefined : given.client_order_id,
      orderClass: given.order_class,
      positionIntent: given.position_intent,
      takeProfit: target && present({ limitPrice: dollarsOf("take_profit.limit_price", target.limit_price) }),
      stopLoss:
        stop &&
        present({
          stopPrice: dollarsOf("stop_loss.stop_price", stop.stop_price),
          limitPrice: dollarsOf("stop_loss.limit_price", stop.limit_price),
        }),
    }),
  };
}

/** `trail` is dollars or percent, whichever the order trails by: both have a million units to the whole. */
export function changeRequest(body: unknown): ChangeRequest {
  const given = parsed(changeBody, body);
  return present({
    quantity: sharesOf("qty", given.qty),
    limitPrice: dollarsOf("limit_price", given.limit_price),
    stopPrice: dollarsOf("stop_price", given.stop_price),
    trail: dollarsOf("trail", given.trail),
    timeInForce: given.time_in_force,
    clientOrderId: given.client_order_id === "" ? undefined : given.client_order_id,
  });
}

function parsed<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  if (body === undefined) throw badParameter("request body format is invalid");
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.path.join(".") ?? "";
  if (key === "") throw badParameter("request body format is invalid");
  throw new Refused(422, 40_010_001, `invalid ${key}`);
}

const time = (at: EpochMicros | undefined): string | null => (at === undefined ? null : wireTime(at));

/** An order with every key of the vendor's. */
export function orderJson(order: OrderView): Readonly<Record<string, unknown>> {
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: wireTime(order.createdAt),
    updated_at: wireTime(order.updatedAt),
    submitted_at: wireTime(order.submittedAt),
    filled_at: time(order.filledAt),
    expired_at: time(order.expiredAt),
    canceled_at: time(order.canceledAt),
    failed_at: time(order.failedAt),
    replaced_at: time(order.replacedAt),
    replaced_by: order.replacedBy ?? null,
    replaces: order.replaces ?? null,
    expires_at: time(order.expiresAt),
    cancel_requested_at: time(order.cancelRequestedAt),
    asset_id: order.assetId,
    symbol: order.symbol,
    asset_class: "us_equity",
    notional: maybeDollars(order.notional),
    qty: maybeShares(order.quantity),
    filled_qty: shareText(order.filledQuantity),
    filled_avg_price: maybeDollars(order.filledAveragePrice),
    order_class: order.orderClass === "simple" ? "" : order.orderClass,
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: order.positionIntent,
    time_in_force: order.timeInForce,
    limit_price: maybeDollars(order.limitPrice),
    stop_price: maybeDollars(order.stopPrice),
    status: order.status,
    extended_hours: order.extendedHours,
    legs: order.legs === undefined ? null : order.legs.map(orderJson),
    trail_percent: maybeDollars(order.trailPercent),
    trail_price: maybeDollars(order.trailPrice),
    hwm: maybeDollars(order.highWaterMark),
    ratio_qty: null,
    source: null,
    subtag: null,
  };
}

/** What trade_updates carries under `data`; `eventId` ascends as text. */
export function updateJson(update: TradeUpdate, eventId: string): Readonly<Record<string, unknown>> {
  const at = wireTime(update.at);
  return {
    event: update.event,
    timestamp: at,
    at,
    event_id: eventId,
    order: orderJson(update.order),
    ...(update.executionId === undefined ? {} : { execution_id: update.executionId }),
    ...(update.price === undefined ? {} : { price: dollarText(update.price) }),
    ...(update.quantity === undefined ? {} : { qty: shareText(update.quantity) }),
    ...(update.positionQuantity === undefined ? {} : { position_qty: shareText(update.positionQuantity) }),
  };
}
