/**
 * What time it is to the execute stage: the market's, unless a clock that runs beside it is ahead. Told to whoever
 * judges by it through the facts. Used by the stage alone.
 */
import type { EpochMicros } from "../domain/time.ts";

export class EngineTime {
  readonly #facts: { now: EpochMicros };
  /** What the clock showed when it was last told, epoch micros: bars that were late do not turn it back. */
  #clockAt = Number.NEGATIVE_INFINITY;

  constructor(facts: { now: EpochMicros }) {
    this.#facts = facts;
  }

  /** Somebody told what the clock shows. */
  ticked(at: EpochMicros): void {
    this.#clockAt = Math.max(this.#clockAt, at);
  }

  /** The market said something. Where a clock runs, sources with clocks of their own cannot turn it back. */
  told(at: EpochMicros): void {
    const facts = this.#facts;
    facts.now = this.#clockAt > 0 ? (Math.max(at, this.#clockAt, facts.now) as EpochMicros) : at;
  }

  /** What others than the market tell is never older than what the market told: time does not go back for it. */
  heard(at: EpochMicros): void {
    if (at > this.#facts.now) this.#facts.now = at;
  }
}
