/**
 * Asking about, taking back and changing orders that the broker holds. None of it is believed before the order itself
 * says so: a cancel that was answered is read until it is over, one that stays without effect is asked again
 * (RELIABILITY 2, fault 27).
 */
import type { BrokerReply } from "../../domain/broker.ts";
import type { ClientOrderId } from "../../domain/order.ts";
import { ackedState, type ChildOrder, isFinal, isResting } from "./child-order.ts";
import type { Ask, Wire } from "./wire.ts";
import type { Instants, NoteCause } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;
const READ_MS = 1_000;
const MAX_READ_MS = 60_000;
const CANCEL_MS = 10_000;
const RETRY_MS = 1_000;
const READ_DEADLINE_MS = 30_000;
const STUCK_MS = 120_000;

/** Asks for the order as it stands, `delayMs` from now at the latest. */
export function readSoon(child: ChildOrder, now: Instants, delayMs = 0): void {
  child.readDue = Math.min(child.readDue, now.mono + delayMs);
}

/** The next look at an order that does not say what it should: ever later. */
export function readLater(child: ChildOrder, now: Instants): void {
  readSoon(child, now, Math.min(MAX_READ_MS, READ_MS * 2 ** Math.min(child.reads, 6)));
}

/** Monotonic ms at which it is read next: one read at a time, but none is waited for without end. */
export const readAt = (child: ChildOrder): number =>
  child.readSent === NEVER ? child.readDue : Math.max(child.readDue, child.readSent + READ_DEADLINE_MS);

export class Withdrawals {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  cancel(child: ChildOrder, now: Instants, cause: NoteCause): void {
    const { brokerId } = child;
    if (brokerId === undefined || !isResting(child)) return;
    if (child.cancelSince === NEVER) child.cancelSince = now.mono;
    child.cancelDue = now.mono + CANCEL_MS;
    child.reads = 0;
    this.#wire.move(child, "PENDING_CANCEL", cause, "cancel asked for");
    this.#wire.cancel(child, brokerId, now.mono);
    child.readDue = now.mono + READ_MS;
  }

  change(child: ChildOrder, stop: number, clientId: ClientOrderId, now: Instants): void {
    const { brokerId } = child;
    if (brokerId === undefined) return;
    child.changeId = clientId;
    this.#wire.move(child, "PENDING_REPLACE", "command", `stop to ${stop}`);
    this.#wire.change(child, brokerId, { clientId, stop }, now.mono);
    readSoon(child, now, CANCEL_MS);
  }

  time(child: ChildOrder, now: Instants): void {
    if (child.cancelWanted && now.mono >= child.cancelDue) {
      this.cancel(child, now, "timer");
      child.readDue = now.mono;
      if (!child.stuckTold && now.mono - child.cancelSince >= STUCK_MS) {
        child.stuckTold = true;
        this.#wire.remark("stuckCancel", child, "timer", "its cancel is without effect");
      }
    }
    if (now.mono < readAt(child) || child.brokerId === undefined) return;
    child.readDue = NEVER;
    child.reads += 1;
    this.#wire.read(child, child.brokerId, now.mono);
  }

  /** An answer to a cancel. */
  cancelAnswered(child: ChildOrder, reply: BrokerReply, now: Instants): void {
    if (isFinal(child) || reply.kind === "done") return;
    const isRefusal = reply.kind === "refused" && reply.class !== "throttled";
    if (!isRefusal) {
      child.cancelDue = now.mono + RETRY_MS;
      return;
    }
    if (child.state === "PENDING_CANCEL")
      this.#wire.move(child, ackedState(child), "reply", `cancel refused: ${reply.reason}`);
    readSoon(child, now);
  }

  /** A change that the broker did not simply accept. What became of it, the order itself must say. */
  changeAnswered(child: ChildOrder, now: Instants): void {
    readSoon(child, now, RETRY_MS);
  }

  /** A read that brought no order. */
  readFailed({ child }: Ask, reply: BrokerReply, now: Instants): void {
    if (reply.kind === "absent") this.#wire.remark("mismatch", child, "reply", "the broker does not know it");
    if (!isFinal(child)) readLater(child, now);
  }

  restarted(child: ChildOrder, now: Instants): void {
    child.readSent = NEVER;
    child.cancelSince = child.cancelSince === NEVER ? NEVER : now.mono;
    child.cancelDue = child.cancelWanted ? now.mono : NEVER;
    child.readDue = isResting(child) ? now.mono : NEVER;
    child.reads = 0;
  }
}
