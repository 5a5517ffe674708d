/**
 * BACK-3: same inputs, same bytes out, whatever the number of threads; and a trial counts once (LEARN-4).
 * Method: a small lake from generated bars, then the command line as a person runs it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "./bars-csv.ts";
import { randomDaily } from "./daily-market.ts";
import { plimsoll, type Said } from "./plimsoll-process.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-backtest-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scope = ["--symbols", "all", "--timeframe", "1d", "--cash", "50000"];
const strategies = ["--strategies", "reference_ema_cross,swing_trend_following"];
const run = (...args: string[]) => plimsoll(args, { cwd: folder });
const backtest = (...args: string[]) =>
  run("--json", "backtest", ...strategies, ...scope, "--out", "report", ...args);
const files = () =>
  Object.fromEntries(
    readdirSync(join(folder, "report")).map((name) => [
      name,
      readFileSync(join(folder, "report", name), "utf8"),
    ]),
  );
const resultOf = ({ out }: Said) => JSON.parse(out);

let first: Said;
let firstFiles: Readonly<Record<string, string>>;
let again: Said;
let againFiles: Readonly<Record<string, string>>;

beforeAll(async () => {
  writeFileSync(join(folder, "bars.csv"), dailyCsv(randomDaily({ seed: 12, sessions: 420 })));
  const imported = await run(
    "--json",
    "data",
    "import",
    "bars.csv",
    "--timeframe",
    "1d",
    "--adjustment",
    "split",
  );
  expect(imported).toMatchObject({ code: 0, err: "" });
  first = await backtest("--workers", "1");
  firstFiles = files();
  again = await backtest("--workers", "2");
  againFiles = files();
}, 120_000);

describe("a backtest", () => {
  it("ends well, with one JSON document on stdout and nothing else", () => {
    expect(first).toMatchObject({ code: 0, err: "" });
    const result = resultOf(first);
    expect(result.metrics.trades).toBeGreaterThan(5);
    expect(result.honesty.canary).toMatchObject({ passed: true, moved: 0 });
    expect(result.honesty.canary.decisions).toBeGreaterThan(50);
    expect(`${first.out}`).toBe(firstFiles["result.json"]);
  });

  it("writes its files and leaves no half written one", () => {
    const names = ["equity.csv", "fills.csv", "orders.csv", "report.html", "result.json", "trades.csv"];
    expect(Object.keys(firstFiles).toSorted()).toEqual(names);
  });

  it("BACK-3 gives the same bytes again, with other threads", () => {
    expect(again).toMatchObject({ code: 0, err: "" });
    for (const name of [
      "orders.csv",
      "fills.csv",
      "trades.csv",
      "equity.csv",
      "result.json",
      "report.html",
    ]) {
      expect(againFiles[name], name).toBe(firstFiles[name]);
    }
  });

  it("was run once more for free, and says what the costs took", () => {
    const { withoutCosts, metrics } = resultOf(first);
    expect(withoutCosts.fills).toBeGreaterThan(10);
    expect(withoutCosts.totalReturn).not.toBe(metrics.totalReturn);
    expect(resultOf(again).withoutCosts).toEqual(withoutCosts);
  });

  it("names the command that makes it again, without what moves no number", () => {
    const { reproduce } = resultOf(first);
    expect(reproduce).toBe(`plimsoll backtest ${strategies.join(" ")} ${scope.join(" ")} --out again`);
  });

  it("the report is one page that asks nobody for anything", () => {
    const page = firstFiles["report.html"] ?? "";
    expect(page.length).toBeGreaterThan(10_000);
    expect(page).toContain(resultOf(first).runId);
    const loads = [...page.matchAll(/(?:src|href|srcset|action|data)\s*=\s*["']?([^"'\s>]+)/gi)].map(
      ([, target]) => target,
    );
    expect(loads.filter((target) => /^(?:[a-z]+:)?\/\//i.test(target ?? ""))).toEqual([]);
    expect(page).not.toMatch(/url\(\s*["']?(?!data:|#)/i);
    expect(page).not.toMatch(/@import|<script[^>]+src|<link/i);
  });

  it("keeps its results to the account that made them", () => {
    expect(statSync(join(folder, "report", "result.json")).mode & 0o077).toBe(0);
  });
});

describe("trials", () => {
  it("the same run twice is one; another run is a second and moves the honesty figures alone", async () => {
    expect(resultOf(first).honesty.trials).toBe(1);
    expect(resultOf(again).honesty.trials).toBe(1);
    const other = resultOf(await backtest("--set", "costs.spreadBps=20"));
    expect(other.honesty.trials).toBe(2);
    expect(other.runId).not.toBe(resultOf(first).runId);
    const third = resultOf(await backtest());
    expect(third.honesty.trials).toBe(2);
    expect(third.runId).toBe(resultOf(first).runId);
    expect(third.digests).toEqual(resultOf(first).digests);
    const free = { trials: 0, trialsCompared: 0, dsr: 0, expectedMaxSharpe: 0 };
    const before = resultOf(first);
    expect({ ...third, honesty: { ...third.honesty, ...free } }).toEqual({
      ...before,
      honesty: { ...before.honesty, ...free },
    });
    const now = files();
    for (const name of ["orders.csv", "fills.csv", "trades.csv", "equity.csv"])
      expect(now[name], name).toBe(firstFiles[name]);
  });

  it("those of other strategies are counted apart", async () => {
    const hold = await run("--json", "backtest", "--strategies", "buy_and_hold", ...scope, "--out", "hold");
    expect(resultOf(hold).honesty.trials).toBe(1);
    expect(resultOf(hold).metrics.trades).toBe(0);
  });

  it("a set of strategies counts those of each of them", async () => {
    const both = ["--strategies", "buy_and_hold,reference_ema_cross"];
    const together = await run("--json", "backtest", ...both, ...scope, "--out", "together");
    expect(resultOf(together).honesty.trials).toBe(4);
  });
});

it("canary says yes in one line, and in one document", async () => {
  const args = ["canary", "--strategy", "reference_ema_cross", "--symbols", "AAA,BBB", "--timeframe", "1d"];
  const [words, json] = await Promise.all([run(...args), run(...args, "--json")]);
  expect(words).toMatchObject({ code: 0, err: "" });
  expect(words.out).toMatch(/^canary passed: 0 of \d+ decisions moved .*\n$/);
  expect(JSON.parse(json.out)).toMatchObject({ passed: true, moved: 0, firstDifference: null });
});
