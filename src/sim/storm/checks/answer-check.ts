/**
 * EX-3, the other way round: a wish for which there is room gets an order or a refusal, or waits for another strategy's
 * exit (MP-1). An engine that forgot to free a place would break no limit, and never trade again.
 */
import { type OrderNumber, Purpose } from "../../../domain/order.ts";
import type { SingleLoop } from "../../../engine/single-loop.ts";
import { OrderField } from "../../../execution/order-table.ts";
import type { Book } from "../book.ts";
import { broken, type Check, type Scene } from "../check.ts";
import { isLeaving, isLeftBy } from "../leaving.ts";

export function answerCheck({ loop, book, reach }: Scene): Check {
  let looked = 0;
  return {
    after(event) {
      const first = looked;
      looked = loop.execute.orders.length;
      if (event.kind !== "BarsClosed") return;
      for (const intent of loop.compute.intents) {
        const { kind, strategy, instrument } = intent;
        const lot = book.lotOf({ strategy, instrument });
        const held = book.lots[lot] as number;
        if (kind === "Exit" && held !== 0 && !isLeaving(book, lot)) {
          broken("EX-3", `strategy ${strategy} wants out of ${instrument} and nothing closes ${held}`);
        }
        const mayEnter = kind === "Enter" && held === 0 && !isBusy(book, lot);
        if (!mayEnter || isAnswered(loop, first, strategy, instrument)) continue;
        if (isLeftBy(book, lot, -Math.sign(intent.shares))) reach.hit("entry waits for an exit");
        else {
          broken("EX-3", `strategy ${strategy} wants into ${instrument} and got no answer`);
        }
      }
    },
  };
}

/** Something of the lot may still trade: until it is over, nothing may enter. */
const isBusy = (book: Book, lot: number): boolean =>
  [book.entering(lot), book.closing(lot), book.protecting(lot)].some((order) => order !== undefined);

function isAnswered(
  { execute: { orders } }: SingleLoop,
  first: number,
  strategy: number,
  instrument: number,
): boolean {
  for (let n = first; n < orders.length; n++) {
    const order = n as OrderNumber;
    const isOurs =
      orders.strategy(order) === strategy && orders.get(order, OrderField.instrument) === instrument;
    // A wish to turn around is answered by the exit, which may have crossed at once.
    if (isOurs && (orders.purpose(order) === Purpose.Entry || orders.purpose(order) === Purpose.Exit))
      return true;
  }
  return false;
}
