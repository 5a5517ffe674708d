/** How many shares a report's company has on a day: as reported, and what splits have made of them since. */
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import type { ShareBasis } from "../../domain/reference-table.ts";
import type { DayNumber } from "../../domain/time.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";

/** Of `splits` of the company those up to the day number `upTo` count. */
export function sharesOn(filing: Filing, splits: readonly CorporateAction[], upTo: number): number {
  return splitsSince(filing, splits, upTo).reduce(
    (count, split) => count * ratioOf(split),
    filing.figures.shares,
  );
}

/** What that number counts, for who may know of other splits. */
export function basisOn(filing: Filing, splits: readonly CorporateAction[], upTo: number): ShareBasis {
  const counted = splitsSince(filing, splits, upTo).map(({ exDate, newShares, oldShares }) => {
    return { exDate, newShares, oldShares };
  });
  return { asOf: countedOn(filing), ...(counted.length === 0 ? {} : { splits: counted }) };
}

const splitsSince = (filing: Filing, splits: readonly CorporateAction[], upTo: number) =>
  splits.filter(({ kind, exDate }) => kind === "split" && exDate > countedOn(filing) && exDate <= upTo);

/** A report counts shares as they are when it is filed; without that day, as they were when the year ended. */
const countedOn = ({ filed, periodEnd }: Filing): DayNumber => filed ?? periodEnd;
