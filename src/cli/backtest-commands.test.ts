/**
 * Goal: what changes the meaning of a backtest does so from the command line: corporate actions, `--adjust`,
 * `--profile`, `--ticks`. Method: a lake of a few invented bars, actions, quotes and trades.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonLine, runLine } from "../../test/run-line.ts";
import { Duck } from "../adapters/lake/duck.ts";
import { type DayNumber, dayNumber, isoDate } from "../domain/time.ts";
import { sessionsBetween } from "../market/calendar.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-cli-backtest-"));
const at = (name: string) => join(folder, name);
const root = ["--root", at("root")];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly configHash: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly scope: Readonly<Record<string, unknown>>;
}

async function backtest(out: string, ...words: string[]): Promise<Result> {
  const line = ["backtest", "--workers", "1", "--cash", "100000", "--out", at(out), ...words, ...root];
  return (await jsonLine(line)) as Result;
}

const rows = (out: string, file: string): Record<string, string>[] => {
  const [head = "", ...body] = readFileSync(join(at(out), file), "utf8")
    .trimEnd()
    .split("\n");
  return body.map((row) =>
    Object.fromEntries(row.split(",").map((cell, n) => [head.split(",")[n] ?? "", cell])),
  );
};

describe("corporate actions", () => {
  const holding = [
    "--strategies",
    "buy_and_hold",
    "--symbols",
    "XYZ",
    "--timeframe",
    "1d",
    "--adjustment",
    "raw",
  ];
  const days = [...sessionsBetween(dayNumber(2024, 1, 2), dayNumber(2024, 3, 28)).date];
  const SPLIT_AT = 30;

  beforeAll(async () => {
    const bars = days.map((day, n) => {
      const close = (100 + n * 0.4) / (n < SPLIT_AT ? 1 : 4);
      return `XYZ,${isoDate(day as DayNumber)},${close},${close * 1.01},${close * 0.99},${close},1000000`;
    });
    writeFileSync(at("raw.csv"), `symbol,date,open,high,low,close,volume\n${bars.join("\n")}\n`);
    await jsonLine(["data", "import", at("raw.csv"), "--timeframe", "1d", "--adjustment", "raw", ...root]);
  });

  it("are asked for by name before prices can be adjusted", async () => {
    const line = ["backtest", ...holding, "--adjust", "split", "--out", at("never"), ...root];
    const { code, err } = await runLine(line);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining("--adjust split: the lake knows no corporate actions"),
    ]);
  });

  it("come in with counts; one that prices contradict is set aside, and a file of those alone fails", async () => {
    const header = "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference";
    const ex = isoDate(days[SPLIT_AT] as DayNumber);
    const wrong = isoDate(days[SPLIT_AT - 9] as DayNumber);
    writeFileSync(at("wrong.csv"), `${header}\nXYZ,${wrong},split,4,1,0,\n`);
    const refused = await runLine(["data", "import-actions", at("wrong.csv"), "--json", ...root]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("all 1 actions were rejected") });
    expect(JSON.parse(refused.out)).toMatchObject({ imported: 0, rejectedByRule: { "not-corroborated": 1 } });
    writeFileSync(at("actions.csv"), `${header}\nXYZ,${wrong},split,4,1,0,\nXYZ,${ex},split,4,1,0,\n`);
    const result = await jsonLine(["data", "import-actions", at("actions.csv"), ...root]);
    expect(result).toMatchObject({
      imported: 1,
      rejected: 1,
      splits: 1,
      dividends: 0,
      symbols: 1,
      from: ex,
      to: ex,
    });
  });

  it("multiply the shares that are held: no money is lost over a split, adjusted or as printed", async () => {
    const printed = await backtest("printed", ...holding);
    const adjusted = await backtest("adjusted", ...holding, "--adjust", "split");
    expect(printed.metrics.maxDrawdown).toBeLessThan(0.01);
    expect(printed.metrics.trades).toBe(adjusted.metrics.trades);
    const last = (out: string) => Number(rows(out, "equity.csv").at(-1)?.equity);
    expect(last("printed")).toBeGreaterThan(100_000);
    expect(last("printed") / last("adjusted")).toBeCloseTo(1, 3);
    const first = (out: string) => Number(rows(out, "fills.csv")[0]?.shares);
    expect(first("adjusted") / first("printed")).toBeCloseTo(4, 0);
  });

  it("export prices on one basis with --adjust, as printed without", async () => {
    const closes = async (out: string, ...words: string[]) => {
      await jsonLine([
        "data",
        "export",
        "--symbols",
        "XYZ",
        "--adjustment",
        "raw",
        "--out",
        at(out),
        ...words,
        ...root,
      ]);
      return readFileSync(at(out), "utf8")
        .split("\n")
        .slice(1, -1)
        .map((row) => Number(row.split(",")[5]));
    };
    const printed = await closes("printed.csv");
    const split = await closes("split.csv", "--adjust", "split");
    expect(split.map((close, n) => (printed[n] ?? 0) / close)).toEqual(
      split.map((_, n) => (n < SPLIT_AT ? expect.closeTo(4, 9) : 1)),
    );
  });

  it("the strict profile is in the result and in the hash, whoever names it", async () => {
    const [standard, strict, set] = [
      await backtest("standard", ...holding),
      await backtest("strict", ...holding, "--profile", "strict"),
      await backtest("set", ...holding, "--set", "profile=strict"),
    ];
    expect(strict.scope).toMatchObject({ profile: "strict" });
    expect(standard.scope).toMatchObject({ profile: "standard" });
    expect(strict.configHash).toBe(set.configHash);
    expect(strict.configHash).not.toBe(standard.configHash);
    const { out } = await runLine(["config", "show", "--set", "profile=strict"]);
    expect(JSON.parse(out).config.breakers.day_high_drawdown.action).toBe("kill");
  });
});

describe("ticks", () => {
  /** 14:30 UTC on Monday 2024-03-04, the open; a print every ten seconds for two hours, a quote around each. */
  const OPEN_MS = 1_709_562_600_000;
  const TICKS = 720;
  const price = "round(50 + 2 * sin(i / 60.0) + i / 400.0, 2)";
  const line = ["--strategies", "reference_ema_cross", "--symbols", "TCK", "--timeframe", "1m"];

  async function parquet(name: string, columns: string): Promise<void> {
    const duck = await Duck.open(folder);
    const rows = `SELECT 'TCK' AS symbol, ${columns} FROM range(${TICKS}) AS t(i)`;
    await duck.during((session) => session.run(`COPY (${rows}) TO '${at(name)}' (FORMAT parquet)`));
    duck.close();
  }

  beforeAll(async () => {
    const quote = `${price} - 0.01 AS bid, 5000 AS bid_size, ${price} + 0.01 AS ask, 5000 AS ask_size`;
    await parquet("quotes.parquet", `${OPEN_MS} + i * 10000 AS ts_ms, ${quote}`);
    await parquet("trades.parquet", `${OPEN_MS} + i * 10000 + 500 AS ts_ms, ${price} AS price, 400 AS size`);
  });

  const bring = (kind: string) =>
    jsonLine(["data", "import", at(`${kind}.parquet`), "--timeframe", "tick", "--kind", kind, ...root]);

  it("trades without quotes are no market to trade in", async () => {
    expect(await bring("trades")).toMatchObject({ imported: TICKS, rejected: 0, symbols: 1 });
    const { code, err } = await runLine(["backtest", ...line, "--ticks", "--out", at("never"), ...root]);
    expect([code, err]).toEqual([2, expect.stringContaining("no quotes of TCK in the range")]);
  });

  it("come in, and are listed beside the bars", async () => {
    expect(await bring("quotes")).toMatchObject({ imported: TICKS, rejected: 0 });
    const listed = (await jsonLine(["data", "ls", ...root])) as readonly Record<string, unknown>[];
    expect(listed.filter(({ symbol }) => symbol === "TCK")).toMatchObject([
      { kind: "quotes", rows: TICKS, days: 1 },
      { kind: "trades", rows: TICKS, days: 1 },
    ]);
  });

  it("orders fill at the prices that were quoted", async () => {
    // A quote ten seconds old is too old to trade on by default.
    const patient = ["--set", "risk.spread.maxAgeSeconds=20"];
    const fast = ["--set", "strategies.reference_ema_cross.params={fast: 3, slow: 9}"];
    const result = await backtest("ticks", ...line, "--ticks", ...fast, ...patient);
    expect(result).toMatchObject({ ticks: { quoteRows: TICKS, trades: TICKS } });
    const fills = rows("ticks", "fills.csv");
    expect(fills.length).toBeGreaterThan(0);
    for (const { price: paid } of fills) {
      expect(Number(paid)).toBeGreaterThanOrEqual(47.99);
      expect(Number(paid)).toBeLessThanOrEqual(53.81);
    }
  });

  it.each([
    [["--timeframe", "1d"], "--ticks: bars of trades are 5m, 1m or 1s"],
    [["--snapshot", "one"], "--ticks: snapshots hold bars only"],
    [["--adjustment", "split"], "--ticks: trades are raw"],
    [["--from", "2024-03-05"], "in the range; there are 2024-03-04"],
  ])("with %j they are refused by name", async (words, says) => {
    const { code, err } = await runLine([
      "backtest",
      ...line,
      "--ticks",
      ...words,
      "--out",
      at("never"),
      ...root,
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
