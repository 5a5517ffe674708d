/**
 * The usual volume of a day in shares, from the days before today, on bars of any length: what a size may take
 * a small part of (C-14). Today is left out, so that a burst cannot enlarge the order that is sent into it.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";

export const advParams = z.strictObject({
  /** Share of the median daily volume that all strategies together may enter with in a session. */
  fraction: z.number().positive().max(1).default(0.01),
  days: z.int().min(1).max(250).default(20),
  /** Refuse entries until all `days` are known. Off: as many days as are known, and no cap before the first. */
  requireHistory: z.boolean().default(false),
});
export type AdvParams = z.infer<typeof advParams>;

export class DailyVolume {
  readonly #params: AdvParams;
  readonly #today: Float64Array;
  readonly #tradedToday: Uint8Array;
  /** Days one after the other per instrument, and how many were ever written. */
  readonly #ring: Float64Array;
  readonly #written: Uint32Array;

  constructor(instruments: number, params: AdvParams) {
    this.#params = params;
    this.#today = new Float64Array(instruments);
    this.#tradedToday = new Uint8Array(instruments);
    this.#ring = new Float64Array(instruments * params.days);
    this.#written = new Uint32Array(instruments);
  }

  /** Today becomes the day before. A day without a bar of the instrument is no day of it. */
  startSession(): void {
    const { days } = this.#params;
    for (let i = 0; i < this.#today.length; i++) {
      if (this.#tradedToday[i]! === 0) continue;
      this.#ring[i * days + (this.#written[i]! % days)] = this.#today[i]!;
      this.#written[i] = this.#written[i]! + 1;
      this.#today[i] = 0;
      this.#tradedToday[i] = 0;
    }
  }

  update({ columns: { instrument, volume }, from, to }: BarBatch): void {
    const today = this.#today;
    const tradedToday = this.#tradedToday;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      today[i] = today[i]! + volume[row]!;
      tradedToday[i] = 1;
    }
  }

  /** Volumes of before a split, in the shares of after it: `ratio` new ones for an old one (DATA-6). */
  split(instrument: InstrumentId, ratio: number): void {
    const { days } = this.#params;
    const first = instrument * days;
    for (let n = first; n < first + days; n++) this.#ring[n] = this.#ring[n]! * ratio;
    this.#today[instrument] = this.#today[instrument]! * ratio;
  }

  /** Whole shares that may be entered in a session; 0 or no bound where too little is known, as configured. */
  entriesMax(instrument: InstrumentId): number {
    const { days, fraction, requireHistory } = this.#params;
    const known = Math.min(days, this.#written[instrument]!);
    if (known < days && requireHistory) return 0;
    if (known === 0) return Number.POSITIVE_INFINITY;
    const start = instrument * days;
    const sorted = this.#ring.slice(start, start + known).sort();
    const half = known >> 1;
    const median = known % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
    return Math.floor(fraction * median);
  }
}
