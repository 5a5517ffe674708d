/**
 * The market-data socket judged by what comes over it, on the exchange's clock, and only while it owes anything: market
 * open, symbols asked for, not all of them halted, as a market-wide halt does (RELIABILITY 1.3, I-23).
 *
 * FW-1  While nothing is owed, silence does not age.
 * FW-2  After a connect, a subscription or a sleep the feed has 20 s of grace, and no second one until it has spoken:
 *       a line that comes back every few seconds without a word is not excused for ever.
 * FW-3  A deadline of the exchange's clock counts no less than a second of ours: a fast demo must not call a hiccup
 *       of the machine a dead feed.
 */
import { type Session, type SessionTable, sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Miss } from "./channel-watch.ts";

const GRACE_MS = 20_000;
const WALL_FLOOR_MS = 1000;
/** The feed is not called down for good before so long on our own clock (FW-3): a reconnect takes that long. */
const DOWN_WALL_FLOOR_MS = 10_000;
const GOOD_MESSAGES = 10;

export class FeedWatch {
  readonly #sessions: SessionTable;
  /** Last message, or the moment since which something is owed. */
  #at = 0;
  #mono: number;
  #graceUntil: number;
  #hasSpokenSinceGrace = false;
  #good = 0;
  #goodSince = 0;
  #subscribed = 0;
  readonly #halted = new Set<string>();

  constructor(sessions: SessionTable, mono: number) {
    this.#sessions = sessions;
    this.#mono = mono;
    this.#graceUntil = mono + GRACE_MS;
  }

  /** Nothing that is asked for trades: no order would be filled. */
  get isAllHalted(): boolean {
    return this.#subscribed > 0 && this.#halted.size >= this.#subscribed;
  }

  message(mono: number, at: EpochMicros): void {
    this.#mono = mono;
    if (at > this.#at) this.#at = at;
    this.#hasSpokenSinceGrace = true;
    if (this.#good === 0) this.#goodSince = mono;
    this.#good += 1;
  }

  subscribed(symbols: number): void {
    this.#subscribed = symbols;
  }

  halted(symbol: string, isHalted: boolean): void {
    if (isHalted) this.#halted.add(symbol);
    else this.#halted.delete(symbol);
  }

  /** FW-2. */
  grace(mono: number): void {
    if (!this.#hasSpokenSinceGrace) return;
    this.#graceUntil = mono + GRACE_MS;
    this.#hasSpokenSinceGrace = false;
  }

  /** This process slept: `toAt` is the exchange's time now, `fromAt` what it was before. */
  excuse(mono: number, sleptMs: number, fromAt: number, toAt: number): void {
    this.#mono = Math.min(mono, this.#mono + sleptMs);
    this.#at = Math.min(toAt, this.#at + toAt - fromAt);
  }

  /** Told at every tick; FW-1. */
  settle(mono: number, at: EpochMicros, isOpen: boolean): void {
    if (isOpen && this.#subscribed > 0 && !this.isAllHalted) return;
    this.#mono = mono;
    if (at > this.#at) this.#at = at;
  }

  /** Silence past the deadline; ages in milliseconds of the exchange's clock. Ends the row of good messages. */
  miss(mono: number, at: EpochMicros, deadlineMs: number): Miss | undefined {
    if (mono < this.#graceUntil || mono - this.#mono < WALL_FLOOR_MS) return undefined;
    const ageMs = this.ageMs(at);
    if (!(ageMs > deadlineMs)) return undefined;
    this.#good = 0;
    return { what: "silent", ageMs, deadlineMs };
  }

  /** Since the last message, or the session's open if that is later: milliseconds of the exchange's clock. */
  ageMs(at: EpochMicros): number {
    const open = this.#sessions.open[sessionIndexAt(this.#sessions, at)] ?? 0;
    return (at - Math.max(this.#at, open)) / 1000;
  }

  /** The same on our own clock. */
  wallAgeMs(mono: number): number {
    return mono - this.#mono;
  }

  isDown(mono: number, at: EpochMicros, forMs: number): boolean {
    const isLongEnough = mono - this.#mono >= Math.min(forMs, DOWN_WALL_FLOOR_MS);
    return isLongEnough && mono >= this.#graceUntil && this.ageMs(at) >= forMs;
  }

  isWell(mono: number, forMs: number): boolean {
    return this.#good >= GOOD_MESSAGES && mono - this.#goodSince >= forMs;
  }
}

/** The session an instant is in, regular hours only; undefined outside. */
export function openSession(sessions: SessionTable, at: EpochMicros): Session | undefined {
  const row = sessionIndexAt(sessions, at);
  const [date, open, close] = [sessions.date[row], sessions.open[row], sessions.close[row]];
  if (date === undefined || open === undefined || close === undefined || at < open || at >= close)
    return undefined;
  return { date: date as Session["date"], open: open as EpochMicros, close: close as EpochMicros };
}
