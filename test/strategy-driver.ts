/**
 * One strategy over columns without account, sizing or venue: what it wants, bar by bar. A wish to enter is
 * filled at the instrument's next open, a wish to leave too, a stop that the low reaches at once.
 */

import { type BarBatch, type BarColumns, batchCount } from "../src/domain/bars.ts";
import type { ReferenceTold } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { FeatureBank } from "../src/engine/feature-bank.ts";
import { ReferenceBook } from "../src/engine/reference-book.ts";
import { type OwnPositions, RunningView, type Wishes } from "../src/engine/strategy-view.ts";
import { worldOf } from "../src/features/batch.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import type { BoundStrategy, Entry } from "../src/strategies/strategy.ts";

export interface Wish {
  readonly batch: number;
  readonly instrument: number;
  readonly kind: "enter" | "exit" | "protect";
  readonly entry: Entry | undefined;
  readonly stop: number;
  /** Name of the reason; empty for a moved stop. */
  readonly reason: string;
  readonly numbers: readonly number[];
  /** Close of the instrument when the wish was made. */
  readonly close: number;
}

/** Everything needed to go on elsewhere, as plain data. */
export interface DriverState {
  readonly view: ReturnType<RunningView["save"]>;
  readonly features: ReturnType<FeatureBank["save"]>;
  readonly account: Readonly<Record<string, readonly number[]>>;
}

const SHARES = 100;

export class StrategyDriver implements Wishes, OwnPositions {
  readonly #strategy: BoundStrategy;
  readonly #columns: BarColumns;
  readonly #bank: FeatureBank;
  readonly #view: RunningView;
  readonly #rowOf: Uint32Array;
  readonly #book: ReferenceBook;
  readonly #told: readonly ReferenceTold[];
  #heard = 0;
  readonly #account: Readonly<
    Record<"shares" | "entry" | "stop" | "wanted" | "seen" | "openedAt", Float64Array>
  >;
  #batch = 0;
  readonly wishes: Wish[] = [];

  constructor(strategy: BoundStrategy, columns: BarColumns, told: readonly ReferenceTold[] = []) {
    const instruments = columns.instruments.symbols.length;
    const empty = (value: number) => new Float64Array(instruments).fill(value);
    this.#strategy = strategy;
    this.#columns = columns;
    this.#rowOf = new Uint32Array(instruments);
    this.#bank = new FeatureBank(worldOf(columns));
    this.#book = new ReferenceBook(instruments, xnysSessions());
    this.#told = told;
    const room = { bank: this.#bank, references: this.#book };
    const ports = { wishes: this, positions: this, symbols: columns.instruments.symbols };
    this.#view = new RunningView(0, strategy, room, this.#rowOf, ports);
    this.#account = {
      shares: empty(0),
      entry: empty(Number.NaN),
      stop: empty(Number.NaN),
      wanted: empty(Number.NaN),
      seen: empty(0),
      openedAt: empty(0),
    };
  }

  /** Plays batches up to `end`, by default to the last. */
  run(end = batchCount(this.#columns)): this {
    const { closedAt, offset } = this.#columns;
    for (; this.#batch < end; this.#batch++) {
      const n = this.#batch;
      const at = closedAt[n] as EpochMicros;
      this.#hear(at);
      this.#play({ at, from: offset[n]!, to: offset[n + 1]!, columns: this.#columns });
    }
    return this;
  }

  save(): DriverState {
    const account = Object.fromEntries(
      Object.entries(this.#account).map(([name, values]) => [name, [...values]]),
    );
    return { view: this.#view.save(), features: this.#bank.save(), account };
  }

  /** Goes on from `batch` with the state another driver saved there. */
  load(state: DriverState, batch: number): this {
    this.#view.load(state.view);
    this.#bank.load(state.features);
    for (const [name, values] of Object.entries(this.#account)) values.set(state.account[name] ?? []);
    this.#batch = batch;
    return this;
  }

  /** What was known by then, as a run tells it; whoever goes on later hears it all again. */
  #hear(at: EpochMicros): void {
    for (; this.#heard < this.#told.length && this.#told[this.#heard]!.at <= at; this.#heard++)
      this.#book.told(this.#told[this.#heard]!);
  }

  enter(_: number, entry: Entry, reason: number, numbers: readonly number[]): void {
    this.#wish("enter", entry.instrument, entry.stop ?? Number.NaN, { entry, reason, numbers });
    const { shares, wanted, stop } = this.#account;
    if (shares[entry.instrument] !== 0) return;
    wanted[entry.instrument] = Math.sign(entry.conviction) * SHARES;
    stop[entry.instrument] = entry.stop ?? Number.NaN;
  }

  exit(_: number, instrument: InstrumentId, reason: number, numbers: readonly number[]): void {
    this.#wish("exit", instrument, Number.NaN, { entry: undefined, reason, numbers });
    this.#account.wanted[instrument] = 0;
  }

  protect(_: number, instrument: InstrumentId, stop: number): void {
    this.#wish("protect", instrument, stop, { entry: undefined, reason: -1, numbers: [] });
    const before = this.#account.stop[instrument]!;
    this.#account.stop[instrument] = Number.isNaN(before) ? stop : Math.max(before, stop);
  }

  shares(_: number, instrument: InstrumentId): number {
    return this.#account.shares[instrument]!;
  }

  averageEntry(_: number, instrument: InstrumentId): number {
    return this.#account.entry[instrument]!;
  }

  barsHeld(_: number, instrument: InstrumentId): number {
    return this.#account.seen[instrument]! - this.#account.openedAt[instrument]!;
  }

  #play(batch: BarBatch): void {
    const { instrument } = batch.columns;
    for (let row = batch.from; row < batch.to; row++) {
      const i = instrument[row]!;
      this.#rowOf[i] = row;
      this.#account.seen[i] = this.#account.seen[i]! + 1;
      this.#fill(i, row);
    }
    this.#bank.update(batch);
    this.#view.decide(batch);
  }

  #fill(i: number, row: number): void {
    const { shares, entry, wanted, stop, seen, openedAt } = this.#account;
    if (!Number.isNaN(wanted[i]!)) {
      if (wanted[i] !== 0) openedAt[i] = seen[i]!;
      shares[i] = wanted[i]!;
      entry[i] = wanted[i] === 0 ? Number.NaN : this.#columns.open[row]!;
      wanted[i] = Number.NaN;
    }
    if (shares[i]! > 0 && this.#columns.low[row]! <= stop[i]!) {
      shares[i] = 0;
      entry[i] = Number.NaN;
    }
  }

  #wish(
    kind: Wish["kind"],
    instrument: InstrumentId,
    stop: number,
    {
      entry,
      reason,
      numbers,
    }: { readonly entry: Entry | undefined; readonly reason: number; readonly numbers: readonly number[] },
  ): void {
    const close = this.#columns.close[this.#rowOf[instrument]!]!;
    const name = this.#strategy.reasons[reason]?.[0] ?? "";
    this.wishes.push({
      batch: this.#batch,
      instrument,
      kind,
      entry,
      stop,
      reason: name,
      numbers: [...numbers],
      close,
    });
  }
}
