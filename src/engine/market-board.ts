/**
 * The last quote of each instrument, which are halted, and which nobody may enter because the broker's books and ours
 * do not agree about them: as risk rules ask for it (C-21, C-44, C-47). It survives a restart: a feed that fell silent
 * before one must not pass as one that never was.
 */
import { z } from "zod";
import type { PositionDoubted } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Quote } from "../domain/quote.ts";
import { indexedRows } from "./saved-rows.ts";

export const savedBoard = (instruments: number) =>
  z.strictObject({
    /** Instruments that are halted. */
    halted: z.array(
      z
        .int()
        .min(0)
        .max(instruments - 1),
    ),
    /** Instruments that nobody may enter, and why. */
    locked: z.array(
      z.tuple([
        z
          .int()
          .min(0)
          .max(instruments - 1),
        z.string(),
      ]),
    ),
    /** Instrument, bid and offer in dollars, null where nobody quotes that side, and when the quote came. */
    quotes: indexedRows([instruments], [z.number().nullable(), z.number().nullable(), z.number()]),
  });
type SavedBoard = z.infer<ReturnType<typeof savedBoard>>;

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

export class MarketBoard {
  readonly #bid: Float64Array;
  readonly #ask: Float64Array;
  readonly #quotedAt: Float64Array;
  readonly #halted: Uint8Array;
  readonly #locked = new Map<InstrumentId, string>();
  /** Instruments whose position is looked at before a stop rests again, and before a refused exit leaves again. */
  readonly #stopsWait = new Set<InstrumentId>();
  readonly #exitsWait = new Set<InstrumentId>();
  readonly #withheld = new Set<InstrumentId>();

  constructor(instruments: number) {
    this.#bid = new Float64Array(instruments).fill(Number.NaN);
    this.#ask = new Float64Array(instruments).fill(Number.NaN);
    this.#quotedAt = new Float64Array(instruments).fill(Number.NaN);
    this.#halted = new Uint8Array(instruments);
  }

  /** Dollars; NaN when nobody quotes that side. */
  bid(instrument: InstrumentId): number {
    return this.#bid[instrument]!;
  }

  ask(instrument: InstrumentId): number {
    return this.#ask[instrument]!;
  }

  /** Epoch micros; NaN when never. */
  quotedAt(instrument: InstrumentId): number {
    return this.#quotedAt[instrument]!;
  }

  halted(instrument: InstrumentId): boolean {
    return this.#halted[instrument] === 1;
  }

  statusChanged(instrument: InstrumentId, isHalted: boolean): void {
    this.#halted[instrument] = isHalted ? 1 : 0;
  }

  /** Why nobody may enter the instrument; undefined when anybody may. */
  lockOf(instrument: InstrumentId): string | undefined {
    return this.#locked.size === 0 ? undefined : this.#locked.get(instrument);
  }

  /** The first reason stands until it is unlocked. */
  lock(instrument: InstrumentId, reason: string): void {
    if (!this.#locked.has(instrument)) this.#locked.set(instrument, reason);
  }

  unlock(instrument: InstrumentId): void {
    this.#locked.delete(instrument);
  }

  /** True when stops may rest again that were withheld. */
  doubted({ instrument, stopsWait, exitsWait }: PositionDoubted): boolean {
    if (exitsWait) this.#exitsWait.add(instrument);
    else this.#exitsWait.delete(instrument);
    if (stopsWait) this.#stopsWait.add(instrument);
    else this.#stopsWait.delete(instrument);
    return !stopsWait && this.#withheld.delete(instrument);
  }

  /** True while a stop must not rest again; it is remembered that somebody wanted one. */
  withholdsStop(instrument: InstrumentId): boolean {
    if (this.#stopsWait.size === 0 || !this.#stopsWait.has(instrument)) return false;
    this.#withheld.add(instrument);
    return true;
  }

  withholdsExit(instrument: InstrumentId): boolean {
    return this.#exitsWait.size > 0 && this.#exitsWait.has(instrument);
  }

  quoted({ at, instrument, bid, ask }: Quote): void {
    this.#bid[instrument] = bid;
    this.#ask[instrument] = ask;
    this.#quotedAt[instrument] = at;
  }

  /** Quotes of before an action speak of another share: nobody has quoted this one yet. */
  forgetQuote(instrument: InstrumentId): void {
    this.#bid[instrument] = Number.NaN;
    this.#ask[instrument] = Number.NaN;
    this.#quotedAt[instrument] = Number.NaN;
  }

  save(): SavedBoard {
    const quoted = Array.from(this.#quotedAt.keys()).filter((i) => !Number.isNaN(this.#quotedAt[i]));
    return {
      halted: Array.from(this.#halted.keys()).filter((i) => this.#halted[i] === 1),
      locked: [...this.#locked].sort(([a], [b]) => a - b),
      quotes: quoted.map((i) => [i, orNull(this.#bid[i]!), orNull(this.#ask[i]!), this.#quotedAt[i]!]),
    };
  }

  /** Takes over what `save` gave, checked by `savedBoard`; but for locks, what was known before is forgotten. */
  load({ halted, locked, quotes }: SavedBoard): void {
    for (const [instrument, reason] of locked) this.lock(instrument as InstrumentId, reason);
    this.#halted.fill(0);
    for (const instrument of halted) this.#halted[instrument] = 1;
    for (const column of [this.#bid, this.#ask, this.#quotedAt]) column.fill(Number.NaN);
    for (const [instrument, bid, ask, at] of quotes) {
      const i = instrument ?? 0;
      this.#bid[i] = bid ?? Number.NaN;
      this.#ask[i] = ask ?? Number.NaN;
      this.#quotedAt[i] = at ?? Number.NaN;
    }
  }
}
