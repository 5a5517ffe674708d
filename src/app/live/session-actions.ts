/**
 * The corporate actions of the coming session, asked for before its open and whenever somebody wants them (C-49): what
 * the list means is the book's business, when it is fetched and told is here.
 *
 * SA-1  No minute of a session is told before its actions are known, or were asked for in vain for a minute; then
 *       entries are barred until they are, and they are asked for again and again.
 */

import { announcedOf } from "../../adapters/feeds/alpaca/announced.ts";
import type { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { ActionBook, type ToldAction } from "../../engine/action-book.ts";
import type { IngestInput } from "../../engine/live-ingest.ts";
import { fromNewYork, newYorkDay } from "../../market/us-eastern.ts";
import type { StageLog } from "./stage-log.ts";

/** Of the clock on the wall in New York: 08:30 with the other work of the morning, and once more at 09:00. */
const MINUTES = [8 * 60 + 30, 9 * 60] as const;
/** Lists are by the day of processing: dividends are processed when they are paid. */
const BACK_DAYS = 7;
const AHEAD_DAYS = 60;
/** Of the machine, asking in vain: then the session begins without. */
const GIVE_UP_MS = 60_000;
/** Of the exchange: what could not be read is asked for again, as long as entries wait for it. */
const AGAIN_MICROS = 2 * MICROS_PER_MINUTE;

export interface SessionActionsTerms {
  readonly history: Pick<AlpacaHistory, "corporateActions">;
  readonly instruments: InstrumentTable;
  readonly sessions: SessionTable;
  /** Where the run began: actions of that day and before are in what it began with. */
  readonly startAt: EpochMicros;
  readonly now: () => EpochMicros;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** End of the last minute that was told. */
  readonly through: () => EpochMicros;
  readonly step: (input: IngestInput) => void;
  readonly log: StageLog;
}

export class SessionActions {
  readonly #terms: SessionActionsTerms;
  readonly #book: ActionBook;
  /** The last day whose actions are known, or were given up. */
  #knownDay = Number.NEGATIVE_INFINITY;
  /** When the list of now was fetched, exchange micros. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failedSinceMs: number | undefined;
  #reason = "";
  #asked: Promise<void> | undefined;
  #at: ((at: EpochMicros, look: () => void) => void) | undefined;
  #asksAgain = false;

  constructor(terms: SessionActionsTerms) {
    const startDay = newYorkDay(terms.startAt);
    this.#terms = terms;
    this.#book = new ActionBook({ instruments: terms.instruments, startDay });
  }

  /** Why nobody knows the actions of the session; empty while they are known. */
  get unknown(): string {
    return this.#reason;
  }

  /** An input of an earlier life of this run. */
  replayed(input: IngestInput): void {
    if (input.kind === "action") this.#book.told(input);
  }

  /** Exchange micros of the next look of the morning; Infinity beyond the calendar. */
  nextAt(now: EpochMicros): number {
    const { date, close } = this.#terms.sessions;
    let row = sessionIndexAt(this.#terms.sessions, now);
    for (; row < close.length; row++)
      for (const minute of MINUTES) {
        const at = fromNewYork(date[row] as DayNumber, minute);
        if (at > now) return at;
      }
    return Number.POSITIVE_INFINITY;
  }

  /** Asks at each of those. `at`: calls back when the exchange's clock shows that. */
  eachMorning(at: (at: EpochMicros, look: () => void) => void): void {
    this.#at = at;
    const next = this.nextAt(this.#terms.now());
    if (Number.isFinite(next))
      at(next as EpochMicros, () => void this.ask().then(() => this.eachMorning(at)));
  }

  /** True when the minute that ends then may be told. */
  covers(end: EpochMicros): boolean {
    return newYorkDay(end) <= this.#knownDay;
  }

  /** Asks now. Two that ask at once share the answer. Never rejects. */
  ask(): Promise<void> {
    this.#asked ??= this.#fetch().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** Asks where the list is older than the day that is to come. */
  async ready(): Promise<void> {
    const now = this.#terms.now();
    if (newYorkDay(now) > this.#knownDay || newYorkDay(now) > newYorkDay(this.#fetchedAt as EpochMicros))
      await this.ask();
  }

  /** Before the minute that ends then is told; of a day that has not come nothing is told yet. */
  before(end: EpochMicros, at: EpochMicros): void {
    const day = Math.min(newYorkDay(end), newYorkDay(at)) as DayNumber;
    this.#tell(this.#book.due(day, at, (exDate) => this.#isOpen(exDate)));
  }

  async #fetch(): Promise<void> {
    const { history, instruments, now, nowMs, log } = this.#terms;
    const day = newYorkDay(now());
    const [from, to] = [(day - BACK_DAYS) as DayNumber, (day + AHEAD_DAYS) as DayNumber];
    const answer = await history.corporateActions(instruments.symbols, from, to);
    if (!answer.ok) {
      this.#failedSinceMs ??= nowMs();
      this.#reason = `the corporate actions of ${isoDate(day)} cannot be read: ${answer.reason}`;
      if (nowMs() - this.#failedSinceMs >= GIVE_UP_MS) this.#knownDay = Math.max(this.#knownDay, day);
      log("error", this.#reason);
      this.#askAgain();
      return;
    }
    this.#failedSinceMs = undefined;
    this.#reason = "";
    this.#fetchedAt = now();
    this.#knownDay = Math.max(this.#knownDay, day);
    const isAsked = (symbol: string) => instruments.find(symbol) !== undefined;
    const actions = answer.value.flatMap((listed) => announcedOf(listed, isAsked, day) ?? []);
    this.#tell(this.#book.listed(actions, day, now()));
    // What was missed of earlier days is told in its place, between the minutes.
    if (this.#terms.through() >= this.#lastCloseBefore(now())) this.before(now(), now());
  }

  #askAgain(): void {
    if (this.#at === undefined || this.#asksAgain) return;
    this.#asksAgain = true;
    this.#at((this.#terms.now() + AGAIN_MICROS) as EpochMicros, () => {
      this.#asksAgain = false;
      if (this.#reason !== "") void this.ask();
    });
  }

  #tell(actions: readonly ToldAction[]): void {
    for (const action of actions) {
      const { said, event } = action;
      this.#terms.log(event.kind === "InstrumentLocked" ? "warning" : "info", `corporate action: ${said}`);
      this.#terms.step({ kind: "action", ...action });
    }
  }

  #isOpen(exDate: DayNumber): boolean {
    // Of a day without a session, the first one behind it.
    const { open } = this.#terms.sessions;
    const row = sessionIndexAt(this.#terms.sessions, fromNewYork(exDate, 0));
    return this.#terms.through() >= (open[row] ?? 0) + MICROS_PER_MINUTE;
  }

  /** Where a run began after the close before, nothing was missed of it. */
  #lastCloseBefore(now: EpochMicros): number {
    const { open, close } = this.#terms.sessions;
    const row = sessionIndexAt(this.#terms.sessions, now);
    const isOpen = now >= (open[row] ?? Number.POSITIVE_INFINITY) + MICROS_PER_MINUTE;
    return isOpen ? Number.POSITIVE_INFINITY : Math.min(close[row - 1] ?? 0, this.#terms.startAt);
  }
}
