/** Where an order of ours stands, as a comparison of books asks: may it trade, is it over, does anybody know. */
import type { LifecycleState } from "../execution/lifecycle/words.ts";
import type { LocalOrderState } from "../execution/reconciliation-facts.ts";

const ended: readonly LifecycleState[] = ["FILLED", "CANCELED", "EXPIRED", "REJECTED", "TOMBSTONE"];
const doubtful: readonly LifecycleState[] = ["INTENT", "SENDING", "UNKNOWN", "ABANDONED"];

export const standingOf = (state: LifecycleState): LocalOrderState =>
  ended.includes(state) ? "ended" : doubtful.includes(state) ? "unknown" : "working";
