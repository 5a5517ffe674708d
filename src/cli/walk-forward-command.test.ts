/**
 * Goal    a walk-forward is of the symbols that were asked for, ends with 3 when a gate says no, and counts every
 *         setting.
 * Method  a lake of random bars, frozen under a name.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { randomDaily } from "../../test/daily-market.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const root = scratchFolder("plimsoll-walk-");
afterAll(() => rmSync(root, { recursive: true, force: true }));
const columns = randomDaily({ seed: 3, sessions: 400 });
const [first = "", second = ""] = columns.instruments.symbols;
const run = (...words: string[]) => runLine(["--root", root, "--json", ...words]);
const out = join(root, "out");
const walk = (symbols: string, ...more: string[]) =>
  run(
    ..."walk-forward --strategies swing_trend_following --timeframe 1d --snapshot frozen --workers 1".split(
      " ",
    ),
    ..."--train 150 --test 60 --step 60".split(" "),
    ...["--symbols", symbols, "--out", out, ...more],
  );

beforeAll(async () => {
  writeFileSync(join(root, "bars.csv"), dailyCsv(columns));
  await run("data", "import", join(root, "bars.csv"), "--timeframe", "1d", "--adjustment", "split");
  await run("data", "snapshot", "create", "frozen");
});

it("says what each window chose and showed, and ends with 3 where a gate says no", async () => {
  const { code, out: said } = await walk("all", "--grid", "swing_trend_following.stopAtr=1,3");
  const { verdict, windows, settings } = JSON.parse(said);
  expect([code, windows.length, settings.length, verdict.counted]).toEqual([3, 4, 2, 2]);
  expect(verdict.reasons.length).toBeGreaterThan(0);
  expect(readFileSync(join(out, "equity.csv"), "utf8").trim().split("\n")).toHaveLength(4 * 60 + 1);
  // Again: nothing new was tried.
  expect(JSON.parse((await walk("all", "--grid", "swing_trend_following.stopAtr=1,3")).out)).toEqual(
    JSON.parse(said),
  );
});

it("of one symbol is not taken for one of another, though both are of the same snapshot", async () => {
  const [one, two] = [JSON.parse((await walk(first)).out), JSON.parse((await walk(second)).out)];
  expect(one.snapshot).toBe(two.snapshot);
  expect(one.runId).not.toBe(two.runId);
  expect(one.verdict.totalReturn).not.toBe(two.verdict.totalReturn);
});

it("refuses a version of a model, which may have learned the very days that it would be tested on", async () => {
  const version = await walk("all", "--set", "strategies.swing_trend_following.model=swing.meta@3");
  expect([version.code, version.err]).toEqual([
    2,
    expect.stringContaining(
      "strategies.swing_trend_following.model = swing.meta@3: a walk-forward is of rules alone; allowed are rules and",
    ),
  ]);
  expect(version.err).toMatch(/^plimsoll: [^\n]*--model FILE[^\n]*\n$/);
  // Of a strategy that is not walked it says nothing.
  expect((await walk("all", "--set", "strategies.mean_reversion.model=swing.meta@3")).code).toBe(3);
});

it("names a strategy that is not there, and a range that holds no window", async () => {
  const wrong = await run(
    ..."walk-forward --strategies moon --symbols all --timeframe 1d --out x".split(" "),
  );
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("--strategies moon")]);
  const warp = await walk("all", "--grid", "swing_trend_following.warp=2");
  expect([warp.code, warp.err]).toEqual([
    2,
    expect.stringMatching(/^plimsoll: [^\n]*unknown key warp at --grid swing_trend_following[^\n]*\n$/),
  ]);
  const text = await walk("all", "--grid", "swing_trend_following.stopAtr=high");
  expect([text.code, text.err]).toEqual([2, expect.stringContaining("swing_trend_following.stopAtr")]);
  expect((await walk("all", "--train", "900")).err).toContain("hold no window");
});
