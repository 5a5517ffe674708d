/** Goal: pairs are found in a lake as of a day, written down with their reasons, and listed; wrong lines are told. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jsonLine, runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { type DayNumber, isoDate } from "../domain/time.ts";
import { sessionsBetween } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";

const folder = scratchFolder("plimsoll-pairs-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);
const root = ["--root", at("root")];

interface Found {
  readonly asOf: string;
  readonly active: number;
  readonly tested: number;
  readonly symbols: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly pairs: readonly {
    y: string;
    x: string;
    refusals: string[];
    p: number;
    hedge: number;
    isActive: boolean;
  }[];
}

interface Run {
  readonly snapshot: string;
  readonly metrics: { readonly trades: number };
  readonly honesty: { readonly canary: { readonly passed: boolean } };
}

beforeAll(async () => {
  const { date } = sessionsBetween(16_436 as DayNumber, 17_166 as DayNumber);
  const off = createRng(9, "off");
  const walks = [0, 0, 1, 2, 3].map((seed) => createRng(seed, "walk"));
  const logs = walks.map(() => 4);
  let apart = 0;
  const lines = Array.from(date).flatMap((day) => {
    apart = 0.8 * apart + 0.006 * off.normal();
    return walks.map((rng, n) => {
      logs[n]! += 0.012 * rng.normal();
      const price = Math.exp(logs[n]! + (n === 1 ? apart : 0)).toFixed(4);
      return `S${n},${isoDate(day as DayNumber)},${price},${price},${price},${price},1000000`;
    });
  });
  writeFileSync(at("bars.csv"), ["symbol,date,open,high,low,close,volume", ...lines].join("\n"));
  await jsonLine(["data", "import", at("bars.csv"), "--timeframe", "1d", "--adjustment", "full", ...root]);
});

const discover = async (...more: string[]) =>
  (await jsonLine(["pairs", "discover", ...more, ...root])) as Found;

it("nothing is listed, and no file made, before a search", async () => {
  const said = await runLine(["pairs", "ls", ...root]);
  expect([said.code, said.err]).toEqual([1, expect.stringContaining("plimsoll pairs discover")]);
  expect(existsSync(at("root", "db", "pairs.db"))).toBe(false);
});

it("the planted pair is active, the others are refused with reasons, and the list says the same", async () => {
  const found = await discover("--as-of", "2016-06-30");
  expect(found).toMatchObject({ asOf: "2016-06-30", symbols: 5, tested: 10, active: 1 });
  const [best, ...others] = found.pairs;
  expect([best!.y, best!.x].sort()).toEqual(["S0", "S1"]);
  expect(best!.p).toBeLessThan(0.001);
  expect(others.every(({ refusals }) => refusals.length > 0)).toBe(true);
  expect(found.refused.chance).toBeGreaterThan(0);
  const listed = (await jsonLine(["pairs", "ls", "--all", ...root])) as Found;
  expect(listed).toEqual(found);
  expect(((await jsonLine(["pairs", "ls", ...root])) as Found).pairs).toEqual([best]);
  const { out } = await runLine(["pairs", "ls", "--all", ...root]);
  expect(out).toContain("as of 2016-06-30: 5 symbols, 10 pairs tested, 1 active");
  expect(out).toContain("chance: its p-value may be chance");
});

it("a search sees nothing after its day, and the same search again is one", async () => {
  const early = await discover("--as-of", "2016-06-30", "--formation", "120", "--confirm", "0");
  const again = await discover("--as-of", "2016-06-30", "--formation", "120", "--confirm", "0");
  const { createdAt: _, ...first } = early as Found & { createdAt: string };
  expect(again).toMatchObject(first);
  const db = new DatabaseSync(at("root", "db", "pairs.db"), { readOnly: true });
  const count = (sql: string) => Number(db.prepare(sql).get()?.n);
  expect(count("SELECT count(*) AS n FROM discoveries")).toBe(2);
  expect(count("SELECT count(*) AS n FROM pairs")).toBe(20);
  expect(count("SELECT count(*) AS n FROM pairs WHERE is_active = 1 AND refusals <> ''")).toBe(0);
  db.close();
});

it("sectors part the search, and are kept", async () => {
  writeFileSync(at("sectors.csv"), "symbol,security,gics_sector\nS0,a,Banks\nS1,b,Oil\nS2,c,Oil\n");
  const parted = await discover("--as-of", "2016-06-30", "--sectors", at("sectors.csv"));
  expect(parted).toMatchObject({ tested: 2, active: 0 });
  expect(await discover("--as-of", "2016-06-30")).toMatchObject({ tested: 2 });
  rmSync(at("root", "data", "sectors.csv"));
  expect(await discover("--as-of", "2016-06-30")).toMatchObject({ tested: 10 });
});

it.each([
  [["--as-of", "2015-03-02"], 1, "pairs are formed of 315 sessions, and the lake has 40 up to that day"],
  [["--half-life", "40..2"], 2, '--half-life "40..2" is not allowed; give sessions as FROM..TO'],
  [["--false-rate", "1"], 2, '--false-rate "1" is not allowed'],
  [["--prices", "raw"], 2, '--prices "raw" is not known; give log, level'],
  [["--symbols", "NONE"], 2, "NONE"],
  [["--sectors", at("bars.csv")], 2, "needs the columns symbol,sector"],
])("discover %j is told in one line", async (words, code, says) => {
  const said = await runLine(["pairs", "discover", ...words, ...root]);
  expect([said.code, said.err.trim().split("\n").length]).toEqual([code, 1]);
  expect(said.err).toContain(says);
});

it("a backtest of pairs_trading is told the pair, trades it, both legs, and sees no future", async () => {
  const line = ["--strategies", "pairs_trading", "--symbols", "all", "--timeframe", "1d", "--workers", "1"];
  const terms = [
    "sizing.positionPct=0.01",
    "risk.shorts_share.maxFraction=1",
    "risk.price_collar.maxFraction=0.05",
  ];
  const { metrics, honesty, snapshot } = (await jsonLine([
    ...["backtest", ...line, "--from", "2016-05-02", "--out", at("run"), ...root],
    ...terms.flatMap((term) => ["--set", term]),
  ])) as Run;
  expect(snapshot).toContain("+known:");
  expect(metrics.trades).toBeGreaterThan(3);
  expect(honesty.canary.passed).toBe(true);
  const traded = readFileSync(at("run", "trades.csv"), "utf8").trim().split("\n").slice(1);
  expect(new Set(traded.map((row) => row.split(",")[1]))).toEqual(new Set(["S0", "S1"]));
});

it("the yardstick is told year by year, and costs and a day of waiting make it worse", async () => {
  interface Told {
    readonly years: readonly { period: string; trades: number; monthly: number }[];
    readonly all: { trades: number; monthly: number; converged: number };
  }
  const baseline = async (...more: string[]) =>
    (await jsonLine(["pairs", "baseline", "--symbols", "S0,S1", "--top", "1", ...more, ...root])) as Told;
  const free = await baseline();
  expect(free.years.map(({ period }) => period)).toEqual(["2016"]);
  expect(free.all.trades).toBeGreaterThan(10);
  expect(free.all.monthly).toBeGreaterThan(0.005);
  expect((await baseline("--delay", "1")).all.monthly).toBeLessThan(free.all.monthly);
  expect((await baseline("--cost-bps", "10")).all.monthly).toBeLessThan(free.all.monthly);
  const { out } = await runLine(["pairs", "baseline", "--symbols", "S0,S1", "--top", "1", ...root]);
  expect(out).toContain("2 symbols, 2016-01-04 to 2016-12-30");
  const said = await runLine(["pairs", "baseline", "--cost-bps", "x", ...root]);
  expect([said.code, said.err]).toEqual([2, expect.stringContaining('--cost-bps "x" is not allowed')]);
});
