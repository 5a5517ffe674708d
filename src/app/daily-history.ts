/**
 * Daily bars of the lake from before a run over shorter ones, for the strategies in it that decide on days: their
 * features begin as warm as in a run over daily bars, though nobody keeps years of minutes.
 *
 * DH-1  No day that the run, or its history, is made of: a day is seen once, and never before it is over.
 * DH-2  The last of them is the session before; where it is not, none is taken, as features would step over a hole.
 */
import type { Lake } from "../adapters/lake/lake.ts";
import type { LoadedBars, LoadRequest } from "../adapters/lake/load-bars.ts";
import { InputError } from "../domain/assert.ts";
import {
  type Adjustment,
  type Bar,
  type BarColumns,
  batchCount,
  columnsFromBars,
  type Timeframe,
} from "../domain/bars.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import { sessionIndexAt } from "../domain/session.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import type { BoundStrategy } from "../strategies/strategy.ts";
import type { BacktestRequest } from "./backtest.ts";
import { historyStart, type LongerHistory, type RunHistory } from "./run-history.ts";

type Reader = Pick<BoundStrategy, "features"> & { readonly timeframe?: Timeframe };
type Asked = Pick<BacktestRequest, "timeframe" | "snapshot" | "source" | "adjustment" | "adjust" | "config">;

/** Whether any day could be read from it. */
export const hasDays = (lake: Pick<Lake, "list">): boolean =>
  lake.list().some((series) => series.timeframe === "1d");

const decidesOnDays = ({ timeframe }: Reader, ofRun: Timeframe): boolean =>
  (timeframe ?? ofRun) === "1d" && ofRun !== "1d";

/** Those whose history is of the run's own bars: all where the lake has no daily ones. */
export const ofRunBars = <Bound extends Reader>(
  bound: readonly Bound[],
  lakeHasDays: boolean,
  { timeframe }: Pick<Asked, "timeframe">,
): readonly Bound[] => (lakeHasDays ? bound.filter((one) => !decidesOnDays(one, timeframe)) : bound);

/** Undefined where nobody decides on days, or the lake has not the days before (DH-2). */
export async function dailyHistory(
  { lake, ...asked }: Asked & { readonly lake: Pick<Lake, "loadBars" | "list"> },
  bound: readonly Reader[],
  columns: BarColumns,
  history: RunHistory | undefined,
): Promise<{ readonly longer: LongerHistory; readonly id: string } | undefined> {
  const readers = bound.filter((one) => decidesOnDays(one, asked.timeframe));
  const begins = history?.columns.closedAt[0] ?? columns.closedAt[0];
  if (readers.length === 0 || begins === undefined) return undefined;
  const sessions = xnysSessions();
  const first = sessions.date[sessionIndexAt(sessions, begins as EpochMicros)] as DayNumber;
  const last = newYorkDay((columns.closedAt.at(-1) ?? begins) as EpochMicros);
  const known = new Set(lake.list().flatMap((one) => (one.timeframe === "1d" ? [one.symbol] : [])));
  const plain: LoadRequest = {
    symbols: columns.instruments.symbols.filter((symbol) => known.has(symbol)),
    ...{ timeframe: "1d", from: historyStart(first, readers, "1d") },
    ...(asked.snapshot === undefined ? {} : { snapshot: asked.snapshot }),
  };
  if (plain.symbols.length === 0) return undefined;
  const loaded = await loadedBars(lake, plain, asked, { first, last });
  const before = sessions.date[sessions.date.indexOf(first) - 1] as DayNumber | undefined;
  const bars =
    loaded === undefined ? [] : upTo(before, barsUnder(columns.instruments, loaded.columns, first));
  if (loaded === undefined || bars.length === 0) return undefined;
  const { instruments: _, ...made } = columnsFromBars("1d", columns.instruments, bars);
  return { longer: { timeframe: "1d", columns: made }, id: loaded.snapshot };
}

/** Bars of those whose newest one is of `day`: the features of the others would step over the hole after theirs. */
export function upTo(day: DayNumber | undefined, bars: readonly Bar[]): Bar[] {
  const newest = new Map(bars.map(({ instrument, closedAt }) => [instrument, newYorkDay(closedAt)]));
  return bars.filter(({ instrument }) => newest.get(instrument) === day);
}

/**
 * Of the run's own source and treatment where the lake has it so, else the only one there is. Raw prices are brought to
 * those of the run's first day, as features look through what was before; that day is read for its actions alone.
 */
async function loadedBars(
  lake: Pick<Lake, "loadBars" | "list">,
  plain: LoadRequest,
  { source, adjustment, adjust, config, timeframe }: Asked,
  { first, last }: { readonly first: DayNumber; readonly last: DayNumber },
): Promise<LoadedBars | undefined> {
  const chosen = {
    ...(source === undefined ? {} : { source }),
    ...(adjustment === undefined ? {} : { adjustment }),
  };
  const ofRun = new Set(
    lake
      .list()
      .filter((one) => one.timeframe === timeframe && plain.symbols.includes(one.symbol))
      .filter((one) => (source ?? one.source) === one.source)
      .map((one) => one.adjustment),
  );
  const to = adjust === undefined || adjust === "raw" ? first : last;
  const basis = adjust === undefined || adjust === "raw" ? config.features.basis : adjust;
  for (const series of [chosen, {}])
    for (const treated of [{ adjust: basis }, { adjust: undefined }]) {
      try {
        const loaded = await lake.loadBars({ ...plain, ...series, ...adjusting(treated), to });
        // As printed, though splits are known: better cold than over a leap that nobody made.
        const isBroken = loaded.raw.actions.length > 0 || !isAs(loaded, ofRun);
        return treated.adjust === undefined && isBroken ? undefined : loaded;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
  return undefined;
}

/** Whether what was loaded is adjusted as the run's own bars are: else one of them steps where nothing happened. */
const isAs = ({ series }: LoadedBars, ofRun: ReadonlySet<Adjustment>): boolean =>
  series.every(({ adjustment }) => ofRun.size === 1 && ofRun.has(adjustment));

const adjusting = ({ adjust }: { readonly adjust: Adjustment | undefined }) =>
  adjust === undefined ? {} : { adjust };

/** Of days before `first`, under the run's numbers. */
export function barsUnder(
  instruments: InstrumentTable,
  columns: BarColumns,
  first = Number.POSITIVE_INFINITY,
): Bar[] {
  const ids = columns.instruments.symbols.map((symbol) => instruments.find(symbol));
  const bars: Bar[] = [];
  for (let batch = 0; batch < batchCount(columns); batch++) {
    const closedAt = columns.closedAt[batch] as EpochMicros;
    if (newYorkDay(closedAt) >= first) break;
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const instrument = ids[columns.instrument[row]!];
      if (instrument === undefined) continue;
      const [open, high, low] = [columns.open[row]!, columns.high[row]!, columns.low[row]!];
      const [close, volume] = [columns.close[row]!, columns.volume[row]!];
      bars.push({ instrument, closedAt, open, high, low, close, volume });
    }
  }
  return bars;
}
