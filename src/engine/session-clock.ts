/** Which session an instant belongs to, remembered from bar to bar: one comparison per step when nothing changes. */
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";

export class SessionClock {
  readonly #table: SessionTable;
  #index = -1;
  /** Of the current session; before the first `advance` they are NaN. */
  date = Number.NaN as DayNumber;
  open = Number.NaN as EpochMicros;
  close = Number.NaN as EpochMicros;
  inSession = false;

  constructor(table: SessionTable) {
    this.#table = table;
  }

  /**
   * Moves to `at`, which never goes back. An instant between two sessions belongs to the next one, so
   * that what happens overnight counts for the session it will be traded in. Returns true when the
   * session changed.
   */
  advance(at: EpochMicros): boolean {
    if (at <= this.close) {
      this.inSession = at > this.open;
      return false;
    }
    const table = this.#table;
    const next = this.#index + 1;
    const index = next < table.close.length && table.close[next]! >= at ? next : sessionIndexAt(table, at);
    if (index >= table.close.length) {
      this.inSession = false;
      return false;
    }
    this.#index = index;
    this.date = table.date[index] as DayNumber;
    this.open = table.open[index] as EpochMicros;
    this.close = table.close[index] as EpochMicros;
    this.inSession = at > this.open;
    return true;
  }

  /** Of the session after the one that the instant belongs to; infinite where the table ends. */
  dateAfter(at: EpochMicros): number {
    return this.#table.date[sessionIndexAt(this.#table, at) + 1] ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Open of the session in whose regular hours the instant lies, NaN outside them: without moving there, so that the
   * last bars of a session, which come after its close, still find it.
   */
  openAt(at: EpochMicros): number {
    const { open, close } = this.#table;
    const index = sessionIndexAt(this.#table, at);
    return index < close.length && at > open[index]! && at < close[index]! ? open[index]! : Number.NaN;
  }
}
