/**
 * Goal    recorded files become a market whose minutes are those of the files.
 * Method  a small file of minutes written here; then the recorded quotes and trades of 2013 and second bars, where
 *         they lie on this machine.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { sessionOn } from "../../market/calendar.ts";
import { happenings } from "../market-feed.ts";
import { FilePrices } from "./file-prices.ts";
import { readPriceFiles } from "./read-price-files.ts";

const folder = mkdtempSync(join(tmpdir(), "exchange-prices-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DATA = process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data";
const ticks = ["trades", "quotes"].map((kind) => join(DATA, "tick", `${kind}_ibm_spy_2013.parquet`));
const seconds = join(DATA, "intraday", "second_trade_bars_spy_2013.parquet");

function csv(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

describe("files of minutes", () => {
  it("stream the bars of the file, minute by minute, and prints that make them", async () => {
    const path = csv("minutes.csv", [
      "symbol,timestamp,open,high,low,close,volume",
      "ACME,2026-11-18T14:30:00Z,10,10.5,9.9,10.2,1000",
      "ACME,2026-11-18T14:32:00Z,10.2,10.3,10.1,10.1,7",
      "ACME,2026-11-18T14:33:00Z,10.1,10.1,10.1,10.1,0",
      "BETA,2026-11-18T14:31:00Z,50,50,50,50,3",
      "BETA,2026-11-18T14:32:00Z,50,49,51,50,3",
    ]);
    const source = new FilePrices(await readPriceFiles([path]), 1);
    const open = sessionOn(dayNumber(2026, 11, 18))?.open as EpochMicros;
    const all = [...happenings(source, open, true)].flat();
    const bars = all.flatMap((one) =>
      one.kind === "bar" ? [[one.row, (one.bar.at - open) / MICROS_PER_MINUTE]] : [],
    );
    expect(bars).toEqual([
      [0, 0],
      [1, 1],
      [0, 2],
    ]);
    const volume = all.reduce((sum, one) => sum + (one.kind === "trade" ? one.tick.size : 0), 0);
    expect(volume).toBe(1010);
    expect(all.every(({ at }, i) => at >= (all[i - 1]?.at ?? 0))).toBe(true);
  });

  it("a file that holds something else, or nothing, is refused with its name", async () => {
    const path = csv("words.csv", ["symbol,mood", "ACME,good"]);
    await expect(readPriceFiles([path])).rejects.toThrow(/words\.csv holds neither bars/);
    const weekend = csv("weekend.csv", [
      "symbol,timestamp,open,high,low,close,volume",
      "ACME,2026-11-21T15:00:00Z,1,1,1,1,1",
    ]);
    const recordings = await readPriceFiles([weekend]);
    expect(() => new FilePrices(recordings, 1)).toThrow(/no prices on any session/);
  });
});

describe.skipIf(!ticks.every((path) => existsSync(path)))(
  "recorded quotes and trades (needs the market data)",
  () => {
    it("are streamed as recorded: every print of regular hours, and quotes that never cross", async () => {
      const source = new FilePrices(await readPriceFiles(ticks), 1);
      expect(source.listings.map(({ symbol }) => symbol)).toEqual(["IBM", "SPY"]);
      const open = sessionOn(dayNumber(2013, 10, 7))?.open as EpochMicros;
      let prints = 0;
      let quotes = 0;
      for (const batch of happenings(source, open, true)) {
        if ((batch[0]?.at ?? 0) > open + 30 * MICROS_PER_MINUTE) break;
        for (const one of batch) {
          if (one.kind === "trade") prints += 1;
          if (one.kind !== "quote") continue;
          quotes += 1;
          expect(one.tick.bid).toBeLessThan(one.tick.ask);
        }
      }
      expect(prints).toBeGreaterThan(10_000);
      expect(quotes).toBeGreaterThan(1000);
    });
  },
);

describe.skipIf(!existsSync(seconds))("recorded second bars (needs the market data)", () => {
  it("become minutes of the same volume, and prints inside their seconds", async () => {
    const [recording] = await readPriceFiles([seconds]);
    const source = new FilePrices(recording === undefined ? [] : [recording], 1);
    const minutes = source.minutes(0, source.firstDay);
    const [first] = minutes;
    expect(minutes.length).toBeGreaterThan(380);
    const trades = source.trades(0, first as never);
    expect(trades.reduce((sum, { size }) => sum + size, 0)).toBe(first?.volume);
    expect([trades[0]?.price, trades.at(-1)?.price]).toEqual([first?.open, first?.close]);
  });
});
