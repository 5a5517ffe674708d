/**
 * Cash and gross exposure after each batch, worked out from the fills once the run is over. The run itself keeps
 * the equity alone: three columns written per bar cost a tenth of a fast run in fresh memory.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { BorrowCharged } from "../domain/events.ts";
import { HALF_NANO_SHARE, MICROS, NANOS, notional, type Price, type Quantity } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import { ActionField, type ActionTable } from "../engine/action-table.ts";
import { FillField, type FillTable } from "../engine/fill-table.ts";
import type { OrderTable } from "../execution/order-table.ts";

export interface ExposureCurve {
  /** Dollars, one per batch; dividends receivable count from their ex-date. */
  readonly cash: Float64Array;
  readonly gross: Float64Array;
}

/** What a run wrote down: its fills, and what corporate actions did to the account. */
interface Books {
  readonly fills: FillTable;
  readonly orders: OrderTable;
  readonly actions: { readonly log: ActionTable };
  readonly charges: readonly BorrowCharged[];
}

/** `start` is the cash before the first batch, dollars. */
export function exposureCurve(columns: BarColumns, books: Books, start: number): ExposureCurve {
  const log = books.actions.log;
  const { instrument, close, offset, closedAt } = columns;
  const cash = new Float64Array(batchCount(columns));
  const gross = new Float64Array(batchCount(columns));
  const shares = new Float64Array(columns.instruments.symbols.length);
  const marks = new Float64Array(shares.length);
  let cashMicros = Math.round(start * MICROS);
  let fill = 0;
  let action = 0;
  let charge = 0;
  for (let batch = 0; batch < cash.length; batch++) {
    // An action comes before the fills of its day, and after those of the day before, which this loop has passed.
    for (; action < log.length && log.get(action, ActionField.at) <= closedAt[batch]!; action++) {
      const i = log.get(action, ActionField.instrument);
      cashMicros += Math.round(log.get(action, ActionField.cash) * MICROS);
      shares[i] = log.get(action, ActionField.shares);
      marks[i] = log.get(action, ActionField.mark);
    }
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
  { fills, orders }: Pick<Books, "fills" | "orders">,
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
  shares[instrument] = Math.abs(after) < HALF_NANO_SHARE ? 0 : after;
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
