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
    /** Of the entries of the last minute: instant, ascending, instrument and shares, negative for a sale. */
    sent: z
      .array(
        z.tuple([
          z.number(),
          z
            .int()
            .min(0)
            .max(instruments - 1),
          z.number(),
        ]),
      )
      .max(REMEMBERED)
      .refine((rows) => rows.every(([at], n) => n === 0 || at >= (rows[n - 1]?.[0] ?? at)), {
        error: "must ascend",
      }),
  });
export type SavedEntries = z.infer<ReturnType<typeof savedEntries>>;

export class EntryMemory {
  readonly #instruments: number;
  readonly #sharesToday: Float64Array;
  readonly #lastAt: Float64Array;
  /** Instants of the last entries, instruments and signed shares, round and round. */
  readonly #sentAt = new Float64Array(REMEMBERED);
  readonly #sentIn = new Int32Array(REMEMBERED);
  readonly #sentShares = new Float64Array(REMEMBERED);
  /** When the last entry of any strategy was sent in the instrument: before that there is none like another. */
  readonly #lastIn: Float64Array;
  #sent = 0;
  /** Day number; NaN before the first session. */
  #session = Number.NaN;

  /** Entries sent this session. */
  today = 0;

  constructor(strategies: number, instruments: number) {
    this.#instruments = instruments;
    this.#sharesToday = new Float64Array(instruments);
    this.#lastIn = new Float64Array(instruments).fill(Number.NaN);
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

  /**
   * When an entry of these signed shares, give or take a fraction of the larger number, was last sent before `now`;
   * NaN when none was within the minute before.
   */
  alikeAt(instrument: InstrumentId, signedShares: number, fraction: number, now: EpochMicros): number {
    const since = now - SAVED_MICROS;
    if (!(this.#lastIn[instrument]! > since)) return Number.NaN;
    const most = Math.min(this.#sent, REMEMBERED);
    for (let back = 1; back <= most; back++) {
      const n = (this.#sent - back) % REMEMBERED;
      const at = this.#sentAt[n]!;
      if (!(at > since)) break;
      if (at < now && this.#sentIn[n] === instrument && isAlike(this.#sentShares[n]!, signedShares, fraction))
        return at;
    }
    return Number.NaN;
  }

  sent(strategy: number, instrument: InstrumentId, signedShares: number, at: EpochMicros): void {
    this.#lastAt[strategy * this.#instruments + instrument] = at;
    this.#lastIn[instrument] = at;
    this.today += 1;
    this.#remember(at, instrument, signedShares);
    this.#sharesToday[instrument] = this.#sharesToday[instrument]! + Math.abs(signedShares);
  }

  #remember(at: number, instrument: number, signedShares: number): void {
    const n = this.#sent % REMEMBERED;
    this.#sentAt[n] = at;
    this.#sentIn[n] = instrument;
    this.#sentShares[n] = signedShares;
    this.#sent += 1;
  }

  /** Shares that will never fill. An order that was sent before this session counted in that one. */
  unfilled(instrument: InstrumentId, shares: number): void {
    this.#sharesToday[instrument] = Math.max(0, this.#sharesToday[instrument]! - shares);
  }

  /** Shares of before a split as they count after it: `ratio` new ones for an old one (DATA-6). */
  split(instrument: InstrumentId, ratio: number): void {
    this.#sharesToday[instrument] = this.#sharesToday[instrument]! * ratio;
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
      sent: Array.from({ length: recent }, (_, n) => {
        const place = (this.#sent - recent + n) % REMEMBERED;
        return [this.#sentAt[place]!, this.#sentIn[place]!, this.#sentShares[place]!];
      }),
    };
  }

  /** Takes over what `save` gave, checked by `savedEntries`; what was known before is forgotten. */
  load({ session, today, shares, last, sent }: SavedEntries): void {
    this.#session = session ?? Number.NaN;
    this.today = today;
    this.#sharesToday.fill(0);
    for (const [instrument = 0, count = 0] of shares) this.#sharesToday[instrument] = count;
    this.#lastAt.fill(Number.NaN);
    for (const [strategy = 0, instrument = 0, at = 0] of last)
      this.#lastAt[strategy * this.#instruments + instrument] = at;
    this.#lastIn.fill(Number.NaN);
    this.#sent = 0;
    for (const [at, instrument, signedShares] of sent) {
      this.#lastIn[instrument] = at;
      this.#remember(at, instrument, signedShares);
    }
  }
}

/** On the same side, and no farther apart than a fraction of the larger. */
const isAlike = (a: number, b: number, fraction: number): boolean =>
  a * b > 0 && Math.abs(a - b) <= fraction * Math.max(Math.abs(a), Math.abs(b));
