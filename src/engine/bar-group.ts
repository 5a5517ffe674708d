/**
 * The strategies that decide on bars of one length, in a run over shorter ones: their features, their count of bars and
 * the bars themselves, made of the run's (BG). So that strategies of days and of minutes trade in one account.
 *
 * BG-1  A longer bar is made of bars of the session's regular hours alone, and handed on with the run's bar that ends
 *       it: nothing is known earlier than in a run over bars of that length.
 * BG-2  Where the bar that would end it never comes, it is handed on with the next one, as the bar that it was.
 */
import { allocateColumns, type BarBatch, type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import { instrumentTable } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { FeatureWorld } from "../features/feature.ts";
import { FeatureBank } from "./feature-bank.ts";
import { type BasisKind, PriceBasis } from "./price-basis.ts";
import { SessionClock } from "./session-clock.ts";

export interface GroupParts {
  readonly timeframe: Timeframe;
  readonly world: FeatureWorld;
  readonly basis: BasisKind | undefined;
  /** The run's own bars need no making. */
  readonly isOwn: boolean;
}

export class BarGroup {
  readonly timeframe: Timeframe;
  readonly basis: PriceBasis | undefined;
  readonly bank: FeatureBank;
  readonly rowOf: Uint32Array;
  /** Bars seen, per instrument. */
  readonly barsSeen: Float64Array;
  readonly #rollup: BatchRollup | undefined;
  /** What closed in this step; undefined where nothing did. */
  batch: BarBatch | undefined;

  constructor({ timeframe, world, basis, isOwn }: GroupParts) {
    this.timeframe = timeframe;
    this.basis = basis === undefined ? undefined : new PriceBasis(world.instruments, basis);
    this.bank = new FeatureBank(world, this.basis);
    this.rowOf = new Uint32Array(world.instruments);
    this.barsSeen = new Float64Array(world.instruments);
    this.#rollup = isOwn ? undefined : new BatchRollup(timeframe, world);
  }

  /** Takes the bars of a step of the run. Features know what has closed when it returns. */
  take(bars: BarBatch): void {
    this.batch = this.#rollup === undefined ? bars : this.#rollup.add(bars);
    if (this.batch !== undefined) this.#see(this.batch);
  }

  /** A corporate action: what is not handed on yet is of before it. Nobody decides on it any more. */
  settle(): void {
    const pending = this.#rollup?.hand();
    if (pending !== undefined) this.#see(pending);
  }

  /** Bars of its own length from before the run. */
  warm(bars: BarBatch): void {
    this.#see(bars);
  }

  #see(bars: BarBatch): void {
    const { rowOf, barsSeen } = this;
    const { columns, from, to } = bars;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      rowOf[i] = row;
      barsSeen[i] = barsSeen[i]! + 1;
    }
    this.bank.update(bars);
  }
}

/** Longer bars out of batches, one bucket at a time. Nothing is allocated per batch. */
class BatchRollup {
  readonly #clock: SessionClock;
  readonly #micros: number;
  readonly #columns: BarBatch["columns"];
  readonly #closed: BarBatch;
  readonly #bars: Record<"open" | "high" | "low" | "close" | "volume", Float64Array>;
  readonly #isThere: Uint8Array;
  /** End of the bucket that is being filled; NaN for none. */
  #end = Number.NaN;

  constructor(timeframe: Timeframe, { instruments, sessions }: FeatureWorld) {
    this.#clock = new SessionClock(sessions);
    this.#micros = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
    this.#columns = allocateColumns(timeframe, instrumentTable([]), instruments, 1);
    this.#closed = { at: 0 as EpochMicros, from: 0, to: 0, columns: this.#columns };
    const column = () => new Float64Array(instruments);
    this.#bars = { open: column(), high: column(), low: column(), close: column(), volume: column() };
    this.#isThere = new Uint8Array(instruments);
  }

  /** The bars that this batch ends, or that should have ended before it; undefined where it only goes on. */
  add(bars: BarBatch): BarBatch | undefined {
    const late = bars.at > this.#end ? this.hand() : undefined;
    this.#clock.advance(bars.at);
    // After the close the next session is ahead: the bar belongs to none.
    if (!(bars.at > this.#clock.open && bars.at <= this.#clock.close)) return late;
    if (Number.isNaN(this.#end)) this.#end = this.#endOf(bars.at);
    this.#fill(bars);
    // One that is handed on late goes alone: what this batch ends is handed on with the next.
    if (late !== undefined) return late;
    return bars.at >= this.#end ? this.hand() : undefined;
  }

  /** Buckets hang on the session's open; the last one ends with the session, however short. */
  #endOf(at: EpochMicros): number {
    const { open, close } = this.#clock;
    const buckets = Math.ceil((at - open) / this.#micros);
    return Math.min(close, open + buckets * this.#micros);
  }

  #fill({ columns, from, to }: BarBatch): void {
    const { open, high, low, close, volume } = this.#bars;
    const isThere = this.#isThere;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      if (isThere[i] === 0) {
        isThere[i] = 1;
        open[i] = columns.open[row]!;
        high[i] = columns.high[row]!;
        low[i] = columns.low[row]!;
        volume[i] = 0;
      }
      if (columns.high[row]! > high[i]!) high[i] = columns.high[row]!;
      if (columns.low[row]! < low[i]!) low[i] = columns.low[row]!;
      close[i] = columns.close[row]!;
      volume[i]! += columns.volume[row]!;
    }
  }

  /** What has come so far, as a bar; undefined for nothing. */
  hand(): BarBatch | undefined {
    const at = this.#end;
    this.#end = Number.NaN;
    const { open, high, low, close, volume } = this.#bars;
    const columns = this.#columns;
    let to = 0;
    for (let i = 0; i < this.#isThere.length; i++) {
      if (this.#isThere[i] === 0) continue;
      this.#isThere[i] = 0;
      columns.instrument[to] = i;
      columns.open[to] = open[i]!;
      columns.high[to] = high[i]!;
      columns.low[to] = low[i]!;
      columns.close[to] = close[i]!;
      columns.volume[to] = volume[i]!;
      to += 1;
    }
    if (to === 0) return undefined;
    columns.closedAt[0] = at;
    columns.offset[1] = to;
    this.#closed.at = at as EpochMicros;
    this.#closed.to = to;
    return this.#closed;
  }
}
