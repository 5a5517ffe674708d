/** What the bars up to a day say of each name: price, dollar volume, spread and volatility. */
import type { BarColumns } from "../../domain/bars.ts";
import { barCount } from "../../domain/bars.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { computeColumns } from "../../features/batch.ts";
import { corwinSchultz } from "../../features/corwin-schultz.ts";
import { dollarAdv } from "../../features/dollar-adv.ts";
import { edgeSpread } from "../../features/edge-spread.ts";
import { realizedVolatility } from "../../features/realized-volatility.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { UniverseParams } from "./universe-params.ts";

export interface MeasuredName {
  readonly symbol: string;
  /** Bars in the window that was read. */
  readonly bars: number;
  readonly lastDay: DayNumber;
  /** Dollars, at the last close. */
  readonly price: number;
  /** Mean of close times volume, dollars a day; NaN on too few bars, as are the next two. */
  readonly adv: number;
  readonly spreadBps: number;
  /** Of closes, a year. */
  readonly volatility: number;
}

/**
 * In order of the symbols; names without a bar are not there. Daily bars alone tell the spread of liquid names badly:
 * of two estimators with different errors, EDGE and Corwin-Schultz, the lower is taken and never less than nothing, so
 * that a name is called wide when both say so.
 */
export function measureNames(columns: BarColumns, params: UniverseParams): MeasuredName[] {
  const { advBars, spreadBars, volatilityBars } = params;
  const features = [
    dollarAdv({ period: advBars }),
    edgeSpread({ bars: spreadBars }),
    corwinSchultz({ bars: spreadBars }),
    realizedVolatility({ period: volatilityBars }),
  ];
  const values = computeColumns(features, columns);
  const [adv, edge, corwin, volatility] = features.map(({ outputs }) => values.get(outputs[0] ?? ""));
  const { symbols } = columns.instruments;
  const lastRow = new Int32Array(symbols.length).fill(-1);
  const bars = new Int32Array(symbols.length);
  const batchOf = new Uint32Array(barCount(columns));
  for (const [batch] of columns.closedAt.entries())
    batchOf.fill(batch, columns.offset[batch], columns.offset[batch + 1]);
  for (const [row, i] of columns.instrument.entries()) {
    lastRow[i] = row;
    bars[i]! += 1;
  }
  return symbols.flatMap((symbol, i): MeasuredName[] => {
    const row = lastRow[i]!;
    if (row < 0) return [];
    const spread = Math.min(edge?.[row] ?? Number.NaN, corwin?.[row] ?? Number.NaN);
    return [
      {
        ...{ symbol, bars: bars[i]!, price: columns.close[row]! },
        lastDay: newYorkDay(columns.closedAt[batchOf[row]!] as EpochMicros),
        adv: adv?.[row] ?? Number.NaN,
        spreadBps: Math.max(0, spread) * 1e4,
        volatility: volatility?.[row] ?? Number.NaN,
      },
    ];
  });
}
