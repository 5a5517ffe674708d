/**
 * What a venue knows an order by. A function of the run and the decision, so that the same decision after a
 * crash, a retry or a replay has the same id and can be recognised (EX-2).
 */
import type { ClientOrderId, OrderNumber } from "../domain/order.ts";

/** At most 48 characters of [a-z0-9-], inside every venue's limit (Alpaca: 128). */
export function clientOrderId(runId: string, order: OrderNumber): ClientOrderId {
  return `${runId}-${order.toString(36).padStart(6, "0")}` as ClientOrderId;
}
