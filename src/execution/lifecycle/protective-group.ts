/**
 * The stop and the target of one position, or one of them: what the engine wants to rest, and what rests. Whenever
 * something changes, the two are compared: what rests wrongly is canceled, and once nothing rests, what is wanted is
 * rested anew (C-23, C-40).
 *
 * OL-6  Never two rests at once: a new one leaves when every order of the old one is known to be over (I-7).
 * OL-7  Both legs together sell what the entry bought and no more (I-15); a leg that sold it ends the other.
 * OL-8  A rest grows with its entry once that is over, and while it works at most every 10 s of exchange time.
 * OL-9  After a split everything that rests is taken back and rested anew: nobody knows what a broker made of it. Until
 *       the broker has split what it holds, it would refuse that; so long the old orders stay, and they protect.
 */
import type { BrokerOrder, RefusalClass } from "../../domain/broker.ts";
import type { Restatement } from "../../domain/corporate-action.ts";
import { type ClientOrderId, type OrderNumber, SELL } from "../../domain/order.ts";
import type { ChildEnd, ChildOrder, ChildOwner, Trade } from "./child-order.ts";
import { OldShares } from "./old-shares.ts";
import {
  type EntryLink,
  type GroupParts,
  isStopOrder,
  isWanted,
  type Leg,
  restAs,
  SETTLE_MICROS,
} from "./protective-leg.ts";
import { differs, type GroupIdentity, legTerms, planOf, type RestPlan, restTerms } from "./rest-plan.ts";
import { restateTicket } from "./tickets.ts";
import type { Instants, RestsWhen } from "./words.ts";

const LEG_READS = 4;
const NOTHING: RestPlan = { stop: false, target: false, nanos: 0 };
const NEVER = Number.POSITIVE_INFINITY;

export class ProtectiveGroup implements ChildOwner {
  readonly #parts: GroupParts;
  readonly #identity: GroupIdentity;
  readonly #entry: EntryLink | undefined;
  stop: Leg | undefined;
  target: Leg | undefined;
  /** Nano-shares that it has to sell in all, and has sold. */
  covered = 0;
  sold = 0;
  isOver = false;
  /** What rests, or rested last; the broker's own legs of an entry at first. */
  #rest: RestPlan | undefined;
  #soldBefore = 0;
  #whole: ChildOrder | undefined;
  #isNative = false;
  #isAsked = false;
  /** What rests speaks of shares that are no more. */
  #isStale = false;
  readonly #old = new OldShares();
  #lost: ChildEnd | undefined;
  #restedAt = Number.NEGATIVE_INFINITY;
  /** The id that the engine's command named, for the first rest. */
  #givenId: ClientOrderId | undefined;

  constructor(parts: GroupParts, identity: GroupIdentity, entry: EntryLink | undefined) {
    this.#parts = parts;
    this.#identity = identity;
    this.#entry = entry;
  }

  /** The broker makes both legs itself, for all of the entry's nano-shares. */
  bringNative(nanos: number): void {
    this.#isNative = true;
    this.#rest = { stop: this.stop !== undefined, target: this.target !== undefined, nanos };
  }

  /** Leaves under that id next. */
  leaveAs(id: ClientOrderId): void {
    this.#givenId = id;
  }

  /** There is that much more to protect. */
  cover(nanos: number, now: Instants): void {
    this.follow(now);
    this.covered += nanos;
    this.settle(now);
  }

  /** A stop for so much of what the target protects joins it. */
  join(nanos: number, now: Instants): void {
    this.covered = Math.min(this.covered, this.sold + nanos);
    this.settle(now);
  }

  /** Its entry ended before anything of it was held. */
  drop(end: ChildEnd, now: Instants): void {
    this.isOver = true;
    const kind = end.kind === "rejected" ? "rejected" : "canceled";
    for (const { ticket } of this.#legs()) this.#parts.teller.ended(ticket, { ...end, kind }, now);
    for (const child of this.#children()) this.#parts.desk.read(child, now);
  }

  get symbol(): string {
    return this.#identity.symbol;
  }

  /** Nano-shares not yet sold. */
  get left(): number {
    return this.covered - this.sold;
  }

  cancelLeg(leg: Leg, now: Instants): void {
    leg.wanted = false;
    if (this.covered === 0 || !this.#rests()) this.#end(leg, now);
    this.settle(now);
  }

  /** Towards the price only (I-36). */
  moveStop(stop: number, now: Instants): void {
    const leg = this.stop;
    if (leg === undefined) return;
    if (this.#old.isPending) this.#old.stop = stop;
    else if (leg.ticket.side * (stop - leg.price) < 0) leg.price = stop;
    else return;
    this.settle(now);
  }

  /** An action overnight: what is left to sell, and at what prices, is counted anew, now or with `follow`. */
  restate(change: Restatement, now: Instants, rests: RestsWhen): void {
    if (this.isOver) return;
    if (rests === "later" && this.#rests()) this.#old.add(change);
    else if (rests !== "back" || this.#old.take() === undefined) this.#restate(change, now);
  }

  /** The broker holds the new shares, or nothing rests in old ones. */
  follow(now: Instants): void {
    const change = this.#old.take();
    if (change === undefined || this.isOver) return;
    const { stop } = this.#old;
    this.#old.stop = undefined;
    this.#restate(change, now);
    if (stop !== undefined) this.moveStop(stop, now);
  }

  #restate(change: Restatement, now: Instants): void {
    const left = change.shares(this.left);
    this.#isStale ||= this.#rest !== undefined && left !== this.left;
    this.covered = left;
    this.sold = 0;
    this.#soldBefore = 0;
    for (const leg of this.#legs()) {
      restateTicket(leg.ticket, change);
      const limit = leg.ticket.side === SELL ? change.sellLimit : change.buyLimit;
      leg.price = leg === this.stop ? change.stop(leg.price) : limit(leg.price);
    }
    // Less than a share is left: what rests would sell what nobody has.
    if (left === 0 && !this.#isAsked && this.#rests()) this.#clear(now);
    this.settle(now);
  }

  /** A leg that was wanted is gone while there is something to sell. */
  get hasLostLeg(): boolean {
    return this.left > 0 && this.#legs().some(({ wanted, ticket }) => wanted && ticket.isOver);
  }

  /** Exchange micros at which it may grow; Infinity when it need not. */
  dueAt(): number {
    const grows = !this.isOver && this.#rests() && !this.#isAsked && !this.#isNative && this.#misfits();
    return grows ? this.#growsAt() : NEVER;
  }

  settle(now: Instants): void {
    if (this.#old.isPending && !this.#rests()) this.follow(now);
    if (this.isOver) {
      this.#sweep(now);
      return;
    }
    for (const leg of this.#legs()) {
      if (leg.child?.isHeld === true && this.covered > 0) this.#parts.teller.accepted(leg.ticket, now);
    }
    if (this.#rests()) this.#adjust(now);
    else this.#between(now);
  }

  traded(child: ChildOrder, told: Trade, now: Instants): void {
    const { teller, desk } = this.#parts;
    const leg = this.#legs().find((one) => one.child === child) ?? this.#legOfNumber(child.number);
    if (leg === undefined) return;
    const trade = this.#old.inNew(told, leg.price);
    this.follow(now);
    teller.traded(leg.ticket, child, trade);
    this.sold += trade.nanos;
    // It sold what we have not heard to be bought: the entry's news was lost.
    if (this.left < 0 && this.#entry !== undefined) desk.read(this.#entry.child, now);
    this.settle(now);
  }

  over(child: ChildOrder, end: ChildEnd, now: Instants): void {
    const isUnasked = end.kind === "rejected" || (end.kind === "canceled" && !this.#isAsked);
    if (isUnasked && this.#lost?.kind !== "rejected") this.#lost = end;
    for (const other of this.#children()) {
      if (other !== child && !other.isOver) this.#parts.desk.read(other, now);
    }
    this.settle(now);
  }

  /** Of a target and its stop that were rested as one. */
  legs(child: ChildOrder, legs: readonly BrokerOrder[], now: Instants): void {
    // Those of an earlier rest are known already.
    if (child !== this.#parent()) return;
    for (const order of legs) {
      const leg = isStopOrder(order) ? this.stop : this.target;
      if (leg === undefined || leg.child !== undefined) continue;
      const terms = legTerms(this.#identity, leg.ticket.number, this);
      leg.child = this.#parts.desk.leg(order, terms, now);
    }
    // Of an entry that was given up and appeared all the same.
    if (this.isOver) this.#clear(now);
    this.settle(now);
  }

  /** Refused while its entry works: protection comes before more of the position. */
  blocked(_child: ChildOrder, why: RefusalClass, now: Instants): void {
    if (why === "wash_trade" && this.#entry?.isOver === false) this.#entry.withdraw(now);
  }

  held(_child: ChildOrder, now: Instants): void {
    this.settle(now);
  }

  moved(_child: ChildOrder, now: Instants): void {
    this.settle(now);
  }

  #legs(): Leg[] {
    const legs: Leg[] = [];
    if (this.stop !== undefined) legs.push(this.stop);
    if (this.target !== undefined) legs.push(this.target);
    return legs;
  }

  #legOfNumber(number: OrderNumber): Leg | undefined {
    return this.#legs().find(({ ticket }) => ticket.number === number);
  }

  #children(): ChildOrder[] {
    const [stop, target] = [this.stop?.child, this.target?.child];
    const whole = this.#whole;
    const children: ChildOrder[] = [];
    if (stop !== undefined) children.push(stop);
    if (target !== undefined && target !== stop) children.push(target);
    if (whole !== undefined && whole !== stop && whole !== target) children.push(whole);
    return children;
  }

  /** True while anything of the last rest may still trade, or is not known well enough. */
  #rests(): boolean {
    if (this.#rest === undefined) return false;
    if (this.#children().some(({ isOver }) => !isOver)) return true;
    if (this.#isNative && !(this.#entry?.isOver ?? true)) return true;
    const parent = this.#parent();
    return parent !== undefined && this.#lacksLegs() && parent.isHeld && parent.reads < LEG_READS;
  }

  /** The order that brings legs along. */
  #parent(): ChildOrder | undefined {
    return this.#isNative ? this.#entry?.child : this.#whole;
  }

  /** True while legs that the broker makes are not known yet. */
  #lacksLegs(): boolean {
    const { stop, target } = this.#rest ?? NOTHING;
    if (!this.#isNative && !(stop && target)) return false;
    return (stop && this.stop?.child === undefined) || (target && this.target?.child === undefined);
  }

  /** True when what rests is not what is wanted. */
  #misfits(): boolean {
    return this.#rest !== undefined && differs(this.#rest, this.#plan(), this.sold - this.#soldBefore);
  }

  #plan(): RestPlan {
    return planOf(isWanted(this.stop), isWanted(this.target), Math.max(0, this.left));
  }

  #growsAt(): number {
    return this.#entry === undefined || this.#entry.isOver ? 0 : this.#restedAt + SETTLE_MICROS;
  }

  #adjust(now: Instants): void {
    const { desk } = this.#parts;
    const parent = this.#parent();
    if (parent?.isHeld === true && this.#lacksLegs() && parent.reads < LEG_READS && this.covered > 0)
      desk.read(parent, now);
    const waitsForEntry = this.#isNative && !(this.#entry?.isOver ?? true);
    if (this.#isAsked || this.left <= 0) return;
    const wanted = this.#plan();
    if (waitsForEntry) {
      // The broker's legs go with their entry only, and whoever wants them gone wants to sell.
      if (!wanted.stop && !wanted.target) this.#entry?.withdraw(now);
      return;
    }
    const isWrongKind = wanted.stop !== this.#rest?.stop || wanted.target !== this.#rest?.target;
    const child = this.stop?.child;
    if (
      this.#isStale ||
      isWrongKind ||
      child?.changeFailed === true ||
      (this.#misfits() && now.at >= this.#growsAt())
    ) {
      this.#clear(now);
      return;
    }
    this.#moveStop(now);
  }

  #moveStop(now: Instants): void {
    const { stop } = this;
    const child = stop?.child;
    if (stop === undefined || child === undefined || stop.price === stop.restedPrice) return;
    if (child.state === "PARTIAL") this.#clear(now);
    if (child.state !== "ACKED") return;
    stop.restedPrice = stop.price;
    const id = this.#parts.nextId({ ...this.#identity, kind: "S" });
    this.#parts.desk.changeStop(child, stop.price, id, now);
  }

  /** Nothing is wanted any more: what the broker did not end by itself is taken back. */
  #sweep(now: Instants): void {
    for (const child of this.#children()) if (child.reads > 0) this.#parts.desk.cancel(child, now);
  }

  /** Takes back all that rests. */
  #clear(now: Instants): void {
    this.#isAsked = true;
    for (const child of this.#children()) this.#parts.desk.cancel(child, now);
  }

  #between(now: Instants): void {
    for (const leg of this.#legs()) if (!leg.wanted) this.#end(leg, now);
    const entryWorks = this.#entry?.isOver === false;
    if (this.left <= 0) {
      if (!entryWorks) this.#finish(now);
      else if (this.sold > 0) this.#entry?.withdraw(now);
      return;
    }
    if (this.#lost !== undefined) this.#giveUp(this.#lost, now);
    const plan = this.#plan();
    if (!plan.stop && !plan.target) {
      this.isOver = !entryWorks;
      return;
    }
    if (plan.nanos > 0) this.#restAnew(plan, now);
  }

  /** Ended without being asked to: the engine hears of it, but for a stop that can rest without its target. */
  #giveUp(end: ChildEnd, now: Instants): void {
    const { teller } = this.#parts;
    this.#lost = undefined;
    // The legs that the broker made went with the rest of an entry that bought less than they are for.
    if (this.#isNative && (end.kind === "rejected" || this.covered < (this.#rest?.nanos ?? 0))) return;
    const pairRefused = end.kind === "rejected" && this.#rest?.stop === true && this.#rest.target;
    for (const leg of pairRefused ? [this.target] : this.#legs())
      if (leg !== undefined) teller.ended(leg.ticket, end, now);
  }

  #restAnew(plan: RestPlan, now: Instants): void {
    const { desk, nextId } = this.#parts;
    const { stop, target } = this;
    const kind = plan.stop ? "S" : "T";
    const id = this.#givenId ?? nextId({ ...this.#identity, kind });
    this.#givenId = undefined;
    this.#isNative = false;
    this.#isAsked = false;
    this.#isStale = false;
    this.#rest = plan;
    this.#soldBefore = this.sold;
    this.#restedAt = now.at;
    const prices = { stop: stop?.price ?? Number.NaN, target: target?.price ?? Number.NaN };
    const leads = plan.target ? target : stop;
    if (leads === undefined) return;
    const terms = restTerms(this.#identity, plan, prices, id, leads.ticket.number, this);
    const child = desk.submit(terms);
    this.#whole = child;
    for (const leg of this.#legs()) restAs(leg, leg === leads ? child : undefined);
  }

  /** Nothing is left to sell. */
  #finish(now: Instants): void {
    this.isOver = true;
    for (const leg of this.#legs()) this.#end(leg, now);
  }

  #end({ ticket }: Leg, now: Instants): void {
    // Filled in full, as far as its entry was: the fills have said so.
    if (ticket.filled > 0 && ticket.filled >= this.covered) ticket.isOver = true;
    else this.#parts.teller.ended(ticket, { kind: "canceled", reason: "no longer wanted" }, now);
  }
}
