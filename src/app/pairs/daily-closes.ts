/** Daily closes of many symbols side by side, as pairs are formed of them. */
import { createLake, type Lake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { InputError } from "../../domain/assert.ts";
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { PricePanel } from "../../learn/pairs/form-pairs.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { SeriesChoice } from "../regime/index-days.ts";

export interface DailyCloses {
  readonly symbols: readonly string[];
  /** Sessions with a bar of any of them, ascending. */
  readonly days: readonly DayNumber[];
  /** Per symbol and session: what holders made of it, splits and dividends looked through as far as they are known. */
  readonly adjusted: readonly Float64Array[];
  /** The same as it is traded; NaN without a bar. */
  readonly traded: readonly Float64Array[];
  /** Symbols whose traded closes are as printed, and adjusted for nothing. */
  readonly printed: ReadonlySet<string>;
  /** Id of the data. */
  readonly id: string;
}

/** What is asked of a lake's days. */
export interface ClosesRequest {
  readonly root: string;
  readonly symbols: readonly string[] | "all";
  /** The lake's first and last session where absent. */
  readonly from?: DayNumber | undefined;
  readonly to: DayNumber | undefined;
  readonly choice: SeriesChoice;
}

/** Of the daily bars of a root. Throws InputError where there are none. */
export async function closesOfLake({ root, symbols, from, to, choice }: ClosesRequest): Promise<DailyCloses> {
  const lake = createLake(root);
  try {
    return await dailyCloses(lake, {
      ...choice,
      ...{ symbols, timeframe: "1d" },
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
  } finally {
    lake.close();
  }
}

/** Throws InputError as the lake does, where there is none. */
export async function dailyCloses(lake: Pick<Lake, "loadBars">, asked: LoadRequest): Promise<DailyCloses> {
  const { columns, series, snapshot } = await lake.loadBars(asked);
  const days = Array.from(columns.closedAt, (at) => newYorkDay(at as EpochMicros));
  const traded = closesOf(columns);
  const isRaw = (asked.adjust ?? "raw") !== "full" && series.some(({ adjustment }) => adjustment === "raw");
  const adjusted = isRaw ? await lookedThrough(lake, asked, columns) : traded;
  const raw = series.filter(({ adjustment }) => adjustment === "raw").map(({ symbol }) => symbol);
  const printed = new Set((asked.adjust ?? "raw") === "raw" ? raw : []);
  const { symbols } = columns.instruments;
  return { symbols, days, adjusted: adjusted ?? traded, traded, printed, id: snapshot };
}

/** Undefined where the lake knows no actions to look through. */
async function lookedThrough(lake: Pick<Lake, "loadBars">, asked: LoadRequest, { closedAt }: BarColumns) {
  try {
    const { columns } = await lake.loadBars({ ...asked, adjust: "full" });
    return columns.closedAt.length === closedAt.length ? closesOf(columns) : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function closesOf(columns: BarColumns): readonly Float64Array[] {
  const batches = batchCount(columns);
  const closes = columns.instruments.symbols.map(() => new Float64Array(batches).fill(Number.NaN));
  for (let batch = 0; batch < batches; batch++)
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++)
      closes[columns.instrument[row]!]![batch] = columns.close[row]!;
  return closes;
}

/** The `sessions` up to and without `end`; undefined where there are not as many. */
export function panelBefore(
  { symbols, adjusted }: Pick<DailyCloses, "symbols" | "adjusted">,
  end: number,
  sessions: number,
  sectors: ReadonlyMap<string, string>,
): PricePanel | undefined {
  if (end < sessions) return undefined;
  return {
    symbols,
    closes: adjusted.map((closes) => closes.subarray(end - sessions, end)),
    sectors: symbols.map((symbol) => sectors.get(symbol)),
  };
}
