/** Which session an instant belongs to, for features that begin anew each session. */
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";

/** The answer for instants outside regular hours, and what a feature holds before its first session. */
export const NO_SESSION = -1;

/**
 * Sessions are named by their day number, which a snapshot may hold: no other calendar numbers them anew.
 * The cursor remembers the one it found last, because neighbours ask the same; its answers do not depend on
 * what was asked before.
 */
export class SessionCursor {
  readonly #table: SessionTable;
  #date = NO_SESSION;
  #previous = NO_SESSION;
  /** The answer holds for instants in (#after, #close]; the session opens at #open, between them. */
  #after = Number.POSITIVE_INFINITY;
  #open = 0;
  #close = 0;

  constructor(table: SessionTable) {
    this.#table = table;
  }

  /** The session whose open < at <= close: a bar that closes at the open tells of the time before it. */
  ofBar(at: EpochMicros): number {
    this.#seek(at);
    return at > this.#open ? this.#date : NO_SESSION;
  }

  /** The session whose open <= at <= close: a quote or trade at the open is its first. */
  ofEvent(at: EpochMicros): number {
    this.#seek(at);
    return at >= this.#open ? this.#date : NO_SESSION;
  }

  /** When the session that was just found opens. */
  get open(): number {
    return this.#open;
  }

  /** The session before the one that was just found. */
  get previous(): number {
    return this.#previous;
  }

  #seek(at: EpochMicros): void {
    if (at > this.#after && at <= this.#close) return;
    const { date, open, close } = this.#table;
    const index = sessionIndexAt(this.#table, at);
    const isKnown = index < close.length;
    this.#date = isKnown ? date[index]! : NO_SESSION;
    this.#previous = index > 0 ? date[index - 1]! : NO_SESSION;
    this.#after = index > 0 ? close[index - 1]! : Number.NEGATIVE_INFINITY;
    this.#open = isKnown ? open[index]! : Number.POSITIVE_INFINITY;
    this.#close = isKnown ? close[index]! : Number.POSITIVE_INFINITY;
  }
}
