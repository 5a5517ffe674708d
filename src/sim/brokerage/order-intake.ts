/** From a client's request to the orders it makes: the order itself and its sleeping legs, or why not. */
import type { InstrumentId } from "../../domain/instrument.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import { inferIntent, judgeIntent, sharesForValue } from "./admission.ts";
import type { Desk } from "./desk.ts";
import { reservePrice } from "./margin.ts";
import {
  isOpening,
  type OrderDraft,
  type OrderGroup,
  type OrderRecord,
  orderRecord,
} from "./order-record.ts";
import type { OrderRequest } from "./order-request.ts";
import type { ClassWord, TimeInForceWord, TypeWord } from "./order-view.ts";
import { malformed, type Refusal, unprocessable } from "./refusals.ts";
import { judgeRequest } from "./validity.ts";

/** How far a price may fall before a sale by value gets less than its dollars. */
const VALUE_MARGIN = 1.05;

/** The order that was asked for; its legs stand in its group. Nothing of it is in the books yet. */
export function newOrder(desk: Desk, request: OrderRequest): OrderRecord | Refusal {
  const instrument = desk.find(request.symbol);
  if (instrument === undefined) return unprocessable(`asset "${request.symbol}" not found`);
  const asset = desk.asset(instrument);
  if (!asset.tradable) return unprocessable(`asset "${asset.symbol}" is not tradable`);
  const { clientOrderId = "" } = request;
  const refusal = judgeRequest(request, asset);
  if (refusal !== undefined) return refusal;
  if (desk.store.isUsed(clientOrderId)) return malformed("client_order_id must be unique");
  const record = recordOf(desk, draftOf(desk, request, instrument), clientOrderId);
  if (record.orderClass !== "simple") record.group = groupOf(desk, request, record);
  if (isOpening(record)) record.reservePrice = reservePrice(record, desk.market.ask(instrument));
  if (!Number.isNaN(record.notional) && !isOpening(record)) record.held = sharesFor(desk, record);
  return judgeIntent(record, request.positionIntent) ?? record;
}

/** Nano-shares that a sale by value holds: a little more than its dollars need now, where there is more. */
function sharesFor(desk: Desk, { notional, instrument }: OrderRecord): number {
  const needed = sharesForValue(notional, desk.price(instrument));
  return Math.max(needed, Math.min(Math.floor(needed * VALUE_MARGIN), desk.available(instrument)));
}

function draftOf(desk: Desk, request: OrderRequest, instrument: InstrumentId): OrderDraft {
  const orderClass = (request.orderClass || "simple") as ClassWord;
  const isPair = orderClass === "oco";
  return {
    instrument,
    symbol: desk.asset(instrument).symbol,
    assetId: desk.assetIds[instrument] ?? "",
    side: request.side === "buy" ? BUY : SELL,
    type: request.type as TypeWord,
    timeInForce: request.timeInForce as TimeInForceWord,
    orderClass,
    role: orderClass === "simple" ? "single" : isPair ? "target" : "entry",
    extendedHours: request.extendedHours ?? false,
    quantity: request.quantity ?? Number.NaN,
    notional: request.notional ?? Number.NaN,
    limit: (isPair ? request.takeProfit?.limitPrice : request.limitPrice) ?? Number.NaN,
    stop: request.stopPrice ?? Number.NaN,
    trailPrice: request.trailPrice ?? Number.NaN,
    trailPercent: request.trailPercent ?? Number.NaN,
  };
}

function recordOf(desk: Desk, draft: OrderDraft, clientOrderId: string): OrderRecord {
  const id = desk.orderIds.next();
  desk.sequence += 1;
  const record = orderRecord(draft, {
    id,
    clientOrderId: clientOrderId === "" ? id : clientOrderId,
    sequence: desk.sequence,
    intent: inferIntent(desk.position(draft.instrument), draft.side),
    at: desk.now,
  });
  return record;
}

function groupOf(desk: Desk, request: OrderRequest, first: OrderRecord): OrderGroup {
  const kind = first.orderClass as OrderGroup["kind"];
  const isPair = kind === "oco";
  const leg = { ...first, side: (isPair ? first.side : -first.side) as Side };
  const group: OrderGroup = {
    kind,
    entry: isPair ? undefined : first,
    target: isPair ? first : undefined,
    stop: undefined,
    awake: false,
  };
  const { takeProfit, stopLoss } = request;
  if (!isPair && takeProfit !== undefined)
    group.target = legOf(desk, group, {
      ...leg,
      role: "target",
      type: "limit",
      limit: takeProfit.limitPrice ?? Number.NaN,
      stop: Number.NaN,
    });
  if (stopLoss !== undefined)
    group.stop = legOf(desk, group, {
      ...leg,
      role: "stop",
      type: stopLoss.limitPrice === undefined ? "stop" : "stop_limit",
      limit: stopLoss.limitPrice ?? Number.NaN,
      stop: stopLoss.stopPrice ?? Number.NaN,
    });
  return group;
}

/** Legs leave what their entry opens, whatever the position is now. */
function legOf(desk: Desk, group: OrderGroup, draft: OrderDraft): OrderRecord {
  const record = recordOf(desk, draft, "");
  return { ...record, group, intent: draft.side === BUY ? "buy_to_close" : "sell_to_close" };
}
