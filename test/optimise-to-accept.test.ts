/**
 * Goal    what is planted in a market is found, passes every gate, is proposed, and is traded once an operator says yes;
 *         of the same market without it nothing is proposed. The whole way by the commands that an operator types.
 * Method  falls of three days that are made up for in five, against falls that are followed by anything.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolder } from "../src/adapters/durable-file.ts";
import { loadConfig } from "../src/app/config.ts";
import { createRng } from "../src/numerics/rng.ts";
import { boundParams } from "../src/research/walk-forward/run-walk-forward.ts";
import { dailyCsv } from "./bars-csv.ts";
import { type DayBar, dailyColumns } from "./daily-market.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const base = scratchFolder("plimsoll-accept-");
afterAll(() => rmSync(base, { recursive: true, force: true }));
/** Two trade, of which neither is the one that is searched. */
const SHARES = Object.keys(loadConfig().strategies).map((id) => {
  const share = ["reference_ema_cross", "swing_trend_following"].includes(id) ? 0.5 : 0;
  const params = id === "mean_reversion" ? ", params: { trend: 50, rsiMaximum: 2, exit: 3 }" : "";
  return `  ${id}: { enabled: ${share > 0}, allocation: ${share}${params} }\n`;
});
const OWN = `strategies:\n  # ours, and too strict\n${SHARES.join("")}`;

function market(isPlanted: boolean) {
  const paths = Array.from({ length: 14 }, (_, i): [string, DayBar[]] => {
    const rng = createRng(11, `s${i}`);
    let close = 50 + 50 * rng.uniform();
    let left = 0;
    let after = 0;
    const days = Array.from({ length: 560 }, () => {
      const open = close * Math.exp(0.001 * rng.normal());
      if (left === 0 && rng.uniform() < 0.15) {
        left = 8;
        after = isPlanted || rng.uniform() < 0.5 ? 0.011 : -0.011;
      }
      const drift = left > 5 ? -0.012 : left > 0 ? after : 0.0006;
      left = Math.max(0, left - 1);
      close = open * Math.exp(drift + 0.004 * rng.normal());
      const [high, low] = [Math.max(open, close) * 1.001, Math.min(open, close) * 0.999];
      return { open, close, high, low, volume: 5e6 };
    });
    return [`S${i}`, days];
  });
  return dailyColumns(Object.fromEntries(paths));
}

async function place(name: string, isPlanted: boolean) {
  const root = join(base, name);
  makeFolder(root);
  const config = join(root, "own.yaml");
  writeFileSync(config, OWN);
  writeFileSync(join(root, "bars.csv"), dailyCsv(market(isPlanted)));
  const run = (words: string, ...more: string[]) =>
    runLine(["--root", root, "--config", config, "--json", ...words.split(" "), ...more]);
  expect((await run(`data import ${root}/bars.csv --timeframe 1d --adjustment split`)).code).toBe(0);
  const optimise = () =>
    run(
      "research optimize --strategy mean_reversion --symbols all --timeframe 1d --train 60 --test 60 --holdout 2 " +
        `--generations 3 --population 6 --workers 1 --out ${root}/out`,
    );
  return { config, run, optimise };
}

it("what is planted is found, proposed, accepted, and traded at the next start", async () => {
  const { config, run, optimise } = await place("planted", true);
  const found = await optimise();
  const { best, configured, passed } = JSON.parse(found.out);
  expect([found.code, passed]).toEqual([0, true]);
  expect(best.held.sharpe).toBeGreaterThan(configured.held.sharpe + 2);
  const { made } = JSON.parse((await run("research propose")).out);
  expect(made).toMatchObject([
    { id: 1, strategy: "mean_reversion", kind: "enable", study: expect.any(String) },
  ]);
  expect((await run("research accept 1", "--reason", "planted by ourselves")).code).toBe(0);
  const accepted = loadConfig({ files: [config] });
  const { strategies } = accepted;
  expect(strategies.mean_reversion).toMatchObject({ enabled: true, allocation: 0.333333 });
  expect(boundParams(accepted, "mean_reversion", strategies.mean_reversion?.params ?? {})).toMatchObject(
    best.params,
  );
  expect(strategies.swing_trend_following?.allocation).toBeCloseTo(1 / 3, 5);
  expect(readFileSync(config, "utf8")).toContain("# ours, and too strict");
  expect((await run("research accept 1", "--reason", "again")).code).toBe(3);
});

it("of falls that anything follows nothing is proposed", async () => {
  const { config, run, optimise } = await place("noise", false);
  const found = await optimise();
  expect([found.code, JSON.parse(found.out).passed]).toEqual([3, false]);
  expect(JSON.parse((await run("research propose")).out).made).toEqual([]);
  expect(readFileSync(config, "utf8")).toBe(OWN);
});
