/** How many shares a report's company has on a day: as reported, and what splits have made of them since. */
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";

/**
 * Of `splits` of the company those up to the day number `upTo` count. A report counts shares as they are when it is
 * filed; without that day, as they were when the year ended.
 */
export function sharesOn(
  { filed, periodEnd, figures }: Filing,
  splits: readonly CorporateAction[],
  upTo: number,
): number {
  const counted = filed ?? periodEnd;
  return splits
    .filter(({ kind, exDate }) => kind === "split" && exDate > counted && exDate <= upTo)
    .reduce((count, split) => count * ratioOf(split), figures.shares);
}
