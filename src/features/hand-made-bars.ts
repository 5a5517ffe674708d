/** Bars of one instrument from plain numbers, for this room's tests. */
import { type BarColumns, barCount, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { computeColumns } from "./batch.ts";
import type { Feature } from "./feature.ts";

/** Open, high, low, close, volume. */
export type HandMadeBar = readonly [number, number, number, number, number];

export function barsFrom(rows: readonly HandMadeBar[]): BarColumns {
  return columnsFromBars(
    "1d",
    instrumentTable(["A"]),
    rows.map(([open, high, low, close, volume], t) => ({
      instrument: 0 as InstrumentId,
      closedAt: t as EpochMicros,
      open,
      high,
      low,
      close,
      volume,
    })),
  );
}

/** Bars that stand still at each close. */
export function barsOfCloses(closes: readonly number[], volume = 100): BarColumns {
  return barsFrom(closes.map((close) => [close, close, close, close, volume]));
}

/** One output over all bars. */
export function valuesOf(feature: Feature, output: string, bars: BarColumns): number[] {
  const values = computeColumns([feature], bars).get(output);
  if (values?.length !== barCount(bars)) throw new Error(`${feature.key} gave no ${output}`);
  return [...values];
}
