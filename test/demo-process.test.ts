/**
 * The demo as people start and stop it: real processes, their exit codes, and what a journal is worth afterwards
 * (RUN-2, RUN-6, LEDGER-2).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plimsoll, type Said } from "./plimsoll-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

const folder = scratchFolder("plimsoll-demo-process-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => plimsoll(args, { cwd: folder });
const journal = join(folder, "var", "demo", "db", "journal.db");
function sql(statement: string): void {
  const db = new DatabaseSync(journal);
  db.exec(statement);
  db.close();
}

let ended: Said;
beforeAll(async () => {
  ended = await run("start", "--sessions", "1", "--speed", "max", "--json", "--set", "demo.warmupSessions=1");
}, 60_000);

describe("a session at full speed", () => {
  it("ends by itself with exit 0, one JSON document and a report", () => {
    expect(ended).toMatchObject({ code: 0, err: "" });
    const result = JSON.parse(ended.out);
    expect(result).toMatchObject({ flat: true, scope: { profile: "demo", timeframe: "1m", sessions: 1 } });
    expect(existsSync(join(folder, result.report))).toBe(true);
  });

  it("leaves a journal that verifies and replays byte for byte", async () => {
    const [verified, replayed] = await Promise.all([
      run("journal", "verify", "--json"),
      run("journal", "replay", "--json"),
    ]);
    expect([verified.code, replayed.code]).toEqual([0, 0]);
    expect(JSON.parse(verified.out)).toMatchObject({ runs: 1, brokenAt: null });
    expect(JSON.parse(replayed.out)).toMatchObject({ identical: true, alteredAt: null });
    const dated = await run("journal", "replay", "--date", "2026-11-19");
    expect(dated).toMatchObject({ code: 1, out: "" });
    expect(dated.err).toMatch(/^plimsoll: --date 2026-11-19: .*\n$/);
  });
});

/** Runs last: it breaks the record. */
describe("a record that somebody changed", () => {
  it.each([
    ["a payload", "UPDATE entries SET payload = replace(payload, '0', '1') WHERE position = 40", 40],
    ["the settings", "UPDATE runs SET header = replace(header, '97000', '97001')", 0],
  ])("%s: verify and replay say where, with exit 3", async (_, statement, at) => {
    sql(statement);
    const [verified, replayed] = await Promise.all([run("journal", "verify"), run("journal", "replay")]);
    expect(verified).toEqual({
      code: 3,
      err: "",
      out: `journal: broken at run 1, entry ${at}; restore the last backup\n`,
    });
    expect(replayed).toMatchObject({ code: 3, err: "" });
    expect(replayed.out).toContain(`run 1, entry ${at} is not what was written`);
  });

  it("reset takes the demo's state away and nothing else", async () => {
    const others = readdirSync(join(folder, "var")).filter((name) => name !== "demo");
    expect(await run("reset", "--demo", "--yes")).toMatchObject({ code: 0, err: "" });
    expect(readdirSync(join(folder, "var"))).toEqual(others);
  });
});

/** A demo of its own, once it trades. */
async function running(root: string): Promise<{ child: ChildProcess; said: { out: string; err: string } }> {
  const entry = join(import.meta.dirname, "..", "src", "cli", "main.ts");
  const args = [entry, "start", "--speed", "6000", "--root", root, "--set", "demo.warmupSessions=1"];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  // The first line that tells of the market: it runs.
  while (!/2026-11-18/.test(said.out + said.err)) {
    await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), once(child, "close")]);
    if (child.exitCode !== null) break;
  }
  return { child, said };
}

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s closes everything and ends with exit 0",
  async (signal) => {
    const { child, said } = await running(signal);
    child.kill(signal);
    await once(child, "close");
    expect(child.exitCode).toBe(0);
    expect(said.out).toContain("The demo is over and holds nothing.");
    expect(said.out + said.err).not.toMatch(/\s{4}at /);
  },
);

it.each([
  ["its terminal goes, and says so twice", ["SIGHUP", "SIGHUP"]],
  ["nobody reads it any more", []],
] as const)(
  "when %s it closes everything, writes its report and gives the lock back",
  async (name, signals) => {
    const { child } = await running(name);
    const ended = once(child, "exit");
    child.stdout?.destroy();
    child.stderr?.destroy();
    for (const signal of signals) child.kill(signal);
    expect(await ended).toEqual([0, null]);
    const state = join(folder, name);
    const result = JSON.parse(readFileSync(join(state, "demo", "reports", "run-1", "result.json"), "utf8"));
    expect(result.scope).toMatchObject({ profile: "demo" });
    expect(existsSync(join(state, "demo", "reports", "run-1", "report.html"))).toBe(true);
    expect(existsSync(join(state, "run", "demo.lock"))).toBe(false);
    const replayed = await run("journal", "replay", "--json", "--root", name);
    expect(JSON.parse(replayed.out)).toMatchObject({ identical: true });
  },
);
