/**
 * Goal    an optimisation that is killed in the middle, and begun again by the same words, ends as one that nobody killed:
 *         its files byte for byte, and every setting one trial.
 * Method  a real process, killed with SIGKILL once its record of windows has grown; the same command to its end, beside
 *         one in a root of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeFolder } from "../src/adapters/durable-file.ts";
import { ResearchDb } from "../src/adapters/research-db.ts";
import { dailyCsv } from "./bars-csv.ts";
import { randomDaily } from "./daily-market.ts";
import { plimsoll } from "./plimsoll-process.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ENTRY = join(import.meta.dirname, "..", "src", "cli", "main.ts");
const folder = scratchFolder("plimsoll-optimise-kill-");
const root = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = (name: string): string[] => [
  ...["research", "optimize", "--strategy", "swing_trend_following", "--symbols", "all", "--timeframe", "1d"],
  ...["--train", "60", "--test", "40", "--holdout", "1", "--generations", "3", "--population", "6"],
  ...["--workers", "1", "--out", join(root(name), "out"), "--root", root(name), "--json"],
];

beforeAll(async () => {
  makeFolder(root("whole"));
  writeFileSync(join(root("whole"), "bars.csv"), dailyCsv(randomDaily({ seed: 5, sessions: 300 })));
  const bars = [
    "data",
    "import",
    join(root("whole"), "bars.csv"),
    "--timeframe",
    "1d",
    "--adjustment",
    "split",
  ];
  expect((await runLine(["--root", root("whole"), ...bars])).code).toBe(0);
  cpSync(root("whole"), root("cut"), { recursive: true });
});

const files = (name: string) =>
  ["optimise.json", "evaluations.csv"].map((file) => readFileSync(join(root(name), "out", file), "utf8"));

function trials(name: string): number {
  const db = new ResearchDb(join(root(name), "db", "research.db"));
  try {
    return db.trialsWith(["swing_trend_following"]).length;
  } finally {
    db.close();
  }
}

it("killed in the middle it ends as one that nobody killed", async () => {
  const records = join(root("cut"), "run", "optimise");
  makeFolder(records);
  const child: ChildProcess = spawn(process.execPath, [ENTRY, ...words("cut")], { stdio: "ignore" });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("close", (_, signal) => resolve(signal));
  });
  const watcher = watch(records, (_, file) => {
    const path = join(records, file ?? "");
    if (existsSync(path) && statSync(path).isFile() && lines(path) >= 40) child.kill("SIGKILL");
  });
  expect(await ended).toBe("SIGKILL");
  watcher.close();
  expect(existsSync(join(root("cut"), "out", "optimise.json"))).toBe(false);
  // The first generation is on record as trials, what was under way is not: nobody has seen it.
  expect(trials("cut")).toBe(6);
  const [again, whole] = [
    await plimsoll(words("cut"), { cwd: folder }),
    await plimsoll(words("whole"), { cwd: folder }),
  ];
  expect([again.code, whole.code]).toEqual([3, 3]);
  expect(files("cut")).toEqual(files("whole"));
  expect([trials("cut"), trials("whole")]).toEqual([18, 18]);
});

const lines = (path: string): number => readFileSync(path, "utf8").split("\n").length - 1;
