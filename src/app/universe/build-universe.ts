/**
 * The universe of a day, of what was known when its session closed: bars up to it, reports filed before, lists that
 * were there. Names that were delisted later are in it as long as they had bars. Kept under
 * `data/reference/universe`, so that the same question is answered by the same bytes.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile, sha256OfText } from "../../adapters/durable-file.ts";
import { readActions } from "../../adapters/lake/action-store.ts";
import { contentId, readActionsEntry, readCatalog } from "../../adapters/lake/catalog.ts";
import { readFilings } from "../../adapters/lake/filing-store.ts";
import type { Lake } from "../../adapters/lake/lake.ts";
import type { LoadedBars, LoadRequest } from "../../adapters/lake/load-bars.ts";
import { readFacts } from "../../adapters/lake/name-facts.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { findSnapshot } from "../../adapters/lake/snapshots.ts";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import type { Config } from "../config.ts";
import type { SeriesChoice } from "../regime/index-days.ts";
import { judgeUniverse, type UniverseRow } from "./judge-universe.ts";
import { measureNames } from "./measure-names.ts";
import { type FactSources, factsOn } from "./universe-facts.ts";
import type { UniverseParams } from "./universe-params.ts";

export interface UniverseWorld {
  readonly root: string;
  readonly lake: Pick<Lake, "loadBars">;
  readonly config: Pick<Config, "universe" | "fundamentals">;
  readonly choice: SeriesChoice;
  /** The choice is that of a run on bars which may be others than the daily ones: where it finds none, all count. */
  readonly isHint?: true;
}

export interface BuiltUniverse {
  /** The session whose bars are the last, YYYY-MM-DD. */
  readonly date: string;
  /** Names what it was made of. */
  readonly id: string;
  readonly notes: readonly string[];
  readonly rows: readonly UniverseRow[];
}

/** Another way of making it is another universe, whatever it was made of. */
const VERSION = 1;
/** Sessions read beyond those needed: names miss some. */
const SPARE_SESSIONS = 15;

/** Throws InputError where the lake has no daily bars of that time, or several series of a name. */
export async function buildUniverse(
  world: UniverseWorld,
  asked: DayNumber,
): Promise<BuiltUniverse & { readonly path: string }> {
  const { root, choice, config } = world;
  const paths = lakePaths(root);
  const { date: days } = xnysSessions();
  const row = lastRow(days, asked);
  if (row < 0) throw new InputError(`${isoDate(asked)} is before the first session of the calendar`);
  const day = days[row] as DayNumber;
  const frozen = choice.snapshot === undefined ? undefined : findSnapshot(paths, choice.snapshot);
  const entry = frozen === undefined ? readActionsEntry(paths) : frozen.actions;
  const series = frozen?.series ?? readCatalog(paths);
  const sources: FactSources = {
    ...{
      filings: readFilings(paths),
      source: config.fundamentals.source,
      actions: readActions(paths, entry),
    },
    ...{ sectors: readFacts(paths, "sectors"), shortable: readFacts(paths, "shortable") },
    earnings: readFacts(paths, "earnings"),
  };
  const { actions: _, ...listed } = sources;
  const made = [
    VERSION,
    day,
    choice,
    config.universe,
    contentId(series, entry),
    sha256OfText(JSON.stringify(listed)),
  ];
  const id = sha256OfText(canonicalJson(made)).slice(0, 12);
  const path = join(paths.data, "reference", "universe", `${isoDate(day)}-${id}.json`);
  const kept = keptBuild(path);
  if (kept !== undefined) return { ...kept, path };
  const bars = await barsUpTo(world, row, (entry?.rows ?? 0) > 0);
  const rowOf = (of: DayNumber) => lastRow(days, (of - 1) as DayNumber) + 1;
  const { factsOf, notes } = factsOn(day, sources, rowOf);
  const names = measureNames(bars.columns, config.universe);
  const priceOf = new Map(names.map(({ symbol, price }) => [symbol, price]));
  const rows = judgeUniverse(
    names,
    (symbol) => factsOf(symbol, priceOf.get(symbol) ?? Number.NaN),
    config.universe,
    (last) => row - lastRow(days, last),
  );
  const isPrinted = bars.series.every(({ adjustment }) => adjustment === "raw");
  const basis = isPrinted
    ? []
    : ["prices are adjusted by their source: the limits of price are not asked of what was printed"];
  const built = { date: isoDate(day), id, notes: [...basis, ...notes], rows };
  replaceFile(path, `${JSON.stringify(built, null, 1)}\n`);
  return { ...built, path };
}

/** Of raw prices with known actions all on the shares of that day, on which the last price is the printed one. */
async function barsUpTo(
  { lake, choice, config, isHint }: UniverseWorld,
  row: number,
  hasActions: boolean,
): Promise<LoadedBars> {
  const { date: days } = xnysSessions();
  const { snapshot, ...chosen } = choice;
  const from = days[Math.max(0, row + 1 - windowSessions(config.universe))] as DayNumber;
  const plain: LoadRequest = {
    ...{ symbols: "all", timeframe: "1d", from, to: days[row] as DayNumber },
    ...(snapshot === undefined ? {} : { snapshot }),
  };
  const load = async (request: LoadRequest) => {
    if (!hasActions) return await lake.loadBars(request);
    try {
      return await lake.loadBars({ ...request, adjust: "split" });
    } catch (error) {
      // Adjusted by its source: nothing is left to adjust.
      if (error instanceof InputError) return await lake.loadBars(request);
      throw error;
    }
  };
  try {
    return await load({ ...plain, ...chosen });
  } catch (error) {
    if (!(error instanceof InputError) || isHint !== true || Object.keys(chosen).length === 0) throw error;
  }
  return await load(plain);
}

const windowSessions = ({ advBars, spreadBars, volatilityBars }: UniverseParams): number =>
  Math.max(advBars, spreadBars, volatilityBars + 1) + SPARE_SESSIONS;

/** Row of the last session up to `day`; -1 for none. */
function lastRow(days: Int32Array, day: number): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (days[middle]! <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function keptBuild(path: string): BuiltUniverse | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const kept = JSON.parse(readFileSync(path, "utf8")) as BuiltUniverse;
    const rows = kept.rows.map((row) => ({
      ...row,
      ...{
        adv: row.adv ?? Number.NaN,
        spreadBps: row.spreadBps ?? Number.NaN,
        score: row.score ?? Number.NaN,
      },
      volatility: row.volatility ?? Number.NaN,
    }));
    return { ...kept, rows };
  } catch {
    throw new InputError(`${path} is damaged; remove it, it is made again`, 1);
  }
}
