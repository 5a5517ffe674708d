/**
 * Goal    a window of a walk-forward knows what a backtest over its days knows: reference tables, and the days of the
 *         lake for who decides on days over shorter bars; and no row that was told after it.
 * Method  small lakes; each window beside `backtest --from --to` of the same days, and a later VIX poisoned.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../../test/bars-csv.ts";
import { calmBars, dailyColumns, randomDaily } from "../../../test/daily-market.ts";
import { randomIntraday } from "../../../test/intraday-market.ts";
import { jsonLine, runLine } from "../../../test/run-line.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { loadConfig } from "../../app/config.ts";
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { entryEvents } from "../training/entry-events.ts";
import { loadSetup, type SetupRequest } from "./load-setup.ts";
import type { WalkWindow } from "./walk-windows.ts";
import { runWindow, type WindowOutcome } from "./window-run.ts";

const folder = scratchFolder("plimsoll-known-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SESSIONS = 400;

async function imported(root: string, file: string, text: string, ...more: readonly string[]) {
  writeFileSync(join(folder, file), text);
  await jsonLine(["data", "import", join(folder, file), "--root", root, "--adjustment", "split", ...more]);
}

/** What a backtest over the days of a window comes to, as a window says it. */
async function backtested(root: string, { test }: WalkWindow, words: readonly string[]) {
  const out = join(root, `report ${test.from}`);
  const days = ["--from", isoDate(test.from), "--to", isoDate(test.to)];
  const scope = ["--root", root, ...words, ...days, "--workers", "1", "--out", out];
  const told = (await jsonLine(["backtest", ...scope])) as { readonly metrics: { readonly trades: number } };
  const curve = readFileSync(join(out, "equity.csv"), "utf8").trim().split("\n").slice(1);
  return { trades: told.metrics.trades, end: Number(curve.at(-1)?.split(",")[1]) };
}

const endOf = ({ returns, trades }: WindowOutcome, cash: number) => ({
  trades: trades.length,
  end: returns.reduce((equity, each) => equity * (1 + each), cash),
});

const shown = (given: { readonly trades: number; readonly end: number }) => [
  given.trades,
  given.end.toFixed(4),
];

describe("over days", () => {
  const root = join(folder, "days");
  const rotation = ["--strategies", "vix_regime_rotation", "--timeframe", "1d"];
  const symbols = ["SPY", "QQQ", "BIL", "IEF"];
  const request: SetupRequest = {
    ...{ bars: { symbols, timeframe: "1d" }, config: loadConfig(), strategyIds: ["vix_regime_rotation"] },
    ...{ cash: 1e5, from: undefined, terms: { train: 150, test: 60, step: 60, gap: 0 } },
  };
  /** Calm and stress take turns. */
  const vix = (scale: number) =>
    Array.from({ length: SESSIONS }, (_, n) => scale * (20 + 4 * Math.sin(n / 9)));
  const ofVix = (levels: readonly number[]) =>
    dailyCsv(dailyColumns({ VIX: calmBars(levels), VIX3M: calmBars(vix(0).map(() => 20)) }));

  beforeAll(async () => {
    const market = randomDaily({ seed: 3, sessions: SESSIONS });
    const named = { ...market, instruments: { ...market.instruments, symbols } } as BarColumns;
    await imported(root, "funds.csv", dailyCsv(named), "--timeframe", "1d");
    await imported(root, "vix.csv", ofVix(vix(1)), "--timeframe", "1d");
  });

  it("who needs the VIX trades in each window as a backtest of its days does", async () => {
    const { setup, windows, noReferences, snapshot } = await loadSetup(root, request);
    expect([windows.length, noReferences.map(({ table }) => table), snapshot]).toEqual([
      ...[4, ["regime"]],
      expect.stringMatching(/\+known:[0-9a-f]{12}$/),
    ]);
    for (const window of windows) {
      const ran = endOf(runWindow(setup, { ...window.test, params: {} }), setup.cash);
      const words = [...rotation, "--symbols", symbols.join(","), "--cash", "100000"];
      expect(shown(ran)).toEqual(shown(await backtested(root, window, words)));
      expect(ran.trades).toBeGreaterThan(1);
    }
  }, 60_000);

  it("no window knows a row that was told after it", async () => {
    const { setup, windows } = await loadSetup(root, request);
    const last = windows[1]!.test.to;
    const poisoned = (setup.references ?? []).map((event) =>
      event.at / 86_400e6 > last + 1
        ? { ...event, rows: event.rows.map((row) => ({ ...row, values: [99, 1, 1] })) }
        : event,
    );
    expect(poisoned).not.toEqual(setup.references);
    const job = { ...windows[1]!.test, params: {} };
    expect(runWindow({ ...setup, references: poisoned }, job)).toEqual(runWindow(setup, job));
  });

  it("the entries that a model learns from are asked for with the tables, too, as they were told by then", async () => {
    const { setup } = await loadSetup(root, request);
    const asked = (over: Partial<typeof setup>) => {
      const { batch, side } = entryEvents(
        { ...setup, ...over },
        "vix_regime_rotation",
        ["rsi_14"],
        0 as EpochMicros,
      );
      return Array.from(batch, (at, n) => [at, side[n]]);
    };
    const whole = asked({});
    expect(whole.length).toBeGreaterThan(20);
    const references = (setup.references ?? []).slice(0, 200);
    const cut = setup.columns.closedAt.findIndex((at) => at > references.at(-1)!.at);
    expect(cut).toBeGreaterThan(100);
    const early = (rows: typeof whole) => rows.filter(([at]) => at! < cut);
    expect(early(asked({ references }))).toEqual(early(whole));
    expect(asked({ references: [] })).toEqual([]);
  });

  it("says which tables nobody tells", async () => {
    const bare = join(folder, "bare");
    await imported(bare, "funds.csv", readFileSync(join(folder, "funds.csv"), "utf8"), "--timeframe", "1d");
    const words = ["walk-forward", ...rotation, "--symbols", symbols.join(","), "--workers", "1"];
    const said = await runLine([...words, "--root", bare, "--out", join(bare, "walk"), "--train", "150"]);
    expect(said.out).toContain("nobody tells it the table vix: no daily closes of VIX");
  });
});

describe("over shorter bars", () => {
  const root = join(folder, "minutes");
  const config = loadConfig({
    assignments: ["strategies.mean_reversion.params={trend: 60, rsiMaximum: 45}"],
  });
  const request: SetupRequest = {
    ...{ bars: { symbols: "all", timeframe: "5m" }, config, strategyIds: ["mean_reversion"] },
    ...{ cash: 1e5, from: undefined, terms: { train: 2, test: 10, step: 30, gap: 0 } },
  };

  beforeAll(async () => {
    const five = randomIntraday({ seed: 4, sessions: 100, days: 75 });
    const days = randomDaily({ seed: 3, sessions: 1290 });
    await imported(root, "five.csv", shortCsv(five), "--timeframe", "5m");
    await imported(root, "days.csv", dailyCsv(days), "--timeframe", "1d");
  });

  it("who decides on days begins each window as warm as a backtest of its days does", async () => {
    const { setup, windows, snapshot } = await loadSetup(root, request);
    expect(snapshot).toMatch(/\+1d:/);
    expect(windows.length).toBe(3);
    let trades = 0;
    for (const window of windows) {
      const ran = endOf(runWindow(setup, { ...window.test, params: {} }), setup.cash);
      const words = ["--strategies", "mean_reversion", "--timeframe", "5m", "--symbols", "all"];
      const set = ["--set", "strategies.mean_reversion.params={trend: 60, rsiMaximum: 45}"];
      const alone = await backtested(root, window, [...words, ...set, "--cash", "100000"]);
      expect(shown(ran)).toEqual(shown(alone));
      trades += ran.trades;
    }
    expect(trades).toBeGreaterThan(0);
  }, 60_000);
});

function shortCsv(columns: BarColumns): string {
  const lines = ["symbol,timestamp,open,high,low,close,volume"];
  for (let batch = 0; batch < batchCount(columns); batch++) {
    const start = isoInstant((columns.closedAt[batch]! - 300e6) as EpochMicros);
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const symbol = columns.instruments.symbols[columns.instrument[row]!];
      const prices = (["open", "high", "low", "close"] as const).map((field) =>
        columns[field][row]!.toFixed(4),
      );
      lines.push([symbol, start, ...prices, columns.volume[row]].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}
