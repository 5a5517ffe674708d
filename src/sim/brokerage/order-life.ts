/**
 * What becomes of an order from its acceptance to its end, and of the orders that stand and fall with it.
 *
 * SB-3  Terminal is terminal: what has ended neither trades nor changes.
 * SB-4  Target and stop of a group never trade more than the position they protect: what one trades the other loses,
 *       and a stop that is reached ends its target before it trades.
 */
import { MICROS, type Money, NANOS, type Price, type Quantity } from "../../domain/money.ts";
import { SELL } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Desk } from "./desk.ts";
import { Matching, type Outcomes } from "./matching.ts";
import {
  isComplete,
  isFirstAwake,
  isLive,
  isOpening,
  membersOf,
  type OrderGroup,
  type OrderRecord,
  remainingOf,
  sideWord,
} from "./order-record.ts";

type End = "canceled" | "expired" | "rejected";
const stamps = { canceled: "canceledAt", expired: "expiredAt", rejected: "failedAt" } as const;

export class OrderLife implements Outcomes {
  readonly #desk: Desk;
  readonly #matching: Matching;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#matching = new Matching(desk, this);
  }

  get matching(): Matching {
    return this.#matching;
  }

  /** The order exists from now on, and works if it is the hour for it. Its legs sleep. */
  accept(record: OrderRecord): void {
    const { store, day, now, updates } = this.#desk;
    for (const each of record.group === undefined ? [record] : membersOf(record.group)) {
      this.#date(each);
      if (each !== record) each.status = "held";
    }
    store.add(record);
    if (record.group !== undefined)
      for (const each of membersOf(record.group)) if (each !== record) store.add(each);
    const isNow = day.hours === "core" || (record.extendedHours && day.hours !== "closed");
    if (isNow) this.begin(record);
    else {
      record.status = "accepted";
      updates.tell("accepted", record, now);
    }
  }

  /** It works from now on; the caller lets it meet the market. */
  begin(record: OrderRecord): void {
    record.works = true;
    record.status = record.filled > 0 ? "partially_filled" : "new";
    if (record.group?.kind === "oco") record.group.awake = true;
    this.#matching.startTrail(record);
    this.#desk.updates.tell("new", record, this.#desk.now);
  }

  /** What is displayed now; what takes only that ends with it. */
  meet(record: OrderRecord): void {
    this.#matching.meetBook(record);
    const { timeInForce, works } = record;
    if (works && (timeInForce === "ioc" || timeInForce === "fok")) this.end(record, "canceled");
  }

  fill(record: OrderRecord, quantity: number, price: number): void {
    const { ledger, now, updates, executionIds, activities } = this.#desk;
    const { instrument, side, symbol } = record;
    const wasLong = this.#desk.isLong(instrument);
    const amount = ledger.fill(instrument, side, quantity as Quantity, price as Price);
    record.filled += quantity;
    record.spent = (record.spent + amount) as Money;
    const isDone = isComplete(record);
    const isPending = record.status === "pending_cancel" || record.status === "pending_replace";
    if (isDone) record.status = "filled";
    else if (!isPending) record.status = "partially_filled";
    if (isDone) record.filledAt = now;
    this.#book(record, quantity, amount);
    const executionId = executionIds.next();
    activities.fill(now, executionId, {
      type: isDone ? "fill" : "partial_fill",
      orderId: record.id,
      orderStatus: isDone ? "filled" : "partially_filled",
      symbol,
      side: side === SELL && !wasLong ? "sell_short" : sideWord(side),
      quantity,
      price,
      cumulativeQuantity: record.filled,
      leavesQuantity: isDone ? 0 : remainingOf(record),
    });
    const positionQuantity = this.#desk.position(instrument) as never;
    updates.tell(isDone ? "fill" : "partial_fill", record, now, {
      executionId,
      price,
      quantity,
      positionQuantity,
    });
    if (isDone) this.#failSuccessor(record);
    this.#settleGroup(record, quantity, isDone);
  }

  elected(record: OrderRecord): void {
    if (record.works) return;
    const target = record.group?.target;
    if (target !== undefined) this.#endAlone(target, "canceled");
    record.works = true;
    if (record.status !== "held") return;
    record.status = "new";
    this.#desk.updates.tell("new", record, this.#desk.now);
  }

  missed(record: OrderRecord): void {
    this.end(record, "expired");
  }

  /** It ends, and all that is left of its group with it. */
  end(record: OrderRecord, end: End): void {
    if (!isLive(record)) return;
    this.#endAlone(record, end);
    if (record.group === undefined) return;
    for (const each of membersOf(record.group))
      this.end(each, end === "expired" && each.expiresAt <= this.#desk.now ? "expired" : "canceled");
  }

  /** The successor takes the place of `record`, which ends without its group; what it has traded goes over. */
  replace(record: OrderRecord, successor: OrderRecord): void {
    const { now, updates } = this.#desk;
    const { group, role } = record;
    const staysAsleep = !record.works && !isFirstAwake(record);
    record.successor = undefined;
    record.status = "replaced";
    record.replacedAt = now;
    record.replacedBy = successor.id;
    successor.waits = false;
    successor.filled = record.filled;
    successor.spent = record.spent;
    successor.highWaterMark = record.highWaterMark;
    if (group !== undefined && role !== "single") group[role] = successor;
    this.#date(successor);
    updates.tell("replaced", record, now);
    if (staysAsleep) {
      successor.status = "held";
      updates.tell("held", successor, now);
      return;
    }
    this.begin(successor);
    this.meet(successor);
  }

  /** A successor that will never take over. */
  reject(successor: OrderRecord): void {
    successor.waits = false;
    this.#endAlone(successor, "rejected");
  }

  /** All that work look at what is displayed. */
  sweep(): void {
    for (const record of this.#desk.store.live()) if (record.works) this.meet(record);
  }

  /** What waited for this hour works from now on; in core hours all of it. */
  open(): void {
    const { day, store } = this.#desk;
    for (const record of store.live()) {
      if (record.status !== "accepted" || (day.hours !== "core" && !record.extendedHours)) continue;
      this.begin(record);
      this.meet(record);
    }
  }

  /** What outlived its time; a cancel that hangs is over with it. */
  expire(): void {
    const { now, store } = this.#desk;
    const over = store.live().filter((record) => record.expiresAt <= now && !record.waits);
    for (const record of over) this.end(record, record.status === "pending_cancel" ? "canceled" : "expired");
  }

  #date(record: OrderRecord): void {
    const { day, now } = this.#desk;
    const { timeInForce, extendedHours } = record;
    const session = day.target(now, extendedHours);
    record.expiresAt = day.expiry(timeInForce, now, extendedHours);
    if (timeInForce === "opg") record.auctionAt = session?.open ?? Number.POSITIVE_INFINITY;
    if (timeInForce === "cls") record.auctionAt = session?.close ?? Number.POSITIVE_INFINITY;
  }

  #book(record: OrderRecord, quantity: number, amount: number): void {
    const { fees, dayTrades, sessionDay } = this.#desk;
    if (record.side === SELL) fees.sold(sessionDay, quantity / NANOS, amount / MICROS);
    dayTrades.filled(record.instrument, sessionDay, { id: record.id, isOpening: isOpening(record) });
  }

  #settleGroup(record: OrderRecord, quantity: number, isDone: boolean): void {
    const { group, role } = record;
    if (group === undefined) return;
    if (role === "entry") {
      if (isDone) this.#wake(group, record);
      return;
    }
    const { stop } = group;
    if (role !== "target" || stop === undefined || !isLive(stop)) return;
    if (isDone) {
      this.end(stop, "canceled");
      return;
    }
    stop.quantity -= quantity;
    stop.updatedAt = this.#desk.now;
    if (stop.successor !== undefined) stop.successor.quantity -= quantity;
  }

  /** The entry is complete: target and stop protect what there is of it, which others may have sold already. */
  #wake(group: OrderGroup, entry: OrderRecord): void {
    const { target, stop } = group;
    const quantity = Math.min(entry.filled, this.#desk.available(entry.instrument));
    group.awake = true;
    for (const leg of [target, stop]) {
      if (leg === undefined || !isLive(leg)) continue;
      leg.quantity = quantity;
      if (leg.successor !== undefined) leg.successor.quantity = quantity;
      if (quantity <= 0) this.end(leg, "canceled");
    }
    const first = target ?? stop;
    if (first === undefined || first.status !== "held") return;
    this.begin(first);
    this.meet(first);
  }

  #endAlone(record: OrderRecord, end: End): void {
    if (!isLive(record)) return;
    const { now, updates } = this.#desk;
    record.status = end;
    record[stamps[end]] = now as EpochMicros;
    updates.tell(end, record, now);
    this.#failSuccessor(record);
  }

  #failSuccessor(record: OrderRecord): void {
    const { successor } = record;
    record.successor = undefined;
    if (successor !== undefined) this.reject(successor);
  }
}
