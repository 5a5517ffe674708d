/** What still works at the broker, counted: whoever waits for a standstill asks this. */
import { isWorking, type OrderNumber, OrderStatus, Purpose } from "../../domain/order.ts";
import { OrderField, type OrderTable } from "../../execution/order-table.ts";

/** Orders that the broker may still fill, and the entries among them; legs that wait for their entry are none. */
export function workingOrders(orders: OrderTable): {
  readonly workingOrders: number;
  readonly workingEntries: number;
} {
  let workingOrders = 0;
  let workingEntries = 0;
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const isAsleep = orders.status(order) === OrderStatus.Sent && orders.get(order, OrderField.parent) >= 0;
    if (!isWorking(orders.status(order)) || isAsleep) continue;
    workingOrders += 1;
    if (orders.purpose(order) === Purpose.Entry) workingEntries += 1;
  }
  return { workingOrders, workingEntries };
}
