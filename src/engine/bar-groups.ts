/** The lengths of bars that the strategies of a run decide on, and which strategy decides on which. */
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import { BarGroup } from "./bar-group.ts";
import type { ComputeConfig } from "./compute-config.ts";
import { isRowOf } from "./strategy-view.ts";

export class BarGroups {
  /** The run's own bars first; then each longer length that somebody decides on, once. */
  readonly all: readonly BarGroup[];
  readonly own: BarGroup;
  readonly #of: readonly BarGroup[];

  constructor({ timeframe: shortest, world, basis, strategies }: ComputeConfig) {
    const lengths = strategies.map(({ timeframe = shortest }) => timeframe);
    const make = (timeframe: Timeframe, isOwn: boolean) => new BarGroup({ timeframe, world, basis, isOwn });
    this.own = make(shortest, true);
    const longer = [...new Set(lengths)].filter((length) => length !== shortest);
    this.all = [this.own, ...longer.map((length) => make(length, false))];
    this.#of = lengths.map((length) => this.all.find(({ timeframe }) => timeframe === length) ?? this.own);
  }

  /** The run's own where nobody speaks. */
  of(strategy: number): BarGroup {
    return this.#of[strategy] ?? this.own;
  }

  take(batch: BarBatch): void {
    for (const group of this.all) group.take(batch);
  }

  /** Bars of a longer length from before the run and its history. */
  warmLonger(timeframe: Timeframe, batch: BarBatch): void {
    for (const group of this.all) if (group !== this.own && group.timeframe === timeframe) group.warm(batch);
  }

  quote(quote: Quote): void {
    for (const { bank } of this.all) bank.quote(quote);
  }

  trade(trade: TradePrint): void {
    for (const { bank } of this.all) bank.trade(trade);
  }

  /** Before a corporate action. */
  settle(): void {
    for (const group of this.all) group.settle();
  }

  /** To the longer ones: the own basis is the books' business, too. */
  apply(event: CorporateActionEvent): void {
    for (const group of this.all) if (group !== this.own) group.basis?.apply(event);
  }

  /** Bars of the instrument, of the length that the strategy decides on. */
  seen(strategy: number, instrument: InstrumentId): number {
    return this.of(strategy).barsSeen[instrument]!;
  }

  /** Dollars per share; NaN when the instrument has no bar that closed now. */
  closeNow(strategy: number, instrument: InstrumentId): number {
    const { batch, rowOf } = this.of(strategy);
    const row = rowOf[instrument]!;
    return batch !== undefined && isRowOf(batch, row, instrument) ? batch.columns.close[row]! : Number.NaN;
  }
}
