/**
 * The exchange's own stamps on market data against the exchange's clock (fault 42): a feed that flows and is old, as
 * one of a delayed entitlement, beats and pongs like a good one and would have every decision made on the past.
 *
 * SG-1  Only what comes is judged: no message, no verdict. Silence is the cadence's to judge.
 * SG-2  The freshest of what came counts, and one late report is no delay: nothing fresh for two seconds is one.
 * SG-3  What was found old stays so until something fresh comes, or the session ends.
 */
import type { Miss } from "./channel-watch.ts";

const DEADLINE_MS = 5000;
/** From the first old message to the last one, without a fresh one between them. */
const SUSTAINED_MS = 2000;

export class StampWatch {
  readonly #deadlineMs: number;
  #staleSince = Number.NaN;
  #staleAt = Number.NaN;
  #freshSince = Number.NaN;
  #lagMs = 0;

  constructor(deadlineMs: number = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  /** News has come since the last call; `lagMs` is that of the freshest, on the exchange's clock. NaN counts as old. */
  stamped(mono: number, lagMs: number): void {
    this.#lagMs = lagMs;
    if (lagMs <= this.#deadlineMs) {
      if (Number.isNaN(this.#freshSince)) this.#freshSince = mono;
      this.#staleSince = Number.NaN;
      return;
    }
    this.#freshSince = Number.NaN;
    this.#staleAt = mono;
    if (Number.isNaN(this.#staleSince)) this.#staleSince = mono;
  }

  /** Told at every tick: outside of the session nothing is judged. */
  settle(isOpen: boolean): void {
    if (!isOpen) this.#staleSince = Number.NaN;
  }

  /** This process slept: what it did not hear then may have been fresh. */
  excuse(mono: number, sleptMs: number): void {
    this.#staleSince = Math.min(mono, this.#staleSince + sleptMs);
  }

  miss(): Omit<Miss, "what"> | undefined {
    if (!(this.#staleAt - this.#staleSince >= SUSTAINED_MS)) return undefined;
    return { ageMs: this.#lagMs, deadlineMs: this.#deadlineMs };
  }

  /** Nothing old has come for so long, and something fresh has, or nothing is judged at all. */
  isWell(mono: number, forMs: number): boolean {
    return Number.isNaN(this.#staleSince) && !(mono - this.#freshSince < forMs);
  }
}
