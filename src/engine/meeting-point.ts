/**
 * Where demands of several strategies for one instrument wait for each other, so that they cross inside the account
 * instead of meeting in the market (ENS-1, C-41). Used by the desk alone; a lone strategy never comes here.
 *
 * MP-1  An entry against an exit that waits for its stop and target is held as a wish, not as an order: no exposure,
 *       no number. When nothing waits on the other side any more it passes the gate like a new one, in the step in
 *       which the exit leaves, so that netting crosses what is left of both (NE-1). What the stop or the target sold
 *       meanwhile is no longer there to cross: what closes a share is its leg or its exit, never both (I-15).
 * MP-2  A wish is held for seconds, never into the next bar: the strategy decides again with newer prices. What is
 *       given up is counted.
 * MP-3  An exit or a trim that is asked for in the ordinary way and free to leave waits for what the venue answers at
 *       once: the ends of the protective orders of an opposite one, and of opposite entries, whose cancels it asks for.
 *       They leave together and cross, or at least never meet. For an opposite exit that works already it waits only
 *       while quotes or prints tell the time: otherwise the next thing to be heard may be a bar. Its own stop is gone
 *       by then, so it waits a second and never past a bar.
 * MP-4  What a kill, the end of a run or a breached stop closes never waits for others: it asks opposite entries back
 *       and leaves. Two such exits of one step still cross; of two steps they may meet in the market.
 * MP-5  Time is that of the facts, which every event moves. A stamp of the broker that is ahead of the market may end a
 *       wait early; it never makes one longer.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { BUY, type OrderNumber, SELL, type Side } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { OrderTable } from "../execution/order-table.ts";
import type { RiskFacts } from "./risk-facts.ts";
import { Follow, isUrgent, type WaitingSlots } from "./waiting-slots.ts";

/**
 * An exit without its stop waits for others no longer than this; confirmations of cancels take a tenth of it. Quotes
 * and prints tell the time when the last of them is not older.
 */
const LONGEST_WAIT_MICROS = MICROS_PER_SECOND;
/** How old the decision behind an entry may be when it leaves (RELIABILITY 3.5). */
const LONGEST_HOLD_MICROS = 5 * MICROS_PER_SECOND;

/** Wishes to enter that became no order of their own, or not at once, counted. */
export interface WishTally {
  /** Became the exit of the position they would have turned (EX-8). */
  turned: number;
  /** Waited for another strategy's exit. */
  held: number;
  /** Of those, given up: too old, taken back by their strategy or by a kill, or of a share that a split has changed. */
  givenUp: number;
  /** Orders withdrawn before they left, because they could not cross and would have met our own (NE-3). */
  withdrawn: number;
}

export interface MeetingParts {
  readonly strategies: number;
  readonly waiting: WaitingSlots;
  readonly lots: VirtualLots;
  readonly facts: RiskFacts;
  readonly orders: OrderTable;
  /** Sends the exit that waits there. */
  leave(strategy: number, instrument: InstrumentId): void;
  /** Shows the wish to the gate. */
  enter(intent: EntryIntent): void;
  /** Asks the venue for the end of an entry. */
  takeBack(entry: OrderNumber): void;
}

/** An exit with nothing of its own in the way. */
interface FreeExit {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Never after now, which goes back when the broker's clock was ahead (MP-5). */
  since: EpochMicros;
}

const nobody: readonly never[] = [];

export class MeetingPoint {
  readonly #parts: MeetingParts;
  #wishes: EntryIntent[] = [];
  #exits: FreeExit[] = [];
  #tickedAt = Number.NEGATIVE_INFINITY;

  readonly tally: WishTally = { turned: 0, held: 0, givenUp: 0, withdrawn: 0 };
  /** How many wait here; asked in every step. */
  size = 0;
  /** While a step is netted nobody joins: what a crossing leaves to be closed leaves at once. */
  isClosed = false;

  constructor(parts: MeetingParts) {
    this.#parts = parts;
  }

  get #now(): EpochMicros {
    return this.#parts.facts.now;
  }

  /** A quote or a print: a clock that is finer than bars runs. */
  ticked(at: EpochMicros): void {
    this.#tickedAt = at;
  }

  hold(intent: EntryIntent): void {
    this.#wishes.push(intent);
    this.tally.held += 1;
    this.size += 1;
  }

  holds(strategy: number, instrument: InstrumentId): boolean {
    return this.#wishes.some((wish) => wish.strategy === strategy && wish.instrument === instrument);
  }

  /** The wish is wanted no more. */
  drop(strategy: number, instrument: InstrumentId, side?: Side): void {
    this.#giveUp(
      ({ shares, ...wish }) =>
        wish.strategy === strategy &&
        wish.instrument === instrument &&
        (side === undefined || shares * side > 0),
    );
  }

  /** A kill: nobody enters on what was wanted before it. */
  dropAll(): void {
    this.#giveUp(() => true);
  }

  /** A free exit has left, or waits for legs of its own again. */
  #forget(strategy: number, instrument: InstrumentId): void {
    this.#exits = this.#exits.filter((exit) => exit.strategy !== strategy || exit.instrument !== instrument);
    this.#count();
  }

  /**
   * True when an exit that is free to leave had better wait until the end of the step, or longer: others of ours hold,
   * enter or leave on the other side. Whatever enters there is asked back, also by what waits for nobody (MP-4).
   */
  joins(strategy: number, instrument: InstrumentId, follow: Follow): boolean {
    const { strategies, lots } = this.#parts;
    const held = lots.shares(strategy, instrument);
    if (strategies === 1 || this.isClosed || held === 0 || follow < Follow.Trim) return false;
    const side = held > 0 ? SELL : BUY;
    const entering = this.#entering(strategy, instrument, -side as Side);
    for (const entry of entering) this.#parts.takeBack(entry);
    const before = this.#exits.find((exit) => exit.strategy === strategy && exit.instrument === instrument);
    if (before !== undefined) this.#forget(strategy, instrument);
    if (isUrgent(follow)) return false;
    if (entering.length === 0 && !this.#isOpposed(instrument, side)) return false;
    this.#exits.push({ strategy, instrument, side, since: before?.since ?? this.#now });
    this.#count();
    return true;
  }

  /** A new bar: who waited for others leaves, who wanted to enter decides again. True when somebody leaves. */
  startBar(): boolean {
    this.#giveUp(() => true);
    const since = Number.NEGATIVE_INFINITY as EpochMicros;
    this.#exits = this.#exits.map((exit) => ({ ...exit, since }));
    return this.#exits.length > 0;
  }

  /** Lets go whoever waits for nobody any more: exits first, so that the gate knows them when entries come. */
  release(): void {
    const { lots, leave, enter } = this.#parts;
    for (const exit of this.#exits) exit.since = Math.min(exit.since, this.#now) as EpochMicros;
    // Those of one instrument leave together: who went ahead would meet the others in the market.
    const waiting = this.#exits.filter((exit) => !this.#isOverdue(exit) && this.#isBlocked(exit));
    const isKept = (exit: FreeExit) =>
      !this.#isOverdue(exit) && waiting.some(({ instrument }) => instrument === exit.instrument);
    const free = this.#exits.filter((exit) => !isKept(exit));
    this.#exits = this.#exits.filter(isKept);
    for (const { strategy, instrument } of free) leave(strategy, instrument);
    this.#giveUp(
      ({ at, strategy, instrument }) =>
        this.#now - at > LONGEST_HOLD_MICROS || lots.shares(strategy, instrument) !== 0,
    );
    const isMet = ({ instrument, shares }: EntryIntent) => this.isLeft(instrument, shares > 0 ? SELL : BUY);
    const due = this.#wishes.filter((wish) => !isMet(wish));
    this.#wishes = this.#wishes.filter(isMet);
    this.#count();
    for (const wish of due) enter(wish);
  }

  /** True while a position waits to be closed by an order on that side. */
  isLeft(instrument: InstrumentId, side: Side): boolean {
    return this.#leaving(instrument, side).length > 0;
  }

  /** Whose positions wait to be closed by orders on that side. What a stop has closed meanwhile waits for nothing. */
  #leaving(instrument: InstrumentId, side: Side): readonly number[] {
    const { strategies, waiting, lots } = this.#parts;
    if (!waiting.has(instrument, side)) return nobody;
    const leaving: number[] = [];
    for (let s = 0; s < strategies; s++) {
      const isWaiting = waiting.follow(lots.slot(s, instrument)) >= Follow.Trim;
      if (isWaiting && lots.shares(s, instrument) * side < 0) leaving.push(s);
    }
    return leaving;
  }

  #isOverdue({ since }: FreeExit): boolean {
    return this.#now - since >= LONGEST_WAIT_MICROS;
  }

  /** Something on the other side is still to be answered, or works. */
  #isBlocked({ strategy, instrument, side }: FreeExit): boolean {
    const other = -side as Side;
    const isFree = (s: number) =>
      this.#exits.some((exit) => exit.strategy === s && exit.instrument === instrument);
    const isTold = this.#now - this.#tickedAt <= LONGEST_WAIT_MICROS;
    if (isTold && this.#parts.facts.exiting(instrument, other) > 0) return true;
    if (!this.#leaving(instrument, other).every(isFree)) return true;
    return this.#entering(strategy, instrument, other).length > 0;
  }

  #isOpposed(instrument: InstrumentId, side: Side): boolean {
    const { strategies, lots, facts } = this.#parts;
    const other = -side as Side;
    if (facts.exiting(instrument, other) > 0 || this.isLeft(instrument, other)) return true;
    // Who holds what this exit would add to may leave in this very step, on the other side.
    for (let s = 0; s < strategies; s++) if (lots.shares(s, instrument) * side > 0) return true;
    return false;
  }

  /** Entries of others that work on that side. The own one is not asked: its cancel has just left (C-39). */
  #entering(strategy: number, instrument: InstrumentId, side: Side): readonly OrderNumber[] {
    const { strategies, facts, orders } = this.#parts;
    if (!(facts.working(instrument, side) > 0)) return nobody;
    const entering: OrderNumber[] = [];
    for (let s = 0; s < strategies; s++) {
      const entry = s === strategy ? undefined : facts.entryOrder(s, instrument);
      if (entry !== undefined && orders.side(entry) === side) entering.push(entry);
    }
    return entering;
  }

  #giveUp(isOver: (wish: EntryIntent) => boolean): void {
    const before = this.#wishes.length;
    if (before === 0) return;
    this.#wishes = this.#wishes.filter((wish) => !isOver(wish));
    this.tally.givenUp += before - this.#wishes.length;
    this.#count();
  }

  #count(): void {
    this.size = this.#wishes.length + this.#exits.length;
  }
}
