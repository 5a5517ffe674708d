/** Daily closes of the index and of the VIX, out of the lake or a file: all that the detector ever sees. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { sha256OfText } from "../../adapters/durable-file.ts";
import type { Lake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { InputError } from "../../domain/assert.ts";
import { batchCount } from "../../domain/bars.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../domain/time.ts";
import type { IndexDays } from "../../learn/regime/session-readings.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { RegimeParams } from "./regime-params.ts";

/** What says which of several series of a symbol is meant, where there are several. */
export type SeriesChoice = Pick<LoadRequest, "snapshot" | "source" | "adjustment">;

interface DailyCloses {
  readonly closes: ReadonlyMap<DayNumber, number>;
  /** Id of the data. */
  readonly id: string;
}

/**
 * Sessions up to `last`, those of the index. Throws InputError where one of the two is not there, naming it and what
 * brings it.
 */
export async function indexDays(
  lake: Pick<Lake, "loadBars">,
  { index, vix }: Pick<RegimeParams, "index" | "vix">,
  choice: SeriesChoice,
  last: DayNumber | undefined,
): Promise<IndexDays & { readonly id: string }> {
  const ofIndex = await closesOf(lake, index, choice, last);
  const ofVix = await vixSeries(lake, vix, choice, last);
  const date = [...ofIndex.closes.keys()].sort((a, b) => a - b);
  const column = (closes: ReadonlyMap<DayNumber, number>) =>
    Float64Array.from(date, (day) => closes.get(day) ?? Number.NaN);
  return { date, close: column(ofIndex.closes), vix: column(ofVix.closes), id: `${ofIndex.id}+${ofVix.id}` };
}

const vixSeries = async (
  lake: Pick<Lake, "loadBars">,
  { symbol, file }: RegimeParams["vix"],
  choice: SeriesChoice,
  last: DayNumber | undefined,
): Promise<DailyCloses> => (file === "" ? await closesOf(lake, symbol, choice, last) : closesIn(file));

/** Index points by day. Throws InputError where they are not there. */
export async function vixCloses(
  ...asked: Parameters<typeof vixSeries>
): Promise<ReadonlyMap<DayNumber, number>> {
  return (await vixSeries(...asked)).closes;
}

/** A file that is not named by its whole path lies in the folder of all state. */
export const inFolder = (params: RegimeParams, base: string): RegimeParams =>
  params.vix.file === ""
    ? params
    : { ...params, vix: { ...params.vix, file: resolve(base, params.vix.file) } };

/** A symbol that exists once needs no choice; of several series the one is taken that the run itself means. */
async function closesOf(
  lake: Pick<Lake, "loadBars">,
  symbol: string,
  { snapshot, source, adjustment }: SeriesChoice,
  last: DayNumber | undefined,
): Promise<DailyCloses> {
  const asked = {
    ...{ symbols: [symbol], timeframe: "1d" as const },
    ...(last === undefined ? {} : { to: last }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
  const chosen = {
    ...(source === undefined ? {} : { source }),
    ...(adjustment === undefined ? {} : { adjustment }),
  };
  try {
    return closesFrom(await lake.loadBars(asked));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (Object.keys(chosen).length === 0) throw missing(symbol, error.message);
  }
  try {
    return closesFrom(await lake.loadBars({ ...asked, ...chosen }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw missing(symbol, error.message);
  }
}

const missing = (symbol: string, why: string): InputError =>
  new InputError(`no daily closes of ${symbol}: ${why}`, 1);

function closesFrom({ columns, snapshot }: Awaited<ReturnType<Lake["loadBars"]>>): DailyCloses {
  const closes = new Map<DayNumber, number>();
  for (let batch = 0; batch < batchCount(columns); batch++)
    closes.set(newYorkDay(columns.closedAt[batch] as EpochMicros), columns.close[columns.offset[batch]!]!);
  return { closes, id: snapshot };
}

/** Lines of `date,close` under a header; throws InputError naming the first that is none. */
function closesIn(path: string): DailyCloses {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(`regime.vix.file = ${path}: cannot be read; give a CSV of date,close`, 1);
  }
  const closes = new Map<DayNumber, number>();
  const [, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  for (const [n, line] of lines.entries()) {
    const [date = "", value = ""] = line.split(",").map((cell) => cell.trim());
    const day = parseIsoDate(date);
    const close = Number(value);
    if (day === undefined || value === "" || !(close > 0 && close < Infinity))
      throw new InputError(
        `regime.vix.file = ${path}: line ${n + 2} is no date,close: ${line.slice(0, 60)}`,
        1,
      );
    closes.set(day, close);
  }
  // By what it says and not by where it lies: another file is another run, on this machine and on a worker's.
  return { closes, id: `file:${sha256OfText(text).slice(0, 16)}` };
}
