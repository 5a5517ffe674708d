/** What became of each entry: its label, net of costs, and how long that took to know (LEARN-2, QUANT d8, d9). */
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import type { BarPath } from "../../learn/labels/bar-path.ts";
import { ewmaVolatility } from "../../learn/labels/ewma-volatility.ts";
import { metaLabels } from "../../learn/labels/meta-labels.ts";
import { type BarrierTerms, tripleBarrier } from "../../learn/labels/triple-barrier.ts";
import type { LabelledEntries } from "../../learn/signal/labelled-entries.ts";
import type { EntryEvents } from "./entry-events.ts";
import type { TrainingConfig } from "./training-config.ts";

/** So far away that no bar touches it: what is left is the end of the time. */
const OUT_OF_REACH = 1_000;
const EWMA = { span: 50, minReturns: 20 };
const BPS = 1e-4;

export interface Labelled extends LabelledEntries {
  /** Instrument of each row. */
  readonly instrument: Int32Array;
  /** Batch by which a label is known in any case: the end of its time, at or after the end of its span. */
  readonly due: Int32Array;
}

/**
 * Entries whose label is not known by the last bar are left out, and so are those without a price to enter at or a
 * distance to measure by. Prices must stand on one basis: a split within a label would be a loss that nobody had.
 */
export function labelEntries(
  bars: BarColumns,
  events: EntryEvents,
  label: TrainingConfig["label"],
): Labelled {
  const kept: { row: number; end: number; due: number; gross: number }[] = [];
  const batchOf = batchOfRows(bars);
  const instruments = bars.instruments.symbols.length;
  const entriesOf = rowsBy(events.instrument, instruments);
  for (const [instrument, rows] of rowsBy(bars.instrument, instruments).entries()) {
    const path = pathOf(bars, rows);
    const own = ownEvents(events, entriesOf[instrument]!, rows, batchOf);
    const volatility = ewmaVolatility(path.close, EWMA);
    const usable = own.flatMap(({ row, bar }) => {
      const distance = distanceOf(path, volatility, bar, events.stop[row]!, label);
      const isUsable = distance > 0 && distance < Number.POSITIVE_INFINITY && path.open[bar + 1]! > 0;
      return isUsable ? [{ row, bar, distance }] : [];
    });
    const isForward = label.kind === "forward";
    const result = tripleBarrier(
      path,
      {
        bar: Int32Array.from(usable, ({ bar }) => bar),
        side: Int8Array.from(usable, ({ row }) => events.side[row]!),
        // However near an entry's own stop is, a forward return passes through it.
        deviation: Float64Array.from(usable, ({ distance }) => (isForward ? 1 : distance)),
        // It rests where the signal said: a gap before the entry does not move it.
        stop: Float64Array.from(usable, ({ row }) => (isForward ? Number.NaN : events.stop[row]!)),
      },
      termsOf(label),
    );
    for (let k = 0; k < result.label.length; k++)
      kept.push({
        row: usable[k]!.row,
        end: batchOf[rows[result.spans.end[k]!]!]!,
        due: batchOf[rows[usable[k]!.bar + label.horizon]!]!,
        gross: result.sideReturn[k]!,
      });
  }
  kept.sort((a, b) => a.row - b.row);
  const gross = Float64Array.from(kept, (each) => each.gross);
  const labels = metaLabels(gross, new Float64Array(kept.length).fill(label.costBps * BPS));
  return {
    featureNames: events.featureNames,
    columns: events.columns.map((column) => Float64Array.from(kept, ({ row }) => column[row]!)),
    spans: {
      start: Int32Array.from(kept, ({ row }) => events.batch[row]!),
      end: Int32Array.from(kept, ({ end }) => end),
    },
    due: Int32Array.from(kept, ({ due }) => due),
    netReturn: labels.netReturn,
    label: labels.label,
    instrument: Int32Array.from(kept, ({ row }) => events.instrument[row]!),
  };
}

const termsOf = ({ kind, profit, horizon }: TrainingConfig["label"]): BarrierTerms => ({
  profit: kind === "barrier" ? profit : OUT_OF_REACH,
  stop: kind === "barrier" ? 1 : OUT_OF_REACH,
  horizon,
  entry: "next-open",
  touch: "range",
  atEnd: "sign",
});

/** In logarithms: to the entry's own stop, else what the price usually moves in that time. */
function distanceOf(
  path: BarPath,
  volatility: Float64Array,
  bar: number,
  stop: number,
  { horizon }: TrainingConfig["label"],
): number {
  const toStop = Math.abs(Math.log(stop / path.close[bar]!));
  return Number.isNaN(toStop) ? volatility[bar]! * Math.sqrt(horizon) : toStop;
}

/** Each entry of one instrument with the bar of its own path that it was decided on. */
function ownEvents(events: EntryEvents, own: Int32Array, rows: Int32Array, batchOf: Int32Array) {
  let bar = 0;
  return Array.from(own, (row) => {
    while (batchOf[rows[bar]!]! < events.batch[row]!) bar += 1;
    return { row, bar };
  });
}

function batchOfRows(bars: BarColumns): Int32Array {
  const of = new Int32Array(bars.instrument.length);
  for (let b = 0; b < batchCount(bars); b++) of.fill(b, bars.offset[b]!, bars.offset[b + 1]!);
  return of;
}

/** Rows of each instrument, ascending. */
function rowsBy(instrument: Uint32Array | Int32Array, instruments: number): Int32Array[] {
  const counts = new Int32Array(instruments);
  for (const i of instrument) counts[i]! += 1;
  const rows = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let row = 0; row < instrument.length; row++) {
    const i = instrument[row]!;
    rows[i]![counts[i]!] = row;
    counts[i]! += 1;
  }
  return rows;
}

function pathOf(bars: BarColumns, rows: Int32Array): BarPath {
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  return { open: pick(bars.open), high: pick(bars.high), low: pick(bars.low), close: pick(bars.close) };
}
