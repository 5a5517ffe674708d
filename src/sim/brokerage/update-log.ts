/** What the brokerage tells of its orders, in order. Told updates can be lost on purpose; the state never is. */
import type { EpochMicros } from "../../domain/time.ts";
import { type OrderRecord, viewOf } from "./order-record.ts";
import type { TradeUpdate, UpdateEvent } from "./order-view.ts";

export type Execution = Required<
  Pick<TradeUpdate, "executionId" | "price" | "quantity" | "positionQuantity">
>;

export class UpdateLog {
  readonly told: TradeUpdate[] = [];
  #lose = 0;

  loseNext(count: number): void {
    this.#lose = count;
  }

  tell(event: UpdateEvent, record: OrderRecord, at: EpochMicros, execution?: Execution): void {
    record.updatedAt = at;
    if (this.#lose > 0) {
      this.#lose -= 1;
      return;
    }
    this.told.push({ event, at, order: viewOf(record), ...execution });
  }
}
