/**
 * The exchange's time as a function of the machine's: the same in paper and live, faster in a demo, which may also skip
 * the hours in which nothing can happen (`--speed`, ARCHITECTURE 5). A function of its terms alone, so that processes
 * that share the terms agree without asking each other.
 *
 * XC-1  It never falls, and `machineAt` is its inverse: the first moment at which the exchange's time is reached.
 * XC-2  Skipped hours take no time at all; nothing is ever at an instant inside them.
 *
 * Before its anchor it runs at the machine's pace: whoever has to get ready for a fast clock puts the anchor ahead.
 */
import { invariant } from "../domain/assert.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";

export interface ClockTerms {
  /** The machine's milliseconds since 1970 at which the exchange's time was `exchangeAt`. */
  readonly machineMs: number;
  readonly exchangeAt: EpochMicros;
  /** Exchange seconds per second, above 0. */
  readonly speed: number;
  /** Goes from the end of one session's day straight to the beginning of the next. */
  readonly skipsClosedHours: boolean;
}

/**
 * What of a day is lived through where closed hours are skipped: room for what is done before and after trading. Orders
 * for the opening auction are taken until two minutes before it.
 */
export const BEFORE_OPEN_MICROS = 5 * MICROS_PER_MINUTE;
export const AFTER_CLOSE_MICROS = 3 * MICROS_PER_MINUTE;

export class ExchangeClock {
  readonly #terms: ClockTerms;
  readonly #sessions: SessionTable;
  /** Row of the session whose day was asked for last: mostly the next question is about the same. */
  #row = 0;
  /** Skipped micros before that day, counted from the anchor. */
  readonly #lived: Float64Array;
  readonly #firstRow: number;

  constructor(terms: ClockTerms, sessions: SessionTable) {
    invariant(terms.speed > 0 && Number.isFinite(terms.speed), "XC-1", `speed ${terms.speed} is no speed`);
    this.#terms = terms;
    this.#sessions = sessions;
    this.#firstRow = rowAt(sessions, terms.exchangeAt);
    this.#lived = terms.skipsClosedHours
      ? livedBefore(sessions, this.#firstRow, terms.exchangeAt)
      : new Float64Array(0);
  }

  get speed(): number {
    return this.#terms.speed;
  }

  /** Exchange time at a moment of the machine, milliseconds since 1970. */
  exchangeAt(machineMs: number): EpochMicros {
    const { machineMs: anchorMs, exchangeAt, speed, skipsClosedHours } = this.#terms;
    const since = (machineMs - anchorMs) * 1000;
    const passed = Math.round(since < 0 ? since : since * speed);
    if (!skipsClosedHours || passed <= 0) return (exchangeAt + passed) as EpochMicros;
    const n = this.#rowOfLived(passed);
    return (this.#dayStart(n) + passed - this.#lived[n]!) as EpochMicros;
  }

  /** Moment of the machine, milliseconds since 1970, at which the exchange's time is reached. */
  machineAt(at: EpochMicros): number {
    const { machineMs, exchangeAt, speed, skipsClosedHours } = this.#terms;
    if (at <= exchangeAt) return machineMs + (at - exchangeAt) / 1000;
    const passed = skipsClosedHours ? this.#livedAt(at) : at - exchangeAt;
    return machineMs + passed / 1000 / speed;
  }

  #livedAt(at: EpochMicros): number {
    const n = Math.min(rowAt(this.#sessions, at) - this.#firstRow, this.#lived.length - 1);
    return this.#lived[n]! + Math.max(0, at - this.#dayStart(n));
  }

  /** Of the n-th day lived through: the anchor itself on the first. */
  #dayStart(n: number): number {
    const start = this.#sessions.open[this.#firstRow + n]! - BEFORE_OPEN_MICROS;
    return n === 0 ? Math.max(start, this.#terms.exchangeAt) : start;
  }

  #rowOfLived(passed: number): number {
    const lived = this.#lived;
    if (lived[this.#row]! > passed) this.#row = 0;
    while (this.#row + 1 < lived.length && lived[this.#row + 1]! <= passed) this.#row += 1;
    return this.#row;
  }
}

/** The session whose day holds the instant, or comes next after it. */
function rowAt(sessions: SessionTable, at: EpochMicros): number {
  return sessionIndexAt(sessions, (at - AFTER_CLOSE_MICROS) as EpochMicros);
}

/** Micros lived through before each day, from the anchor's on. */
function livedBefore(sessions: SessionTable, first: number, anchor: EpochMicros): Float64Array {
  const days = sessions.close.length - first;
  const lived = new Float64Array(days);
  let sum = 0;
  for (let n = 0; n < days; n++) {
    lived[n] = sum;
    const start = sessions.open[first + n]! - BEFORE_OPEN_MICROS;
    sum += sessions.close[first + n]! + AFTER_CLOSE_MICROS - (n === 0 ? Math.max(start, anchor) : start);
  }
  return lived;
}
