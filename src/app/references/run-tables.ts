/** The reference tables of a running system: which its strategies read and who tells them, and where from. */
import { dirname, join } from "node:path";
import { createLake } from "../../adapters/lake/lake.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { ReferenceTable } from "../../domain/reference-table.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { boundStrategy } from "../engine-configs.ts";
import type { RunPlaces, RunTerms } from "../live/run-terms.ts";
import { strategiesOf } from "../own-strategies.ts";
import { type LiveReferences, type LiveReferenceWorld, liveReferences } from "./live-references.ts";
import { tablesRead } from "./run-references.ts";
import { syntheticFilings, syntheticLake, syntheticSectors } from "./synthetic-lake.ts";

interface RunOfTables {
  readonly terms: Terms;
  readonly places: Pick<RunPlaces, "root">;
  readonly instruments: InstrumentTable;
}
type Terms = Pick<RunTerms, "config" | "strategyIds" | "regime" | "killSwitch"> & {
  readonly clock: Pick<RunTerms["clock"], "exchangeAt">;
};

/** Told with the regime itself, which is one word for both (`act-events.ts`). */
const OF_REGIME: readonly string[] = ["regime"];
/** Of a lake on disk, with the universe: `refresh_universe`. */
const TOLD_ELSEWHERE: readonly string[] = [...OF_REGIME, "universe", "fundamentals"];
/** What is said in the morning counts, so they are asked for just before the open: `tell_news`. */
const OF_MORNING: readonly string[] = ["news", "earnings"];

/** Those that are read, less those that others tell: of the days before, and of the morning. Chance has no press. */
export function tablesToTell({
  config,
  strategyIds,
  regime,
}: Pick<Terms, "config" | "strategyIds" | "regime">): {
  readonly early: readonly ReferenceTable[];
  readonly late: readonly ReferenceTable[];
} {
  const bound = strategiesOf(config)
    .filter(({ id }) => strategyIds.includes(id))
    .map((one) => boundStrategy(one, config));
  const isSynthetic = regime?.from === "synthetic";
  const elsewhere = isSynthetic ? OF_REGIME : TOLD_ELSEWHERE;
  const read = tablesRead(bound).filter(({ id }) => !elsewhere.includes(id));
  const isLate = ({ id }: ReferenceTable) => OF_MORNING.includes(id);
  return { early: read.filter((table) => !isLate(table)), late: isSynthetic ? [] : read.filter(isLate) };
}

export async function referencesOf(
  { terms, places, instruments }: RunOfTables,
  session: DayNumber,
  tables: readonly ReferenceTable[],
): Promise<LiveReferences> {
  const { config, regime, clock } = terms;
  const sessions = xnysSessions();
  const first = sessions.date[sessionIndexAt(sessions, clock.exchangeAt)] as DayNumber;
  const world = { config, instruments, first, session };
  if (regime?.from === "synthetic") {
    const past = { seed: regime.seed, firstSession: parseIsoDate(regime.firstSession) as DayNumber };
    // Another market is another folder: what is kept there is known by its day.
    const root = marketFolder(places.root, regime);
    return await liveReferences({ ...world, ...pastOf(past, root), root }, tables);
  }
  const root = dirname(terms.killSwitch);
  const lake = createLake(root);
  try {
    return await liveReferences({ ...world, root, lake }, tables);
  } finally {
    lake.close();
  }
}

/** Where what is made of a market of chance is kept, below the demo's root. */
export const marketFolder = (
  root: string,
  { seed, firstSession }: { readonly seed: number; readonly firstSession: string },
): string => join(root, "cache", `market-${seed}-${firstSession}`);

type Past = Parameters<typeof syntheticLake>[0];
const pastOf = (past: Past, folder: string): Pick<LiveReferenceWorld, "lake" | "sectors" | "filings"> => ({
  lake: syntheticLake(past, folder),
  sectors: syntheticSectors(),
  filings: syntheticFilings(past),
});
