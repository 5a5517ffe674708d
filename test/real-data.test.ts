/**
 * Goal: on real prices the command line gives the figures that independent sources give, and whole backtests run
 * with their canary alive. Needs market data from outside the repository; names what is missing and skips.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EpochMicros } from "../src/domain/time.ts";
import { newYorkMinuteOfDay } from "../src/market/us-eastern.ts";
import { plimsoll } from "./plimsoll-process.ts";

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const folder = mkdtempSync(join(tmpdir(), "plimsoll-real-runs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function named(file: string): { readonly path: string; readonly absent: boolean; readonly title: string } {
  const path = join(shelf, file);
  const absent = !existsSync(path);
  return { path, absent, title: absent ? `${file} (skipped: not on this machine)` : file };
}

const run = (...args: string[]) => plimsoll(["--json", ...args], { cwd: folder });

/** The document on stdout; a failed command shows what it said. */
async function json(...args: string[]) {
  const { code, out, err } = await run(...args);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out);
}

const pair = named("reference/ige_spy_adj_close_2001_2007.csv");
describe.skipIf(pair.absent)(pair.title, () => {
  const metrics = (...args: string[]) =>
    json("stats", "metrics", "--input", pair.path, "--prices", ...args, "--risk-free", "0.04");

  it("IGE held alone has the Sharpe of 0.7893 over 4 %", async () => {
    expect((await metrics("--long", "IGE")).sharpe).toBeCloseTo(0.7893175383, 9);
  });

  it("IGE against SPY, half each, has 0.7837, a drawdown of 9.53 % and 497 days under the high", async () => {
    const found = await metrics("--long", "IGE", "--short", "SPY");
    expect(found.sharpe).toBeCloseTo(0.7836811002, 9);
    expect(found.maxDrawdown).toBeCloseTo(-0.0952926805, 9);
    expect(found).toMatchObject({ longestDrawdownPeriods: 497, periods: 1503 });
  });
});

const large = named("daily/us_large_cap_daily.parquet");
describe.skipIf(large.absent)(large.title, () => {
  const symbols = "AAPL,MSFT,AMZN,JPM,KO,PEP,WMT,BAC,INTC,PFE,DIS,HD,GE,C,WFC,ADBE,CAT,DE,TXN,V";
  const scope = ["--symbols", symbols, "--timeframe", "1d", "--from", "2006-01-03", "--to", "2020-10-27"];

  beforeAll(async () => {
    expect(
      (await json("data", "import", large.path, "--timeframe", "1d", "--adjustment", "split")).imported,
    ).toBe(850_935);
  }, 120_000);

  it("swing_trend_following runs over 20 large caps with its canary alive", async () => {
    const result = await json(
      "backtest",
      "--strategies",
      "swing_trend_following",
      ...scope,
      "--out",
      "swing",
    );
    expect(result.scope).toMatchObject({
      from: "2006-01-03",
      to: "2020-10-27",
      sessions: 3731,
      bars: 74_065,
    });
    expect(result.honesty.canary).toMatchObject({ passed: true, moved: 0 });
    expect(result.honesty.canary.decisions).toBeGreaterThan(5000);
    expect(result.metrics.trades).toBeGreaterThan(100);
    // After costs its own trades show no edge that is sure enough: Kelly ends it, and the report says so (SIZE-1).
    expect(result.honesty.warnings.join(" ")).toMatch(/no share was left by kelly|kelly left no share/);
    expect(Math.abs(result.metrics.totalReturn)).toBeLessThan(3);
    expect(result.honesty.warnings.join(" ")).toMatch(/survivorship/);
    const trades = readFileSync(join(folder, "swing", "trades.csv"), "utf8")
      .trimEnd()
      .split("\n");
    expect(trades.length - 1).toBe(result.metrics.trades);
    // Ten bars, and the one on which the order to leave is filled.
    const held = trades.slice(1).map((line) => Number(line.split(",")[11]));
    expect(Math.max(...held)).toBe(11);
  }, 120_000);
});

const minutes = named("intraday/spy_1min_2024.parquet");
describe.skipIf(minutes.absent)(minutes.title, () => {
  it("reference_ema_cross runs over 63 sessions of minutes with its canary alive", async () => {
    await json("data", "import", minutes.path, "--timeframe", "1m", "--adjustment", "raw");
    const args = [
      "--strategies",
      "reference_ema_cross",
      "--symbols",
      "SPY",
      "--timeframe",
      "1m",
      "--out",
      "ema",
    ];
    const result = await json("backtest", ...args);
    expect(result.scope).toMatchObject({
      from: "2024-02-20",
      to: "2024-05-17",
      sessions: 63,
      bars: 63 * 390,
    });
    expect(result.honesty.canary).toMatchObject({ passed: true, moved: 0 });
    expect(result.metrics.trades).toBeGreaterThan(100);
    expect(result.costs.fees).toBeGreaterThan(0);
    // Nothing is entered in the first and last five minutes of a session, New York time.
    const orders = readFileSync(join(folder, "ema", "orders.csv"), "utf8")
      .trimEnd()
      .split("\n")
      .slice(1);
    const sent = orders
      .map((line) => line.split(","))
      .filter((cells) => cells[6] === "entry" && cells[14] !== "denied");
    expect(sent.length).toBeGreaterThan(100);
    for (const cells of sent) {
      const minute = newYorkMinuteOfDay((Date.parse(cells[2] ?? "") * 1000) as EpochMicros);
      expect(minute >= 9 * 60 + 35 && minute <= 15 * 60 + 55, cells[2]).toBe(true);
    }
  }, 120_000);
});
