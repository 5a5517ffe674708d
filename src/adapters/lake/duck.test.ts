/** Goal: the parts of DuckDB's surface that are not promised still hold, and files come back bit for bit. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Duck, floatItems, textItem } from "./duck.ts";
import type { SeriesColumns } from "./series-columns.ts";

let duck: Duck;
const folder = mkdtempSync(join(tmpdir(), "plimsoll-duck-"));
beforeAll(async () => {
  duck = await Duck.open(join(folder, "spill"));
});
afterAll(() => {
  duck.close();
  rmSync(folder, { recursive: true, force: true });
});

function columnsOf(values: readonly number[]): SeriesColumns {
  const column = (shift: number) => Float64Array.from(values, (value) => value + shift);
  const ts = Float64Array.from(values.keys(), (row) => 1_700_000_000_000_000 + row);
  return { ts, open: column(0), high: column(1), low: column(-1), close: column(0.1), volume: column(100) };
}

it("a chunk's numbers are a Float64Array, NULL reads as NaN, NULL text as nothing", async () => {
  const sql =
    "SELECT CASE WHEN i % 3 = 1 THEN NULL ELSE i::DOUBLE / 7 END, CASE WHEN i = 5 THEN NULL ELSE 'x' || i END " +
    "FROM range(5000) t(i)";
  let row = 0;
  await duck.during(async (session) => {
    for await (const chunk of session.chunks(sql)) {
      const numbers = floatItems(chunk.getColumnVector(0));
      expect(numbers).toBeInstanceOf(Float64Array);
      const texts = chunk.getColumnVector(1);
      for (let i = 0; i < chunk.rowCount; i++, row++) {
        expect(numbers[i]).toBe(row % 3 === 1 ? Number.NaN : row / 7);
        if (row < 10) expect(textItem(texts, i)).toBe(row === 5 ? "" : `x${row}`);
      }
    }
  });
  expect(row).toBe(5000);
});

it("a session that streams refuses another query instead of losing the rest of the stream", async () => {
  await duck.during(async (session) => {
    for await (const chunk of session.chunks("SELECT i FROM range(5000) t(i)")) {
      expect(chunk.rowCount).toBeGreaterThan(0);
      await expect(session.rows("SELECT 1")).rejects.toThrow(/LK-3/);
    }
    expect(await session.rows("SELECT 1")).toEqual([[1]]);
  });
});

it("reads and writes side by side do not disturb each other", async () => {
  const sizes = [5000, 5001, 5002, 5003];
  const path = (rows: number) => join(folder, `side-${rows}.parquet`);
  await Promise.all(sizes.map((rows) => duck.writeSeries(path(rows), columnsOf(Array(rows).fill(rows)))));
  const read = await Promise.all(sizes.map((rows) => duck.readSeries([path(rows)], rows)));
  for (const [i, rows] of sizes.entries()) expect(read[i]).toEqual(columnsOf(Array(rows).fill(rows)));
});

it("what is written is read, over chunk and row group borders", async () => {
  for (const rows of [1, 2048, 2049, 70_000]) {
    const columns = columnsOf(Array.from({ length: rows }, (_, i) => Math.sin(i) * 1e6));
    const path = join(folder, `size-${rows}.parquet`);
    await duck.writeSeries(path, columns);
    expect(await duck.readSeries([path], rows)).toEqual(columns);
  }
});

it("every finite double survives", async () => {
  const path = join(folder, "doubles.parquet");
  await fc.assert(
    fc.asyncProperty(
      // The file keeps each distinct value once, and 0 and -0 are not distinct: no price or volume is -0.
      fc.array(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
        {
          minLength: 1,
          maxLength: 50,
        },
      ),
      async (values) => {
        await duck.writeSeries(path, columnsOf(values));
        expect((await duck.readSeries([path], values.length)).open).toEqual(Float64Array.from(values));
      },
    ),
    { numRuns: 20 },
  );
});

it("files come in the order named, whatever their names hold", async () => {
  const odd = join(folder, "it's [odd] *");
  mkdirSync(odd);
  const paths = ["b?.parquet", "a[1].parquet"].map((name) => join(odd, name));
  for (const [i, path] of paths.entries()) await duck.writeSeries(path, columnsOf([i * 10, i * 10 + 1]));
  expect((await duck.readSeries(paths, 4)).open).toEqual(Float64Array.of(0, 1, 10, 11));
});

it("a file with other rows than the catalog promises is refused in one line", async () => {
  const path = join(folder, "promised.parquet");
  await duck.writeSeries(path, columnsOf([1, 2, 3]));
  await expect(duck.readSeries([path], 2)).rejects.toThrow(/promised.parquet: not the 2 rows of the catalog/);
  await expect(duck.readSeries([path], 4)).rejects.toThrow(/data verify/);
  expect(existsSync(path)).toBe(true);
});
