/**
 * The columns behind the virtual stops: where each level is, what has reached it and how often leaving was tried. By
 * slot, which is a strategy's place in an instrument. Used by the watch alone, which holds the rules.
 */
import { MOST_FAILURES, type SavedLevel } from "./saved-stops.ts";

const saved = (value: number): number | null => (Number.isFinite(value) ? value : null);

export class StopLevels {
  readonly #instruments: number;
  /** Dollars per share; NaN without one. */
  readonly level: Float64Array;
  /** The price that breached it, dollars per share; NaN until one does. */
  readonly reached: Float64Array;
  /** Row of the signal behind it. */
  readonly signal: Int32Array;
  /** Prints in a row at or beyond it. */
  readonly strikes: Uint8Array;
  /** Attempts to leave that got nothing. */
  readonly failures: Uint8Array;
  /** No attempt before, epoch micros. */
  readonly nextAt: Float64Array;
  /** When the first of it was bought, epoch micros. */
  readonly boughtAt: Float64Array;
  /** Levels by instrument, and all together. */
  readonly armed: Uint16Array;
  count = 0;
  /** Counts the changes. */
  version = 0;

  constructor(strategies: number, instruments: number) {
    const slots = strategies * instruments;
    this.#instruments = instruments;
    this.level = new Float64Array(slots).fill(Number.NaN);
    this.reached = new Float64Array(slots).fill(Number.NaN);
    this.signal = new Int32Array(slots).fill(-1);
    this.strikes = new Uint8Array(slots);
    this.failures = new Uint8Array(slots);
    this.nextAt = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
    this.boughtAt = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
    this.armed = new Uint16Array(instruments);
  }

  /** Something was bought under `stop`: a new position takes its level, an older one keeps what it has. */
  cover(slot: number, isFirst: boolean, stop: number, signal: number, at: number): void {
    if (!isFirst) return;
    this.clear(slot);
    this.boughtAt[slot] = at;
    if (!Number.isNaN(stop)) this.#set(slot, stop, signal);
  }

  /** `side` is that of the position. */
  tighten(slot: number, side: number, stop: number, signal: number): void {
    const before = this.level[slot]!;
    if (side * (stop - before) <= 0 || Number.isNaN(stop)) return;
    this.#set(slot, stop, signal);
  }

  /** Prints in a row at or beyond the level, with this one, up to `most`. */
  strike(slot: number, side: number, price: number, most: number): number {
    const isBeyond = side * (price - this.level[slot]!) <= 0;
    this.strikes[slot] = isBeyond ? Math.min(this.strikes[slot]! + 1, most) : 0;
    return this.strikes[slot]!;
  }

  /** Final: a later price changes nothing. */
  breach(slot: number, price: number): void {
    if (Number.isNaN(this.reached[slot]!)) this.reached[slot] = price;
  }

  failed(slot: number): void {
    this.failures[slot] = Math.min(this.failures[slot]! + 1, MOST_FAILURES);
  }

  restate(slot: number, after: (price: number) => number): void {
    if (Number.isNaN(this.level[slot]!)) return;
    this.level[slot] = after(this.level[slot]!);
    this.reached[slot] = after(this.reached[slot]!);
    this.strikes[slot] = 0;
    this.version += 1;
  }

  clear(slot: number): void {
    this.reached[slot] = Number.NaN;
    this.strikes[slot] = 0;
    this.failures[slot] = 0;
    this.nextAt[slot] = Number.NEGATIVE_INFINITY;
    this.boughtAt[slot] = Number.NEGATIVE_INFINITY;
    if (Number.isNaN(this.level[slot]!)) return;
    this.level[slot] = Number.NaN;
    this.#count(slot, -1);
  }

  save(): SavedLevel[] {
    const levels: SavedLevel[] = [];
    for (let slot = 0; slot < this.level.length; slot++) {
      const level = this.level[slot]!;
      if (Number.isNaN(level)) continue;
      levels.push({
        slot,
        level,
        reached: saved(this.reached[slot]!),
        signal: this.signal[slot]!,
        failures: this.failures[slot]!,
        strikes: this.strikes[slot]!,
        nextAt: saved(this.nextAt[slot]!),
        boughtAt: saved(this.boughtAt[slot]!),
      });
    }
    return levels;
  }

  /** Takes over what `save` gave, once it was checked. */
  load(levels: readonly SavedLevel[]): void {
    for (let slot = 0; slot < this.level.length; slot++) this.clear(slot);
    for (const { slot, level, reached, signal, ...rest } of levels) {
      this.#set(slot, level, signal);
      this.reached[slot] = reached ?? Number.NaN;
      this.failures[slot] = rest.failures;
      this.strikes[slot] = rest.strikes;
      this.nextAt[slot] = rest.nextAt ?? Number.NEGATIVE_INFINITY;
      this.boughtAt[slot] = rest.boughtAt ?? Number.NEGATIVE_INFINITY;
    }
  }

  #set(slot: number, level: number, signal: number): void {
    if (Number.isNaN(this.level[slot]!)) this.#count(slot, 1);
    this.level[slot] = level;
    this.signal[slot] = signal;
    this.version += 1;
  }

  #count(slot: number, by: number): void {
    const instrument = slot % this.#instruments;
    this.armed[instrument] = this.armed[instrument]! + by;
    this.count += by;
    this.version += 1;
  }
}
