/**
 * What becomes of positions before the close (C-65): all of them go, or gross exposure is brought down to what may be
 * carried over night, and what cannot go is told. Half days need nothing of their own: the close is the calendar's.
 * Used by claim enforcement alone, which has the way out: market orders that are asked again until nothing is left.
 *
 * ED-1  It only closes: it begins one bar before `minutes` to the close, so that its fills are there by then. Entries
 *       are taken back, but those of the next opening auction.
 * ED-2  Under `flat` what was still held at the close leaves in the next session, a minute after the open.
 * ED-3  Under `carry` positions are trimmed in proportion, what is halted left out, and never twice at once: orders in
 *       flight are waited for. Below the cap, and a hair above it, nothing is done.
 *       What failed is asked again every five seconds, and what the broker refused as a breached stop is.
 * ED-4  What is halted, what is left under `flat` and what is left above the cap is told once a session.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { END_OF_DAY_SIGNAL, TimeInForce } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { OrderField } from "../execution/order-table.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { RiskRule } from "../risk/rule.ts";
import { type EndOfDayParams, endOfDay, overnightCap } from "../risk/rules/end-of-day.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { SessionClock } from "./session-clock.ts";

/** Of equity: a run at its cap trades no handful of shares for a fee that moved its equity. */
const SLACK = 0.01;
/** What failed is asked again no faster: the broker counts requests. */
const EVERY_MICROS = 5 * MICROS_PER_SECOND;
const NEVER = Number.NEGATIVE_INFINITY;

export interface EndOfDayParts {
  readonly strategies: number;
  readonly instruments: number;
  /** Holds what is nobody's; nothing of it is touched. */
  readonly externalStrategy?: number;
  /** Length of the run's bars; absent or a day: there is no instant before the close to act at. */
  readonly barSeconds?: number;
  /** In which the limits in force are looked up. */
  readonly gate: { readonly rules: readonly RiskRule[] };
  readonly clock: SessionClock;
  readonly facts: RiskFacts;
  readonly lots: VirtualLots;
  readonly desk: OrderDesk;
  readonly alarms: Alarm[];
  /** Takes back what enters and closes what is held, for whatever was asked before. */
  leave(strategy: number, instrument: InstrumentId, signal: number): void;
}

/** By strategy and instrument, signed shares. */
interface Held {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly shares: number;
}

export class EndOfDay {
  readonly #parts: EndOfDayParts;
  readonly #barMicros: number;
  #actedAt = NEVER;
  /** Session that was looked at last, and whether its close was. */
  #date = Number.NaN;
  #isJudged = false;
  #isTold = false;
  /** Slots that the last close found held, under `flat`. */
  #late = new Set<number>();

  /** Undefined where nothing can be done before the close, or no rule says what. */
  static of(parts: EndOfDayParts): EndOfDay | undefined {
    const { barSeconds = Number.POSITIVE_INFINITY, gate } = parts;
    const isRuled = gate.rules.some(({ id }) => id === endOfDay.id);
    return isRuled && barSeconds < 86_400 ? new EndOfDay(parts, barSeconds) : undefined;
  }

  private constructor(parts: EndOfDayParts, barSeconds: number) {
    this.#parts = parts;
    this.#barMicros = barSeconds * MICROS_PER_SECOND;
  }

  /** Up to when it has nothing to say, epoch micros; the past while it has. */
  get quietUntil(): number {
    const { clock } = this.#parts;
    if (this.#late.size > 0 || clock.date !== this.#date) return NEVER;
    return this.#isJudged ? Number.POSITIVE_INFINITY : this.#beginsAt;
  }

  /** True when something may have been wanted. */
  enforce(at: EpochMicros): boolean {
    const { clock } = this.#parts;
    if (Number.isNaN(clock.close)) return false;
    if (clock.date !== this.#date) this.#turn();
    if (at >= clock.close) {
      this.#judge();
      return false;
    }
    const begins = at >= this.#beginsAt;
    const leavesLate = this.#late.size > 0 && at >= clock.open + MICROS_PER_MINUTE;
    if ((!begins && !leavesLate) || at - this.#actedAt < EVERY_MICROS) return false;
    this.#actedAt = at;
    if (begins) this.#act();
    else this.#leaveLate();
    return true;
  }

  /** Slots that a restart must find again. */
  save(): number[] {
    return [...this.#late].sort((a, b) => a - b);
  }

  load(late: readonly number[]): void {
    for (const slot of late) this.#late.add(slot);
  }

  get #beginsAt(): number {
    return this.#parts.clock.close - this.#limits.minutes * MICROS_PER_MINUTE - this.#barMicros;
  }

  get #limits(): EndOfDayParams {
    return this.#parts.gate.rules.find(({ id }) => id === endOfDay.id)?.params as unknown as EndOfDayParams;
  }

  /** A session begins; that nobody said anything at the close of the one before does not make it forgotten. */
  #turn(): void {
    if (!Number.isNaN(this.#date) && !this.#isJudged) this.#judge();
    this.#date = this.#parts.clock.date;
    this.#isJudged = false;
    this.#isTold = false;
  }

  #act(): void {
    const held = this.#held();
    if (this.#limits.policy === "flat") {
      this.#late.clear();
      this.#each((strategy, instrument) => {
        if (!this.#awaitsOpening(strategy, instrument)) this.#leave(strategy, instrument);
      });
    } else if (held.length > 0 || this.#parts.facts.workingGross > 0) this.#reduce(held);
    if (!this.#isTold) this.#tellHalted(held);
  }

  /** Down to the cap, by what can be traded. */
  #reduce(held: readonly Held[]): void {
    const { facts, desk, lots, leave } = this.#parts;
    const room = (overnightCap(this.#limits) + SLACK) * facts.equity;
    if (!(facts.gross + facts.workingGross > room)) return;
    this.#each((strategy, instrument) => desk.cancelEntry(strategy, instrument));
    let movable = 0;
    let leaving = 0;
    for (const { strategy, instrument, shares } of held) {
      // What is halted stays over night, whatever was asked of it: it makes no room, and nobody waits for it.
      if (facts.halted(instrument)) continue;
      const slot = lots.slot(strategy, instrument);
      if (desk.isTrimming(slot)) return;
      const value = Math.abs(shares) * facts.mark(instrument);
      if (desk.isLeaving(slot)) leaving += value;
      else movable += value;
    }
    const over = facts.gross - leaving - overnightCap(this.#limits) * facts.equity;
    if (!(over > SLACK * facts.equity) || movable === 0) return;
    const part = Math.min(1, over / movable);
    for (const { strategy, instrument } of held) {
      if (facts.halted(instrument)) continue;
      if (part < 1) desk.trim(strategy, instrument, END_OF_DAY_SIGNAL, part);
      else leave(strategy, instrument, END_OF_DAY_SIGNAL);
    }
  }

  /** An entry of the next opening auction: it is no position of this day (ED-1). */
  #awaitsOpening(strategy: number, instrument: InstrumentId): boolean {
    const { facts, desk, lots } = this.#parts;
    const entry = facts.entryOrder(strategy, instrument);
    if (entry === undefined || lots.shares(strategy, instrument) !== 0) return false;
    return desk.orders.get(entry, OrderField.timeInForce) === TimeInForce.AtOpen;
  }

  /** What the broker refused leaves at the rate of a breached stop: to ask besides would take its stop away anew. */
  #leave(strategy: number, instrument: InstrumentId): void {
    const { desk, lots, leave } = this.#parts;
    if (!desk.leavesAsBreached(lots.slot(strategy, instrument)))
      leave(strategy, instrument, END_OF_DAY_SIGNAL);
  }

  /** Once a session: the close is over, or the next one has begun. */
  #judge(): void {
    if (this.#isJudged) return;
    this.#isJudged = true;
    const { facts, lots, alarms } = this.#parts;
    const held = this.#held();
    const names = this.#names(held);
    if (this.#limits.policy === "flat") {
      this.#late = new Set(held.map(({ strategy, instrument }) => lots.slot(strategy, instrument)));
      if (held.length === 0) return;
      const text = `end of day: held over the close against the policy flat: ${names}; closed after the next open`;
      alarms.push({ severity: "page", text });
      return;
    }
    this.#late.clear();
    const cap = overnightCap(this.#limits);
    const used = facts.gross / facts.equity;
    if (held.length === 0 || used <= cap + SLACK) return;
    const text = `end of day: gross is ${percent(used)} of equity over night, the cap is ${percent(cap)}: ${names}`;
    alarms.push({ severity: "page", text });
  }

  #tellHalted(held: readonly Held[]): void {
    const halted = held.filter(({ instrument }) => this.#parts.facts.halted(instrument));
    if (halted.length === 0) return;
    this.#isTold = true;
    const text = `end of day: halted before the close, nothing can be closed there: ${this.#names(halted)}`;
    this.#parts.alarms.push({ severity: "page", text });
  }

  #leaveLate(): void {
    const { lots, instruments } = this.#parts;
    for (const slot of this.#late) {
      const [strategy, instrument] = [Math.floor(slot / instruments), (slot % instruments) as InstrumentId];
      if (lots.shares(strategy, instrument) === 0) this.#late.delete(slot);
      else this.#leave(strategy, instrument);
    }
  }

  /** All places but those of what is nobody's. */
  #each(visit: (strategy: number, instrument: InstrumentId) => void): void {
    const { strategies, instruments, externalStrategy } = this.#parts;
    for (let s = 0; s < strategies; s++)
      if (s !== externalStrategy) for (let i = 0; i < instruments; i++) visit(s, i as InstrumentId);
  }

  #held(): Held[] {
    const held: Held[] = [];
    this.#each((strategy, instrument) => {
      const shares = this.#parts.lots.shares(strategy, instrument);
      if (shares !== 0) held.push({ strategy, instrument, shares });
    });
    return held;
  }

  #names(held: readonly Held[]): string {
    const names = new Set(held.map(({ instrument }) => this.#parts.facts.symbol(instrument)));
    return [...names].join(", ");
  }
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
