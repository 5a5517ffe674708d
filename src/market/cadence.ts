/**
 * How often a feed's channel usually speaks, learned per part of the session, so that silence can be called silence
 * (RELIABILITY 1.3). Gaps between messages come in bursts: their quantiles are kept, in one histogram per session and
 * part, never the raw gaps and never a normal curve.
 *
 * CD-1  deadline = 4 x the 99.99 % quantile of the last 20 sessions, clamped to 3 to 30 s.
 * CD-2  Until 5 sessions are known the deadline is a seed: 10 s for the consolidated feed, 20 s for one venue's.
 * CD-3  Nothing is learned while frozen, nor from the gap that ends the freeze: an outage must not teach itself to be
 *       normal.
 * CD-4  A session is learned when it is over: what is strange today does not loosen today's deadline.
 *
 * All times are the exchange's.
 */
import type { Session } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";

export type FeedKind = "sip" | "iex";

/** Parts of a session that differ in how much is said; `outside` is everything before the open and after the close. */
export const cadenceParts = ["open-5", "open-30", "middle", "close-30", "outside"] as const;

export const CADENCE_SESSIONS = 20;
const SESSIONS_TO_TRUST = 5;
const SEED_MS: Readonly<Record<FeedKind, number>> = { sip: 10_000, iex: 20_000 };
const DEADLINE_MIN_MS = 3000;
export const DEADLINE_MAX_MS = 30_000;
const QUANTILE = 0.9999;
const TIMES_QUANTILE = 4;

/** Eight bins per doubling: edges 9 % apart, from 1 ms; the last one holds everything above an hour. */
const BINS_PER_DOUBLING = 8;
const BINS = 176;
const CELLS = cadenceParts.length * BINS;

export interface SavedCadence {
  readonly feed: FeedKind;
  /** Oldest first; of each the cells that are not 0, as [cell, count, cell, count, ...]. */
  readonly sessions: readonly (readonly number[])[];
}

/** Which part of the session an instant is in, as an index into `cadenceParts`. */
export function cadencePart(at: EpochMicros, session: Session): number {
  if (at < session.open || at >= session.close) return 4;
  if (at < session.open + 5 * MICROS_PER_MINUTE) return 0;
  if (at < session.open + 30 * MICROS_PER_MINUTE) return 1;
  return at < session.close - 30 * MICROS_PER_MINUTE ? 2 : 3;
}

/** The cadence of one channel of one feed. */
export class FeedCadence {
  readonly #feed: FeedKind;
  /** One row per session learned, oldest overwritten first. */
  readonly #learned = new Float64Array(CADENCE_SESSIONS * CELLS);
  readonly #today = new Float64Array(CELLS);
  /** Sessions ever learned. */
  #sessions = 0;
  #date = Number.NaN;
  #lastAt = Number.NaN;
  #isFrozen = false;
  /** Per part, milliseconds. */
  readonly #deadlines: Float64Array;

  constructor(feed: FeedKind) {
    this.#feed = feed;
    this.#deadlines = new Float64Array(cadenceParts.length).fill(SEED_MS[feed]);
  }

  /** Sessions that the deadlines rest on; below 5 they are seeds. */
  get sessionsKnown(): number {
    return Math.min(this.#sessions, CADENCE_SESSIONS);
  }

  /** A message came. `session` is the one of the instant's day; the first of a new one learns the one before. */
  message(at: EpochMicros, session: Session): void {
    if (session.date !== this.#date) this.#begin(session.date);
    const gapMs = (at - this.#lastAt) / 1000;
    this.#lastAt = at;
    if (this.#isFrozen || !(gapMs >= 0)) return;
    const cell = cadencePart(at, session) * BINS + binOf(gapMs);
    this.#today[cell] = this.#today[cell]! + 1;
  }

  /** Stops or resumes learning (CD-3). */
  freeze(isFrozen: boolean): void {
    if (isFrozen === this.#isFrozen) return;
    this.#isFrozen = isFrozen;
    this.#lastAt = Number.NaN;
  }

  /** Silence that is too long at this instant, milliseconds of the exchange's clock. */
  deadlineMs(at: EpochMicros, session: Session): number {
    return this.#deadlines[cadencePart(at, session)]!;
  }

  /** Learns the running session; called when it is over, and by itself when the next one speaks (CD-4). */
  endSession(): void {
    if (this.#today.some((count) => count > 0)) {
      this.#learned.set(this.#today, (this.#sessions % CADENCE_SESSIONS) * CELLS);
      this.#sessions += 1;
      this.#judge();
    }
    this.#today.fill(0);
    this.#lastAt = Number.NaN;
  }

  /** The sessions that are over, as JSON takes them. */
  save(): SavedCadence {
    const first = Math.max(0, this.#sessions - CADENCE_SESSIONS);
    const sessions: number[][] = [];
    for (let n = first; n < this.#sessions; n += 1) {
      const row = (n % CADENCE_SESSIONS) * CELLS;
      const cells: number[] = [];
      for (let cell = 0; cell < CELLS; cell += 1) {
        const count = this.#learned[row + cell]!;
        if (count > 0) cells.push(cell, count);
      }
      sessions.push(cells);
    }
    return { feed: this.#feed, sessions };
  }

  /**
   * Takes what `save` gave, after JSON. False, and everything as it was, when it is something else or of another feed:
   * the seeds then hold until the sessions are learned anew.
   */
  load(value: unknown): boolean {
    const saved = value as Partial<SavedCadence> | null;
    if (typeof saved !== "object" || saved === null || saved.feed !== this.#feed) return false;
    const rows: unknown = saved.sessions;
    if (!Array.isArray(rows) || !rows.every(isSavedSession)) return false;
    this.#learned.fill(0);
    this.#sessions = 0;
    for (const cells of rows.slice(-CADENCE_SESSIONS)) {
      for (let n = 0; n < cells.length; n += 2)
        this.#learned[this.#sessions * CELLS + (cells[n] ?? 0)] = cells[n + 1] ?? 0;
      this.#sessions += 1;
    }
    this.#judge();
    return true;
  }

  #begin(date: number): void {
    this.endSession();
    this.#date = date;
  }

  #judge(): void {
    for (let part = 0; part < cadenceParts.length; part += 1) {
      const quantileMs = this.#quantileMs(part);
      this.#deadlines[part] =
        this.#sessions < SESSIONS_TO_TRUST || Number.isNaN(quantileMs)
          ? SEED_MS[this.#feed]
          : Math.min(Math.max(TIMES_QUANTILE * quantileMs, DEADLINE_MIN_MS), DEADLINE_MAX_MS);
    }
  }

  /** Upper edge of the bin that holds the quantile; NaN where nothing was ever said. */
  #quantileMs(part: number): number {
    const counts = new Float64Array(BINS);
    let total = 0;
    for (let row = 0; row < this.sessionsKnown; row += 1) {
      for (let bin = 0; bin < BINS; bin += 1) {
        const count = this.#learned[row * CELLS + part * BINS + bin]!;
        counts[bin] = counts[bin]! + count;
        total += count;
      }
    }
    if (total === 0) return Number.NaN;
    let above = total * (1 - QUANTILE);
    for (let bin = BINS - 1; bin > 0; bin -= 1) {
      above -= counts[bin]!;
      if (above < 0) return 2 ** ((bin + 1) / BINS_PER_DOUBLING);
    }
    return 2 ** (1 / BINS_PER_DOUBLING);
  }
}

function binOf(gapMs: number): number {
  return gapMs <= 1 ? 0 : Math.min(BINS - 1, Math.floor(Math.log2(gapMs) * BINS_PER_DOUBLING));
}

function isSavedSession(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length % 2 !== 0 || value.length > 2 * CELLS) return false;
  return (value as unknown[]).every(
    (number, n) =>
      Number.isSafeInteger(number) && (number as number) >= 0 && (n % 2 === 1 || (number as number) < CELLS),
  );
}
