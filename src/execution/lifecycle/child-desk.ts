/**
 * All orders at the broker: sends the news to the order it is about, and takes over what the broker says of it.
 *
 * LC-4  What an order has filled counts whenever it is heard; its status counts only for the order it lives on as, and
 *       an end is never taken back.
 * LC-5  A word that we do not know is no end: the order is asked about.
 */
import {
  type BrokerExecution,
  type BrokerNews,
  type BrokerOrder,
  type BrokerOrderId,
  type BrokerReply,
  type BrokerReport,
  isEnded,
} from "../../domain/broker.ts";
import type { ClientOrderId } from "../../domain/order.ts";
import {
  ackedState,
  type ChildEnd,
  type ChildOrder,
  type ChildTerms,
  childOrder,
  isFinal,
} from "./child-order.ts";
import { countFill, isBust, nanosOf } from "./fill-count.ts";
import { Submissions, stopAsking } from "./submission.ts";
import { type Ask, Wire } from "./wire.ts";
import { readLater, readSoon, Withdrawals } from "./withdrawal.ts";
import type { Instants, NoteCause } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;
const REFUSED_CANCEL = "order_cancel_rejected";
const REFUSED_CHANGE = "order_replace_rejected";
const DOUBTFUL_EVENTS: readonly string[] = ["trade_bust", "trade_correct", "restated"];

interface Heard {
  readonly cause: NoteCause;
  readonly execution?: BrokerExecution | undefined;
}

export class ChildDesk {
  readonly wire = new Wire();
  readonly #live = new Set<ChildOrder>();
  readonly #byClient = new Map<ClientOrderId, ChildOrder>();
  readonly #byBroker = new Map<BrokerOrderId, ChildOrder>();
  readonly #submissions: Submissions;
  readonly #withdrawals = new Withdrawals(this.wire);
  #isLineUp = true;

  constructor(staleAfterMicros: number) {
    this.#submissions = new Submissions({
      wire: this.wire,
      live: this.#live,
      staleAfterMicros,
      isLineUp: () => this.#isLineUp,
      end: (child, end, cause, now) => this.#end(child, end, cause, now),
    });
  }

  /** What may still trade, is in doubt, or is watched by its clock. */
  get live(): ReadonlySet<ChildOrder> {
    return this.#live;
  }

  get known(): ReadonlyMap<ClientOrderId, ChildOrder> {
    return this.#byClient;
  }

  /** Wants it at the broker; it leaves with the next `pump`. */
  submit(terms: ChildTerms): ChildOrder {
    return this.#add(childOrder(terms));
  }

  /** A leg that the broker made itself; undefined when it is known already. */
  leg(
    order: BrokerOrder,
    terms: Omit<ChildTerms, "clientId" | "spec" | "shares">,
    now: Instants,
  ): ChildOrder {
    const known = this.#byBroker.get(order.id);
    if (known !== undefined) return known;
    const shares = nanosOf(order.shares ?? 0);
    const child = this.#add(childOrder({ ...terms, clientId: order.clientId, spec: undefined, shares }));
    this.wire.move(child, "ACKED", "reply", "came with its parent");
    child.brokerId = order.id;
    this.#byBroker.set(order.id, child);
    // News of it that came before anybody knew it is lost.
    readSoon(child, now, 1_000);
    return child;
  }

  /** Has the order shown, also one that is over. */
  read(child: ChildOrder, now: Instants): void {
    this.#live.add(child);
    readLater(child, now);
  }

  cancel(child: ChildOrder, now: Instants): void {
    if (child.isOver || child.cancelWanted) return;
    child.cancelWanted = true;
    if (child.state !== "INTENT") this.#withdrawals.cancel(child, now, "command");
    else if (child.doubts > 0) this.#submissions.abandon(child, "canceled while in doubt", now);
    else this.#end(child, { kind: "canceled", reason: "canceled before it left" }, "command", now);
  }

  changeStop(child: ChildOrder, stop: number, clientId: ClientOrderId, now: Instants): void {
    this.#byClient.set(clientId, child);
    this.#withdrawals.change(child, stop, clientId, now);
  }

  pump(now: Instants): void {
    this.#submissions.pump(now);
  }

  heard(news: BrokerNews, now: Instants): void {
    switch (news.kind) {
      case "line":
        this.#isLineUp = news.state === "up";
        // What was told while nobody listened is not told again.
        if (this.#isLineUp) for (const child of this.#live) readSoon(child, now);
        break;
      case "report":
        this.#report(news, now);
        break;
      case "look":
        for (const order of news.look.orders) this.#shown(order, { cause: "poll" }, now);
        break;
      default: {
        const ask = this.wire.answered(news.request);
        if (ask !== undefined) this.#replied(ask, news, now);
      }
    }
    this.time(now);
  }

  time(now: Instants): void {
    for (const child of this.#live) {
      this.#submissions.time(child, now);
      this.#withdrawals.time(child, now);
      this.#settle(child);
    }
  }

  restarted(now: Instants): void {
    this.wire.forget();
    for (const child of this.#live) {
      this.#submissions.restarted(child, now);
      this.#withdrawals.restarted(child, now);
    }
    this.time(now);
  }

  /** Monotonic ms at which `time` has something to do. */
  nextMono(): number {
    let due = NEVER;
    for (const child of this.#live) {
      const sends = child.state === "INTENT" ? child.notBefore : NEVER;
      due = Math.min(due, sends, child.sendDeadline, child.queryDue, child.readDue, child.cancelDue);
    }
    return due;
  }

  #add(child: ChildOrder): ChildOrder {
    this.#byClient.set(child.clientId, child);
    this.#live.add(child);
    return child;
  }

  #replied(ask: Ask, reply: BrokerReply, now: Instants): void {
    const { child, kind } = ask;
    if (kind === "Read") child.isReading = false;
    if (reply.kind === "accepted" || reply.kind === "found") {
      const isOurs = kind === "Change" || kind === "Read" || reply.order.clientId === child.clientId;
      if (isOurs) {
        this.#adopt(child, reply.order, { cause: "reply" }, now);
        if (kind === "Read") this.#wasRead(child, now);
        return;
      }
    }
    if (kind === "Submit") this.#submissions.replied(ask, reply, now);
    else if (kind === "Cancel") this.#withdrawals.cancelAnswered(child, reply, now);
    else if (kind === "Change") this.#withdrawals.changeAnswered(child, now);
    else if (kind === "Read") this.#withdrawals.readFailed(ask, reply, now);
    else if (reply.kind === "absent") this.#submissions.absent(ask, now);
  }

  /** The order was asked for and shown: a change that left it as it was will not come. */
  #wasRead(child: ChildOrder, now: Instants): void {
    if (child.state !== "PENDING_REPLACE" || child.changeId === undefined) return;
    child.changeFailed = true;
    this.wire.move(child, ackedState(child), "reply", "the change had no effect");
    child.owner.moved(child, now);
  }

  #report(report: BrokerReport, now: Instants): void {
    const child = this.#shown(report.order, report, now);
    if (child === undefined || isFinal(child)) return;
    if (report.event === REFUSED_CANCEL && child.state === "PENDING_CANCEL") {
      this.wire.move(child, ackedState(child), report.cause, "cancel refused");
      readSoon(child, now);
    }
    const isDoubtful = report.event === REFUSED_CHANGE || DOUBTFUL_EVENTS.includes(report.event);
    if (isDoubtful) readSoon(child, now);
  }

  /** Of somebody else's order nothing is taken. */
  #shown(order: BrokerOrder, heard: Heard, now: Instants): ChildOrder | undefined {
    const child = this.#byBroker.get(order.id) ?? this.#byClient.get(order.clientId);
    if (child === undefined) for (const leg of order.legs) this.#shown(leg, heard, now);
    else this.#adopt(child, order, heard, now);
    return child;
  }

  #adopt(child: ChildOrder, order: BrokerOrder, heard: Heard, now: Instants): void {
    if (!this.#links(child, order, now)) return;
    const { owner } = child;
    this.#live.add(child);
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
      for (const leg of order.legs) this.#shown(leg, { cause: heard.cause }, now);
    }
    owner.moved(child, now);
    this.#settle(child);
  }

  /** True when that broker order is this one of ours, or what it was replaced by. */
  #links(child: ChildOrder, order: BrokerOrder, now: Instants): boolean {
    if (order.symbol !== child.symbol || order.side !== child.side) {
      this.wire.remark("mismatch", child, "reply", `${order.id} is another order`);
      return false;
    }
    if (child.counts.has(order.id) || order.id === child.brokerId) return true;
    const follows = order.clientId === child.changeId || child.counts.has(order.replaces as BrokerOrderId);
    if (child.brokerId !== undefined && !follows && order.replaces !== child.brokerId) {
      this.wire.remark("mismatch", child, "reply", `${order.id} is a second order`);
      this.wire.cancel(child, order.id, now.mono);
      return false;
    }
    if (child.brokerId !== undefined) this.#succeeded(child);
    else if (isFinal(child)) this.wire.move(child, "TOMBSTONE", "reply", "it appeared after its end");
    child.brokerId = order.id;
    child.counts.set(order.id, { filled: 0, value: 0 });
    this.#byBroker.set(order.id, child);
    stopAsking(child);
    return true;
  }

  /** It goes on as another order, which a cancel of the old one does not reach. */
  #succeeded(child: ChildOrder): void {
    child.changeId = undefined;
    if (!child.cancelWanted) return;
    this.wire.move(child, ackedState(child), "reply", "replaced");
    child.cancelDue = NEVER;
  }

  #count(child: ChildOrder, order: BrokerOrder, { cause, execution }: Heard, now: Instants): void {
    if (isBust(child, order)) {
      this.wire.remark("bust", child, cause, `${order.filled} shares filled, fewer than before`);
      return;
    }
    const counted = countFill(child, order, execution, now.at);
    if (counted !== undefined) {
      if (child.isOver) this.wire.remark("lateFill", child, cause, "it had ended before");
      child.owner.traded(child, { ...counted, cause }, now);
    } else if (nanosOf(order.filled) > (child.counts.get(order.id)?.filled ?? 0)) {
      this.wire.remark("noPrice", child, cause, "filled at no price");
      readLater(child, now);
    }
  }

  #status(child: ChildOrder, order: BrokerOrder, cause: NoteCause, now: Instants): void {
    const { status } = order;
    if (status === "replaced") this.#follow(child, order, now);
    else if (isEnded(status)) this.#ended(child, order, cause, now);
    else if (!isFinal(child)) this.#works(child, order, cause, now);
  }

  #works(child: ChildOrder, { status }: BrokerOrder, cause: NoteCause, now: Instants): void {
    if (child.state === "TOMBSTONE" || child.state === "ABANDONED") child.cancelWanted = true;
    const isPending = child.state === "PENDING_CANCEL" || child.state === "PENDING_REPLACE";
    if (status === "pending_cancel") this.wire.move(child, "PENDING_CANCEL", cause, "the broker's word");
    else if (!isPending || (child.state === "PENDING_REPLACE" && child.changeId === undefined))
      this.wire.move(child, ackedState(child), cause, status);
    if (status === "unknown" || status === "done_for_day") {
      if (status === "unknown") this.wire.remark("unknownStatus", child, cause, "asked again");
      readLater(child, now);
    } else if (status === "pending_cancel" || child.state === "PENDING_CANCEL") readLater(child, now);
    if (child.cancelWanted && child.state !== "PENDING_CANCEL") {
      if (child.cancelDue === NEVER || now.mono >= child.cancelDue)
        this.#withdrawals.cancel(child, now, cause);
    }
  }

  /** It lives on under another id: that one is read, its own fills come with it. */
  #follow(child: ChildOrder, order: BrokerOrder, now: Instants): void {
    const { replacedBy } = order;
    if (replacedBy === undefined && child.reads >= 3) {
      this.#end(child, { kind: "canceled", reason: "replaced by nothing" }, "reply", now);
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
    this.#byBroker.set(replacedBy, child);
    readSoon(child, now);
  }

  #ended(child: ChildOrder, order: BrokerOrder, cause: NoteCause, now: Instants): void {
    const { status } = order;
    // A fill that could not be counted yet, or an end that contradicts itself, is asked about.
    const count = child.counts.get(order.id)?.filled ?? 0;
    const isShort = status === "filled" && count < nanosOf(order.shares ?? 0);
    if (isShort || nanosOf(order.filled) > count) readLater(child, now);
    else if (status === "filled" || status === "canceled" || status === "expired" || status === "rejected")
      this.#end(child, { kind: status, reason: order.status }, cause, now);
  }

  #end(child: ChildOrder, end: ChildEnd, cause: NoteCause, now: Instants): void {
    const states = {
      filled: "FILLED",
      canceled: "CANCELED",
      expired: "EXPIRED",
      rejected: "REJECTED",
    } as const;
    if (child.state !== "TOMBSTONE" || child.brokerId !== undefined) {
      if (!isFinal(child)) this.wire.move(child, states[end.kind], cause, end.reason);
      child.readDue = NEVER;
      child.cancelDue = NEVER;
      child.queryDue = NEVER;
      child.sendDeadline = NEVER;
    }
    if (child.isOver) return;
    child.isOver = true;
    child.owner.over(child, end, now);
  }

  /** Only what has nothing left to do is no longer looked at. */
  #settle(child: ChildOrder): void {
    const waits = Math.min(child.readDue, child.queryDue, child.cancelDue) !== NEVER || child.isReading;
    const isDone = isFinal(child) || child.state === "TOMBSTONE";
    if (isDone && !waits) this.#live.delete(child);
  }
}
