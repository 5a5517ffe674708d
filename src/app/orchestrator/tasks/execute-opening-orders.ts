/** After the open: orders that waited for it have left or have ended; none is of unknown fate. */
import type { StatusValue } from "../../live/status-answer.ts";
import { defineTask, done, failed } from "../task.ts";
import { waitUntil } from "../wait-until.ts";

const WITHIN_MS = 10_000;

export const executeOpeningOrders = defineTask({
  id: "execute_opening_orders",
  when: { kind: "phase", phase: "MARKET_OPEN" },
  about: "Checks that orders which waited for the open have left and that the fate of all is known.",
  needs: ["check_opening_conditions"],
  timeoutMs: 30_000,
  catchUp: "skip",
  inputs: "orders of execute",
  async run(context) {
    let left: string[] = [];
    const settled = await waitUntil(context, WITHIN_MS, async () => {
      left = notLeft(await context.door.status());
      return left.length === 0 ? true : undefined;
    });
    if (settled) return done("no order waits any more, and the fate of all is known");
    return failed(`${left.join(", ")}; see: plimsoll orders`);
  },
});

function notLeft({ requestsHeld, unknownOrders }: StatusValue): string[] {
  return [
    ...(requestsHeld === 0 ? [] : [`${requestsHeld} requests wait for the journal`]),
    ...(unknownOrders === 0 ? [] : [`nobody knows what became of ${unknownOrders} orders`]),
  ];
}
