/**
 * A position that moves against us by more than a day's usual range within minutes leaves (C-20): news that nobody
 * read, or a market that breaks. It goes the way of a breached virtual stop, with its rate, its collar and its
 * cooldown, and moves that stop to the price of now: it opens nothing and widens nothing. Used by the virtual stops.
 *
 * SK-1  Measured from the worst side of the closes of the last minutes in this session, and of them only those since
 *       the position was bought, its own price among them: who buys a fall is not thrown out by it.
 *       One print that a fresh quote contradicts is no such move.
 * SK-2  An instrument whose usual range is not known has none of it, which is told once a session.
 */
import { z } from "zod";
import { type BarBatch, timeframeSeconds } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { SHOCK_SIGNAL } from "../domain/order.ts";
import { MICROS_PER_SECOND } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { ShockParams } from "../execution/stop-params.ts";
import { DailyRanges, savedRanges } from "./daily-ranges.ts";
import type { RiskFacts } from "./risk-facts.ts";
import type { SessionClock } from "./session-clock.ts";

const DAY_SECONDS = 86_400;

export interface ShockParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly externalStrategy?: number;
  /** Length of the run's bars; absent: nobody knows, and nothing is watched. */
  readonly barSeconds?: number;
  readonly params: ShockParams;
  readonly lots: VirtualLots;
  readonly facts: RiskFacts;
  readonly clock: SessionClock;
  readonly alarms: Alarm[];
  /** When the position was bought, epoch micros; minus infinity where nobody knows. */
  boughtAt(slot: number): number;
  /** It is on its way out already. */
  isLeaving(slot: number): boolean;
  /** Somebody fresh offers better than that, dollars per share. */
  contradicts(strategy: number, instrument: InstrumentId, price: number): boolean;
  leave(strategy: number, instrument: InstrumentId, signal: number): void;
}

/** Closes of the last bars, and when they were; null where there was none. */
export const savedShock = (instruments: number) =>
  z.strictObject({
    ranges: savedRanges(instruments),
    closes: z.array(z.number().nullable()),
    at: z.array(z.number().nullable()),
    next: z.array(z.int().min(0)).length(instruments),
  });
export type SavedShock = z.infer<ReturnType<typeof savedShock>>;

export class ShockExit {
  readonly #parts: ShockParts;
  readonly #ranges: DailyRanges;
  /** Bars that are looked back on. */
  readonly #width: number;
  /** As long as those bars, but for what nothing was printed in. */
  readonly #lookMicros: number;
  /** By instrument, a ring of as many closes, and when each was. */
  readonly #closes: Float64Array;
  readonly #at: Float64Array;
  readonly #next: Uint32Array;
  /** Session in which somebody was told that an instrument has no range. */
  #toldOn = Number.NaN;

  /** Undefined where it is off: by its setting, and in runs over days, which have no minutes. */
  static of(parts: ShockParts): ShockExit | undefined {
    const { params, barSeconds = DAY_SECONDS } = parts;
    return params.enabled && barSeconds < DAY_SECONDS ? new ShockExit(parts, barSeconds) : undefined;
  }

  private constructor(parts: ShockParts, barSeconds: number) {
    const { instruments, params } = parts;
    this.#parts = parts;
    this.#ranges = new DailyRanges(instruments);
    this.#width = Math.max(1, Math.ceil((60 * params.minutes) / barSeconds));
    this.#lookMicros = this.#width * barSeconds * MICROS_PER_SECOND;
    this.#closes = new Float64Array(instruments * this.#width).fill(Number.NaN);
    this.#at = new Float64Array(instruments * this.#width).fill(Number.NaN);
    this.#next = new Uint32Array(instruments);
  }

  /** Bars of regular hours, after the clock has moved to them. */
  bars(batch: BarBatch): void {
    const { clock, strategies, externalStrategy, lots } = this.#parts;
    const { at, columns, from, to } = batch;
    if (!clock.inSession || timeframeSeconds[columns.timeframe] >= DAY_SECONDS) return;
    this.#ranges.bars(batch, clock.date);
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row] as InstrumentId;
      const close = columns.close[row]!;
      for (let s = 0; s < strategies; s++) {
        if (s === externalStrategy || lots.shares(s, i) === 0) continue;
        this.#judge(s, i, close, at);
      }
      this.#keep(i, close, at);
    }
  }

  /** Prices of before a split, in those of after it. */
  split(instrument: InstrumentId, ratio: number): void {
    this.#ranges.split(instrument, ratio);
    const first = instrument * this.#width;
    for (let n = first; n < first + this.#width; n++) this.#closes[n] = this.#closes[n]! / ratio;
  }

  save(): SavedShock {
    const plain = (values: Float64Array) => Array.from(values, (x) => (Number.isNaN(x) ? null : x));
    const [closes, at] = [plain(this.#closes), plain(this.#at)];
    return { ranges: this.#ranges.save(), closes, at, next: Array.from(this.#next) };
  }

  /** Takes over what `save` gave, once it was checked; closes of another width are of no use. */
  load({ ranges, closes, at, next }: SavedShock): void {
    this.#ranges.load(ranges);
    if (closes.length !== this.#closes.length || at.length !== this.#at.length) return;
    this.#closes.set(closes.map((x) => x ?? Number.NaN));
    this.#at.set(at.map((x) => x ?? Number.NaN));
    this.#next.set(next.map((n) => n % this.#width));
  }

  #judge(strategy: number, instrument: InstrumentId, close: number, at: number): void {
    const { params, lots, facts, alarms, isLeaving, contradicts, leave } = this.#parts;
    const slot = lots.slot(strategy, instrument);
    if (isLeaving(slot)) return;
    const range = this.#ranges.of(instrument);
    if (!(range > 0)) {
      this.#tellUnknown(instrument);
      return;
    }
    const side = Math.sign(lots.shares(strategy, instrument));
    const best = this.#best(strategy, instrument, side, at);
    const adverse = side * (best - close);
    const limit = params.atrMultiple * range;
    if (!(adverse >= limit) || contradicts(strategy, instrument, best - side * limit)) return;
    const moved = `${adverse.toFixed(2)} dollars a share within minutes, limit ${limit.toFixed(2)}`;
    const text = `shock exit: ${facts.symbol(instrument)} moved against its position by ${moved}`;
    alarms.push({ severity: "flag", text });
    leave(strategy, instrument, SHOCK_SIGNAL);
  }

  /** The best price that the position has seen lately, dollars per share; NaN where there was none (SK-1). */
  #best(strategy: number, instrument: InstrumentId, side: number, at: number): number {
    const { clock, lots, boughtAt } = this.#parts;
    const bought = boughtAt(lots.slot(strategy, instrument));
    const earliest = at - this.#lookMicros;
    const first = instrument * this.#width;
    const last = first + ((this.#next[instrument]! + this.#width - 1) % this.#width);
    let best = bought >= earliest ? lots.averageEntry(strategy, instrument) : Number.NaN;
    for (let n = first; n < first + this.#width; n++) {
      const when = this.#at[n]!;
      // Of a market that paused, or prints seldom, the bar before counts however long ago it was.
      const isLately = when >= earliest || n === last;
      if (!isLately || !(when > clock.open) || !(when > bought)) continue;
      const price = this.#closes[n]!;
      if (!(side * (best - price) >= 0)) best = price;
    }
    return best;
  }

  #keep(instrument: InstrumentId, close: number, at: number): void {
    const next = this.#next[instrument]!;
    this.#closes[instrument * this.#width + next] = close;
    this.#at[instrument * this.#width + next] = at;
    this.#next[instrument] = (next + 1) % this.#width;
  }

  #tellUnknown(instrument: InstrumentId): void {
    const { clock, facts, alarms } = this.#parts;
    if (this.#toldOn === clock.date) return;
    this.#toldOn = clock.date;
    const symbol = facts.symbol(instrument);
    const text = `shock exit: off for what is known for fewer than 15 sessions, as ${symbol} is`;
    alarms.push({ severity: "flag", text });
  }
}
