/**
 * What happened in each instrument lately, as risk rules ask for it: its usual volume, what we traded of it today,
 * which of our exits work, and how long ago a stop threw us out.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { BUY, type Side } from "../domain/order.ts";
import { indexedRows } from "./saved-rows.ts";

/** Sessions that an average volume is taken over (C-14). */
const SESSIONS = 20;

/** A volume that is no number is saved as null. Exits at work are not saved: they come back with the orders. */
export const savedActivity = (instruments: number) =>
  z.strictObject({
    /** Shares of this session so far, of instruments that had a bar in it. */
    volumeToday: indexedRows([instruments], [z.number().nullable()]),
    tradedToday: indexedRows([instruments], [z.number().min(0)]),
    /** Shares of the last complete sessions, oldest first, and how many sessions there have been. */
    volumes: z.array(
      z
        .strictObject({
          instrument: z
            .int()
            .min(0)
            .max(instruments - 1),
          sessions: z.int().positive(),
          last: z.array(z.number().nullable()),
        })
        .refine(({ sessions, last }) => last.length === Math.min(sessions, SESSIONS), {
          error: `must have as many volumes as sessions, at most ${SESSIONS}`,
        }),
    ),
    /** Bars since a stop of ours filled, -1 while the bar it filled in is open. */
    sinceStop: indexedRows([instruments], [z.int().min(-1)]),
  });
export type SavedActivity = z.infer<ReturnType<typeof savedActivity>>;

export class InstrumentActivity {
  readonly #instruments: number;
  /** Shares; minus zero before the first bar of the session, which no volume adds up to. */
  readonly #volumeToday: Float64Array;
  /** Volumes of the last sessions in which it traded, and how many of those there were. */
  readonly #volumes: Float64Array;
  readonly #sessions: Uint32Array;
  /** Bars since a stop first filled in any of them: until then nobody counts. */
  readonly #bars: Float64Array;
  #countsBars = false;
  /** Number of the bar in which a stop last filled. */
  readonly #stoppedAtBar: Float64Array;
  readonly #tradedToday: Float64Array;
  readonly #exitingBuy: Float64Array;
  readonly #exitingSell: Float64Array;

  /** Batches seen: while it stands, no mark has moved. */
  batches = 0;

  constructor(instruments: number) {
    this.#instruments = instruments;
    this.#volumeToday = new Float64Array(instruments).fill(-0);
    this.#volumes = new Float64Array(instruments * SESSIONS);
    this.#sessions = new Uint32Array(instruments);
    this.#bars = new Float64Array(instruments);
    this.#stoppedAtBar = new Float64Array(instruments).fill(Number.NaN);
    this.#tradedToday = new Float64Array(instruments);
    this.#exitingBuy = new Float64Array(instruments);
    this.#exitingSell = new Float64Array(instruments);
  }

  startSession(): void {
    const { length } = this.#volumeToday;
    for (let i = 0; i < length; i++) {
      if (Object.is(this.#volumeToday[i]!, -0)) continue;
      const session = this.#sessions[i]!;
      this.#volumes[(session % SESSIONS) * this.#instruments + i] = this.#volumeToday[i]!;
      this.#sessions[i] = session + 1;
    }
    this.#volumeToday.fill(-0);
    this.#tradedToday.fill(0);
  }

  bars({ columns: { instrument, volume }, from, to }: BarBatch): void {
    const volumeToday = this.#volumeToday;
    this.batches += 1;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      volumeToday[i] = volumeToday[i]! + volume[row]!;
    }
    if (this.#countsBars) this.#count(instrument, from, to);
  }

  #count(instrument: BarBatch["columns"]["instrument"], from: number, to: number): void {
    const bars = this.#bars;
    for (let row = from; row < to; row++) bars[instrument[row]!] = bars[instrument[row]!]! + 1;
  }

  /** Volumes of before a split, in the shares of after it: `ratio` new ones for an old one (DATA-6). */
  split(instrument: InstrumentId, ratio: number): void {
    const scaled = (column: Float64Array, n: number) => {
      column[n] = column[n]! * ratio;
    };
    for (let n = 0; n < SESSIONS; n++) scaled(this.#volumes, n * this.#instruments + instrument);
    scaled(this.#volumeToday, instrument);
    scaled(this.#tradedToday, instrument);
  }

  filled(instrument: InstrumentId, shares: number): void {
    this.#tradedToday[instrument] = this.#tradedToday[instrument]! + shares;
  }

  /** A protective stop traded, in the bar that is about to close. */
  stoppedOut(instrument: InstrumentId): void {
    this.#countsBars = true;
    this.#stoppedAtBar[instrument] = this.#bars[instrument]! + 1;
  }

  /** An exit left (positive) or some of it works no more (negative). */
  exitChanged(instrument: InstrumentId, side: Side, shares: number): void {
    const column = side === BUY ? this.#exitingBuy : this.#exitingSell;
    const after = column[instrument]! + shares;
    column[instrument] = Math.abs(after) < HALF_NANO_SHARE ? 0 : after;
  }

  /** Mean shares per session over the last 20 complete ones in which it traded; NaN before there were as many. */
  averageVolume(instrument: InstrumentId): number {
    if (this.#sessions[instrument]! < SESSIONS) return Number.NaN;
    let sum = 0;
    for (let n = 0; n < SESSIONS; n++) sum += this.#volumes[n * this.#instruments + instrument]!;
    return sum / SESSIONS;
  }

  tradedToday(instrument: InstrumentId): number {
    return this.#tradedToday[instrument]!;
  }

  /** Bars of the instrument since a stop of ours filled in it, 0 on that very bar; NaN when none ever did. */
  barsSinceStop(instrument: InstrumentId): number {
    return this.#bars[instrument]! - this.#stoppedAtBar[instrument]!;
  }

  save(): SavedActivity {
    const places = Array.from(this.#bars.keys());
    return {
      volumeToday: places
        .filter((i) => !Object.is(this.#volumeToday[i], -0))
        .map((i) => [i, orNull(this.#volumeToday[i]!)]),
      tradedToday: places.filter((i) => this.#tradedToday[i]! > 0).map((i) => [i, this.#tradedToday[i]!]),
      volumes: places
        .filter((i) => this.#sessions[i]! > 0)
        .map((i) => {
          const sessions = this.#sessions[i]!;
          const known = Math.min(sessions, SESSIONS);
          const last = Array.from({ length: known }, (_, n) =>
            orNull(this.#volumes[this.#cell(i, sessions - known + n)]!),
          );
          return { instrument: i, sessions, last };
        }),
      sinceStop: places
        .filter((i) => !Number.isNaN(this.#stoppedAtBar[i]))
        .map((i) => [i, this.#bars[i]! - this.#stoppedAtBar[i]!]),
    };
  }

  /** Takes over what `save` gave, checked by `savedActivity`; what was known before is forgotten. */
  load({ volumeToday, tradedToday, volumes, sinceStop }: SavedActivity): void {
    this.#volumeToday.fill(-0);
    for (const [i = 0, shares] of volumeToday) this.#volumeToday[i ?? 0] = shares ?? Number.NaN;
    this.#tradedToday.fill(0);
    for (const [i = 0, shares = 0] of tradedToday) this.#tradedToday[i] = shares;
    this.#volumes.fill(0);
    this.#sessions.fill(0);
    for (const { instrument, sessions, last } of volumes) {
      this.#sessions[instrument] = sessions;
      last.forEach((shares, n) => {
        this.#volumes[this.#cell(instrument, sessions - last.length + n)] = shares ?? Number.NaN;
      });
    }
    this.#bars.fill(0);
    this.#stoppedAtBar.fill(Number.NaN);
    for (const [i = 0, since = 0] of sinceStop) this.#stoppedAtBar[i] = -since;
    this.#countsBars = sinceStop.length > 0;
    this.batches += 1;
  }

  #cell(instrument: number, session: number): number {
    return (session % SESSIONS) * this.#instruments + instrument;
  }

  exiting(instrument: InstrumentId, side: Side): number {
    return (side === BUY ? this.#exitingBuy : this.#exitingSell)[instrument]!;
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
