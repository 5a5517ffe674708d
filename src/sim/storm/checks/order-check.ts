/** I-4, I-5, I-10: what an order may become, what a bracket may trade, and that exits are never refused. */
import type { EngineEvent } from "../../../domain/events.ts";
import { HALF_NANO_SHARE } from "../../../domain/money.ts";
import { type OrderNumber, OrderStatus, orderStatusNames, Purpose } from "../../../domain/order.ts";
import { OrderField } from "../../../execution/order-table.ts";
import { broken, type Check, type Scene } from "../check.ts";
import { edgeName } from "../reach.ts";

interface Last {
  status: OrderStatus;
  filled: number;
}

export function orderCheck({ loop, book, reach }: Scene): Check {
  const last: Last[] = [];
  const tradesPerDay = loop.execute.gate.rules.findIndex(({ id }) => id === "trades_per_day");

  const born = (order: OrderNumber, status: OrderStatus): void => {
    const { orders } = loop.execute;
    const isEntry = orders.purpose(order) === Purpose.Entry;
    if (status !== OrderStatus.Denied) {
      if (isEntry && orders.get(order, OrderField.requested) > orders.get(order, OrderField.shares)) {
        reach.hit("entry trimmed");
      }
      return;
    }
    reach.hit("order denied");
    if (!isEntry) broken("I-10", `order ${order} only reduces and was refused`);
    if (book.isBarred) reach.hit("entry refused while barred");
    if (orders.get(order, OrderField.rule) === tradesPerDay) reach.hit("entries per day reached");
  };

  const look = (number: number): void => {
    const { orders } = loop.execute;
    const order = number as OrderNumber;
    const status = orders.status(order);
    const filled = orders.get(order, OrderField.filled);
    const ordered = orders.get(order, OrderField.shares);
    const before = last[number];
    if (before === undefined) {
      born(order, status);
      last[number] = { status, filled };
    } else {
      if (before.status === status && before.filled === filled) return;
      if (filled < before.filled)
        broken("I-4", `order ${number} went from ${before.filled} filled to ${filled}`);
      if (status !== before.status) {
        if (before.status > OrderStatus.PartiallyFilled || status < before.status) {
          broken("I-4", `order ${number}: ${orderStatusNames[before.status]} to ${orderStatusNames[status]}`);
        }
        reach.hit(edgeName(before.status, status));
      }
      before.status = status;
      before.filled = filled;
    }
    const known = book.orders[number]?.filled ?? 0;
    if (!(filled >= 0 && filled <= ordered + HALF_NANO_SHARE))
      broken("I-4", `order ${number}: ${filled} of ${ordered}`);
    if (Math.abs(filled - known) > HALF_NANO_SHARE)
      broken("I-4", `order ${number} filled ${filled}, reports say ${known}`);
  };

  return {
    after(event) {
      for (let n = 0; n < loop.execute.orders.length; n++) look(n);
      children(event);
    },
  };

  /** I-5: the legs of a bracket never trade more than their entry, together. */
  function children(event: EngineEvent): void {
    const parent = book.fill?.parent;
    if (event.kind !== "OrderFilled" || parent === undefined) return;
    let traded = 0;
    for (const other of book.orders) if (other?.parent === parent) traded += other.filled;
    const entry = book.orders[parent];
    const most = entry?.filled ?? 0;
    if (traded > most + HALF_NANO_SHARE)
      broken("I-5", `the legs of order ${parent} traded ${traded} of ${most}`);
  }
}
