/**
 * Features over bars, row after row: what `features compute` writes and the feature store keeps. Nothing is held
 * but the states, so the length of history costs no memory.
 */
import { type BarBatch, type BarColumns, batchCount, timeframeSeconds } from "../domain/bars.ts";
import { dayOf, type EpochMicros, startOfDay } from "../domain/time.ts";
import { eventText, parseEvent } from "../engine/event-text.ts";
import { FeatureBank } from "../engine/feature-bank.ts";
import { worldOf } from "../features/batch.ts";
import type { Feature } from "../features/feature.ts";

export const featureModes = ["batch", "stream"] as const;
/**
 * `batch` plays the definitions over the columns. `stream` hands them each instant as a live run gets it: as a
 * journal line, in columns of its own. The values are the same bits (FEAT-2).
 */
export type FeatureMode = (typeof featureModes)[number];

export interface FeatureRun {
  readonly features: readonly Feature[];
  readonly columns: BarColumns;
  /** Symbol that market-relative features compare with. */
  readonly market: string;
  readonly mode: FeatureMode;
  /** State after an earlier run, and the first batch it has not seen. */
  readonly resume?: { readonly state: ReturnType<FeatureBank["save"]>; readonly batch: number };
}

export interface FeatureRow {
  readonly symbol: string;
  /** Dense index of the symbol. */
  readonly instrument: number;
  /** Start of the bar, epoch micros; midnight UTC of the session date for daily bars. */
  readonly ts: number;
  /** One value per output, NaN while warming. The same array each time. */
  readonly values: Float64Array;
}

/** Names of the values of a row, in their order. */
export const outputNames = (features: readonly Feature[]): string[] =>
  features.flatMap(({ outputs }) => [...outputs]);

/** Calls `take` for each bar in order of time, then symbol. Returns the state after the last. */
export function runFeatures(
  run: FeatureRun,
  take: (row: FeatureRow) => void,
): ReturnType<FeatureBank["save"]> {
  const { columns, features } = run;
  const bank = new FeatureBank(worldOf(columns, run.market));
  const outputs = features.flatMap((feature) =>
    feature.outputs.map((_, output) => bank.column({ feature, output })),
  );
  if (run.resume !== undefined) bank.load(run.resume.state);
  const values = new Float64Array(outputs.length);
  const row = { symbol: "", instrument: 0, ts: 0, values };
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  for (let b = run.resume?.batch ?? 0; b < batchCount(columns); b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    bank.update(run.mode === "batch" ? batch : asReceived(batch));
    row.ts = startOf(columns, batch.at);
    for (let n = batch.from; n < batch.to; n++) {
      const instrument = columns.instrument[n]!;
      for (let k = 0; k < outputs.length; k++) values[k] = outputs[k]?.[instrument] ?? Number.NaN;
      row.instrument = instrument;
      row.symbol = columns.instruments.symbols[instrument] ?? "";
      take(row);
    }
  }
  return bank.save();
}

function asReceived(bars: BarBatch): BarBatch {
  const event = parseEvent(eventText({ kind: "BarsClosed", bars }), bars.columns.instruments);
  if (event.kind !== "BarsClosed") return bars;
  // A line does not say how long its bars are: whoever reads it knows, and here it is not always a minute.
  const { timeframe } = bars.columns;
  return { ...event.bars, columns: { ...event.bars.columns, timeframe } };
}

function startOf({ timeframe }: BarColumns, closedAt: EpochMicros): number {
  if (timeframe === "1d") return startOfDay(dayOf(closedAt));
  return closedAt - timeframeSeconds[timeframe] * 1_000_000;
}
