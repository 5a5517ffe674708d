/**
 * The demo as people start, watch and stop it: real processes, their exit codes, and what they leave behind (RUN-2,
 * RUN-6, ADMIN-1, RISK-3). One session at the highest speed, and two short ones.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { JournalReader } from "../../src/adapters/journal/journal-reader.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";

const folder = scratchFolder("plimsoll-demo-");
const entry = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const running = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
  running.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  readonly ended: Promise<number | null>;
}

function start(root: string, ...words: string[]): Started {
  const args = [entry, "start", "--mode", "demo", "--root", root, "--set", "demo.warmupSessions=1", ...words];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  return { child, said, ended: once(child, "close").then(([code]) => code as number | null) };
}

const ask = (root: string, ...words: string[]) => plimsoll([...words, "--root", root], { cwd: folder });

// biome-ignore lint/suspicious/noExplicitAny: a document of the command line
type Status = any;

/** Asks until the status is as wanted, a minute at most. */
async function statusWhen(root: string, isWanted: (status: Status) => boolean): Promise<Status> {
  let last: Status;
  for (let n = 0; n < 60; n++) {
    last = JSON.parse((await ask(root, "status", "--json")).out);
    if (last.state === "running" && isWanted(last)) return last;
    await pause(500);
  }
  throw new Error(`never came to it: ${JSON.stringify(last).slice(0, 600)}`);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("one session at the highest speed", () => {
  it("trades, can be asked, refuses a second start, ends flat with exit 0 and leaves no process", async () => {
    const { said, ended } = start("one", "--sessions", "1", "--speed", "max", "--json");
    const status = await statusWhen("one", () => true);
    expect(status).toMatchObject({
      mode: "demo",
      regime: expect.any(Object),
      permission: { claims: expect.any(Array) },
    });
    expect(status.exposure).toMatchObject({ gross: expect.any(Number), short: expect.any(Number) });
    const pids = status.processes.map(({ pid }: { pid: number }) => pid);
    expect(status.processes.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      expect.arrayContaining(["compute", "execute", "guardian", "ingest"]),
    );
    const [second, reset] = await Promise.all([ask("one", "start"), ask("one", "reset", "--demo", "--yes")]);
    for (const refused of [second, reset]) {
      expect(refused).toMatchObject({ code: 1, out: "" });
      expect(refused.err).toMatch(/^plimsoll: the state of a running system .* process \d+ .*\n$/);
    }
    expect(await ended).toBe(0);
    expect(said.err).toBe("");
    const result = JSON.parse(said.out);
    expect(result).toMatchObject({ mode: "demo", flat: true, atRest: true, positions: [] });
    expect(result.trades.count).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
    for (const left of ["start.lock", "active.json"])
      expect(existsSync(join(folder, "one", "run", left))).toBe(false);
    const log = readFileSync(join(folder, "one", "demo", "logs", `plimsoll-${today()}.log`), "utf8");
    expect(log).toContain("false trips of feed");
    const reader = new JournalReader(join(folder, "one", "demo", "db", "journal.db"));
    expect(reader.verify()).toMatchObject({ runs: 1, brokenAt: null });
    reader.close();
    expect(readFileSync(join(folder, result.report), "utf8")).toContain(`journal of run ${result.run}`);
    // The whole session, with all that waited and was asked about again, decided by a loop that knows no processes.
    for (const words of [["parity"], ["journal", "replay"]]) {
      const { code, out, err } = await ask("one", ...words, "--demo");
      expect([words, code, err, code === 0 ? "" : out.slice(0, 2000)]).toEqual([words, 0, "", ""]);
    }
    expect(JSON.parse((await ask("one", "status", "--json")).out)).toMatchObject({
      state: "stopped",
      last: { run: result.run },
    });
  });
});

describe("the HALT file", () => {
  it("beside all modes halts the demo; what an operator does is written down; Ctrl-C still ends it well", async () => {
    const { child, said, ended } = start("halted", "--speed", "60");
    // The demo fits the regime detector on its own past as it begins, and says what it found.
    const { regime } = await statusWhen("halted", (status) => (status.regime?.told ?? null) !== null);
    expect(regime).toMatchObject({ problem: null, isShadow: true, told: { session: expect.any(Number) } });
    const { bull, neutral, bear } = regime.told;
    expect(Math.abs(bull + neutral + bear - 1)).toBeLessThan(1e-9);
    const paused = await ask("halted", "pause", "--reason", "lunch", "--yes", "--json");
    expect(paused).toMatchObject({ code: 0, err: "" });
    const { auditId } = JSON.parse(paused.out);
    mkdirSync(join(folder, "halted", "killswitch"), { recursive: true });
    writeFileSync(join(folder, "halted", "killswitch", "HALT"), "");
    await statusWhen("halted", ({ permission: { effective } }) => /FLATTEN|HALTED/.test(effective));
    const resumed = await ask("halted", "resume", "--reason", "again", "--yes");
    expect(resumed).toMatchObject({ code: 3, out: "" });
    expect(resumed.err).toMatch(/^plimsoll: resume: .*HALT.*\n$/);
    const rows: { who: string }[] = JSON.parse((await ask("halted", "audit", "ls", "--json")).out);
    // Tables are told at the start, and where the machine was slow enough the tasks before the open have asked too.
    expect(rows.filter(({ who }) => who !== "orchestrator" && who !== "start")).toMatchObject([
      { id: auditId, action: "pause", reason: "lunch" },
      { action: "request-refused", reason: expect.stringMatching(/^resume: the file .*HALT is there/) },
    ]);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said.out).toContain("It holds nothing, and no order works.");
    expect(said.out + said.err).not.toMatch(/\s{4}at |node:internal/);
  });
});

it("when nobody reads it any more and its terminal goes, it ends in good order and gives the lock back", async () => {
  const { child } = start("unread", "--speed", "60");
  await statusWhen("unread", () => true);
  const ended = once(child, "exit");
  child.stdout?.destroy();
  child.stderr?.destroy();
  for (const signal of ["SIGHUP", "SIGHUP"] as const) child.kill(signal);
  expect(await ended).toEqual([0, null]);
  expect(existsSync(join(folder, "unread", "run", "start.lock"))).toBe(false);
});

const today = (): string => new Date().toISOString().slice(0, 10);
