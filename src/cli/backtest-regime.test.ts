/**
 * Goal    a backtest from the command line over a lake with index and VIX holds new longs back by what was known before
 *         each session, and nothing else: exits go, the future changes no word, and without a VIX it says so and is the
 *         run of before (REGIME-1, REGIME-3, C-18, C-19).
 * Method  seeded index, VIX and stocks through import and backtest; the same lake cut off after a day, and without VIX.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { calmBars, dailyColumns, randomDaily } from "../../test/daily-market.ts";
import { jsonLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { createRng } from "../numerics/rng.ts";

const folder = scratchFolder("plimsoll-backtest-regime-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STOCKS = "AAA,BBB,CCC,DDD";
/**
 * Sessions, drift and deviation of each, level of the VIX. The first model comes in the fourteenth month. What is Bear
 * to models that know no crisis is not to those that do: who knew the days to come would say another word.
 */
const spells = [
  [90, 0.001, 0.005, 13],
  [50, 0, 0.01, 19],
  [40, -0.001, 0.016, 25],
  [70, 0.001, 0.005, 13],
  [40, 0, 0.01, 19],
  [30, 0.001, 0.005, 13],
  [25, -0.001, 0.016, 25],
  [15, 0, 0.01, 19],
  [50, -0.004, 0.03, 40],
  [30, 0, 0.01, 19],
  [60, 0.001, 0.005, 13],
] as const;
const CRISIS = 8;
const sessionsOf = (count?: number): number =>
  spells.slice(0, count).reduce((sum, [length]) => sum + length, 0);
const SESSIONS = sessionsOf();

function indexAndVix(): { readonly SPY: number[]; readonly VIX: number[] } {
  const rng = createRng(11, "index");
  const [SPY, VIX]: [number[], number[]] = [[], []];
  let close = 200;
  for (const [length, drift, deviation, level] of spells) {
    for (let day = 0; day < length; day++) {
      close *= Math.exp(drift + deviation * rng.normal());
      SPY.push(close);
      VIX.push(level * Math.exp(0.04 * rng.normal()));
    }
  }
  return { SPY, VIX };
}

/** A lake of the first `sessions`, of these symbols. */
async function lakeOf(name: string, sessions: number, symbols: readonly ("SPY" | "VIX")[]): Promise<string> {
  const root = join(folder, name);
  const series = indexAndVix();
  const paths = Object.fromEntries(symbols.map((symbol) => [symbol, calmBars(series[symbol])]));
  const file = join(folder, `${name}.csv`);
  const whole = [dailyCsv(randomDaily({ seed: 3, sessions: SESSIONS })), dailyCsv(dailyColumns(paths))];
  const rows = whole.flatMap((text) => text.trimEnd().split("\n").slice(1));
  const days = [...new Set(rows.map((row) => row.split(",")[1]!))].sort().slice(0, sessions);
  const kept = rows.filter((row) => row.split(",")[1]! <= days.at(-1)!);
  writeFileSync(file, `symbol,date,open,high,low,close,volume\n${kept.join("\n")}\n`);
  await jsonLine(["data", "import", file, "--timeframe", "1d", "--adjustment", "split", "--root", root]);
  return root;
}
interface Result {
  readonly blocked: readonly { readonly rule: string; readonly count: number }[];
  readonly claims: { readonly events: readonly Readonly<Record<string, unknown>>[] };
  readonly honesty: { readonly warnings: readonly string[] };
  readonly digests: Readonly<Record<string, string>>;
  readonly snapshot: string;
}

const line =
  "backtest --strategies reference_ema_cross --timeframe 1d --workers 1 --cash 100000 " +
  "--set regime.daysMin=252 --set regime.windowDays=300 --set regime.neutralScale=0.1";

async function backtest(root: string, out: string, ...words: string[]): Promise<Result> {
  const fast = ["--set", "strategies.reference_ema_cross.params={fast: 2, slow: 5}"];
  const where = ["--symbols", STOCKS, "--out", join(folder, out), "--root", root];
  return (await jsonLine([...line.split(" "), ...fast, ...where, ...words])) as Result;
}

type Row = Readonly<Record<string, string>>;

/** No cell of these columns holds a comma before the last one that is read. */
function rows(out: string, file: string): Row[] {
  const [head = "", ...body] = readFileSync(join(folder, out, file), "utf8")
    .trimEnd()
    .split("\n");
  const names = head.split(",");
  return body.map((row) => Object.fromEntries(row.split(",").map((cell, n) => [names[n]!, cell])));
}

const isEntry = ({ purpose, side }: Row): boolean => purpose === "entry" && side === "buy";

/** What the log says of the model at the close of a day, which is when that day's orders are decided. */
function wordAt(day: string, log: readonly Row[]): string | undefined {
  return log.findLast(({ of, at }) => of === "hmm" && at!.slice(0, 10) <= day)?.regime;
}

describe("a lake with index and VIX", () => {
  let gated: Result;
  let whole: string;

  beforeAll(async () => {
    whole = await lakeOf("whole", SESSIONS, ["SPY", "VIX"]);
    gated = await backtest(whole, "gated");
  });

  it("lets new longs through in Bull, scales them in Neutral, refuses them in Bear, each by name", () => {
    const log = rows("gated", "regime.csv");
    const entries = rows("gated", "orders.csv").filter(isEntry);
    const seen = { none: 0, Bull: 0, Neutral: 0, Bear: 0 };
    for (const { decided_at: day = "", status, rule, barred_by: by, order } of entries) {
      const word = (wordAt(day, log) ?? "none") as keyof typeof seen;
      seen[word] += 1;
      const isBarred = rule === "permission:hmm";
      expect([order, word, isBarred]).toEqual([order, word, word === "Bear"]);
      if (isBarred)
        expect([status, by]).toEqual(["denied", expect.stringMatching(/NO_NEW_ENTRIES by regime/)]);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
    const barred = gated.blocked.find(({ rule }) => rule === "permission:hmm");
    expect(barred?.count).toBe(seen.Bear);
    const claims = gated.claims.events.filter(
      ({ authority, source }) => `${authority} ${source}` === "regime hmm",
    );
    const longs = { strategy: "new longs" };
    expect(claims).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...longs,
          level: "NO_NEW_ENTRIES",
          reason: expect.stringMatching(/is Bear/),
        }),
        expect.objectContaining({ ...longs, level: "SCALED", scalar: 0.1 }),
      ]),
    );
    expect(gated.honesty.warnings.join("\n")).toMatch(/The regime filter speaks from 2016-0/);
    expect(gated.snapshot).toContain("+regime:");
  });

  it("holds back no exit, in Bear as ever", () => {
    const log = rows("gated", "regime.csv");
    const exits = rows("gated", "orders.csv").filter((row) => row.purpose !== "entry");
    expect(exits.filter(({ status, rule }) => status === "denied" || rule?.startsWith("permission"))).toEqual(
      [],
    );
    const inBear = exits.filter(({ decided_at: day = "" }) => wordAt(day, log) === "Bear");
    expect(
      inBear.filter(({ purpose, status }) => purpose === "exit" && status === "filled").length,
    ).toBeGreaterThan(0);
  });

  it("gives a new long in Neutral the share of its size that is configured", async () => {
    await backtest(whole, "halved", "--set", "regime.neutralScale=0.05");
    const [more, less] = ["gated", "halved"].map((out) => rows(out, "orders.csv").filter(isEntry));
    const first = more!.findIndex((row, n) => row.shares !== less![n]?.shares);
    const [one, other] = [more![first]!, less![first]!];
    expect([one.symbol, one.decided_at]).toEqual([other.symbol, other.decided_at]);
    expect(wordAt(one.decided_at!, rows("gated", "regime.csv"))).toBe("Neutral");
    // Both below the cap on a position, which comes after the scale; whole shares.
    expect(Number(other.shares)).toBeGreaterThan(5);
    expect(Math.abs(Number(one.shares) - 2 * Number(other.shares))).toBeLessThanOrEqual(1);
  });

  it("is gated the same by models that an earlier run has kept", async () => {
    expect(readdirSync(join(whole, "cache", "regime")).length).toBeGreaterThan(5);
    const again = await backtest(whole, "again");
    expect(again.digests).toEqual(gated.digests);
    const [first, second] = ["gated", "again"].map((out) => readFileSync(join(folder, out, "regime.csv")));
    expect(second).toEqual(first);
  });

  it("that ends the day before a crisis says the same of all before it: nobody knew", async () => {
    const short = await lakeOf("short", sessionsOf(CRISIS), ["SPY", "VIX"]);
    await backtest(short, "short");
    const days = rows("gated", "equity.csv").map(({ timestamp }) => timestamp!);
    const last = rows("short", "equity.csv").at(-1)!.timestamp!;
    const crisis = days[days.indexOf(last) + 1]!;
    const dayOf = ({ at }: Row): string => at!.slice(0, 10);
    const log = rows("gated", "regime.csv");
    expect(log.filter((row) => dayOf(row) === crisis)).not.toEqual([]);
    expect(rows("short", "regime.csv")).toEqual(log.filter((row) => dayOf(row) <= last));
    expect(rows("short", "regime.csv").length).toBeGreaterThan(3);
    // What became of an order may lie after the end; what was decided does not.
    const [all, before] = ["gated", "short"].map((out) =>
      rows(out, "orders.csv")
        .filter(({ decided_at: day }) => day! <= last)
        .map(({ status, filled, average_price, ended_at, crossed, ...decided }) => decided),
    );
    expect(before).toEqual(all);
    expect(before!.length).toBeGreaterThan(50);
  });
});

it("without a VIX a backtest says so and is the run without a regime", async () => {
  const root = await lakeOf("blind", SESSIONS, ["SPY"]);
  const blind = await backtest(root, "blind");
  const off = await backtest(root, "off", "--set", "regime.enabled=false");
  const words = blind.honesty.warnings.join("\n");
  expect(words).toMatch(/The regime filter had no part in this run \(no daily closes of VIX: /);
  expect(blind.digests).toEqual(off.digests);
  expect(blind.claims.events.filter(({ authority }) => authority === "regime")).toEqual([]);
  expect(rows("blind", "orders.csv").filter(isEntry).length).toBeGreaterThan(50);
});
