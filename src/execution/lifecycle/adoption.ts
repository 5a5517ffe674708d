/**
 * Takes over what the broker says of one order, however late, often or out of order it is said.
 *
 * OL-4  What an order has filled counts whenever it is heard; its status counts only for the order it lives on as, and
 *       an end is never taken back.
 * OL-5  A word that we do not know is no end: the order is asked about.
 */
import { type BrokerExecution, type BrokerOrder, type BrokerOrderId, isEnded } from "../../domain/broker.ts";
import { ackedState, type ChildEnd, type ChildOrder, isFinal } from "./child-order.ts";
import { countFill, isBust, nanosOf } from "./fill-count.ts";
import { stopAsking } from "./submission.ts";
import type { Wire } from "./wire.ts";
import { readLater, readSoon, type Withdrawals } from "./withdrawal.ts";
import type { Instants, NoteCause } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;

export interface Heard {
  readonly cause: NoteCause;
  readonly execution?: BrokerExecution | undefined;
}

export interface AdoptionParts {
  readonly wire: Wire;
  readonly withdrawals: Withdrawals;
  readonly byBroker: Map<BrokerOrderId, ChildOrder>;
  end(child: ChildOrder, end: ChildEnd, cause: NoteCause, now: Instants): void;
  shown(order: BrokerOrder, cause: NoteCause, now: Instants): void;
}

export class Adoption {
  readonly #parts: AdoptionParts;

  constructor(parts: AdoptionParts) {
    this.#parts = parts;
  }

  adopt(child: ChildOrder, order: BrokerOrder, heard: Heard, now: Instants): void {
    if (!this.#links(child, order, now)) return;
    const { owner } = child;
    if (!child.isHeld && order.status !== "rejected") {
      child.isHeld = true;
      owner.held(child, now);
    }
    this.#count(child, order, heard, now);
    child.updatedAt = Math.max(child.updatedAt, order.updatedAt ?? 0);
    if (order.id === child.brokerId) {
      child.stop = order.stop ?? Number.NaN;
      this.#status(child, order, heard.cause, now);
    }
    if (order.legs.length > 0) {
      owner.legs(child, order.legs, now);
      for (const leg of order.legs) this.#parts.shown(leg, heard.cause, now);
    }
    owner.moved(child, now);
  }

  /** True when that broker order is this one of ours, or what it was replaced by. */
  #links(child: ChildOrder, order: BrokerOrder, now: Instants): boolean {
    if (order.symbol !== child.symbol || order.side !== child.side) {
      this.#parts.wire.remark("mismatch", child, "reply", `${order.id} is another order`);
      return false;
    }
    if (child.counts.has(order.id) || order.id === child.brokerId) return true;
    const follows = order.clientId === child.changeId || child.counts.has(order.replaces as BrokerOrderId);
    if (child.brokerId !== undefined && !follows && order.replaces !== child.brokerId) {
      this.#parts.wire.remark("mismatch", child, "reply", `${order.id} is a second order`);
      this.#parts.wire.cancel(child, order.id, now.mono);
      return false;
    }
    if (child.brokerId !== undefined) this.#succeeded(child);
    else if (isFinal(child)) this.#parts.wire.move(child, "TOMBSTONE", "reply", "it appeared after its end");
    child.brokerId = order.id;
    child.counts.set(order.id, { filled: 0, value: 0 });
    this.#parts.byBroker.set(order.id, child);
    stopAsking(child);
    if (child.spec !== undefined && nanosOf(order.shares ?? 0) > child.shares) {
      this.#parts.wire.remark(
        "mismatch",
        child,
        "reply",
        `${order.shares} shares are more than were asked for`,
      );
      child.cancelWanted = true;
    }
    return true;
  }

  /** It goes on as another order, which a cancel of the old one does not reach. */
  #succeeded(child: ChildOrder): void {
    child.changeId = undefined;
    if (!child.cancelWanted) return;
    this.#parts.wire.move(child, ackedState(child), "reply", "replaced");
    child.cancelDue = NEVER;
  }

  #count(child: ChildOrder, order: BrokerOrder, { cause, execution }: Heard, now: Instants): void {
    if (isBust(child, order)) {
      this.#parts.wire.remark("bust", child, cause, `${order.filled} shares filled, fewer than before`);
      return;
    }
    const counted = countFill(child, order, execution, now.at);
    if (counted !== undefined) {
      if (child.isOver) this.#parts.wire.remark("lateFill", child, cause, "it had ended before");
      child.owner.traded(child, { ...counted, cause }, now);
    } else if (nanosOf(order.filled) > (child.counts.get(order.id)?.filled ?? 0)) {
      this.#parts.wire.remark("noPrice", child, cause, "filled at no price");
      readLater(child, now);
    }
  }

  #status(child: ChildOrder, order: BrokerOrder, cause: NoteCause, now: Instants): void {
    const { status } = order;
    if (status === "replaced") this.#follow(child, order, now);
    else if (isEnded(status)) this.#ended(child, order, cause, now);
    else if (!isFinal(child) || this.#reappeared(child, order, cause)) this.#works(child, order, cause, now);
  }

  /**
   * It works after its end was told, by a word that is no older: given up too soon, as what the broker made late. It is
   * canceled like a tombstone that appears, or its shares stay held for it. Should the word be stale, the cancel is
   * refused and the order read.
   */
  #reappeared(child: ChildOrder, { updatedAt }: BrokerOrder, cause: NoteCause): boolean {
    if (child.state === "FILLED" || (updatedAt ?? 0) < child.updatedAt) return false;
    this.#parts.wire.move(child, "TOMBSTONE", cause, "it works after its end");
    child.cancelDue = NEVER;
    return true;
  }

  #works(child: ChildOrder, { status }: BrokerOrder, cause: NoteCause, now: Instants): void {
    if (child.state === "TOMBSTONE" || child.state === "ABANDONED") child.cancelWanted = true;
    const isPending =
      (child.state === "PENDING_CANCEL" && child.cancelWanted) || child.state === "PENDING_REPLACE";
    if (status === "pending_cancel")
      this.#parts.wire.move(child, "PENDING_CANCEL", cause, "the broker's word");
    else if (!isPending || (child.state === "PENDING_REPLACE" && child.changeId === undefined))
      this.#parts.wire.move(child, ackedState(child), cause, status);
    if (status === "unknown" || status === "done_for_day") {
      if (status === "unknown") this.#parts.wire.remark("unknownStatus", child, cause, "asked again");
      readLater(child, now);
    } else if (status === "pending_cancel" || child.state === "PENDING_CANCEL") readLater(child, now);
    if (child.cancelWanted && child.state !== "PENDING_CANCEL") {
      if (child.cancelDue === NEVER || now.mono >= child.cancelDue)
        this.#parts.withdrawals.cancel(child, now, cause);
    }
  }

  /** It lives on under another id: that one is read, its own fills come with it. */
  #follow(child: ChildOrder, order: BrokerOrder, now: Instants): void {
    const { replacedBy } = order;
    if (replacedBy === undefined && child.reads >= 3) {
      this.#parts.end(child, { kind: "canceled", reason: "replaced by nothing" }, "reply", now);
      return;
    }
    if (isFinal(child)) return;
    if (replacedBy === undefined) {
      readLater(child, now);
      return;
    }
    child.brokerId = replacedBy;
    child.counts.set(replacedBy, child.counts.get(replacedBy) ?? { filled: 0, value: 0 });
    this.#succeeded(child);
    this.#parts.byBroker.set(replacedBy, child);
    readSoon(child, now);
  }

  #ended(child: ChildOrder, order: BrokerOrder, cause: NoteCause, now: Instants): void {
    const { status } = order;
    // A fill that could not be counted yet, or an end that contradicts itself, is asked about.
    const count = child.counts.get(order.id)?.filled ?? 0;
    const isShort = status === "filled" && count < nanosOf(order.shares ?? 0);
    if (isShort || nanosOf(order.filled) > count) readLater(child, now);
    else if (status === "filled" || status === "canceled" || status === "expired" || status === "rejected")
      this.#parts.end(child, { kind: status, reason: order.status }, cause, now);
  }
}
