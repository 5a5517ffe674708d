/**
 * Goal: what a run covers follows from what was asked and not from how the words were ordered; what it replaces is its
 * own; where the state lies is a folder. Method: command lines over a small lake of generated daily bars.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { calmBars, dailyColumns, randomDaily } from "../../test/daily-market.ts";
import { jsonLine, runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { strategies } from "../strategies/registry.ts";

const folder = scratchFolder("plimsoll-run-scope-");
const at = (...names: string[]) => join(folder, ...names);
const root = ["--root", at("root")];
const scope = ["--symbols", "all", "--timeframe", "1d", "--workers", "1"];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  writeFileSync(at("bars.csv"), dailyCsv(randomDaily({ seed: 5, sessions: 400 })));
  await jsonLine(["data", "import", at("bars.csv"), "--timeframe", "1d", "--adjustment", "full", ...root]);
});

const backtest = (strategies: string, out: string, ...more: string[]) =>
  runLine(["backtest", "--strategies", strategies, ...scope, "--out", at(out), ...more, ...root]);

describe("--strategies", () => {
  it("in any order give the same run, byte for byte", async () => {
    const some = ["swing_trend_following", "reference_ema_cross", "mean_reversion"];
    // So that it matters who comes first: two positions for three strategies over all symbols.
    const tight = ["--set", "risk.max_positions.limit=2"];
    const one = await backtest(some.join(","), "one", ...tight);
    const two = await backtest(some.toReversed().join(","), "two", ...tight);
    expect([one.code, two.code]).toEqual([0, 0]);
    const names = ["orders.csv", "fills.csv", "trades.csv", "equity.csv"];
    for (const name of names)
      expect(readFileSync(at("two", name), "utf8"), name).toBe(readFileSync(at("one", name), "utf8"));
    expect(readFileSync(at("one", "orders.csv"), "utf8").split("\n").length).toBeGreaterThan(20);
    const run = (out: string) => JSON.parse(readFileSync(at(out, "result.json"), "utf8"));
    const { reproduce: _, ...first } = run("one");
    expect(run("two")).toMatchObject(first);
  });

  it("all are those that trade on such bars, and the others are named", async () => {
    const { code, err, out } = await backtest("all", "all", "--json");
    expect(code).toBe(0);
    const daily = strategies.filter(({ timeframes }) => timeframes.includes("1d")).map(({ id }) => id);
    const others = strategies.map(({ id }) => id).filter((id) => !daily.includes(id));
    expect(others).toContain("intraday_mean_reversion");
    expect(err).toBe(`--strategies all: left out ${others.join(", ")}, not for 1d bars\n`);
    const ids = JSON.parse(out).scope.strategies.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(daily.toSorted());
    expect(await backtest("intraday_mean_reversion", "never")).toMatchObject({ code: 2 });
  });
});

const ALONE =
  "--symbols @core: stands alone, as @core or @extended, and for a backtest; give symbols as A,B or all";

it.each([
  ["data", "export"],
  ["data", "verify"],
  ["backtest", "--strategies", "all"],
])("%s %s: a universe is refused as what it is, not as an unknown symbol", async (...words) => {
  const line = [...words, "--symbols", "@core", "--timeframe", "1d", "--out", at("never"), ...root];
  const said = await runLine(words[1] === "verify" ? [...words, "--symbols", "@core", ...root] : line);
  expect(said).toMatchObject({ code: 2, out: "" });
  const what = words[0] === "backtest" ? "--from is missing; give it as --from 2016-06-01" : ALONE;
  expect(said.err).toContain(what);
});

describe("--out", () => {
  it.each([
    ["report.html", "<html><title>My own page</title></html>"],
    ["orders.csv", "order,date\n1,2024-01-02\n"],
    ["result.json", '{"runId": 7}'],
    ["result.json", "not even json"],
    ["equity.csv", ""],
  ])("holds %s of somebody else: nothing runs, nothing is touched", async (name, text) => {
    const place = at("mine");
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    writeFileSync(join(place, name), text);
    const { code, err, out } = await backtest("buy_and_hold", "mine");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(
      `--out ${place}: ${name} there was not written by a run and would be replaced; give another`,
    );
    expect(readFileSync(join(place, name), "utf8")).toBe(text);
  });

  it("holds an earlier run: that gives way and is named; the same run again is not, other files stay", async () => {
    expect(await backtest("buy_and_hold", "again")).toMatchObject({ code: 0, err: "" });
    writeFileSync(at("again", "notes.txt"), "mine");
    writeFileSync(at("again", "data-audit.csv"), "symbol,date,rule,reason\n");
    const { runId } = JSON.parse(readFileSync(at("again", "result.json"), "utf8"));
    expect(await backtest("buy_and_hold", "again")).toMatchObject({ code: 0, err: "" });
    const other = await backtest("reference_ema_cross", "again");
    expect(other.err).toBe(`--out ${at("again")}: replaced the results of run ${runId}, which were there\n`);
    expect(readFileSync(at("again", "notes.txt"), "utf8")).toBe("mine");
    expect(existsSync(at("again", "data-audit.csv"))).toBe(false);
  });
});

describe("--from", () => {
  it("tells of what was kept out of its own bars, not of those that only warm up", async () => {
    // One bad print before the run and one in it, in prices as printed.
    const path = Array.from({ length: 120 }, (_, day) => (day === 60 || day === 100 ? 20 : 100 + day / 100));
    writeFileSync(at("raw.csv"), dailyCsv(dailyColumns({ AAA: calmBars(path) })));
    const raw = ["--root", at("raw-root")];
    await jsonLine(["data", "import", at("raw.csv"), "--timeframe", "1d", "--adjustment", "raw", ...raw]);
    // Prices are judged where actions are known: a dividend between the two.
    const columns = "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference";
    writeFileSync(at("actions.csv"), `${columns}\nAAA,2015-05-12,dividend,,,0.01,\n`);
    await jsonLine(["data", "import-actions", at("actions.csv"), ...raw]);
    const findings = async (...more: string[]) => {
      const out = at("range");
      const words = ["backtest", "--strategies", "buy_and_hold", ...scope, "--out", out, ...more, ...raw];
      expect(await runLine(words)).toMatchObject({ code: 0 });
      const rows = readFileSync(join(out, "data-audit.csv"), "utf8").trim().split("\n").slice(1);
      const { quarantinedBars } = JSON.parse(readFileSync(join(out, "result.json"), "utf8")).actions ?? {};
      return [rows.map((row) => row.split(",").slice(0, 3).join(",")), quarantinedBars];
    };
    const [early, late] = ["AAA,2015-03-31,jump-without-action", "AAA,2015-05-28,jump-without-action"];
    expect(await findings()).toEqual([[early, late], 2]);
    expect(await findings("--from", "2015-05-01")).toEqual([[late], 1]);
  });
});

it("execution.stops virtual over bars is refused before anything runs: it takes trades to watch a stop", async () => {
  const said = await backtest("buy_and_hold", "watched", "--set", "execution.stops=virtual");
  expect(said).toMatchObject({ code: 2, out: "" });
  expect(said.err.trimEnd()).not.toContain("\n");
  for (const word of ["execution.stops = virtual", "--ticks", "venue"]) expect(said.err).toContain(word);
  expect(existsSync(at("watched"))).toBe(false);
});

describe("--quiet", () => {
  it("says nothing where the result lies in files, and one document to machines", async () => {
    expect(await backtest("buy_and_hold", "hush", "--quiet")).toEqual({ code: 0, out: "", err: "" });
    expect(existsSync(at("hush", "report.html"))).toBe(true);
    expect(await backtest("all", "hush", "--quiet")).toEqual({ code: 0, out: "", err: "" });
    const { out } = await backtest("buy_and_hold", "hush", "--quiet", "--json");
    expect(JSON.parse(out)).toHaveProperty("runId");
    const frozen = await runLine(["data", "snapshot", "create", "hush", "--quiet", ...root]);
    expect(frozen).toEqual({ code: 0, out: "", err: "" });
  });

  it("still tells what was asked, and what went wrong on the way in", async () => {
    expect((await runLine(["data", "ls", "--quiet", ...root])).out).toContain("AAA");
    const bring = (name: string, rows: string) => {
      writeFileSync(at(name), `symbol,date,open,high,low,close,volume\n${rows}`);
      return runLine([
        "data",
        "import",
        at(name),
        "--timeframe",
        "1d",
        "--adjustment",
        "raw",
        "--quiet",
        ...root,
      ]);
    };
    expect(await bring("fine.csv", "ZZZ,2024-01-02,1,2,1,2,5\n")).toEqual({ code: 0, out: "", err: "" });
    const odd = await bring("odd.csv", "ZZZ,2024-01-03,1,2,1,2,5\nZZZ,2024-01-04,1,2,1,x,5\n");
    expect(odd.out).toContain("1 rejected");
  });
});

describe("--root", () => {
  it.each([
    ["a file", () => at("bars.csv")],
    ["below a file", () => at("bars.csv", "x")],
    ["where there are no folders", () => "/proc/x"],
  ])("%s is refused by name", async (_, place) => {
    for (const words of [
      ["data", "ls"],
      ["data", "verify"],
      ["journal", "verify"],
    ]) {
      const { code, err, out } = await runLine([...words, "--root", place()]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(`--root ${place()}: cannot hold the state`);
    }
  });

  it("may be new, and looking at it makes nothing; commands without state do not ask for it", async () => {
    expect(await runLine(["data", "ls", "--root", at("new", "root")])).toMatchObject({ code: 0, err: "" });
    expect(existsSync(at("new"))).toBe(false);
    expect(await runLine(["version", "--root", at("bars.csv")])).toMatchObject({ code: 0, err: "" });
  });
});
