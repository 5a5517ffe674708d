/**
 * What became of the orders and how well they were filled, read off the engine's own tables (OPS-5): nothing is written
 * down while the engine works, and after a restart the replayed tables give the same figures.
 *
 * - slippage: how much worse the fill was than the close it was decided at;
 * - price improvement: how much better than the order's own limit;
 * - adverse selection: how far the price went against the fill within the minute after it.
 *
 * All are fractions of the price; positive means worse, but for the improvement.
 */
import type { BarBatch } from "../../domain/bars.ts";
import {
  isWorking,
  type OrderNumber,
  OrderStatus,
  orderStatusNames,
  Purpose,
  purposeNames,
} from "../../domain/order.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import { OrderField } from "../../execution/order-table.ts";
import { fillBounds, ratioBounds } from "../../ops/metrics/engine-metrics.ts";
import { LatencyHistogram } from "../../ops/metrics/latency-histogram.ts";

/** An instrument that does not trade within so long tells nothing of what a fill was worth. */
const FORGOTTEN_MICROS = 10 * MICROS_PER_MINUTE;

interface Watched {
  readonly instrument: number;
  readonly side: number;
  readonly price: number;
  readonly at: number;
}

export class FillQuality {
  readonly #stage: ExecuteStage;
  readonly #counts = new Float64Array(purposeNames.length * orderStatusNames.length);
  /** Orders that may still change. */
  #open: OrderNumber[] = [];
  #orders = 0;
  #fills = 0;
  #watched: Watched[] = [];
  #wanted = 0;
  #got = 0;
  readonly slippage = new LatencyHistogram(ratioBounds);
  readonly improvement = new LatencyHistogram(ratioBounds);
  readonly adverse = new LatencyHistogram(ratioBounds);
  readonly fill = new LatencyHistogram(fillBounds);

  constructor(stage: ExecuteStage) {
    this.#stage = stage;
  }

  /** A minute was valued: fills of before it have their price of a minute later. */
  bars(batch: BarBatch): void {
    this.#readFills();
    if (this.#watched.length === 0) return;
    this.#watched = this.#watched.filter((fill) => !this.#settled(fill, batch));
  }

  /** Ended orders by what they were for and how they ended. */
  orders(): readonly { readonly kind: string; readonly outcome: string; readonly count: number }[] {
    this.#readOrders();
    return purposeNames.flatMap((kind, purpose) =>
      orderStatusNames.flatMap((outcome, status) => {
        if (isWorking(status as OrderStatus)) return [];
        return [{ kind, outcome, count: this.#counts[purpose * orderStatusNames.length + status] ?? 0 }];
      }),
    );
  }

  /** Null before an entry has ended. */
  get fillRatio(): number | null {
    this.#readOrders();
    return this.#wanted === 0 ? null : this.#got / this.#wanted;
  }

  /** Those of now, before they are read. */
  refresh(): void {
    this.#readFills();
  }

  #settled({ instrument, side, price, at }: Watched, { at: now, columns, from, to }: BarBatch): boolean {
    if (now < at + MICROS_PER_MINUTE) return false;
    for (let row = from; row < to; row++) {
      if (columns.instrument[row] !== instrument) continue;
      this.adverse.observe((side * (price - (columns.close[row] ?? Number.NaN))) / price);
      return true;
    }
    return now > at + FORGOTTEN_MICROS;
  }

  #readFills(): void {
    const { fills, orders } = this.#stage;
    for (; this.#fills < fills.length; this.#fills++) {
      const get = (field: FillField) => fills.get(this.#fills, field);
      if (get(FillField.crossed) === 1) continue;
      const order = get(FillField.order) as OrderNumber;
      const [at, price, side] = [get(FillField.at), get(FillField.price), orders.side(order)];
      const purpose = orders.purpose(order);
      // A stop or a target rests for hours: what it waited says nothing of how fast it was filled.
      const rests = purpose === Purpose.StopLoss || purpose === Purpose.TakeProfit;
      if (!rests) {
        const reference = orders.get(order, OrderField.reference);
        this.slippage.observe((side * (price - reference)) / reference);
        this.fill.observe((at - orders.get(order, OrderField.decidedAt)) / MICROS_PER_SECOND);
      }
      const limit = orders.get(order, OrderField.limit);
      this.improvement.observe((side * (limit - price)) / limit);
      this.#watched.push({ instrument: orders.instrument(order), side, price, at });
    }
  }

  #readOrders(): void {
    const { orders } = this.#stage;
    for (; this.#orders < orders.length; this.#orders++) this.#open.push(this.#orders as OrderNumber);
    this.#open = this.#open.filter((order) => {
      const status = orders.status(order);
      if (isWorking(status)) return true;
      const purpose = orders.purpose(order);
      const cell = purpose * orderStatusNames.length + status;
      this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
      if (purpose === Purpose.Entry && status !== OrderStatus.Denied) {
        this.#wanted += orders.get(order, OrderField.shares);
        this.#got += orders.get(order, OrderField.filled);
      }
      return false;
    });
  }
}
