/** I-9 on our side, I-11, I-13: what an entry may add to the account at the moment it is sent, and at which price. */
import { HALF_NANO_SHARE } from "../../../domain/money.ts";
import { Purpose } from "../../../domain/order.ts";
import type { ApprovedOrder } from "../../../risk/gate.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars: the engine adds in another order. */
const DUST = 0.01;
/** Of the price collar, a fraction; its rule allows the last bits. */
const COLLAR = 0.005 * (1 + 1e-6);

export function entryCheck({ loop, book, plan }: Scene): Check {
  return {
    command(command) {
      if (command.kind !== "PlaceOrder" || command.order.purpose !== Purpose.Entry) return;
      const { order } = command;
      const mark = book.marks[order.instrument] as number;
      const limit = Number.isNaN(order.limit) ? mark : order.limit;
      checkPermission(order);
      if (!(Math.abs(limit - mark) <= COLLAR * mark)) {
        broken("I-13", `entry ${order.number} has a limit of ${limit}, the last close is ${mark}`);
      }
      checkExposure(order, Math.max(mark, limit));
    },
    after: () => undefined,
  };

  function checkPermission({ number }: ApprovedOrder): void {
    const { authorities } = loop.execute;
    if (authorities.allowsEntries() && !book.isBarred) return;
    broken("I-9", `entry ${number} left while the level is ${authorities.permission.level}`);
  }

  /** Everything that works counts as filled; `price` is the worst this order may trade at. */
  function checkExposure({ instrument, side, shares }: ApprovedOrder, price: number): void {
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
      if (left <= HALF_NANO_SHARE) continue;
      gross += left * (Number.isNaN(other.limit) ? other.reference : other.limit);
      inUse.add(other.instrument);
      if (other.instrument === instrument && other.side === side) onThisSide += left;
    }
    const { limits } = plan;
    const equity = book.value();
    const most = { gross: limits.gross * equity + DUST, position: limits.position * equity + DUST };
    if (!(gross <= most.gross)) broken("I-11", `gross ${gross} of ${most.gross}`);
    const atStake = onThisSide * price;
    if (!(atStake <= most.position))
      broken("I-11", `${atStake} at stake in ${instrument}, limit ${most.position}`);
    if (inUse.size > limits.positions) broken("I-11", `${inUse.size} positions, limit ${limits.positions}`);
  }
}
