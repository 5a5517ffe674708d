/**
 * The quality report of a lake (DATA-5): what is wrong, odd or missing per series, what only many series
 * together show, and whether the files are still the ones that were written. It changes nothing.
 */
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { dayOf, type EpochMicros } from "../../domain/time.ts";
import { readActions } from "./action-store.ts";
import { type LakeSeries, readActionsEntry, readCatalog } from "./catalog.ts";
import { everySeriesOf } from "./choose-series.ts";
import { type CrossSeriesFinding, DailyPanel } from "./cross-series.ts";
import type { Duck } from "./duck.ts";
import { instantText } from "./instant-text.ts";
import { compareText, keyText, type LakePaths } from "./paths.ts";
import { readEach } from "./read-series.ts";
import { type SeriesQuality, seriesQuality } from "./series-quality.ts";
import { fileProblem, type ListedFile } from "./sound-files.ts";

export interface VerifyRequest {
  /** All series when absent. */
  readonly symbols?: readonly string[];
  readonly onProgress?: (done: number, of: number) => void;
}

interface VerifiedSeries extends SeriesQuality {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  readonly adjustment: Adjustment;
  readonly bars: number;
  readonly from: string;
  readonly to: string;
}

interface DamagedFile {
  readonly path: string;
  readonly problem: string;
}

export interface VerifyReport {
  readonly series: readonly VerifiedSeries[];
  readonly crossSeries: readonly CrossSeriesFinding[];
  /** Files that are missing or not what the catalog says; their series are not judged. */
  readonly damaged: readonly DamagedFile[];
}

export async function verifyLake(
  duck: Duck,
  paths: LakePaths,
  request: VerifyRequest,
): Promise<VerifyReport> {
  const catalog = readCatalog(paths);
  const chosen = request.symbols === undefined ? catalog : everySeriesOf(catalog, request.symbols);
  const damaged = chosen.flatMap((series) => damageOf(paths, series));
  const broken = new Set(damaged.map(({ path }) => path));
  const sound = chosen.filter(({ files }) => !files.some(({ path }) => broken.has(path)));
  const entry = readActionsEntry(paths);
  const actionDamage = entry === undefined ? [] : damageOfFiles(paths, [entry], "corporate actions");
  const splits = splitDaysOf(actionDamage.length === 0 ? readActions(paths, entry) : []);
  const panels = new Map<string, DailyPanel>();
  const verified: VerifiedSeries[] = [];
  for await (const { series, rows } of readEach(duck, paths, sound, {})) {
    const { symbol, timeframe, source, adjustment, from, to } = series;
    verified.push({
      symbol,
      timeframe,
      source,
      adjustment,
      bars: series.rows,
      from: instantText(timeframe, from),
      to: instantText(timeframe, to),
      ...seriesQuality(series, rows, adjustment === "raw" ? splits.get(symbol) : undefined),
    });
    if (timeframe === "1d") panelOf(panels, series).add(series, rows);
    request.onProgress?.(verified.length, sound.length);
  }
  return withCrossFindings(verified, sound, [...panels.values()], [...damaged, ...actionDamage]);
}

/** Ex-dates on which prices change by more than a day's move, by symbol. */
function splitDaysOf(actions: readonly CorporateAction[]): ReadonlyMap<string, ReadonlySet<number>> {
  const splits = actions.filter(({ kind }) => kind !== "dividend");
  const bySymbol = Map.groupBy(splits, ({ symbol }) => symbol);
  return new Map(
    [...bySymbol].map(([symbol, all]) => [symbol, new Set<number>(all.map(({ exDate }) => exDate))]),
  );
}

const damageOf = (paths: LakePaths, series: LakeSeries): DamagedFile[] =>
  damageOfFiles(paths, series.files, keyText(series));

function damageOfFiles(paths: LakePaths, files: readonly ListedFile[], owner: string): DamagedFile[] {
  return files.flatMap((file) => {
    const problem = fileProblem(paths, file);
    return problem === undefined ? [] : [{ path: file.path, problem: `${owner}: ${problem}` }];
  });
}

function panelOf(panels: Map<string, DailyPanel>, { source, adjustment }: LakeSeries): DailyPanel {
  const name = `${source} ${adjustment}`;
  const panel = panels.get(name) ?? new DailyPanel(source, adjustment);
  panels.set(name, panel);
  return panel;
}

function withCrossFindings(
  verified: readonly VerifiedSeries[],
  sound: readonly LakeSeries[],
  panels: readonly DailyPanel[],
  damaged: readonly DamagedFile[],
): VerifyReport {
  const crossSeries = panels.flatMap((panel) => panel.findings());
  const days = new Map(sound.map((series) => [keyText(series), dayOf(series.to as EpochMicros)]));
  const series = verified.map((each) => {
    const panel = panels.find(
      ({ source, adjustment }) => source === each.source && adjustment === each.adjustment,
    );
    const last = days.get(keyText(each));
    if (each.timeframe !== "1d" || panel === undefined || last === undefined) return each;
    return { ...each, remarks: [...each.remarks, ...panel.remarksOn(each.symbol, last)] };
  });
  return { series, crossSeries: crossSeries.toSorted((a, b) => compareText(a.date, b.date)), damaged };
}
