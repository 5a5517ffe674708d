/**
 * Goal    a run over printed prices with splits decides what a run over split-adjusted history decides, and loses no
 *         money on the way; on the real tape of 2015 to 2017 too, where sources are provided.
 * Method  the same strategy twice, over the same market on two bases; order prices without ticks, and so much money
 *         that whole shares do not matter.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { type EngineRun, runEngine } from "../src/app/engine-run.ts";
import { exposureCurve } from "../src/app/exposure-curve.ts";
import { actionEvents } from "../src/app/run-actions.ts";
import { type BarColumns, batchCount } from "../src/domain/bars.ts";
import type { CorporateAction } from "../src/domain/corporate-action.ts";
import { type EpochMicros, isoDate } from "../src/domain/time.ts";
import { SignalField } from "../src/engine/signal-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { randomDaily } from "./daily-market.ts";
import { plimsoll } from "./plimsoll-process.ts";
import { printed } from "./printed-market.ts";

const SESSIONS = 900;
const CASH = 50_000_000;
const smooth = randomDaily({ seed: 11, sessions: SESSIONS });
const settings = [
  "features.basis=split",
  // What depends on the size of a share, or on every earlier cent, would part the two runs.
  "sizing.kelly.enabled=false",
  "ensemble.trailing.floor=1",
  "sizing.atr.floor=1",
  "sizing.adv.fraction=1",
  "risk.adv.maxFraction=1",
  "risk.restricted.minPrice=0",
  "execution.tick=none",
  "sizing.positionUsd=1000000000",
  "risk.order_size={maxShares: 10000000, maxNotionalUsd: 1000000000}",
  "costs.slippage=fixed",
  "costs.maxParticipation=1",
  "strategies.swing_trend_following.params={adxMinimum: 5}",
];

const splitBefore = (
  batch: number,
  symbol: string,
  newShares: number,
  oldShares: number,
): CorporateAction => ({
  symbol,
  exDate: newYorkDay(smooth.closedAt[batch] as EpochMicros),
  kind: "split",
  newShares,
  oldShares,
  cashPerShare: 0,
  reference: Number.NaN,
});
/** A split in most weeks: some must fall on positions, resting stops and entries on their way. */
const splits: readonly CorporateAction[] = Array.from({ length: 120 }, (_, n) => {
  const ratios = [
    [2, 1],
    [1, 2],
    [3, 2],
    [2, 3],
  ] as const;
  const [newShares, oldShares] = ratios[Math.floor(n / 4) % 4] as (typeof ratios)[number];
  return splitBefore(20 + 7 * n, ["AAA", "BBB", "CCC", "DDD"][n % 4] as string, newShares, oldShares);
});

const run = (columns: BarColumns, actions: readonly CorporateAction[]): EngineRun =>
  runEngine({
    config: loadConfig({ assignments: settings }),
    strategyIds: ["swing_trend_following"],
    columns,
    sessions: xnysSessions(),
    cash: CASH,
    actions: actionEvents(actions, columns),
  });

/** Instant, instrument and kind of everything decided. */
function decisions({ loop }: EngineRun): string[] {
  const { signals } = loop.compute;
  return Array.from({ length: signals.length }, (_, row) => {
    const [at, instrument, kind] = [SignalField.at, SignalField.instrument, SignalField.kind].map((f) =>
      signals.get(row, f),
    );
    return `${isoDate(newYorkDay(at as EpochMicros))} ${instrument} ${kind}`;
  });
}

describe("printed prices with splits against split-adjusted history", () => {
  const columns = printed(smooth, splits);
  const [raw, adjusted] = [run(columns, splits), run(smooth, [])];

  it("decides the same, day by day", () => {
    const wanted = decisions(adjusted);
    expect(wanted.length).toBeGreaterThan(100);
    expect(decisions(raw)).toEqual(wanted);
  });

  it("ends with the same money, up to whole shares", () => {
    const [a, b] = [raw.loop.execute.equity, adjusted.loop.execute.equity];
    expect(Math.abs(a / b - 1)).toBeLessThan(1e-4);
    expect(raw.loop.execute.trades.length).toBe(adjusted.loop.execute.trades.length);
    expect(raw.loop.execute.portfolio.income.cashInLieu).not.toBe(0);
  });

  it("the curves worked out afterwards know the splits: cash and holdings make the equity", () => {
    const { cash, gross } = exposureCurve(columns, raw.loop.execute, CASH);
    for (let n = 0; n < batchCount(columns); n++) {
      expect(
        Math.abs((cash[n] as number) + (gross[n] as number) - (raw.curve.equity[n] as number)),
      ).toBeLessThan(0.01);
    }
  });
});

const shelf = resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data");
const tape = join(shelf, "daily/us_raw_daily_2015_2017.parquet");
const absent = !existsSync(tape);
describe.skipIf(absent)(`the tape of 2015 to 2017${absent ? " (skipped: not on this machine)" : ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-raw-tape-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const json = async (...args: string[]) => {
    const { code, out, err } = await plimsoll(["--json", ...args], { cwd: folder });
    expect(err).toBe("");
    expect(code).toBe(0);
    return JSON.parse(out);
  };
  /** Money without end, so that no trade takes another's place. */
  const backtest = (out: string, ...more: string[]) =>
    json(
      ...["backtest", "--strategies", "swing_trend_following", "--symbols", "all", "--timeframe", "1d"],
      ...["--cash", "100000000", "--workers", "1", "--set", "sizing.positionUsd=100000"],
      ...["--set", "risk.order_size.maxNotionalUsd=100000"],
      ...["--set", "features.basis=split", "--set", "sizing.kelly.enabled=false", "--out", out, ...more],
    );
  const trades = (out: string) =>
    readFileSync(join(folder, out, "trades.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1);
  /** Strategy, symbol, side, and when it began and ended. */
  const roundTrips = (out: string) =>
    trades(out).map((line) => {
      const [strategy, symbol, side, , openedAt, closedAt] = line.split(",");
      return [strategy, symbol, side, openedAt, closedAt].join(" ");
    });

  beforeAll(async () => {
    await json("data", "import", tape, "--timeframe", "1d", "--adjustment", "raw");
    const imported = await json(
      "data",
      "import-actions",
      join(shelf, "daily/us_raw_daily_2015_2017_events.csv"),
    );
    expect(imported).toMatchObject({ imported: 2385, rejected: 3, splits: 21, dividends: 2359, spinoffs: 5 });
    const audit = readFileSync(imported.audit, "utf8");
    expect(audit).toContain("NFLX,2015-07-14,not-corroborated");
    expect(audit).not.toContain("NFLX,2015-07-15");
  }, 120_000);

  it("trades the same round trips raw and split-adjusted, NFLX through its split, and never the print of VNO", async () => {
    const raw = await backtest("raw");
    const split = await backtest("split", "--adjust", "split");
    expect(raw.honesty.canary.passed).toBe(true);
    expect(raw.actions).toMatchObject({ splits: 21, dividends: 2359, spinoffs: 5, quarantinedBars: 26 });
    expect(roundTrips("raw")).toEqual(roundTrips("split"));
    const [before, after] = [raw, split].map(({ metrics }) => metrics.totalReturn);
    expect(Math.abs(before - after)).toBeLessThan(1e-5);
    expect(raw.income.dividends).toBeCloseTo(split.income.dividends, -1);
    const held = trades("raw").filter((line) => line.includes(",NFLX,long,1057,2015-07-08"));
    expect(held.length).toBe(1);
    const findings = readFileSync(join(folder, "raw", "data-audit.csv"), "utf8");
    expect(findings).toContain("VNO,2015-06-30,jump-without-action");
    for (const explained of ["NFLX,", "BTU,2015-10-01", "SBUX,", "EBAY,"])
      expect(findings).not.toContain(explained);
  }, 180_000);
});

const factors = join(shelf, "daily/factor_files.csv");
describe.skipIf(!existsSync(factors))(
  `factor files${existsSync(factors) ? "" : " (skipped: not on this machine)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-factors-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("full adjustment is raw x price factor x split factor of the file, for SPY and AAPL over 23 years", async () => {
      const cli = async (...args: string[]) => expect((await plimsoll(args, { cwd: folder })).code).toBe(0);
      const raw = join(shelf, "daily/raw_daily_with_factor_files.parquet");
      await cli("data", "import", raw, "--timeframe", "1d", "--adjustment", "raw");
      await cli("data", "import-actions", factors);
      const rows = readFileSync(factors, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(","));
      for (const symbol of ["SPY", "AAPL", "IBM"]) {
        const closes = async (name: string, ...more: string[]) => {
          await cli("data", "export", "--symbols", symbol, "--out", join(folder, name), ...more);
          const lines = readFileSync(join(folder, name), "utf8").trim().split("\n").slice(1);
          return lines
            .map((line) => line.split(","))
            .map((cells) => [cells[1] as string, Number(cells[5])] as const);
        };
        const printedCloses = await closes("raw.csv");
        const adjusted = await closes("full.csv", "--adjust", "full");
        expect(adjusted.length).toBe(printedCloses.length);
        const own = rows
          .filter(([name]) => name === symbol)
          .sort((a, b) => ((a[1] as string) < (b[1] as string) ? -1 : 1));
        for (const [n, [date, close]] of printedCloses.entries()) {
          const [, , price, shares] = own.find(([, last = ""]) => last >= date) ?? [];
          const wanted = close * Number(price) * Number(shares);
          // The file rounds its split factors to six digits.
          expect(Math.abs((adjusted[n]?.[1] as number) / wanted - 1)).toBeLessThan(5e-6);
        }
      }
    }, 120_000);
  },
);
