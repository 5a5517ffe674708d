/** I-16, I-17: what is published is a number, and the heights of the day stay where the day put them. */
import type { InstrumentId } from "../../../domain/instrument.ts";
import { OrderType } from "../../../domain/order.ts";
import type { ApprovedOrder } from "../../../risk/gate.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars: the engine adds in another order. */
const DUST = 1e-6;

export function numberCheck({ loop, book, reach }: Scene): Check {
  return {
    command(command) {
      if (command.kind === "ReplaceStop") mustBePrice(command.stop, `stop of order ${command.order}`);
      if (command.kind === "PlaceOrder") checkOrder(command.order);
    },
    after(event) {
      const { portfolio, baselines } = loop.execute;
      const { equity, gross, net, cash } = portfolio;
      for (const [name, value] of Object.entries({ equity, gross, net, cash })) {
        if (!Number.isFinite(value)) broken("I-16", `${name} is ${value}`);
      }
      if (event.kind !== "BarsClosed") return;
      for (const [i, expected] of book.marks.entries()) {
        if (Number.isNaN(expected)) continue;
        mustBePrice(portfolio.mark(i as InstrumentId), `mark of ${i}`);
      }
      if (book.sessionChanged && book.positions.some((held) => held !== 0)) {
        reach.hit("session changed with a position");
      }
      const { dayBase, dayHigh, high } = baselines;
      if (!(Math.abs(dayBase - book.dayBase) < DUST)) {
        broken("I-17", `the day began at ${book.dayBase}, its base is ${dayBase}`);
      }
      if (!(Math.abs(dayHigh - book.dayHigh) < DUST)) {
        broken("I-17", `the day's high was ${book.dayHigh}, it is kept as ${dayHigh}`);
      }
      if (!(high >= dayHigh)) broken("I-17", `the day's high ${dayHigh} is above the highest ever ${high}`);
    },
  };
}

function checkOrder(order: ApprovedOrder): void {
  const name = `order ${order.number}`;
  mustBePrice(order.shares, `shares of ${name}`);
  if (order.type === OrderType.Limit) mustBePrice(order.limit, `limit of ${name}`);
  if (order.type === OrderType.Stop) mustBePrice(order.stop, `stop of ${name}`);
  const { bracket } = order;
  if (bracket?.stopOrder !== undefined) mustBePrice(bracket.stop, `bracket stop of ${name}`);
  if (bracket?.targetOrder !== undefined) mustBePrice(bracket.target, `bracket target of ${name}`);
  if (!Number.isFinite(order.decidedAt)) broken("I-16", `${name} was decided at ${order.decidedAt}`);
}

function mustBePrice(value: number, name: string): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) broken("I-16", `${name} is ${value}`);
}
