/** What was known of names on a day beside their bars: market value, loans of shares, earnings reports, sectors. */

import { InputError } from "../../domain/assert.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import type { DayNumber } from "../../domain/time.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";
import { knownFilings, standingOn } from "../../market/fundamentals/known-filings.ts";
import { chosenSource } from "../fundamentals/chosen-source.ts";
import { sharesOn } from "../fundamentals/share-count.ts";
import type { NameFacts } from "./judge-universe.ts";

interface Listed {
  readonly symbol: string;
  readonly value: number;
  readonly known: DayNumber;
}

/** All that the root has; what was not known on the day is left out here. */
export interface FactSources {
  readonly filings: readonly Filing[];
  /** Empty: the only source there is. */
  readonly source: string;
  readonly actions: readonly CorporateAction[];
  readonly sectors: readonly Listed[];
  readonly shortable: readonly Listed[];
  readonly earnings: readonly Listed[];
}

export interface KnownFacts {
  readonly factsOf: (symbol: string, price: number) => NameFacts;
  /** What is not known of anybody, for people. */
  readonly notes: readonly string[];
}

/** Rows of sessions tell days apart: `rowOf` is that of the first session from a day on. */
export function factsOn(day: DayNumber, sources: FactSources, rowOf: (day: DayNumber) => number): KnownFacts {
  const { filings, actions, sectors, shortable, earnings } = sources;
  const notes: string[] = [];
  let source: string | undefined;
  try {
    if (filings.length === 0) notes.push("market value is not known: there are no company reports");
    else source = chosenSource(filings, sources.source);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    notes.push(`market value is not known: ${error.message}`);
  }
  const reports = Map.groupBy(filings, ({ symbol }) => symbol);
  const splits = Map.groupBy(actions, ({ symbol }) => symbol);
  const sectorOf = new Map(sectors.map(({ symbol, value }) => [symbol, value]));
  const lists = shortable.filter(({ known }) => known <= day);
  const newest = Math.max(...lists.map(({ known }) => known));
  const loans = new Set(lists.filter(({ known }) => known === newest).map(({ symbol }) => symbol));
  const announced = Map.groupBy(
    earnings.filter(({ known }) => known <= day),
    ({ symbol }) => symbol,
  );
  if (lists.length === 0) notes.push("what can be borrowed is not known: no list of that day or before");
  const today = rowOf(day);
  return {
    notes,
    factsOf(symbol, price) {
      const own = reports.get(symbol) ?? [];
      const stands = source === undefined ? undefined : standingOn(knownFilings(own, source), day);
      const shares = stands && sharesOn(stands.filing, splits.get(symbol) ?? [], day);
      const filed = own.flatMap(({ filed: on }) => (on === undefined || on > day ? [] : [on]));
      const days = [...filed, ...(announced.get(symbol) ?? []).map(({ value }) => value as DayNumber)];
      const [nearest] = days
        .map((each) => rowOf(each) - today)
        .toSorted((a, b) => Math.abs(a) - Math.abs(b) || b - a);
      return {
        marketCap: shares !== undefined && Number.isFinite(shares) ? shares * price : undefined,
        isShortable: lists.length === 0 ? undefined : loans.has(symbol),
        earningsSessions: nearest,
        sector: sectorOf.get(symbol),
      };
    },
  };
}
