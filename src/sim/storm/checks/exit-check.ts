/**
 * I-15, I-18, I-20, I-36: what an order that only reduces may do, where a stop may go, that a halt stays one and closes
 * what is held.
 */
import { HALF_NANO_SHARE } from "../../../domain/money.ts";
import { type OrderNumber, Purpose, SELL } from "../../../domain/order.ts";
import { isExit } from "../../../engine/order-requests.ts";
import { broken, type Check, type Scene } from "../check.ts";
import { isLeaving } from "../leaving.ts";

export function exitCheck({ loop, book, reach }: Scene): Check {
  /** By order: where its stop is. */
  const stops = new Map<OrderNumber, number>();
  return {
    command(command) {
      if (command.kind === "ReplaceStop") checkStop(command.order, command.stop);
      if (command.kind !== "PlaceOrder") return;
      const { order } = command;
      for (const { bracket } of order.members ?? [order]) {
        if (bracket?.stopOrder !== undefined) stops.set(bracket.stopOrder, bracket.stop);
      }
      if (order.purpose === Purpose.StopLoss) stops.set(order.number, order.stop);
      if (order.purpose === Purpose.Entry) return;
      for (const { number, shares } of order.members ?? [order])
        checkExit(number, order.instrument, order.side, shares, order.purpose);
    },
    after(event) {
      const { authorities } = loop.execute;
      if (book.isHalted && !authorities.flattens) {
        broken("I-18", `a halt nobody has lifted is over: ${authorities.permission.level}`);
      }
      if (event.kind === "OrderFilled") tellFill();
      if (event.kind === "BarsClosed")
        for (const { source, authority } of authorities.permission.claims)
          if (authority !== "kill_switch") reach.hit(`breaker ${source}`);
      if (event.kind === "BarsClosed" && book.isHalted) checkFlatten();
    },
  };

  function checkStop(number: OrderNumber, stop: number): void {
    const before = stops.get(number) ?? Number.NaN;
    const side = book.orders[number]?.side ?? 0;
    if (!(side * (stop - before) < 0)) broken("I-36", `stop ${number} went from ${before} to ${stop}`);
    stops.set(number, stop);
    reach.hit("stop moved");
  }

  /** With a trim on its way an exit is for the rest: together they close what is held, once. */
  function checkExit(
    number: OrderNumber,
    instrument: number,
    side: number,
    shares: number,
    purpose: Purpose,
  ): void {
    const lot = book.lotOf({ strategy: loop.execute.orders.strategy(number), instrument });
    const held = book.lots[lot] as number;
    const closes = isExit(purpose);
    const leaving = closes ? book.closingShares(lot) : 0;
    const fits = held * side < 0 && shares + leaving <= Math.abs(held) + HALF_NANO_SHARE;
    if (!fits) broken("I-15", `order ${number} sends ${side * shares} to close ${held}, ${leaving} leave`);
    // The stop for what a trim leaves is no second close, whichever of them is sent first.
    const other = book.orders[(closes ? book.protecting(lot) : undefined) ?? -1];
    if (other === undefined) return;
    const most = shares + leaving + other.shares - other.filled;
    if (most > Math.abs(held) + HALF_NANO_SHARE)
      broken("I-15", `orders ${other.number} and ${number} both close ${held}`);
  }

  /**
   * Progress is an order that works, or the cancel of what is in its way; what the venue does with it is not ours
   * to promise.
   */
  function checkFlatten(): void {
    for (const [lot, held] of book.lots.entries()) {
      if (held !== 0 && !isLeaving(book, lot)) broken("I-20", `halted, and nothing closes lot ${lot}`);
    }
  }

  function tellFill(): void {
    const { fill, before } = book;
    if (fill === undefined) return;
    if (before === 0 && fill.side === SELL && fill.purpose === Purpose.Entry) reach.hit("short opened");
    reach.hit(fillNames[fill.purpose]);
  }
}

const fillNames: Readonly<Record<Purpose, string>> = {
  [Purpose.Entry]: "entry filled",
  [Purpose.Exit]: "exit filled",
  [Purpose.StopLoss]: "stop filled",
  [Purpose.TakeProfit]: "target filled",
  [Purpose.Flatten]: "flatten filled",
  [Purpose.VirtualStop]: "virtual stop filled",
};
