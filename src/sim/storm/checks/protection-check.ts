/** I-35 by the minute: a position whose entry came with a stop has it working in full, or is being closed. */
import { HALF_NANO_SHARE } from "../../../domain/money.ts";
import { type OrderNumber, Purpose } from "../../../domain/order.ts";
import { isExit } from "../../../engine/order-requests.ts";
import { OrderField } from "../../../execution/order-table.ts";
import { broken, type Check, type Scene } from "../check.ts";

export function protectionCheck({ loop, book, plan }: Scene): Check {
  /** A cancel on its way no longer counts as protection. */
  const cancelSent = new Set<OrderNumber>();
  return {
    command(command) {
      if (command.kind === "CancelOrder") cancelSent.add(command.order);
    },
    after(event) {
      if (event.kind !== "BarsClosed" || plan.known.protectionHasHoles) return;
      for (const [lot, held] of book.lots.entries()) if (held !== 0) checkLot(lot, held);
    },
  };

  function checkLot(lot: number, held: number): void {
    const { orders } = loop.execute;
    let hadStop = false;
    let covered = 0;
    for (const order of book.orders) {
      if (order === undefined || book.lotOf(order) !== lot) continue;
      const { number, purpose } = order;
      if (purpose === Purpose.Entry && order.filled > 0) {
        hadStop = !Number.isNaN(orders.get(number, OrderField.stop));
      }
      if (!orders.isWorking(number)) continue;
      if (cancelSent.has(number)) {
        // Its end brings an exit or another stop.
        if (purpose !== Purpose.Entry) return;
        continue;
      }
      if (isExit(purpose)) return;
      if (purpose === Purpose.StopLoss && order.side * held < 0) covered += orders.remaining(number);
    }
    if (hadStop && covered < Math.abs(held) - HALF_NANO_SHARE) {
      broken("I-35", `lot ${lot} holds ${held}, a stop covers ${covered} and nothing closes it`);
    }
  }
}
