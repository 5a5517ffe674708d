/** Every execution as a row of numbers, in the order in which the engine consumed them. */
import type { FillCosts } from "../domain/events.ts";
import { MICROS } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import { RecordTable } from "../domain/record-table.ts";
import type { EpochMicros } from "../domain/time.ts";

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
  /** 1 when another strategy was the other side and nothing left (ENS-1), else 0. */
  crossed: 10,
} as const;
export type FillField = (typeof FillField)[keyof typeof FillField];

/** What one order got of an execution: all of it, unless it shares an order. Shares and dollars. */
export interface OwnPart {
  readonly at: EpochMicros;
  readonly order: OrderNumber;
  readonly shares: number;
  readonly price: number;
  readonly costs: FillCosts;
  readonly crossed: boolean;
}

export class FillTable {
  readonly #table = new RecordTable<FillField>(Object.keys(FillField).length);

  get length(): number {
    return this.#table.length;
  }

  get(fill: number, field: FillField): number {
    return this.#table.get(fill, field);
  }

  add(part: OwnPart): void {
    const cell = this.#table.append();
    const { cells } = this.#table;
    cells[cell + FillField.at] = part.at;
    cells[cell + FillField.order] = part.order;
    cells[cell + FillField.shares] = part.shares;
    cells[cell + FillField.price] = part.price;
    cells[cell + FillField.commission] = part.costs.commission / MICROS;
    cells[cell + FillField.regulatory] = part.costs.regulatory / MICROS;
    cells[cell + FillField.slippage] = part.costs.slippage / MICROS;
    cells[cell + FillField.crossed] = part.crossed ? 1 : 0;
    const { parts } = part.costs;
    if (parts === undefined) return;
    cells[cell + FillField.spread] = parts.spread / MICROS;
    cells[cell + FillField.drift] = parts.drift / MICROS;
    cells[cell + FillField.impact] = parts.impact / MICROS;
  }

  cells(): Float64Array {
    return this.#table.filled();
  }
}
