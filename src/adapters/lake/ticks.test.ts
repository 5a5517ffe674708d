/**
 * Goal    quotes and trades come in judged, are listed, and load as the market's best bid and offer, in order.
 * Method  small Parquet files written here; the shared real files where they are on the machine.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE, startOfDay } from "../../domain/time.ts";
import { Duck } from "./duck.ts";
import { createLake, type Lake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 11, 1)) as EpochMicros;
const folder = mkdtempSync(join(tmpdir(), "plimsoll-ticks-"));
let duck: Duck;
beforeAll(async () => {
  duck = await Duck.open(join(folder, "spill"));
});
afterAll(() => {
  duck.close();
  rmSync(folder, { recursive: true, force: true });
});

/** 14:30 UTC on Monday 2024-03-04, the open. */
const OPEN_MS = 1_709_562_600_000;
let made = 0;

async function parquet(select: string): Promise<string> {
  const path = join(folder, `file-${made++}.parquet`);
  await duck.during((session) => session.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`));
  return path;
}

const values = (rows: readonly string[], names: string) =>
  parquet(`SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(", ")}) AS t(${names})`);

const quotesFile = (rows: readonly string[]) =>
  values(rows, "symbol, ms, bid, bid_size, ask, ask_size, exchange, suspicious").then((path) =>
    parquet(`SELECT * EXCLUDE (ms), ${OPEN_MS} + ms AS ts_ms FROM read_parquet('${path}')`),
  );

const oneSided = [
  "'A', 0, 100.0::FLOAT, 300, NULL, NULL, 'N', false",
  "'A', 0, NULL, NULL, 100.2::FLOAT, 200, 'N', false",
  "'A', 5, 100.1::FLOAT, 100, NULL, NULL, 'Q', false",
  "'A', 9, 99.0::FLOAT, 100, NULL, NULL, 'Q', false",
];

function fresh(): Lake {
  return createLake(mkdtempSync(join(folder, "lake-")));
}

const request = { source: "files", now, book: "best" } as const;

async function loaded(lake: Lake, symbols: readonly string[] | "all" = "all") {
  const { ticks, symbols: names } = await lake.loadTicks({ symbols });
  const { at, instrument, bid, bidSize, ask, askSize } = ticks.quotes;
  const quotes = [...at].map(
    (when, n) =>
      `${when / 1000 - OPEN_MS} ${names[instrument[n]!]} ${bid[n]}x${bidSize[n]}/${ask[n]}x${askSize[n]}`,
  );
  return { quotes, trades: ticks.trades };
}

const aTrade = ["'A', 3, 100.2::FLOAT, 70"];
const tradesFile = (rows: readonly string[]) =>
  values(rows, "symbol, ms, price, size").then((path) =>
    parquet(`SELECT * EXCLUDE (ms), ${OPEN_MS} + ms AS ts_ms FROM read_parquet('${path}')`),
  );

describe("import and load", () => {
  it("a row of the market's best replaces its side, whoever set it; float32 is rounded to the tick", async () => {
    const lake = fresh();
    await lake.importTicks({ ...request, files: [await quotesFile(oneSided)], kind: "quotes" });
    await lake.importTicks({ ...request, files: [await tradesFile(aTrade)], kind: "trades" });
    const { quotes, trades } = await loaded(lake);
    expect(quotes).toEqual([
      "0 A 100x300/NaNx0",
      "0 A 100x300/100.2x200",
      "5 A 100.1x100/100.2x200",
      "9 A 99x100/100.2x200",
    ]);
    expect([trades.price[0], trades.size[0], trades.at[0]]).toEqual([100.2, 70, (OPEN_MS + 3) * 1000]);
    expect(lake.listTicks()).toMatchObject([
      { symbol: "A", kind: "quotes", rows: 4, days: 1, from: "2024-03-04T14:30:00Z" },
      { symbol: "A", kind: "trades", rows: 1, days: 1 },
    ]);
    lake.close();
  });

  it("rows of exchanges build the best over them", async () => {
    const lake = fresh();
    const files = [await quotesFile(oneSided)];
    await lake.importTicks({ ...request, files, kind: "quotes", book: "exchanges" });
    await lake.importTicks({ ...request, files: [await tradesFile(aTrade)], kind: "trades" });
    expect((await loaded(lake)).quotes.slice(2)).toEqual([
      "5 A 100.1x100/100.2x200",
      "9 A 100x300/100.2x200",
    ]);
    lake.close();
  });

  it("refuses what is no quote, and writes down what stood there", async () => {
    const lake = fresh();
    const rows = [
      ...oneSided,
      "'A', 10, NULL, NULL, NULL, NULL, 'N', false",
      "'A', 11, 100.0::FLOAT, NULL, NULL, NULL, 'N', false",
      "'A', 12, 100.3::FLOAT, 1, 100.2::FLOAT, 1, 'N', false",
      "'A', 13, 100.2::FLOAT, 1, 100.2::FLOAT, 1, 'N', false",
      "'A', 14, 100.0::FLOAT, 1, NULL, NULL, 'N', true",
      "'A', -90000000, 100.0::FLOAT, 1, NULL, NULL, 'N', false",
      "'a b', 15, 100.0::FLOAT, 1, NULL, NULL, 'N', false",
    ];
    const result = await lake.importTicks({ ...request, files: [await quotesFile(rows)], kind: "quotes" });
    expect(result).toMatchObject({
      imported: 4,
      rejected: 7,
      rejectedByRule: {
        "quote-sides-whole": 2,
        "quote-not-crossed": 1,
        "quote-not-locked": 1,
        "source-suspicious": 1,
        "on-session": 1,
        schema: 1,
      },
    });
    const audit = readFileSync(result.audit ?? "", "utf8").split("\n");
    expect(audit[0]).toBe("file,row,symbol,timestamp,rule,reason,bid,bid_size,ask,ask_size,payload_sha256");
    expect(audit).toHaveLength(9);
    lake.close();
  });

  it("bars of quotes count from their end on", async () => {
    const lake = fresh();
    const names = "symbol, ts_ms, bid_close, bid_size, ask_close, ask_size";
    const second = await values([`'B', ${OPEN_MS + 1000}, 10.0, 5, 10.01, 6`], names);
    const minute = await values([`'C', ${OPEN_MS}, 10.0, 5, 10.01, 6`], names);
    await lake.importTicks({ ...request, files: [second, minute], kind: "quotes" });
    const trades = await tradesFile(["'B', 0, 10.0, 1", "'C', 0, 10.0, 1"]);
    await lake.importTicks({ ...request, files: [trades], kind: "trades" });
    expect((await loaded(lake)).quotes).toEqual(["2000 B 10x5/10.01x6", "60000 C 10x5/10.01x6"]);
    lake.close();
  });

  it("a day imported again is replaced whole; other days and symbols stay, nothing is left behind", async () => {
    const root = mkdtempSync(join(folder, "again-"));
    const lake = createLake(root);
    const import2 = async (rows: readonly string[]) =>
      lake.importTicks({ ...request, files: [await tradesFile(rows)], kind: "trades" });
    await import2(["'A', 0, 1.0, 1", "'A', 86400000, 2.0, 1", "'B', 0, 3.0, 1"]);
    const again = await import2(["'A', 5, 9.0, 4", "'A', 6, 9.0, 4"]);
    expect(again.notes).toEqual(["1 days were there before and were replaced"]);
    const rows = lake.listTicks().map(({ symbol, rows: count, days }) => `${symbol} ${count} ${days}`);
    expect(rows).toEqual(["A 3 2", "B 1 1"]);
    await import2(["'B', 0, 3.0, 1"]);
    const left = readdirSync(join(root, "data", "trades"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => name.endsWith(".parquet"))).toHaveLength(3);
    lake.close();
  });

  it("a damaged file is refused by name, and importing its source again brings it back", async () => {
    const root = mkdtempSync(join(folder, "lake-"));
    const lake = createLake(root);
    const files = [await tradesFile(aTrade)];
    await lake.importTicks({ ...request, files: [await quotesFile(oneSided)], kind: "quotes" });
    await lake.importTicks({ ...request, files, kind: "trades" });
    const place = join(root, "data/trades/source=files/symbol=A");
    const path = join(place, readdirSync(place)[0] ?? "");
    writeFileSync(path, "no parquet");
    await expect(loaded(lake)).rejects.toThrow(`${path}: the content is not what was written (trades of A`);
    await lake.importTicks({ ...request, files, kind: "trades" });
    expect((await loaded(lake)).trades.price).toEqual(Float64Array.of(100.2));
    lake.close();
  });

  it("names what is missing: a column, ticks of a symbol, one source of two", async () => {
    const lake = fresh();
    const trades = await tradesFile(aTrade);
    const quotes = lake.importTicks({ ...request, files: [trades], kind: "quotes" });
    await expect(quotes).rejects.toThrow(
      /has no column bid, bid_size, ask, ask_size, which --kind quotes needs/,
    );
    await expect(lake.loadTicks({ symbols: ["A"] })).rejects.toThrow(
      /no quotes of A in the range; there are none at all/,
    );
    const both = [await quotesFile(oneSided)];
    await lake.importTicks({ ...request, files: both, kind: "quotes" });
    await lake.importTicks({ ...request, files: both, kind: "quotes", source: "other" });
    await expect(lake.loadTicks({ symbols: ["A"] })).rejects.toThrow(
      /from files and other; name one with --source/,
    );
    lake.close();
  });
});

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const real = ["tick/quotes_ibm_spy_2013.parquet", "intraday/minute_quote_bars_2008_2014.parquet"].map(
  (file) => join(shelf, file),
);
const absent = real.filter((path) => !existsSync(path));

describe.skipIf(absent.length > 0)(
  `real quotes${absent.length > 0 ? " (skipped: not on this machine)" : ""}`,
  () => {
    it("IBM's best bid and offer are the vendor's own minute bars', price and size, every minute", async () => {
      const lake = fresh();
      const [file = "", minutes = ""] = real;
      const result = await lake.importTicks({ ...request, files: [file], kind: "quotes" });
      expect(result).toMatchObject({
        imported: 234_809,
        rejectedByRule: { "in-trading-hours": 6, "source-suspicious": 2 },
      });
      await lake.importTicks({
        ...request,
        files: [join(shelf, "tick/trades_ibm_spy_2013.parquet")],
        kind: "trades",
      });
      const { ticks } = await lake.loadTicks({ symbols: ["IBM"] });
      const { at, bid, bidSize, ask, askSize } = ticks.quotes;
      const rows = await duck.during((session) =>
        session.rows(
          `SELECT ts_ms::DOUBLE, bid_close, bid_size::DOUBLE, ask_close, ask_size::DOUBLE
         FROM read_parquet('${minutes}') WHERE symbol = 'IBM' AND ts_ms BETWEEN 1381152600000 AND 1381262399999
         AND (ts_ms % 86400000) BETWEEN 48600000 AND 71999999 ORDER BY ts_ms`,
        ),
      );
      expect(rows).toHaveLength(780);
      let n = 0;
      for (const [start, ...wanted] of rows as number[][]) {
        while (n + 1 < at.length && at[n + 1]! < start! * 1000 + MICROS_PER_MINUTE) n += 1;
        expect([bid[n], bidSize[n], ask[n], askSize[n]]).toEqual(wanted);
      }
      lake.close();
    });
  },
);
