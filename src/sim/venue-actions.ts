/**
 * Corporate actions on the orders that rest at the simulated venue, before the first bar of the ex-date: shares and
 * prices as a broker restates orders that are good till canceled (DATA-6, CA-3). An order too small to be a share
 * after a reverse split is canceled.
 */
import { lessDividend, ratioOf, splitOrderShares } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, SharesSplit } from "../domain/events.ts";
import { NANOS, shares as toQuantity } from "../domain/money.ts";
import { BUY } from "../domain/order.ts";
import type { OrderPart, RestingOrder } from "./resting-order.ts";

/** Each demand in a shared order is rounded by itself, as its lot will be (CA-2). Returns the shares still to trade. */
function splitParts(parts: readonly OrderPart[], event: SharesSplit): number {
  let remaining = 0;
  for (const part of parts) {
    const split = (nanos: number) => toQuantity(splitOrderShares(nanos / NANOS, event));
    const crossed = toQuantity(part.crossed);
    const left = split(part.demand - part.given);
    part.given = split(part.given + crossed) - split(crossed);
    part.crossed = split(crossed) / NANOS;
    part.demand = part.given + left;
    remaining += left / NANOS;
  }
  return remaining;
}

/** Restates one order and its sleeping protective orders; false when nothing of it is left to trade. */
export function restateOrder(order: RestingOrder, event: CorporateActionEvent): boolean {
  const wanted = order.remaining > 0;
  const legs = [order, ...(order.parts ?? [])].flatMap(({ stopLeg, targetLeg }) => [stopLeg, targetLeg]);
  for (const each of [order, ...legs]) {
    // A protective order that is awake stands in the list of working orders by itself.
    if (each === undefined || (each !== order && each.remaining > 0)) continue;
    if (event.kind === "SharesSplit") {
      each.filled = splitOrderShares(each.filled, event);
      each.remaining =
        each.parts === undefined ? splitOrderShares(each.remaining, event) : splitParts(each.parts, event);
      each.limit /= ratioOf(event);
      each.stop /= ratioOf(event);
      continue;
    }
    each.stop = lessDividend(each.stop, event.perShare);
    if (each.side === BUY) each.limit = lessDividend(each.limit, event.perShare);
  }
  return !wanted || order.remaining > 0;
}
