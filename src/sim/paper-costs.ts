/**
 * What the venue's cost model would have taken of a trade on paper: the arithmetic that prices orders, on a liquidity
 * of its own, because who decides has nothing of the venue's.
 */
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { toDollars } from "../domain/money.ts";
import type { Side } from "../domain/order.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { PaperOrder, Reached } from "../engine/paper-entry.ts";
import type { PaperPricing } from "../engine/paper-positions.ts";
import { BarCosts } from "./bar-costs.ts";
import { BorrowBook } from "./borrow.ts";
import { boundedAway, type CostParams } from "./cost-model.ts";
import type { HaltSchedule } from "./halts.ts";
import { bounded } from "./resting-order.ts";

export class PaperCosts implements PaperPricing {
  readonly #costs: CostParams;
  readonly #pricing: BarCosts;
  readonly #borrow: BorrowBook;
  readonly #tracksLiquidity: boolean;

  readonly #halts: HaltSchedule | undefined;

  /** `symbols` by instrument. */
  constructor(symbols: readonly string[], costs: CostParams, halts?: HaltSchedule) {
    this.#halts = halts;
    this.#costs = costs;
    this.#pricing = new BarCosts(symbols.length, costs);
    this.#borrow = new BorrowBook(symbols.length, symbols, costs.borrow);
    this.#tracksLiquidity = costs.slippage === "modelled";
  }

  startSession(date: DayNumber): void {
    if (this.#tracksLiquidity) this.#pricing.liquidity.startSession(date);
  }

  update(batch: BarBatch, date: DayNumber): void {
    if (this.#tracksLiquidity) this.#pricing.liquidity.update(batch, date);
  }

  action(event: CorporateActionEvent): void {
    this.#pricing.liquidity.action(event);
  }

  lends(instrument: InstrumentId): boolean {
    return !this.#borrow.refuses(instrument, 1);
  }

  trades(instrument: InstrumentId, timeframe: Timeframe, sessionOpen: EpochMicros, at: EpochMicros): boolean {
    return this.#halts?.blocks(instrument, timeframe, sessionOpen, at) !== true;
  }

  most(volume: number): number {
    return Math.floor(volume * this.#costs.maxParticipation);
  }

  paid(
    order: PaperOrder,
    { columns: { timeframe } }: BarBatch,
    { price, where }: Reached,
    shares: number,
  ): number {
    const away = this.#pricing.away(order, timeframe, price, shares, where);
    return bounded(order, price + order.side * boundedAway(price, away, this.#costs));
  }

  fees(side: Side, date: DayNumber, shares: number, dollars: number): number {
    const { commission, regulatory } = this.#pricing.fees(side, date, shares, dollars);
    return toDollars(commission) + toDollars(regulatory);
  }
}
