/**
 * What is remembered of entries that were sent, for the rules that count them: per session, per strategy and
 * instrument, and by the instant (C-06, C-07, C-14, C-26). It survives a restart within the session: a process that
 * starts anew is not handed a fresh allowance (I-33).
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { indexedRows } from "./saved-rows.ts";

/** Most entries that are remembered by their instant: more than any throttle may let through in a minute. */
const REMEMBERED = 16_384;
/** How far back `within` may be asked after a restart: the longest window of a rule. */
const SAVED_MICROS = MICROS_PER_MINUTE;

export const savedEntries = (strategies: number, instruments: number) =>
  z.strictObject({
    /** Day number of the session that is counted; null before the first. */
    session: z.int().nullable(),
    today: z.int().min(0),
    /** Instrument and shares of entries sent this session, less what of them will never fill. */
    shares: indexedRows([instruments], [z.number().min(0)]),
    /** Strategy, instrument and when it last sent an entry there, epoch micros. */
    last: indexedRows([strategies, instruments], [z.number()]),
    /** Instants of the entries of the last minute, ascending. */
    sentAt: z
      .array(z.number())
      .max(REMEMBERED)
      .refine((instants) => instants.every((at, n) => n === 0 || at >= (instants[n - 1] ?? at)), {
        error: "must ascend",
      }),
  });
export type SavedEntries = z.infer<ReturnType<typeof savedEntries>>;

export class EntryMemory {
  readonly #instruments: number;
  readonly #sharesToday: Float64Array;
  readonly #lastAt: Float64Array;
  /** Instants of the last entries, round and round. */
  readonly #sentAt = new Float64Array(REMEMBERED);
  #sent = 0;
  /** Day number; NaN before the first session. */
  #session = Number.NaN;

  /** Entries sent this session. */
  today = 0;

  constructor(strategies: number, instruments: number) {
    this.#instruments = instruments;
    this.#sharesToday = new Float64Array(instruments);
    this.#lastAt = new Float64Array(strategies * instruments).fill(Number.NaN);
  }

  /** Returns false when told again of the session it is in, as after a restart: then nothing is forgotten. */
  startSession(date: number): boolean {
    if (date === this.#session) return false;
    this.#session = date;
    this.today = 0;
    this.#sharesToday.fill(0);
    return true;
  }

  /** When the strategy last sent an entry in the instrument, epoch micros; NaN when never. */
  lastAt(strategy: number, instrument: InstrumentId): number {
    return this.#lastAt[strategy * this.#instruments + instrument]!;
  }

  /** Shares of entries sent this session, less what of them will never fill. */
  sharesToday(instrument: InstrumentId): number {
    return this.#sharesToday[instrument]!;
  }

  /** Entries sent after `now` less so many microseconds; at most a minute is known after a restart. */
  within(now: EpochMicros, micros: number): number {
    const most = Math.min(this.#sent, REMEMBERED);
    let count = 0;
    while (count < most && this.#sentAt[(this.#sent - 1 - count) % REMEMBERED]! > now - micros) count += 1;
    return count;
  }

  sent(strategy: number, instrument: InstrumentId, shares: number, at: EpochMicros): void {
    this.#lastAt[strategy * this.#instruments + instrument] = at;
    this.today += 1;
    this.#sentAt[this.#sent % REMEMBERED] = at;
    this.#sent += 1;
    this.#sharesToday[instrument] = this.#sharesToday[instrument]! + shares;
  }

  /** Shares that will never fill. An order that was sent before this session counted in that one. */
  unfilled(instrument: InstrumentId, shares: number): void {
    this.#sharesToday[instrument] = Math.max(0, this.#sharesToday[instrument]! - shares);
  }

  save(now: EpochMicros): SavedEntries {
    const recent = this.within(now, SAVED_MICROS);
    const slots = Array.from(this.#lastAt.keys()).filter((slot) => !Number.isNaN(this.#lastAt[slot]));
    return {
      session: Number.isNaN(this.#session) ? null : this.#session,
      today: this.today,
      shares: [...this.#sharesToday.entries()].filter(([, shares]) => shares > 0),
      last: slots.map((slot) => [
        Math.floor(slot / this.#instruments),
        slot % this.#instruments,
        this.#lastAt[slot]!,
      ]),
      sentAt: Array.from({ length: recent }, (_, n) => this.#sentAt[(this.#sent - recent + n) % REMEMBERED]!),
    };
  }

  /** Takes over what `save` gave, checked by `savedEntries`; what was known before is forgotten. */
  load({ session, today, shares, last, sentAt }: SavedEntries): void {
    this.#session = session ?? Number.NaN;
    this.today = today;
    this.#sharesToday.fill(0);
    for (const [instrument = 0, count = 0] of shares) this.#sharesToday[instrument] = count;
    this.#lastAt.fill(Number.NaN);
    for (const [strategy = 0, instrument = 0, at = 0] of last)
      this.#lastAt[strategy * this.#instruments + instrument] = at;
    this.#sentAt.set(sentAt);
    this.#sent = sentAt.length;
  }
}
