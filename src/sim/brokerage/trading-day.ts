/**
 * The hours that orders live by. All hang on a session's own open and close, so that a half day shifts them: before
 * the market from 04:00, core from open to close, after it for four hours.
 */
import type { Session, SessionTable } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { sessionAt } from "../../market/calendar.ts";
import { fromNewYork, newYorkDay } from "../../market/us-eastern.ts";
import type { TimeInForceWord } from "./order-view.ts";

const PRE_MICROS = 330 * MICROS_PER_MINUTE;
const POST_MICROS = 240 * MICROS_PER_MINUTE;
const OPG_LAST_MICROS = 2 * MICROS_PER_MINUTE;
const CLS_LAST_MICROS = 10 * MICROS_PER_MINUTE;
/** 19:00: from then on orders queue for the next auction. */
const NEXT_DAY_MICROS = 570 * MICROS_PER_MINUTE;
/** How long after the close its auction may print. */
const CLOSING_PRINT_MICROS = 5 * MICROS_PER_MINUTE;
const GTC_DAYS = 90;
const GTC_MINUTE = 16 * 60 + 15;

export type Hours = "closed" | "pre" | "core" | "post";
export type Boundary = "pre" | "open" | "close" | "end";
const boundaries = ["pre", "open", "close", "end"] as const;

const boundaryAt = ({ open, close }: Session, boundary: Boundary): EpochMicros => {
  if (boundary === "pre") return (open - PRE_MICROS) as EpochMicros;
  if (boundary === "end") return (close + POST_MICROS) as EpochMicros;
  return boundary === "open" ? open : close;
};

/** Moves through a table of sessions, boundary by boundary. */
export class TradingDay {
  readonly #table: SessionTable;
  #row = 0;
  #next = 0;
  hours: Hours = "closed";

  constructor(table: SessionTable, startsAt: EpochMicros) {
    this.#table = table;
    while (this.nextAt <= startsAt) this.pass();
  }

  /** The session that is on or comes next; undefined past the table. */
  get session(): Session | undefined {
    return this.#row < this.#table.date.length ? sessionAt(this.#table, this.#row) : undefined;
  }

  get nextAt(): number {
    const session = this.session;
    return session === undefined
      ? Number.POSITIVE_INFINITY
      : boundaryAt(session, boundaries[this.#next] ?? "end");
  }

  /** Passes the next boundary and tells which it was, and of which session. */
  pass(): { boundary: Boundary; session: Session } | undefined {
    const session = this.session;
    if (session === undefined) return undefined;
    const boundary = boundaries[this.#next] ?? "end";
    const next: Record<Boundary, Hours> = { pre: "pre", open: "core", close: "post", end: "closed" };
    this.hours = next[boundary];
    this.#next = (this.#next + 1) % boundaries.length;
    if (boundary === "end") this.#row += 1;
    return { boundary, session };
  }

  /** True while a new opening order (`opg`) or closing order (`cls`) is too late for its auction. */
  isTooLate(timeInForce: TimeInForceWord, at: EpochMicros): boolean {
    const session = this.session;
    if (session === undefined) return true;
    const last = timeInForce === "opg" ? session.open - OPG_LAST_MICROS : session.close - CLS_LAST_MICROS;
    return at >= last && at < session.open + NEXT_DAY_MICROS;
  }

  /** Whose day an order belongs to that comes at `at`; `end` is when that day is over for it. */
  target(at: EpochMicros, isExtended: boolean): Session | undefined {
    for (let row = this.#row; row < this.#table.date.length; row++) {
      const session = sessionAt(this.#table, row);
      if (at < (isExtended ? boundaryAt(session, "end") : session.close)) return session;
    }
    return undefined;
  }

  /** Infinity past the table. */
  expiry(timeInForce: TimeInForceWord, at: EpochMicros, isExtended: boolean): number {
    if (timeInForce === "gtc") return fromNewYork((newYorkDay(at) + GTC_DAYS) as never, GTC_MINUTE);
    const session = this.target(at, isExtended);
    if (session === undefined) return Number.POSITIVE_INFINITY;
    if (timeInForce === "cls") return session.close + CLOSING_PRINT_MICROS;
    return boundaryAt(session, isExtended ? "end" : "close");
  }
}
