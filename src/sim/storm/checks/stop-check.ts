/**
 * I-35, I-36 and VS-3 for stops that the engine watches: every position whose entry came with one has a level, the
 * level moves towards the price only, and what a bar has reached leaves with that bar. Seeds whose stops rest at the
 * venue have nothing to ask.
 */
import type { BarBatch } from "../../../domain/bars.ts";
import type { InstrumentId } from "../../../domain/instrument.ts";
import { Purpose } from "../../../domain/order.ts";
import { OrderField } from "../../../execution/order-table.ts";
import { broken, type Check, type Scene } from "../check.ts";

export function stopCheck({ loop, book, plan, reach }: Scene): Check {
  if (!plan.virtualStops) return { after: () => undefined };
  /** By lot, after the last event: what was held and where its level was. */
  const held = new Float64Array(book.lots.length);
  const level = new Float64Array(book.lots.length).fill(Number.NaN);
  /** By lot: held at the last close already, so that all of the next bar came after it was bought. */
  const wasHeld = new Uint8Array(book.lots.length);

  return {
    after(event) {
      if (event.kind === "BarsClosed") checkBreaches(event.bars);
      for (const [lot, shares] of book.lots.entries()) note(lot, shares);
      if (event.kind !== "BarsClosed") return;
      for (const [lot, shares] of book.lots.entries()) {
        wasHeld[lot] = shares === 0 ? 0 : 1;
        if (shares !== 0 && Number.isNaN(level[lot]!) && hadStop(lot))
          broken("I-35", `lot ${lot} holds ${shares} and no level is watched`);
      }
    },
  };

  function note(lot: number, shares: number): void {
    const { strategy, instrument } = placeOf(lot);
    const now = loop.execute.restingStop(strategy, instrument);
    const before = level[lot]!;
    const stayed = shares * held[lot]! > 0;
    if (stayed && Math.sign(shares) * (now - before) < 0)
      broken("I-36", `the level of lot ${lot}, which holds ${shares}, went from ${before} to ${now}`);
    if (!stayed) wasHeld[lot] = 0;
    held[lot] = shares;
    level[lot] = shares === 0 ? Number.NaN : now;
  }

  /** Leaving is an order that closes, the cancel of what is in its way, or a disaster stop that the price is beyond. */
  function checkBreaches({ columns, from, to }: BarBatch): void {
    for (let row = from; row < to; row++) {
      for (let lot = columns.instrument[row]!; lot < book.lots.length; lot += plan.symbols) {
        const side = Math.sign(book.lots[lot] as number);
        if (wasHeld[lot] === 0 || side === 0) continue;
        const worst = (side > 0 ? columns.low : columns.high)[row]!;
        if (!(side * (worst - level[lot]!) <= 0)) continue;
        reach.hit("virtual stop reached");
        if (book.closing(lot) !== undefined || book.protecting(lot, "canceled") !== undefined) continue;
        if (isLeftByDisaster(lot, side, columns.close[row]!)) reach.hit("disaster stop left to trade");
        else broken("VS-3", `${worst} has reached the level ${level[lot]} of lot ${lot}, and nothing leaves`);
      }
    }
  }

  function isLeftByDisaster(lot: number, side: number, close: number): boolean {
    const { orders } = loop.execute;
    return book.orders.some((order) => {
      if (order?.purpose !== Purpose.StopLoss || order.hasEnded || book.lotOf(order) !== lot) return false;
      return side * (close - orders.get(order.number, OrderField.stop)) <= 0;
    });
  }

  function hadStop(lot: number): boolean {
    let had = false;
    for (const order of book.orders) {
      if (order === undefined || order.purpose !== Purpose.Entry || order.filled === 0) continue;
      if (book.lotOf(order) === lot)
        had = !Number.isNaN(loop.execute.orders.get(order.number, OrderField.stop));
    }
    return had;
  }

  function placeOf(lot: number) {
    const instrument = (lot % plan.symbols) as InstrumentId;
    return { strategy: Math.floor(lot / plan.symbols), instrument };
  }
}
