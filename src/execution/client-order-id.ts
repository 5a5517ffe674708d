/**
 * What a venue knows an order by. A function of the run and the decision, so that the same decision after a
 * crash, a retry or a replay has the same id and can be recognised (EX-2).
 */
import { InvariantError } from "../domain/assert.ts";
import type { ClientOrderId, OrderNumber } from "../domain/order.ts";

const RUN_ID = /^[a-z0-9-]{1,36}$/;

/**
 * At most 48 characters of [a-z0-9-], inside every venue's limit (Alpaca: 128). The number is what follows
 * the last dash, so no two pairs share an id. Halts on a run id that breaks this, and on what is no row.
 */
export function clientOrderId(runId: string, order: OrderNumber): ClientOrderId {
  if (!RUN_ID.test(runId) || !Number.isSafeInteger(order) || order < 0) {
    throw new InvariantError(`EX-2: no client order id for run ${JSON.stringify(runId)}, order ${order}`);
  }
  return `${runId}-${order.toString(36).padStart(6, "0")}` as ClientOrderId;
}
