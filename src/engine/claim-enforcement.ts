/**
 * Does what the claims in force ask for: takes back entries, halves positions, closes everything (RISK-2, C-45); and
 * closes what an operator wants closed. It goes on with every valuation until nothing is left to do, so that what
 * failed once is asked again.
 *
 * CE-1  Where a broker can be asked, a kill is complete when its books were read and showed nothing, and ours show
 *       nothing either (RELIABILITY 1.4).
 * CE-2  Where the market may be shut, closing waits for it: cancels leave at once, exits a minute after the open, when
 *       the opening prints are over (I-21). What began in the session does not wait.
 * CE-3  Where longs are to go, longs alone are closed and taken back (REGIME-2): shorts, their covers, refuges and what
 *       is nobody's stay.
 */
import { END_OF_RUN } from "../domain/claim.ts";
import { haltIdOf } from "../domain/flatten-order-id.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, FAST_EXIT_SIGNAL, Purpose } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { Authorities } from "../risk/authority.ts";
import type { BreakerWatch } from "./breaker-watch.ts";
import type { CrossBooks } from "./demand-netting.ts";
import { EndOfDay, type EndOfDayParts } from "./end-of-day.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { RegimeWatch } from "./regime-watch.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { SavedEnforcement } from "./risk-state.ts";
import type { SessionClock } from "./session-clock.ts";

/** Signal row of orders that no strategy asked for. */
const NO_SIGNAL = -1;
const NEVER = -1;
/** What is to be closed of an instrument until it is flat: nothing, by name, or as a part of everything. */
const Close = { Nothing: 0, One: 1, All: 2 } as const;

export interface EnforcementParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly externalStrategy?: number;
  readonly verifiesFlat?: boolean;
  readonly closesOnlyInSession?: boolean;
  readonly authorities: Authorities;
  readonly watch: BreakerWatch;
  readonly desk: OrderDesk;
  readonly books: CrossBooks;
  readonly lots: VirtualLots;
  readonly facts: RiskFacts;
  readonly clock: SessionClock;
  readonly regime: RegimeWatch | undefined;
  /** Length of the run's bars (C-65). */
  readonly barSeconds?: number;
  readonly gate: EndOfDayParts["gate"];
  readonly alarms: Alarm[];
}

/** A closing of everything that goes on. Who looks after the broker's side of it starts from this. */
export interface Flattening {
  /** The same before and after a restart. */
  readonly haltId: string;
  readonly reason: string;
  /** A latched one ends in HALTED, any other may be lifted by who raised it. */
  readonly ends: "HALTED" | "SAFE_FLAT";
  /** Nothing went wrong: the run ends. */
  readonly isPlanned: boolean;
}

export class ClaimEnforcement {
  readonly #parts: EnforcementParts;
  /** Version of the claims that were last acted upon, and which strategies could only reduce by them. */
  #enforced = NEVER;
  readonly #reducing: Uint8Array;
  #reducesLongs = false;
  readonly #close: Uint8Array;
  readonly #endOfDay: EndOfDay | undefined;
  /** Instruments that an operator wants closed. */
  #closings = 0;
  /** Name of the halt in force, from its first enforcement on. */
  #halt: string | undefined;
  #isVerified = false;
  /** Something was to be closed while the market was shut. */
  #awaitsOpen = false;

  constructor(parts: EnforcementParts) {
    this.#parts = parts;
    this.#reducing = new Uint8Array(parts.strategies);
    this.#close = new Uint8Array(parts.instruments);
    const leave: EndOfDayParts["leave"] = (s, i, signal) => this.#leave(s, i, true, signal);
    this.#endOfDay = EndOfDay.of({ ...parts, leave });
  }

  /** Up to when a clock alone gives it nothing to do, epoch micros. */
  get quietUntil(): number {
    return this.#endOfDay?.quietUntil ?? Number.POSITIVE_INFINITY;
  }

  /** After a restart nothing counts as done. */
  forget(): void {
    this.#enforced = NEVER;
  }

  /** True when the next valuation, without a new claim, would find nothing to do. */
  get areDone(): boolean {
    const { authorities } = this.#parts;
    const isLeaving = this.#closings > 0 || this.#parts.regime?.closesLongs === true;
    return !authorities.flattens && !isLeaving && this.#enforced === authorities.version;
  }

  /** Undefined when nothing is being closed by a claim, or all of it is. */
  get flattening(): Flattening | undefined {
    const { authorities } = this.#parts;
    if (this.#halt === undefined || !authorities.flattens || authorities.isAtLeast("HALTED"))
      return undefined;
    const claims = authorities.permission.claims.filter(({ level }) => level === "FLATTEN");
    const ends = claims.some(({ liftedBy }) => liftedBy === "operator") ? "HALTED" : "SAFE_FLAT";
    const isPlanned = claims.every(({ source }) => source === END_OF_RUN);
    return { haltId: this.#halt, reason: claims.map(({ reason }) => reason).join("; "), ends, isPlanned };
  }

  /** The broker's books showed nothing, for that halt. */
  verified(haltId: string): void {
    if (haltId === this.#halt) this.#isVerified = true;
  }

  /** Closes the instrument, for all who hold it, until it is flat. */
  close(instrument: InstrumentId): void {
    if (this.#close[instrument] === Close.Nothing) this.#closings += 1;
    this.#close[instrument] = Close.One;
  }

  closeAll(): void {
    this.#close.fill(Close.All);
    this.#closings = this.#close.length;
  }

  /** Nobody wants everything closed any more; what was named still goes. */
  resumed(): void {
    for (const [i, wanted] of this.#close.entries()) if (wanted === Close.All) this.#closed(i);
  }

  /** What a restart must bring back. */
  save(): SavedEnforcement {
    const wanted = (as: number) => Array.from(this.#close.keys()).filter((i) => this.#close[i] === as);
    const late = this.#endOfDay?.save() ?? [];
    return { halt: this.#halt ?? null, closing: wanted(Close.One), closingAll: wanted(Close.All), late };
  }

  /** Takes over what `save` gave, once it was checked, besides what was asked for since. */
  load({ halt, closing, closingAll, late }: SavedEnforcement): void {
    this.#endOfDay?.load(late);
    this.#halt = halt ?? this.#halt;
    for (const i of closingAll) if (this.#close[i] === Close.Nothing) this.#close[i] = Close.All;
    for (const i of closing) this.#close[i] = Close.One;
    this.#closings = this.#close.reduce((count, wanted) => count + (wanted === Close.Nothing ? 0 : 1), 0);
  }

  enforce(at: EpochMicros): void {
    const { watch, authorities } = this.#parts;
    const halves = watch.takeHalving();
    if (authorities.flattens) {
      this.#continueFlatten(at);
      return;
    }
    this.#halt = undefined;
    if (this.#enforced !== authorities.version) this.#takeBackEntries();
    if (halves) this.#halve();
    if (this.#closings > 0) this.#continueClosing(at);
    if (this.#parts.regime?.closesLongs === true) this.#closeLongs(at);
    if (this.#endOfDay?.enforce(at) === true) this.#parts.desk.settle(this.#parts.books);
  }

  #halve(): void {
    const { strategies, externalStrategy, instruments, desk, books } = this.#parts;
    for (let s = 0; s < strategies; s++) {
      if (s === externalStrategy) continue;
      this.#takeBack(s);
      for (let i = 0; i < instruments; i++) desk.trim(s, i as InstrumentId, NO_SIGNAL, 0.5);
    }
    desk.settle(books);
  }

  #takeBackEntries(): void {
    const { strategies, authorities } = this.#parts;
    this.#enforced = authorities.version;
    for (let s = 0; s < strategies; s++) {
      const reduces = authorities.isAtLeastFor(s, "REDUCE_ONLY");
      if (reduces && this.#reducing[s] === 0) this.#takeBack(s);
      this.#reducing[s] = reduces ? 1 : 0;
    }
    const { reducesLongs } = authorities;
    if (reducesLongs && !this.#reducesLongs) this.#takeBackLongs();
    this.#reducesLongs = reducesLongs;
  }

  #takeBack(strategy: number): void {
    const { instruments, desk } = this.#parts;
    for (let i = 0; i < instruments; i++) desk.cancelEntry(strategy, i as InstrumentId);
  }

  #takeBackLongs(): void {
    const { strategies, instruments, desk, authorities } = this.#parts;
    for (let s = 0; s < strategies; s++)
      for (let i = 0; i < instruments; i++)
        if (authorities.bindsLong(i as InstrumentId, true)) desk.cancelEntry(s, i as InstrumentId, BUY);
  }

  /** Until nobody who trades is long. */
  #closeLongs(at: EpochMicros): void {
    const { strategies, externalStrategy, instruments, lots, desk, books, authorities } = this.#parts;
    const mayClose = this.#mayClose(at);
    for (let s = 0; s < strategies; s++) {
      if (s === externalStrategy) continue;
      for (let i = 0; i < instruments; i++)
        if (authorities.bindsLong(i as InstrumentId, lots.shares(s, i as InstrumentId) > 0))
          this.#leave(s, i as InstrumentId, mayClose, FAST_EXIT_SIGNAL);
    }
    desk.settle(books);
  }

  #closed(instrument: number): void {
    if (this.#close[instrument] !== Close.Nothing) this.#closings -= 1;
    this.#close[instrument] = Close.Nothing;
  }

  /** What an operator wants closed, until it is. */
  #continueClosing(at: EpochMicros): void {
    const { strategies, instruments, desk, books } = this.#parts;
    const mayClose = this.#mayClose(at);
    for (let i = 0; i < instruments; i++) {
      if (this.#close[i] === Close.Nothing) continue;
      let open = 0;
      for (let s = 0; s < strategies; s++) open += this.#leave(s, i as InstrumentId, mayClose);
      if (open === 0) this.#closed(i);
    }
    desk.settle(books);
  }

  /** Cancels what works and closes what is held, until nothing is left; then the halt is complete. */
  #continueFlatten(at: EpochMicros): void {
    const { strategies, instruments, authorities, desk, books, verifiesFlat } = this.#parts;
    if (this.#halt === undefined) this.#begin();
    // A wish of before must not outlive the kill, should somebody resume at once (C-45).
    if (desk.meeting.size > 0) desk.meeting.dropAll();
    const mayClose = this.#mayClose(at);
    let open = 0;
    for (let s = 0; s < strategies; s++)
      for (let i = 0; i < instruments; i++) open += this.#leave(s, i as InstrumentId, mayClose);
    desk.settle(books);
    if (open > 0 || authorities.isAtLeast("HALTED")) return;
    if (verifiesFlat === true && !this.#isVerified) return;
    // Only a latched flatten ends in HALTED; the end of a run has nothing to be resumed from.
    const flattening = authorities.permission.claims.filter(
      ({ level, liftedBy }) => level === "FLATTEN" && liftedBy === "operator",
    );
    for (const claim of flattening) {
      authorities.raise({ ...claim, level: "HALTED", reason: `${claim.reason}; flat`, since: at });
    }
  }

  /** The halt is named by the instant at which the first of its claims was raised. */
  #begin(): void {
    const { claims } = this.#parts.authorities.permission;
    const since = claims
      .filter(({ level }) => level === "FLATTEN" || level === "HALTED")
      .map((claim) => claim.since);
    this.#halt = haltIdOf(Math.min(...since));
    this.#isVerified = false;
  }

  /** 1 while the strategy holds or enters the instrument, which it is asked to leave; else 0. */
  #leave(strategy: number, instrument: InstrumentId, mayClose: boolean, signal = NO_SIGNAL): number {
    const { desk, lots, facts } = this.#parts;
    const isHeld = lots.shares(strategy, instrument) !== 0;
    if (!isHeld && !facts.entryWorking(strategy, instrument)) return 0;
    if (mayClose && facts.board.withholdsExit(instrument)) return 1;
    if (mayClose) desk.exit(strategy, instrument, signal, Purpose.Flatten);
    else desk.cancelEntry(strategy, instrument);
    return 1;
  }

  #mayClose(at: EpochMicros): boolean {
    const { clock, closesOnlyInSession } = this.#parts;
    if (closesOnlyInSession !== true) return true;
    const open = clock.openAt(at);
    if (Number.isNaN(open)) this.#awaitsOpen = true;
    else if (at >= open + MICROS_PER_MINUTE) this.#awaitsOpen = false;
    return !Number.isNaN(open) && !this.#awaitsOpen;
  }
}
