/**
 * I-29, when the faults have stopped and everything withheld was told: the engine's positions and working orders are
 * the venue's, order by order.
 */
import { HALF_NANO_SHARE } from "../../domain/money.ts";
import { type OrderNumber, orderStatusNames, Purpose } from "../../domain/order.ts";
import type { SingleLoop } from "../../engine/single-loop.ts";
import type { Book } from "./book.ts";
import { broken } from "./check.ts";
import type { FaultVenue } from "./fault-venue.ts";

export function checkSettled({ execute: { orders } }: SingleLoop, book: Book, venue: FaultVenue): void {
  const { unmatched } = book;
  if (unmatched !== undefined) broken("I-5", `order ${unmatched.order} traded more than its entry did`);
  for (const [lot, known] of book.lots.entries()) {
    const truth = venue.position(lot);
    if (Math.abs(known - truth) > HALF_NANO_SHARE)
      broken("I-29", `lot ${lot} is ${known}, at the venue it is ${truth}`);
  }
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const truth = venue.orders[n];
    const isEntryLeg = orders.purpose(order) !== Purpose.Entry && truth?.parent !== undefined;
    const part = truth?.parts.find(({ number }) => number === order);
    // Who shares an order may have all of it while the others wait.
    const hasAll = part !== undefined && part.filled >= part.shares;
    const isLive = truth !== undefined && !truth.isOver && !hasAll;
    if (orders.isWorking(order) === isLive) continue;
    const status = orderStatusNames[orders.status(order)];
    broken(
      "I-29",
      `${isEntryLeg ? "leg" : "order"} ${n} is ${status}, at the venue it is ${isLive ? "live" : "over"}`,
    );
  }
}
