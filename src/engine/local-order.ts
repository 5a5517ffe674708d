/** An order of ours as a comparison of books asks about it: may it trade, is it over, does anybody know. */
import type { LifecycleState, OpenOrder } from "../execution/lifecycle/words.ts";
import type { LocalOrder } from "../execution/reconciliation-facts.ts";

const ended: readonly LifecycleState[] = ["FILLED", "CANCELED", "EXPIRED", "REJECTED", "TOMBSTONE"];
const doubtful: readonly LifecycleState[] = ["INTENT", "SENDING", "UNKNOWN", "ABANDONED"];

const standingOf = (state: LifecycleState): LocalOrder["state"] =>
  ended.includes(state) ? "ended" : doubtful.includes(state) ? "unknown" : "working";

/** `reduces`: it can only make a position smaller. `heardMs`: when something was last heard of it, monotonic ms. */
export function localOrder(order: OpenOrder, reduces: boolean, heardMs: number): LocalOrder {
  const { clientId, brokerId, brokerIds, symbol, side, filled, state } = order;
  return {
    clientId,
    ...(brokerId === undefined ? {} : { brokerId }),
    brokerIds,
    symbol,
    side,
    // What waits for its auction or its slice was never sent: nothing of it can be at the broker.
    state: order.isHeld === true ? "ended" : standingOf(state),
    filled,
    reduces,
    heardMs,
  };
}

/** When anything was last heard of it, under any id that it has had; monotonic ms. */
export function lastHeard({ clientId, brokerIds }: OpenOrder, heardMs: ReadonlyMap<string, number>): number {
  const heard = [clientId, ...brokerIds].map((name) => heardMs.get(name) ?? Number.NEGATIVE_INFINITY);
  return Math.max(...heard);
}
