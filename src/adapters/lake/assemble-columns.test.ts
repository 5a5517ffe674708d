/** Goal: many series become the same columns that single bars, sorted the slow way, would. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bar, columnsFromBars } from "../../domain/bars.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { assembleColumns } from "./assemble-columns.ts";
import type { SeriesColumns } from "./series-columns.ts";

const instants = fc
  .uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 40 })
  .map((list) => list.sort((a, b) => a - b));

function seriesOf(ts: readonly number[], instrument: number): SeriesColumns {
  const column = (field: number) => Float64Array.from(ts, (at) => instrument * 1000 + at + field / 10);
  return {
    ts: Float64Array.from(ts),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

it("equals columnsFromBars over all series, empty ones included", () => {
  fc.assert(
    fc.property(fc.array(instants, { minLength: 1, maxLength: 6 }), fc.boolean(), (lists, shared) => {
      const symbols = lists.map((_, i) => `S${i}`);
      const series = lists.map(seriesOf);
      const bars: Bar[] = series.flatMap(({ ts, open, high, low, close, volume }, i) =>
        [...ts].map((at, row) => ({
          instrument: i as InstrumentId,
          closedAt: at as EpochMicros,
          open: open[row]!,
          high: high[row]!,
          low: low[row]!,
          close: close[row]!,
          volume: volume[row]!,
        })),
      );
      const { instruments: _, ...expected } = columnsFromBars("1d", instrumentTable(symbols), bars);
      const { instruments, ...got } = assembleColumns("1d", symbols, series, shared);
      expect(got).toEqual(expected);
      expect(instruments.symbols).toEqual(symbols);
      if (got.open.length > 0) expect(got.open.buffer instanceof SharedArrayBuffer).toBe(shared);
    }),
  );
});
