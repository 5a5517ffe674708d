/** I-27, I-28: time never goes back, and a decision knows closed bars of its own minute only. */
import { Purpose } from "../../../domain/order.ts";
import type { EpochMicros } from "../../../domain/time.ts";
import { broken, type Check, type Scene } from "../check.ts";

export function timeCheck({ book, now }: Scene): Check {
  let last = Number.NEGATIVE_INFINITY as EpochMicros;
  let decided = Number.NEGATIVE_INFINITY as EpochMicros;
  return {
    command(command) {
      if (command.kind !== "PlaceOrder") return;
      const { number, decidedAt, purpose, instrument } = command.order;
      if (decidedAt < decided) broken("I-27", `order ${number} was decided before the one before it`);
      decided = decidedAt;
      if (decidedAt > now()) broken("I-28", `order ${number} was decided at ${decidedAt}, it is ${now()}`);
      if (purpose !== Purpose.Entry) return;
      if (decidedAt !== book.at || book.markedAt[instrument] !== book.at) {
        broken(
          "I-28",
          `entry ${number} stands on a bar of ${book.markedAt[instrument]}, the minute is ${book.at}`,
        );
      }
    },
    after(event) {
      if (event.kind !== "BarsClosed") return;
      const { at } = event.bars;
      if (at > now()) broken("I-28", `a bar that closes at ${at} was used at ${now()}`);
      if (at <= last) broken("I-27", `a bar of ${at} came after one of ${last}`);
      last = at;
    },
  };
}
