/** Every execution as a row of numbers, in the order in which the engine consumed them. */
import type { OrderFilled } from "../domain/events.ts";
import { MICROS, toDollars, toShares } from "../domain/money.ts";
import { RecordTable } from "../domain/record-table.ts";

export const FillField = {
  at: 0,
  order: 1,
  shares: 2,
  /** Dollars per share. */
  price: 3,
  /** Dollars. */
  commission: 4,
  regulatory: 5,
  slippage: 6,
  /** What the slippage is made of; 0 where the venue does not tell. */
  spread: 7,
  drift: 8,
  impact: 9,
} as const;
export type FillField = (typeof FillField)[keyof typeof FillField];

export class FillTable {
  readonly #table = new RecordTable<FillField>(Object.keys(FillField).length);

  get length(): number {
    return this.#table.length;
  }

  get(fill: number, field: FillField): number {
    return this.#table.get(fill, field);
  }

  add({ at, order, quantity, price, costs }: OrderFilled): void {
    const cell = this.#table.append();
    const { cells } = this.#table;
    cells[cell + FillField.at] = at;
    cells[cell + FillField.order] = order;
    cells[cell + FillField.shares] = toShares(quantity);
    cells[cell + FillField.price] = toDollars(price);
    cells[cell + FillField.commission] = costs.commission / MICROS;
    cells[cell + FillField.regulatory] = costs.regulatory / MICROS;
    cells[cell + FillField.slippage] = costs.slippage / MICROS;
    const { parts } = costs;
    if (parts === undefined) return;
    cells[cell + FillField.spread] = parts.spread / MICROS;
    cells[cell + FillField.drift] = parts.drift / MICROS;
    cells[cell + FillField.impact] = parts.impact / MICROS;
  }

  cells(): Float64Array {
    return this.#table.filled();
  }
}
