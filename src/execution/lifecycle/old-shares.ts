/**
 * What rests at a broker in shares of before a split, while nobody knows that the broker has split them (OL-9): what is
 * to become of it, and what a fill of it was counted in. Used by the protective group alone.
 */
import type { Restatement } from "../../domain/corporate-action.ts";
import { MICROS, type Price } from "../../domain/money.ts";
import type { Trade } from "./child-order.ts";

export class OldShares {
  #change: Restatement | undefined;
  /** Where the stop was wanted since, in new dollars per share. */
  stop: number | undefined;

  get isPending(): boolean {
    return this.#change !== undefined;
  }

  add(change: Restatement): void {
    const before = this.#change;
    this.#change = before === undefined ? change : both(before, change);
  }

  take(): Restatement | undefined {
    const change = this.#change;
    this.#change = undefined;
    return change;
  }

  /** The trade in new shares. `level`: the old one, dollars per share: the price tells whose shares traded. */
  inNew(trade: Trade, level: number): Trade {
    const change = this.#change;
    if (change === undefined) return trade;
    const price = trade.price / MICROS;
    const apart = (from: number) => Math.abs(Math.log(price / from));
    if (apart(change.stop(level)) <= apart(level)) return trade;
    const restated = Math.round(change.stop(price) * MICROS) as Price;
    return { ...trade, nanos: change.shares(trade.nanos), price: restated };
  }
}

const both = (first: Restatement, second: Restatement): Restatement => ({
  shares: (nanos) => second.shares(first.shares(nanos)),
  stop: (price) => second.stop(first.stop(price)),
  sellLimit: (price) => second.sellLimit(first.sellLimit(price)),
  buyLimit: (price) => second.buyLimit(first.buyLimit(price)),
});
