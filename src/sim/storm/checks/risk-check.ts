/** I-11, I-15, and I-9 on our side: what an entry may add at the moment it is sent, and what an exit may do. */
import { type OrderNumber, Purpose } from "../../../domain/order.ts";
import type { ApprovedOrder } from "../../../risk/gate.ts";
import { NOTHING } from "../book.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars: the engine adds in another order. */
const DUST = 0.01;

export function riskCheck({ loop, book, plan, reach }: Scene): Check {
  return {
    command(command) {
      if (command.kind === "ReplaceStop") reach.hit("stop moved");
      if (command.kind !== "PlaceOrder") return;
      const { order } = command;
      if (order.purpose === Purpose.Entry) checkEntry(order);
      else checkExit(order);
    },
    after(event) {
      const { fill, before } = book;
      if (event.kind !== "OrderFilled" || fill === undefined) return;
      const after = book.lots[book.lotOf(fill)] as number;
      if (fill.purpose === Purpose.Entry) {
        if (before === 0 && after < 0) reach.hit("short opened");
        return;
      }
      const shrinks = before * fill.side < 0 && after * before >= 0;
      if (!shrinks) broken("I-15", `order ${fill.number}, which only reduces, took ${before} to ${after}`);
      reach.hit(fillNames[fill.purpose]);
    },
  };

  function checkExit(order: ApprovedOrder): void {
    const held = book.lots[lotOf(order)] as number;
    const fits = held * order.side < 0 && order.shares <= Math.abs(held) + NOTHING;
    if (!fits) broken("I-15", `order ${order.number} sends ${order.side * order.shares} to close ${held}`);
  }

  function checkEntry(order: ApprovedOrder): void {
    const { instrument, side, shares, limit } = order;
    if (!loop.execute.authorities.allowsEntries() || book.isBarred) {
      broken(
        "I-9",
        `entry ${order.number} left while the level is ${loop.execute.authorities.permission.level}`,
      );
    }
    const mark = book.marks[instrument] as number;
    const price = Number.isNaN(limit) ? mark : Math.max(mark, limit);
    let gross = shares * price;
    let onThisSide = side * (book.positions[instrument] as number) + shares;
    const inUse = new Set<number>([instrument]);
    for (const [i, held] of book.positions.entries()) {
      if (held === 0) continue;
      gross += Math.abs(held) * (book.marks[i] as number);
      inUse.add(i);
    }
    for (const other of book.orders) {
      if (other === undefined || other.purpose !== Purpose.Entry || other.hasEnded) continue;
      const left = other.shares - other.filled;
      if (left <= NOTHING) continue;
      gross += left * (Number.isNaN(other.limit) ? other.reference : other.limit);
      inUse.add(other.instrument);
      if (other.instrument === instrument && other.side === side) onThisSide += left;
    }
    const { limits } = plan;
    const equity = book.value();
    if (!(gross <= limits.gross * equity + DUST))
      broken("I-11", `gross ${gross} of ${limits.gross * equity}`);
    const atStake = onThisSide * price;
    if (!(atStake <= limits.position * equity + DUST)) {
      broken("I-11", `${atStake} at stake in ${instrument}, limit ${limits.position * equity}`);
    }
    if (inUse.size > limits.positions) broken("I-11", `${inUse.size} positions, limit ${limits.positions}`);
  }

  function lotOf({ number, instrument }: ApprovedOrder): number {
    return book.lotOf({ strategy: loop.execute.orders.strategy(number as OrderNumber), instrument });
  }
}

const fillNames: Readonly<Record<Purpose, string>> = {
  [Purpose.Entry]: "entry filled",
  [Purpose.Exit]: "exit filled",
  [Purpose.StopLoss]: "stop filled",
  [Purpose.TakeProfit]: "target filled",
  [Purpose.Flatten]: "flatten filled",
};
