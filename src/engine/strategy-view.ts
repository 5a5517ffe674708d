/**
 * The window a strategy looks through. It holds the current rows only: a strategy that keeps it sees the
 * next bars when they come, never before (ST-4, ST-5).
 */
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { reference } from "../domain/reference-table.ts";
import type { EpochMicros } from "../domain/time.ts";
import { universeTable } from "../market/references/universe.ts";
import type {
  BoundStrategy,
  Entry,
  FeatureReader,
  MemoryColumn,
  StrategyView,
} from "../strategies/strategy.ts";
import type { FeatureBank } from "./feature-bank.ts";
import type { ReferenceBook } from "./reference-book.ts";

/** What the compute stage does with a wish. Reasons arrive as their index. */
export interface Wishes {
  enter(strategy: number, entry: Entry, reason: number, numbers: readonly number[]): void;
  exit(strategy: number, instrument: InstrumentId, reason: number, numbers: readonly number[]): void;
  protect(strategy: number, instrument: InstrumentId, stop: number): void;
}

/** The strategy's own position, kept by the compute stage from the fills it was told of. */
export interface OwnPositions {
  shares(strategy: number, instrument: InstrumentId): number;
  averageEntry(strategy: number, instrument: InstrumentId): number;
  barsHeld(strategy: number, instrument: InstrumentId): number;
}

/** True when `row` is the instrument's bar in this very batch. */
export function isRowOf({ from, to, columns }: BarBatch, row: number, instrument: InstrumentId): boolean {
  return row >= from && row < to && columns.instrument[row]! === instrument;
}

/** As the table numbers them. */
const CORE = 1;
const EXTENDED = 2;

class Column implements FeatureReader, MemoryColumn {
  readonly values: Float64Array;

  constructor(values: Float64Array) {
    this.values = values;
  }

  at(instrument: InstrumentId): number {
    return this.values[instrument]!;
  }

  set(instrument: InstrumentId, value: number): void {
    this.values[instrument] = value;
  }
}

/** What strategies read from. */
export interface ReadingRoom {
  readonly bank: FeatureBank;
  readonly references: ReferenceBook;
}

export class RunningView implements StrategyView<string, string, string, string> {
  readonly #index: number;
  readonly #strategy: BoundStrategy;
  readonly #wishes: Wishes;
  readonly #positions: OwnPositions;
  readonly #rowOf: Uint32Array;
  readonly #reasonIndex: ReadonlyMap<string, number>;
  /** Values that must not be NaN for an instrument to be ready. */
  readonly #required: readonly Float64Array[];
  readonly #ready: Uint32Array;
  /** Tier of each instrument in the universe of the day; undefined where all may be traded. */
  readonly #tierOf: Float64Array | undefined;
  readonly #lastTier: number;
  readonly #symbols: readonly string[];
  /** 1 for what is shown; undefined where all is. */
  readonly #isShown: Uint8Array | undefined;
  #batch: BarBatch | undefined;
  /** Memory before this decision, by column. */
  #kept: Float64Array[] | undefined;

  readonly feature: Readonly<Record<string, FeatureReader>>;
  readonly memory: Readonly<Record<string, Column>>;
  readonly reference: Readonly<Record<string, FeatureReader>>;
  at = 0 as EpochMicros;
  size = 0;

  constructor(
    index: number,
    strategy: BoundStrategy,
    { bank, references }: ReadingRoom,
    rowOf: Uint32Array,
    ports: {
      readonly wishes: Wishes;
      readonly positions: OwnPositions;
      readonly symbols?: readonly string[];
    },
  ) {
    const instruments = rowOf.length;
    this.#index = index;
    this.#strategy = strategy;
    this.#wishes = ports.wishes;
    this.#positions = ports.positions;
    this.#rowOf = rowOf;
    this.#ready = new Uint32Array(instruments);
    this.#reasonIndex = new Map(strategy.reasons.map(([name], n) => [name, n]));
    const readers = strategy.features.map(([name, ref]) => [name, new Column(bank.column(ref))] as const);
    this.feature = Object.fromEntries(readers);
    this.reference = Object.fromEntries(
      (strategy.references ?? []).map(([name, ref]) => [name, new Column(references.column(ref))]),
    );
    const required = readers.filter(([name]) => strategy.mayBeMissing?.includes(name) !== true);
    this.#tierOf =
      strategy.tier === undefined ? undefined : references.column(reference(universeTable, "tier"));
    this.#symbols = ports.symbols ?? [];
    const { symbols } = strategy;
    this.#isShown =
      symbols &&
      Uint8Array.from(this.#rowOf, (_, i) => (symbols.includes(this.symbol(i as InstrumentId)) ? 1 : 0));
    this.#lastTier = strategy.tier === "core" ? CORE : EXTENDED;
    this.#required = strategy.acceptsMissing ? [] : required.map(([, reader]) => reader.values);
    this.memory = Object.fromEntries(
      strategy.memory.map(([name, initial]) => [
        name,
        new Column(new Float64Array(instruments).fill(initial)),
      ]),
    );
  }

  get id(): string {
    return this.#strategy.id;
  }

  /** What it throws in has said nothing (GS-1). */
  get isGuarded(): boolean {
    return this.#strategy.isGuarded === true;
  }

  /** Lets the strategy look at the batch and decide; `isRepeated`: as a record holds it already. */
  decide(batch: BarBatch, isRepeated = false): void {
    this.#batch = batch;
    this.at = batch.at;
    this.#listReady(batch);
    if (this.size > 0) this.#strategy.decide(this, isRepeated);
  }

  /** Remembers what stands in memory now, for `giveBack`. */
  keep(): void {
    this.#kept ??= Object.values(this.memory).map(({ values }) => values.slice());
    let n = 0;
    for (const name in this.memory) this.#kept[n++]!.set(this.memory[name]!.values);
  }

  /** Memory is as it was at `keep`. */
  giveBack(): void {
    for (const [n, { values }] of Object.values(this.memory).entries())
      values.set(this.#kept?.[n] as Float64Array);
  }

  /** What it may hold beside its memory is as it was at first. */
  renew(): void {
    this.#strategy.renew?.();
  }

  #listReady({ columns: { instrument }, from, to }: BarBatch): void {
    const ready = this.#ready;
    const required = this.#required;
    let size = 0;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      let missing = false;
      for (let f = 0; f < required.length; f++) {
        if (Number.isNaN(required[f]![i]!)) missing = true;
      }
      if (!missing && this.#mayTrade(i as InstrumentId)) ready[size++] = i;
    }
    this.size = size;
  }

  /** In its tier, or held: who has left the universe is still to be sold. */
  #mayTrade(instrument: InstrumentId): boolean {
    if (this.#isShown !== undefined && this.#isShown[instrument] === 0)
      return this.position(instrument) !== 0;
    if (this.#tierOf === undefined) return true;
    const tier = this.#tierOf[instrument]!;
    return (tier >= CORE && tier <= this.#lastTier) || this.position(instrument) !== 0;
  }

  get instruments(): number {
    return this.#rowOf.length;
  }

  instrument(n: number): InstrumentId {
    return this.#ready[n] as InstrumentId;
  }

  symbol(instrument: InstrumentId): string {
    return this.#symbols[instrument] ?? "";
  }

  open(instrument: InstrumentId): number {
    return this.#now(instrument, this.#batch!.columns.open);
  }

  high(instrument: InstrumentId): number {
    return this.#now(instrument, this.#batch!.columns.high);
  }

  low(instrument: InstrumentId): number {
    return this.#now(instrument, this.#batch!.columns.low);
  }

  close(instrument: InstrumentId): number {
    return this.#now(instrument, this.#batch!.columns.close);
  }

  volume(instrument: InstrumentId): number {
    return this.#now(instrument, this.#batch!.columns.volume);
  }

  /** NaN when the instrument has no bar now: its last row may have moved on to another instrument. */
  #now(instrument: InstrumentId, column: Float64Array): number {
    const row = this.#rowOf[instrument]!;
    return isRowOf(this.#batch!, row, instrument) ? column[row]! : Number.NaN;
  }

  position(instrument: InstrumentId): number {
    return this.#positions.shares(this.#index, instrument);
  }

  averageEntry(instrument: InstrumentId): number {
    return this.#positions.averageEntry(this.#index, instrument);
  }

  barsHeld(instrument: InstrumentId): number {
    return this.#positions.barsHeld(this.#index, instrument);
  }

  enter(entry: Entry, because: string, ...numbers: readonly number[]): void {
    const asked =
      this.#strategy.advise?.(entry, this.close(entry.instrument), this.feature, this.reference) ?? entry;
    this.#wishes.enter(this.#index, asked, this.#reason(because), numbers);
  }

  exit(instrument: InstrumentId, because: string, ...numbers: readonly number[]): void {
    this.#wishes.exit(this.#index, instrument, this.#reason(because), numbers);
  }

  protect(instrument: InstrumentId, stop: number): void {
    this.#wishes.protect(this.#index, instrument, stop);
  }

  #reason(name: string): number {
    const index = this.#reasonIndex.get(name);
    if (index === undefined) throw new RangeError(`strategy ${this.#strategy.id} declares no reason ${name}`);
    return index;
  }

  /** Turns declared prices and shares of before a corporate action into today's. */
  rescale(instrument: InstrumentId, priceFactor: number, shareFactor: number): void {
    for (const [name, unit] of Object.entries(this.#strategy.memoryUnits ?? {})) {
      const { values } = this.memory[name] as Column;
      values[instrument] = values[instrument]! * (unit === "shares" ? shareFactor : priceFactor);
    }
  }

  save(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(
      Object.entries(this.memory).map(([name, { values }]) => [name, Array.from(values)]),
    );
  }

  load(saved: Readonly<Record<string, readonly number[]>>): void {
    for (const [name, { values }] of Object.entries(this.memory)) {
      const column = saved[name];
      if (column?.length !== values.length) throw new RangeError(`memory ${name} does not fit this run`);
      values.set(column);
    }
  }
}
