/**
 * Goal: a walk-forward over several machines is that of one process to the byte, whatever dies on the way: a worker, the
 * server, whoever gave the jobs out (WW-1, JQ-1, JQ-2).
 * Method: a real nats-server on this machine; every worker and coordinator is a process with a root and a lake of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../bars-csv.ts";
import { randomDaily } from "../daily-market.ts";
import { plantedMarket } from "../planted-market.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { missingPrograms } from "./missing-programs.ts";
import { NatsServer } from "./nats-server.ts";

const missing = missingPrograms(["nats-server"]);
const folder = scratchFolder("plimsoll-fan-out-");
const entry = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const running = new Set<ChildProcess>();
const GRID = [
  "--grid",
  "swing_trend_following.stopAtr=1,1.5,2,3",
  "--grid",
  "swing_trend_following.trailAtr=3,5",
];
const WALK = [
  ..."walk-forward --strategies swing_trend_following --symbols all --timeframe 1d --quiet".split(" "),
  ..."--train 120 --test 60 --step 30".split(" "),
  ...GRID,
];

/** Entries of fast averages are many, so that a year of few symbols can be learned from. */
const TRAINING = `training:
  strategy: reference_ema_cross
  bars: { timeframe: 1d }
  features: [realized_vol_20, rsi_14, natr_14]
  label: { horizon: 6, kind: forward, costBps: 5 }
  windows: { train: 200, test: 60, step: 60 }
  trainer: { rounds: 40, patience: 8 }
  search: { method: random, trials: 6, keep: 2 }
strategies: { reference_ema_cross: { params: { fast: 3, slow: 8 } } }
`;

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

function start(...words: readonly string[]): Started {
  const child = spawn(process.execPath, [entry, ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  return { child, said: () => said, ended: once(child, "close").then(([code]) => code as number | null) };
}

async function until(what: string, isSo: () => boolean, seconds = 120): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !isSo(); ) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(20);
  }
}

/** A root with a lake of its own. */
async function rooted(name: string, seed = 3, bars = randomDaily({ seed, sessions: 500 })): Promise<string> {
  const root = join(folder, name);
  mkdirSync(root);
  const csv = join(root, "bars.csv");
  writeFileSync(csv, dailyCsv(bars));
  const words = ["data", "import", csv, "--timeframe", "1d", "--adjustment", "split", "--root", root];
  expect(await plimsoll([...words, "--quiet"], { cwd: folder })).toMatchObject({ code: 0 });
  return root;
}

const results = (root: string) =>
  ["walk-forward.json", "equity.csv"].map((name) => readFileSync(join(root, "out", name), "utf8"));

/** Jobs that a coordinator has on record. */
const done = (root: string): number =>
  globSync(join(root, "run", "{walk-forward,training}", "*.jsonl")).reduce(
    (sum, path) => sum + readFileSync(path, "utf8").split("\n").length - 1,
    0,
  );

const walkIn = (root: string, url: string) =>
  start(...WALK, "--root", root, "--out", join(root, "out"), "--set", `bus.url=${url}`);

const workIn = (root: string, url: string) =>
  start("worker", "--root", root, "--workers", "1", "--set", `bus.url=${url}`);

describe.skipIf(missing !== undefined)(`research on several machines${missing ?? ""}`, () => {
  let server: NatsServer;
  let expected: string[];
  let first: string;
  let second: string;

  beforeAll(async () => {
    server = await NatsServer.start();
    const plain = await rooted("plain");
    [first, second] = [await rooted("first"), await rooted("second")];
    const words = [...WALK, "--root", plain, "--out", join(plain, "out"), "--workers", "1"];
    // 3: a gate says no, as it should of random bars.
    expect((await plimsoll(words, { cwd: folder })).code).toBe(3);
    expected = results(plain);
  }, 120_000);

  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "close");
    }
    running.clear();
  });

  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("with a worker killed in the middle: its jobs go to the other, the result is that of one process", async () => {
    const home = await rooted("home");
    const [doomed, other] = [workIn(first, server.url), workIn(second, server.url)];
    const walk = walkIn(home, server.url);
    await until("some windows are there", () => done(home) >= 8);
    doomed.child.kill("SIGKILL");
    expect([await walk.ended, walk.said()]).toEqual([3, ""]);
    expect(results(home)).toEqual(expected);
    other.child.kill("SIGTERM");
    expect(await other.ended).toBe(0);
    expect(other.said()).toMatch(/\d+ jobs done, 0 failed, 0 given back/);
  });

  it("what is known is not done again, by whichever coordinator", async () => {
    const home = await rooted("again");
    expect([await walkIn(home, server.url).ended, results(home)]).toEqual([3, expected]);
  });

  it("a worker with other data gives its jobs back and says why; keys in the address are refused unseen", async () => {
    await server.stop();
    server = await NatsServer.start();
    const home = await rooted("choosy");
    const stranger = workIn(await rooted("stranger", 4), server.url);
    const walk = walkIn(home, server.url);
    await until("a job came back", () => stranger.said().includes("gives a job back"));
    expect(stranger.said()).toMatch(/it is of data \w+, this lake has \w+/);
    expect(done(home)).toBe(0);
    const fit = workIn(first, server.url);
    expect([await walk.ended, results(home)]).toEqual([3, expected]);
    expect(walk.said()).toMatch(/plimsoll worker .* cannot do it: it is of data/);
    fit.child.kill("SIGTERM");
    expect([await fit.ended, fit.said()]).toEqual([0, expect.stringContaining(" 0 failed, 0 given back")]);
    const named = workIn(first, "nats://me:hunter2@127.0.0.1:4222");
    expect([await named.ended, named.said()]).toEqual([2, expect.not.stringContaining("hunter2")]);
  });

  it("the server killed and whoever gave the jobs out killed: both come back, nothing is lost or done wrong", async () => {
    await server.stop();
    server = await NatsServer.start();
    const home = await rooted("storm");
    workIn(first, server.url);
    const before = walkIn(home, server.url);
    await until("some windows are there", () => done(home) >= 5);
    before.child.kill("SIGKILL");
    await before.ended;
    const walk = walkIn(home, server.url);
    await until("it goes on", () => done(home) >= 15);
    await server.kill();
    await pause(1000);
    await server.again();
    expect([await walk.ended, walk.said()]).toEqual([3, expect.not.stringContaining("plimsoll:")]);
    expect(results(home)).toEqual(expected);
  });

  it("a server that comes back with an empty store gets what is open again, and all go on at once", async () => {
    await server.stop();
    server = await NatsServer.start();
    const home = await rooted("emptied");
    const worker = workIn(first, server.url);
    const walk = walkIn(home, server.url);
    await until("some windows are there", () => done(home) >= 5);
    await server.kill();
    server.lose();
    const from = performance.now();
    await server.again();
    expect([await walk.ended, results(home)]).toEqual([3, expected]);
    expect(performance.now() - from).toBeLessThan(120_000);
    expect(walk.said()).not.toContain("plimsoll:");
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  });

  it("a training with a worker killed in the middle of its search is that of one process", async () => {
    await server.stop();
    server = await NatsServer.start();
    const bars = plantedMarket({ seed: 7, sessions: 420, symbols: 40, edge: 0.003 });
    const [plain, home] = [await rooted("train-plain", 0, bars), await rooted("train-home", 0, bars)];
    const lakes = [await rooted("train-first", 0, bars), await rooted("train-second", 0, bars)];
    const file = join(folder, "train.yaml");
    writeFileSync(file, TRAINING);
    const words = ["walk-forward", "--model", file, "--quiet"];
    const alone = [...words, "--root", plain, "--out", join(plain, "out"), "--workers", "1"];
    expect((await plimsoll(alone, { cwd: folder })).code).toBe(3);
    const [doomed] = lakes.map((root) => workIn(root, server.url));
    const out = ["--root", home, "--out", join(home, "out"), "--set", `bus.url=${server.url}`];
    const walk = start(...words, ...out);
    await until("some trials are there", () => done(home) >= 2);
    doomed!.child.kill("SIGKILL");
    expect([await walk.ended, walk.said()]).toEqual([3, ""]);
    expect(results(home)).toEqual(results(plain));
  });

  it("Ctrl-C takes back what is not done", async () => {
    await server.stop();
    server = await NatsServer.start();
    const home = await rooted("cancelled");
    const walk = walkIn(home, server.url);
    await until("it is on record", () => existsSync(join(home, "run", "walk-forward")));
    const worker = workIn(first, server.url);
    await until("some windows are there", () => done(home) >= 3);
    walk.child.kill("SIGINT");
    expect([await walk.ended, walk.said()]).toEqual([
      1,
      expect.stringContaining("cancelled; what is done is kept"),
    ]);
    const idle = start("worker", "--root", second, "--idle", "1", "--set", `bus.url=${server.url}`);
    expect([await idle.ended, idle.said()]).toEqual([0, expect.stringContaining("0 jobs done")]);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  });
});
