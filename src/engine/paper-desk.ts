/**
 * Between the compute stage and its positions on paper: which wishes go there, and how the stage's own books and the
 * bars at hand are asked. There is none in a run that Kelly does not size.
 */
import type { BarBatch } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryTiming } from "../domain/intent.ts";
import { BUY, type OrderNumber, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { priceEntry } from "../execution/order-policy.ts";
import type { Entry } from "../strategies/strategy.ts";
import type { AllocatedStrategy, ComputeConfig } from "./compute-config.ts";
import { type PaperListener, PaperPositions, type PaperPricing } from "./paper-positions.ts";
import { isRowOf } from "./strategy-view.ts";

export interface SizedEntry {
  readonly strategy: number;
  readonly entry: Entry;
  /** Row of the signal. */
  readonly signal: number;
  readonly at: EpochMicros;
  /** Close it was decided at, dollars per share. */
  readonly price: number;
  readonly timing: EntryTiming;
  /** Signed whole shares; 0: nothing goes on. */
  readonly shares: number;
}

export class PaperDesk {
  readonly #config: ComputeConfig;
  readonly #lots: VirtualLots;
  readonly #rowOf: Uint32Array;
  readonly #positions: PaperPositions;
  #batch: BarBatch | undefined;
  readonly #rowNow = (instrument: InstrumentId): number => {
    const row = this.#rowOf[instrument]!;
    return this.#batch !== undefined && isRowOf(this.#batch, row, instrument) ? row : -1;
  };

  /** Undefined in a run that has nothing to put on paper. */
  static of(
    config: ComputeConfig,
    lots: VirtualLots,
    rowOf: Uint32Array,
    closed: PaperListener,
  ): PaperDesk | undefined {
    const { paper, sizing, strategies } = config;
    const isJudged = strategies.some(({ strategy }) => strategy.sizing === "fixed_risk");
    if (paper === undefined || !isJudged || !sizing.kelly.enabled || !sizing.kelly.paper) return undefined;
    return new PaperDesk(config, paper, { lots, rowOf, closed });
  }

  private constructor(
    config: ComputeConfig,
    pricing: PaperPricing,
    parts: {
      readonly lots: VirtualLots;
      readonly rowOf: Uint32Array;
      readonly closed: PaperListener;
    },
  ) {
    const { world, strategies, execution } = config;
    this.#config = config;
    this.#lots = parts.lots;
    this.#rowOf = parts.rowOf;
    const shape = { ...world, strategies: strategies.length };
    this.#positions = new PaperPositions(shape, pricing, execution.tick, parts.closed);
  }

  warm(batch: BarBatch): void {
    this.#positions.warm(batch);
  }

  /** Comes after the rows of the batch are known and before any decision on them. */
  bars(batch: BarBatch): void {
    this.#batch = batch;
    this.#positions.bars(batch, this.#rowNow);
  }

  action(event: CorporateActionEvent): void {
    this.#positions.action(event);
  }

  /** True where the strategy sees a position on paper: there is one, and none with money. */
  isSeen(strategy: number, instrument: InstrumentId): boolean {
    return (
      this.#positions.shares(strategy, instrument) !== 0 && this.#lots.shares(strategy, instrument) === 0
    );
  }

  shares(strategy: number, instrument: InstrumentId): number {
    return this.#positions.shares(strategy, instrument);
  }

  averageEntry(strategy: number, instrument: InstrumentId): number {
    return this.#positions.averageEntry(strategy, instrument);
  }

  barsHeld(strategy: number, instrument: InstrumentId): number {
    return this.#positions.barsHeld(strategy, instrument);
  }

  overdue(): ReturnType<PaperPositions["overdue"]> {
    return this.#positions.overdue(this.#rowNow);
  }

  leave(strategy: number, instrument: InstrumentId): boolean {
    return this.#positions.leave(strategy, instrument);
  }

  takeBack(strategy: number, instrument: InstrumentId): void {
    this.#positions.takeBack(strategy, instrument);
  }

  protect(strategy: number, instrument: InstrumentId, stop: number): boolean {
    return this.#positions.protect(strategy, instrument, stop);
  }

  /** Puts the wish on paper; false when it is no wish for paper or the strategy's positions are all in use. */
  wish({ strategy, entry, signal, at, price, timing, shares }: SizedEntry): boolean {
    const { instrument, stop = Number.NaN, target = Number.NaN, timeStopBars = 0 } = entry;
    if (shares === 0 || this.#lots.shares(strategy, instrument) !== 0 || !this.#hasRoom(strategy))
      return false;
    const side = shares > 0 ? BUY : SELL;
    return this.#positions.wish({
      ...priceEntry(side, price, timing, this.#config.execution),
      number: signal as OrderNumber,
      strategy,
      instrument,
      side,
      shares: Math.abs(shares),
      stop,
      target,
      timeStopBars,
      decidedAt: at,
    });
  }

  /** Positions with money and on paper count alike: a record of trades that could not be held at once is none. */
  #hasRoom(strategy: number): boolean {
    const { strategies, world } = this.#config;
    const { positions } = strategies[strategy] as AllocatedStrategy;
    let used = this.#positions.count(strategy);
    for (let i = 0; i < world.instruments; i++)
      if (this.#lots.shares(strategy, i as InstrumentId) !== 0) used += 1;
    return used < positions;
  }
}
