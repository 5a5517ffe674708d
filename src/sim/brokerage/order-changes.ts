/** Cancels and replacements: what may be asked of which order, and what happens while the request is on its way. */
import { NANOS } from "../../domain/money.ts";
import type { CancelRow } from "./account-view.ts";
import { admit } from "./admission.ts";
import type { Desk } from "./desk.ts";
import { reservePrice } from "./margin.ts";
import type { OrderLife } from "./order-life.ts";
import { isLive, isOpening, legsOf, type OrderRecord, orderRecord, parentOf } from "./order-record.ts";
import type { ChangeRequest } from "./order-request.ts";
import { isTerminal, type TimeInForceWord } from "./order-view.ts";
import { malformed, notFound, type Refusal, unprocessable } from "./refusals.ts";
import { judgePrice } from "./validity.ts";

const changeable: readonly string[] = ["new", "partially_filled", "held"];
/** Any symbol. */
const ANY = "*";

export class OrderChanges {
  readonly #desk: Desk;
  readonly #life: OrderLife;
  /** Symbols whose cancels hang. */
  readonly #stuck = new Set<string>();

  constructor(desk: Desk, life: OrderLife) {
    this.#desk = desk;
    this.#life = life;
  }

  stick(symbol: string | undefined): void {
    if (symbol !== undefined) {
      this.#stuck.add(symbol);
      return;
    }
    this.#stuck.clear();
    for (const record of this.#desk.store.live())
      if (record.status === "pending_cancel" && record.dueAt === Number.POSITIVE_INFINITY)
        record.dueAt = this.#desk.now;
  }

  cancel(id: string): OrderRecord | Refusal {
    const { store, now, updates, terms } = this.#desk;
    const record = store.get(id);
    if (record === undefined) return notFound(`order not found for ${id}`);
    const { status, symbol } = record;
    if (isTerminal(status) || status.startsWith("pending"))
      return unprocessable(`order is already in "${status}" state`);
    record.status = "pending_cancel";
    record.cancelRequestedAt = now;
    updates.tell("pending_cancel", record, now);
    const hangs = this.#stuck.has(symbol) || this.#stuck.has(ANY);
    record.dueAt = hangs ? Number.POSITIVE_INFINITY : now + (terms.requestMicros ?? 0);
    if (record.dueAt <= now) this.#carryOut(record);
    return record;
  }

  /** One row per open order that is no leg: the legs go with it. */
  cancelAll(): CancelRow[] {
    const open = this.#desk.store.live().filter((record) => isLive(record) && !record.waits);
    const rows: CancelRow[] = [];
    for (const record of open) {
      const parent = parentOf(record);
      if (!isLive(record) || record.status.startsWith("pending") || (parent !== undefined && isLive(parent)))
        continue;
      const answer = this.cancel(record.id);
      const refusal = "code" in answer ? answer : undefined;
      rows.push({ id: record.id, status: refusal?.status ?? 200, ...(refusal && { body: refusal }) });
    }
    return rows;
  }

  change(id: string, patch: ChangeRequest): OrderRecord | Refusal {
    const { store, now, updates, terms } = this.#desk;
    const record = store.get(id);
    if (record === undefined) return notFound(`order not found for ${id}`);
    const refusal = judgeStatus(record) ?? this.#judgePatch(record, patch);
    if (refusal !== undefined) return refusal;
    const successor = this.#successorOf(record, patch);
    // What sleeps reserves nothing yet: it is judged when it wakes.
    const denied = record.works ? admit(this.#desk, asRest(successor, record), record) : undefined;
    if (denied !== undefined) return denied;
    store.add(successor);
    record.status = "pending_replace";
    record.successor = successor;
    updates.tell("pending_replace", record, now);
    record.dueAt = now + (terms.requestMicros ?? 0);
    if (record.dueAt <= now) this.#carryOut(record);
    return successor;
  }

  /** Requests that have arrived. */
  runDue(): void {
    for (const record of this.#desk.store.live())
      if (isLive(record) && record.dueAt <= this.#desk.now) this.#carryOut(record);
  }

  #carryOut(record: OrderRecord): void {
    const { successor, filled } = record;
    record.dueAt = Number.POSITIVE_INFINITY;
    if (record.status === "pending_cancel") this.#life.end(record, "canceled");
    else if (successor !== undefined && filled < successor.quantity) this.#life.replace(record, successor);
    else if (successor !== undefined) this.#refuseReplacement(record, successor);
  }

  /** The old order traded what the new one was to be: it lives on. */
  #refuseReplacement(record: OrderRecord, successor: OrderRecord): void {
    const { updates, now } = this.#desk;
    record.successor = undefined;
    record.status = record.filled > 0 ? "partially_filled" : record.works ? "new" : "held";
    updates.tell("order_replace_rejected", record, now);
    this.#life.reject(successor);
  }

  #judgePatch(record: OrderRecord, patch: ChangeRequest): Refusal | undefined {
    const { quantity, limitPrice, stopPrice, trail, timeInForce, clientOrderId } = patch;
    if (clientOrderId !== undefined && this.#desk.store.isUsed(clientOrderId))
      return malformed("client_order_id must be unique");
    if (!Number.isNaN(record.notional)) return unprocessable("notional orders cannot be replaced");
    if (limitPrice !== undefined && Number.isNaN(record.limit))
      return malformed(`${record.type} orders require no limit price`);
    if (stopPrice !== undefined && (Number.isNaN(record.stop) || record.type === "trailing_stop"))
      return malformed(`${record.type} orders require no stop price`);
    if (trail !== undefined && (record.type !== "trailing_stop" || !(trail > 0)))
      return malformed("trail must be > 0 and only for trailing stop orders");
    if (timeInForce !== undefined && timeInForce !== "day" && timeInForce !== "gtc")
      return unprocessable(`order cannot be replaced with time_in_force ${timeInForce}`);
    return judgeQuantity(record, quantity) ?? judgePrices(patch) ?? judgeNews(record, patch);
  }

  #successorOf(record: OrderRecord, patch: ChangeRequest): OrderRecord {
    const { market, orderIds, now } = this.#desk;
    const id = orderIds.next();
    this.#desk.sequence += 1;
    const { trail } = patch;
    const draft = {
      ...record,
      quantity: patch.quantity ?? record.quantity,
      limit: patch.limitPrice ?? record.limit,
      stop: patch.stopPrice ?? record.stop,
      trailPrice: Number.isNaN(record.trailPrice) ? record.trailPrice : (trail ?? record.trailPrice),
      trailPercent: Number.isNaN(record.trailPercent) ? record.trailPercent : (trail ?? record.trailPercent),
      timeInForce: (patch.timeInForce ?? record.timeInForce) as TimeInForceWord,
    };
    const successor = orderRecord(draft, {
      id,
      clientOrderId: patch.clientOrderId ?? id,
      sequence: this.#desk.sequence,
      intent: record.intent,
      at: now,
    });
    successor.replaces = record.id;
    successor.waits = true;
    successor.group = record.group;
    if (isOpening(record)) successor.reservePrice = reservePrice(successor, market.ask(record.instrument));
    return successor;
  }
}

/** The successor as admission sees it: what it would add to what has traded. */
const asRest = (successor: OrderRecord, { filled, works }: OrderRecord): OrderRecord => ({
  ...successor,
  works,
  waits: false,
  quantity: successor.quantity - filled,
});

function judgeStatus({ status, elected, waits }: OrderRecord): Refusal | undefined {
  if (status === "replaced") return unprocessable("order already replaced");
  if (isTerminal(status)) return unprocessable("unable to replace order, order isn't open");
  if (waits) return unprocessable("order chain not fully replaced");
  if (elected) return unprocessable("unable to replace order, stop price was reached");
  if (!changeable.includes(status)) return unprocessable(`cannot replace order in ${status} status`);
  return undefined;
}

function judgeQuantity(record: OrderRecord, quantity: number | undefined): Refusal | undefined {
  if (quantity === undefined || quantity === record.quantity) return undefined;
  if (!(quantity > 0)) return malformed("qty must be > 0");
  if (quantity % NANOS !== 0 || record.quantity % NANOS !== 0)
    return unprocessable("fractional orders cannot be replaced with another qty");
  if (parentOf(record) !== undefined || legsOf(record).length > 0)
    return unprocessable("qty of complex orders cannot be replaced");
  return quantity > record.filled ? undefined : unprocessable("qty must be > filled_qty");
}

function judgePrices({ limitPrice, stopPrice }: ChangeRequest): Refusal | undefined {
  return (
    (limitPrice === undefined ? undefined : judgePrice("limit_price", limitPrice)) ??
    (stopPrice === undefined ? undefined : judgePrice("stop_price", stopPrice))
  );
}

function judgeNews(record: OrderRecord, patch: ChangeRequest): Refusal | undefined {
  const trail = Number.isNaN(record.trailPrice) ? record.trailPercent : record.trailPrice;
  const isSame =
    (patch.quantity ?? record.quantity) === record.quantity &&
    Object.is(patch.limitPrice ?? record.limit, record.limit) &&
    Object.is(patch.stopPrice ?? record.stop, record.stop) &&
    Object.is(patch.trail ?? trail, trail) &&
    (patch.timeInForce ?? record.timeInForce) === record.timeInForce &&
    patch.clientOrderId === undefined;
  return isSame ? unprocessable("order parameters are not changed") : undefined;
}
