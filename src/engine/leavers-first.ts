/** In what order a step's intents are acted upon: what leaves or turns a position comes first (NE-5). */
import type { Intent } from "../domain/intent.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";

/** Each group in the order given. */
export function leaversFirst(intents: readonly Intent[], lots: VirtualLots): readonly Intent[] {
  const leaves = (intent: Intent): boolean => {
    if (intent.kind !== "Enter") return intent.kind === "Exit";
    return lots.shares(intent.strategy, intent.instrument) * intent.shares < 0;
  };
  return [...intents.filter(leaves), ...intents.filter((intent) => !leaves(intent))];
}
