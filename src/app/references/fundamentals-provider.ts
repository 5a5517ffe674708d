/**
 * The last annual report of each company, from the day after its filing on; 90 days after the year's end where no
 * filing is known. Told again at each month's first session, so that a report's age goes on.
 */
import { readActions } from "../../adapters/lake/action-store.ts";
import { readActionsEntry, readCatalog } from "../../adapters/lake/catalog.ts";
import { readFilings } from "../../adapters/lake/filing-store.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { findSnapshot } from "../../adapters/lake/snapshots.ts";
import { InputError } from "../../domain/assert.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import { civilDate, type DayNumber, type EpochMicros } from "../../domain/time.ts";
import type { Filing } from "../../market/fundamentals/filing.ts";
import { type KnownFiling, knownFilings, standingOn } from "../../market/fundamentals/known-filings.ts";
import { fundamentalsTable } from "../../market/references/fundamentals.ts";
import { chosenSource } from "../fundamentals/chosen-source.ts";
import { basisOn } from "../fundamentals/share-count.ts";
import { fundamentalValues } from "../fundamentals/table-values.ts";
import type { ReferenceProvider, ReferenceWorld } from "./reference-provider.ts";

interface Company {
  readonly instrument: InstrumentId;
  readonly known: readonly KnownFiling[];
  readonly splits: readonly CorporateAction[];
  /** Prices of the run are as printed, so that a later split has not happened yet. */
  readonly isRaw: boolean;
}

export const fundamentalsProvider: ReferenceProvider = {
  table: fundamentalsTable,
  tell(world) {
    const filings = world.filings ?? readFilings(lakePaths(world.root));
    if (filings.length === 0)
      throw new InputError("there are no company reports: plimsoll fundamentals import FILE");
    return Promise.resolve(toldOf(companiesOf(world, filings), world));
  },
};

function companiesOf(world: ReferenceWorld, filings: readonly Filing[]): readonly Company[] {
  const { root, choice, instruments, config } = world;
  const source = chosenSource(filings, config.fundamentals.source);
  const paths = lakePaths(root);
  const frozen = choice.snapshot === undefined ? undefined : findSnapshot(paths, choice.snapshot);
  const actions = readActions(paths, frozen === undefined ? readActionsEntry(paths) : frozen.actions);
  const series = (frozen?.series ?? readCatalog(paths)).filter(
    ({ adjustment }) => choice.adjustment === undefined || adjustment === choice.adjustment,
  );
  const raw = new Set(series.filter(({ adjustment }) => adjustment === "raw").map(({ symbol }) => symbol));
  const bySymbol = Map.groupBy(filings, ({ symbol }) => symbol);
  const splitsOf = Map.groupBy(actions, ({ symbol }) => symbol);
  return instruments.symbols.flatMap((symbol, n): Company[] => {
    const known = knownFilings(bySymbol.get(symbol) ?? [], source);
    const splits = splitsOf.get(symbol) ?? [];
    if (known.length === 0) return [];
    return [{ instrument: n as InstrumentId, known, splits, isRaw: raw.has(symbol) }];
  });
}

/** Before the open: bars of that session are the first to be decided on with it. */
function toldOf(
  companies: readonly Company[],
  { sessions, first, last, isLive }: ReferenceWorld,
): ReferenceTold[] {
  const told: ReferenceTold[] = [];
  const standing = new Map<Company, KnownFiling>();
  let month = -1;
  for (const [n, date] of sessions.date.entries()) {
    if (date < first || date > last) continue;
    const day = date as DayNumber;
    const { year, month: ofYear } = civilDate(day);
    const isMonthly = year * 12 + ofYear !== month;
    month = year * 12 + ofYear;
    const rows = companies.flatMap((company): ReferenceRow[] => {
      const stands = standingOn(company.known, day);
      if (stands === undefined || (!isMonthly && standing.get(company) === stands)) return [];
      standing.set(company, stands);
      const upTo = company.isRaw ? day : Infinity;
      const values = fundamentalValues(stands, company.splits, day, upTo);
      // A backtest applies the same list, and the splits of a day before that day's open: nothing is left to say.
      const basis = isLive === true ? { basis: basisOn(stands.filing, company.splits, upTo) } : {};
      return [{ instrument: company.instrument, values, ...basis }];
    });
    if (rows.length === 0) continue;
    told.push({
      kind: "ReferenceTold",
      at: sessions.open[n] as EpochMicros,
      table: fundamentalsTable.id,
      rows,
    });
  }
  return told;
}
