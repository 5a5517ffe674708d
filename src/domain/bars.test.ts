/** Goal: columns hold exactly the bars they were made from, in order. Method: a naive grouping as the model. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { allocateColumns, type Bar, barCount, batchCount, columnsFromBars } from "./bars.ts";
import { type InstrumentId, instrumentTable } from "./instrument.ts";
import { RecordTable } from "./record-table.ts";
import { sessionIndexAt } from "./session.ts";
import type { EpochMicros } from "./time.ts";

const table = instrumentTable(["A", "B", "C"]);

const someBars = fc.uniqueArray(
  fc.record({
    instrument: fc.integer({ min: 0, max: 2 }),
    closedAt: fc.integer({ min: 1, max: 9 }),
    price: fc.integer({ min: 1, max: 99 }),
  }),
  { selector: ({ instrument, closedAt }) => `${instrument}/${closedAt}`, maxLength: 27 },
);

it("rows ascend by instant, then by instrument; each instant is one batch", () => {
  fc.assert(
    fc.property(someBars, fc.boolean(), (given, shared) => {
      const all = given.map(
        ({ instrument, closedAt, price }): Bar => ({
          instrument: instrument as InstrumentId,
          closedAt: closedAt as EpochMicros,
          open: price,
          high: price + 2,
          low: price - 0.5,
          close: price + 1,
          volume: price * 10,
        }),
      );
      const columns = columnsFromBars("1m", table, all, { shared });
      expect(barCount(columns)).toBe(all.length);
      expect(columns.close.buffer instanceof SharedArrayBuffer).toBe(shared);
      const back: Bar[] = [];
      for (let batch = 0; batch < batchCount(columns); batch++) {
        const closedAt = columns.closedAt[batch]! as EpochMicros;
        if (batch > 0) expect(closedAt).toBeGreaterThan(columns.closedAt[batch - 1]!);
        expect(columns.offset[batch + 1]).toBeGreaterThan(columns.offset[batch]!);
        for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
          if (row > columns.offset[batch]!)
            expect(columns.instrument[row]).toBeGreaterThan(columns.instrument[row - 1]!);
          back.push({
            instrument: columns.instrument[row]! as InstrumentId,
            closedAt,
            open: columns.open[row]!,
            high: columns.high[row]!,
            low: columns.low[row]!,
            close: columns.close[row]!,
            volume: columns.volume[row]!,
          });
        }
      }
      const key = (bar: Bar) => bar.closedAt * 10 + bar.instrument;
      expect(back).toEqual(all.toSorted((a, b) => key(a) - key(b)));
    }),
  );
});

it("empty columns have room and no meaning yet", () => {
  const columns = allocateColumns("1d", table, 5, 2);
  expect([
    columns.close.length,
    columns.instrument.length,
    columns.closedAt.length,
    columns.offset.length,
  ]).toEqual([5, 5, 2, 3]);
});

it("DM-4: a symbol stands once; places are ids; the list cannot be changed", () => {
  expect(table.find("B")).toBe(1);
  expect(table.find("D")).toBeUndefined();
  expect(() => instrumentTable(["A", "B", "A"])).toThrow("DM-4: symbol A appears twice");
  expect(Object.isFrozen(table.symbols)).toBe(true);
});

it("sessionIndexAt is the first session that has not closed", () => {
  const close = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 });
  fc.assert(
    fc.property(close, fc.integer({ min: -5, max: 65 }), (closes, at) => {
      const sorted = closes.toSorted((a, b) => a - b);
      const times = Float64Array.from(sorted);
      const found = sorted.findIndex((instant) => instant >= at);
      const sessions = { date: Int32Array.from(sorted), open: times, close: times };
      expect(sessionIndexAt(sessions, at as EpochMicros)).toBe(found < 0 ? sorted.length : found);
    }),
  );
});

it("a record table keeps every cell while it grows, and shows no more than was written", () => {
  const records = new RecordTable<0 | 1 | 2>(3);
  for (let n = 0; n < 5000; n++) {
    const first = records.append();
    expect(first).toBe(n * 3);
    for (let field = 0; field < 3; field++) records.cells[first + field] = n * 10 + field;
  }
  records.set(7, 2, -1);
  expect(records.length).toBe(5000);
  expect(records.filled().length).toBe(15_000);
  expect(records.get(7, 2)).toBe(-1);
  const wrong = [...records.filled()].findIndex(
    (cell, n) => n !== 23 && cell !== Math.floor(n / 3) * 10 + (n % 3),
  );
  expect(wrong).toBe(-1);
});
