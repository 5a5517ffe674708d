/** The last annual report of every company as it was known on a day (RES-4). */
import { readActions } from "../../adapters/lake/action-store.ts";
import { readActionsEntry } from "../../adapters/lake/catalog.ts";
import { readFilings } from "../../adapters/lake/filing-store.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { InputError } from "../../domain/assert.ts";
import type { ShareBasis } from "../../domain/reference-table.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { knownFilings, standingOn } from "../../market/fundamentals/known-filings.ts";
import { chosenSource } from "./chosen-source.ts";
import { basisOn } from "./share-count.ts";
import { fundamentalValues } from "./table-values.ts";

export interface KnownReport {
  readonly symbol: string;
  readonly source: string;
  readonly periodEnd: string;
  readonly knownFrom: string;
  /** As columns of the reference table `fundamentals`, at raw prices of the day. */
  readonly values: readonly (number | null)[];
  /** The shares that the values count in. */
  readonly basis: ShareBasis;
}

/** By symbol. Throws InputError (exit 1) where there are no reports. */
export function knownReports(root: string, named: string, day: DayNumber): readonly KnownReport[] {
  const paths = lakePaths(root);
  const filings = readFilings(paths);
  if (filings.length === 0)
    throw new InputError("there are no company reports: plimsoll fundamentals import FILE", 1);
  const source = chosenSource(filings, named);
  const splits = Map.groupBy(readActions(paths, readActionsEntry(paths)), ({ symbol }) => symbol);
  return [...Map.groupBy(filings, ({ symbol }) => symbol)]
    .flatMap(([symbol, own]): KnownReport[] => {
      const stands = standingOn(knownFilings(own, source), day);
      if (stands === undefined) return [];
      const [periodEnd, knownFrom] = [isoDate(stands.filing.periodEnd), isoDate(stands.knownFrom)];
      const known = splits.get(symbol) ?? [];
      const values = fundamentalValues(stands, known, day);
      return [{ symbol, source, periodEnd, knownFrom, values, basis: basisOn(stands.filing, known, day) }];
    })
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
