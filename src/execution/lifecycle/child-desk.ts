/** All orders at the broker: sends the news to the order it is about, and the clocks to those that wait for them. */
import type {
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerReply,
  BrokerReport,
} from "../../domain/broker.ts";
import type { ClientOrderId } from "../../domain/order.ts";
import { Adoption, type Heard } from "./adoption.ts";
import {
  ackedState,
  type ChildEnd,
  type ChildOrder,
  type ChildTerms,
  childOrder,
  isFinal,
} from "./child-order.ts";
import { nanosOf } from "./fill-count.ts";
import { Submissions } from "./submission.ts";
import { type Ask, Wire } from "./wire.ts";
import { readAt, readLater, readSoon, Withdrawals } from "./withdrawal.ts";
import type { Due, Instants, NoteCause, RecheckDesk } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;
const REFUSED_CANCEL = "order_cancel_rejected";
const REFUSED_CHANGE = "order_replace_rejected";
const DOUBTFUL_EVENTS: readonly string[] = ["trade_bust", "trade_correct", "restated"];

export class ChildDesk {
  readonly wire = new Wire();
  readonly #live = new Set<ChildOrder>();
  readonly #byClient = new Map<ClientOrderId, ChildOrder>();
  readonly #byBroker = new Map<BrokerOrderId, ChildOrder>();
  readonly #submissions: Submissions;
  readonly #withdrawals = new Withdrawals(this.wire);
  readonly #adoption: Adoption;
  #isLineUp = true;
  #seen = 0;

  constructor(staleAfterMicros: number) {
    this.#submissions = new Submissions({
      wire: this.wire,
      live: this.#live,
      staleAfterMicros,
      isLineUp: () => this.#isLineUp,
      end: (child, end, cause, now) => this.#end(child, end, cause, now),
    });
    this.#adoption = new Adoption({
      wire: this.wire,
      withdrawals: this.#withdrawals,
      byBroker: this.#byBroker,
      end: (child, end, cause, now) => this.#end(child, end, cause, now),
      shown: (order, cause, now) => this.#shown(order, { cause }, now),
    });
  }

  get rechecks(): RecheckDesk {
    return this.#submissions.rechecks;
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
    if (child.brokerId === undefined) return;
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
    this.#seen = now.mono;
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

  /** When `time` has something to do. What was due at the last input and did not happen waits for another input. */
  nextDue(): Due {
    let mono = NEVER;
    let at = NEVER;
    for (const child of this.#live) {
      const sends = child.state === "INTENT" ? child.notBefore : NEVER;
      for (const due of [sends, child.sendDeadline, child.queryDue, readAt(child), child.cancelDue])
        if (due > this.#seen) mono = Math.min(mono, due);
      at = Math.min(at, this.#submissions.staleAt(child));
    }
    return { at, mono };
  }

  #add(child: ChildOrder): ChildOrder {
    this.#byClient.set(child.clientId, child);
    this.#live.add(child);
    return child;
  }

  #replied(ask: Ask, reply: BrokerReply, now: Instants): void {
    const { child, kind } = ask;
    if (kind === "Read") child.readSent = NEVER;
    if (reply.kind === "accepted" || reply.kind === "found") {
      const isOurs = kind === "Change" || kind === "Read" || reply.order.clientId === child.clientId;
      if (isOurs) {
        this.#live.add(child);
        this.#adoption.adopt(child, reply.order, { cause: "reply" }, now);
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
    else {
      this.#live.add(child);
      this.#adoption.adopt(child, order, heard, now);
      this.#settle(child);
    }
    return child;
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
    const waits = Math.min(child.readDue, child.queryDue, child.cancelDue, child.readSent) !== NEVER;
    const isDone = isFinal(child) || child.state === "TOMBSTONE";
    if (isDone && !waits) this.#live.delete(child);
  }
}
