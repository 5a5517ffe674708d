/**
 * Goal: a search that is killed in the middle of a generation goes on and ends with the bytes of one that nobody killed
 * (DI-2). Method: a real process, `kill -9` when some generations are on disk, `discover resume`; the same search in
 * another root.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dailyCsv } from "./bars-csv.ts";
import { plantedDaily } from "./discovery-market.ts";
import { jsonLine, runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ENTRY = join(import.meta.dirname, "..", "src", "cli", "main.ts");
const folder = scratchFolder("plimsoll-discovery-kill-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);
const line = (root: string) => [
  ..."discover run --generations 12 --population 64 --seed 5 --json".split(" "),
  ...["--root", at(root)],
];

beforeAll(async () => {
  const bars = dailyCsv(plantedDaily({ seed: 6, symbols: 6, sessions: 700, edge: 0.01 }));
  writeFileSync(at("bars.csv"), bars);
  const words = ["data", "import", at("bars.csv"), "--timeframe", "1d", "--adjustment", "full"];
  await jsonLine([...words, "--root", at("whole")]);
  cpSync(at("whole"), at("killed"), { recursive: true });
});

/** Bytes of what a search leaves; when it was begun is the run's own. */
const left = (root: string, id: string) =>
  ["trials.csv", "checkpoint.json", "result.json"].map((name) =>
    readFileSync(at(root, "discover", id, name), "utf8"),
  );

it("killed and resumed it ends with the same bytes", async () => {
  const whole = await runLine(line("whole"));
  const { id } = JSON.parse(whole.out) as { id: string };
  const child: ChildProcess = spawn(process.execPath, [ENTRY, ...line("killed")], { stdio: "ignore" });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("close", (_, signal) => resolve(signal));
  });
  const path = at("killed", "discover", id, "checkpoint.json");
  const isFar = () => existsSync(path) && JSON.parse(readFileSync(path, "utf8")).state.generation >= 2;
  while (!isFar() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
  // Held where it is: a machine with much else to do would see it end before the second one asks.
  child.kill("SIGSTOP");
  const second = await runLine(["discover", "resume", id, "--root", at("killed")]);
  expect([second.code, second.err]).toEqual([1, expect.stringContaining(`process ${child.pid}`)]);
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  expect(existsSync(at("killed", "discover", id, "result.json"))).toBe(false);
  // As if it had been in the middle of writing, too.
  writeFileSync(at("killed", "discover", id, "trials.csv"), "half a li", { flag: "a" });

  const resumed = await runLine(["discover", "resume", id, "--json", "--root", at("killed")]);
  expect(resumed.code).toBe(whole.code);
  expect(resumed.out).toBe(whole.out);
  expect(left("killed", id)).toEqual(left("whole", id));
});
