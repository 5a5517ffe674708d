/**
 * Cash and gross exposure after each batch, worked out from the fills once the run is over. The run itself keeps
 * the equity alone: three columns written per bar cost a tenth of a fast run in fresh memory.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { BorrowCharged } from "../domain/events.ts";
import { MICROS, NANOS, notional, type Price, type Quantity } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import { FillField, type FillTable } from "../engine/fill-table.ts";
import type { OrderTable } from "../execution/order-table.ts";

export interface ExposureCurve {
  /** Dollars, one per batch. */
  readonly cash: Float64Array;
  readonly gross: Float64Array;
}

/** `start` is the cash before the first batch, dollars. */
export function exposureCurve(
  columns: BarColumns,
  books: {
    readonly fills: FillTable;
    readonly orders: OrderTable;
    readonly charges: readonly BorrowCharged[];
  },
  start: number,
): ExposureCurve {
  const { instrument, close, offset, closedAt } = columns;
  const cash = new Float64Array(batchCount(columns));
  const gross = new Float64Array(batchCount(columns));
  const shares = new Float64Array(columns.instruments.symbols.length);
  const marks = new Float64Array(shares.length);
  let cashMicros = Math.round(start * MICROS);
  let fill = 0;
  let charge = 0;
  for (let batch = 0; batch < cash.length; batch++) {
    for (; fill < books.fills.length && books.fills.get(fill, FillField.at) <= closedAt[batch]!; fill++) {
      cashMicros += book(books, fill, shares);
    }
    for (; charge < books.charges.length && books.charges[charge]!.at <= closedAt[batch]!; charge++) {
      cashMicros -= books.charges[charge]!.dollars;
    }
    for (let row = offset[batch]!; row < offset[batch + 1]!; row++) marks[instrument[row]!] = close[row]!;
    cash[batch] = cashMicros / MICROS;
    gross[batch] = sumOfAbsolutes(shares, marks);
  }
  return { cash, gross };
}

/** Moves the shares of one fill and returns what it did to the cash, micro-dollars. */
function book(
  { fills, orders }: { readonly fills: FillTable; readonly orders: OrderTable },
  fill: number,
  shares: Float64Array,
): number {
  const order = fills.get(fill, FillField.order) as OrderNumber;
  const instrument = orders.instrument(order);
  const side = orders.side(order);
  const filled = fills.get(fill, FillField.shares);
  const price = Math.round(fills.get(fill, FillField.price) * MICROS) as Price;
  const amount = notional(price, Math.round(filled * NANOS) as Quantity);
  const paid = fills.get(fill, FillField.commission) + fills.get(fill, FillField.regulatory);
  const after = shares[instrument]! + side * filled;
  shares[instrument] = Math.abs(after) < 5e-10 ? 0 : after;
  return -side * amount - Math.round(paid * MICROS);
}

function sumOfAbsolutes(shares: Float64Array, marks: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const held = shares[i]!;
    if (held !== 0) sum += Math.abs(held * marks[i]!);
  }
  return sum;
}
