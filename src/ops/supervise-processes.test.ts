/** Goal: what children say and what becomes of them stands in one log, whoever dies; children start from the cache. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import type { LogRecord } from "./log-file.ts";
import { type SupervisionTerms, superviseProcesses } from "./supervise-processes.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("plimsoll-supervision-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const plan = (script: string) => ({
  id: "execute",
  command: process.execPath,
  args: [script],
  env: { GREETING: "hello" },
  restart: "on-failure" as const,
  ready: "ipc" as const,
});

const terms = (changes: Partial<SupervisionTerms>): SupervisionTerms => ({
  root,
  plans: [],
  env: () => ({ PATH: process.env.PATH }),
  wallMs: () => Date.parse("2026-11-20T12:00:00Z"),
  readyWithinMs: 60_000,
  stopOrder: [],
  stopWithinMs: 60_000,
  ...changes,
});

it("every line names its process, level and time; the compile cache is used", async () => {
  const script = join(root, "child.mts");
  writeFileSync(join(root, "part.mts"), `export const greeting: string = String(process.env.GREETING);`);
  writeFileSync(
    script,
    `import { greeting } from "./part.mts";
     console.log(greeting);
     console.error("careful");
     console.log(JSON.stringify({ level: "CRITICAL", text: "halted", correlation: "c7" }));
     process.on("SIGTERM", () => process.exit(0));
     process.on("message", () => {});
     process.send("ready");`,
  );
  const heard: LogRecord[] = [];
  const { supervisor, stop } = superviseProcesses(
    terms({ plans: [plan(script)], onLine: (record) => heard.push(record) }),
  );
  supervisor.startAll();
  await supervisor.whenReady("execute");
  await stop();
  const text = readFileSync(join(root, "logs", "plimsoll-2026-11-20.log"), "utf8");
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toEqual(heard);
  expect(rows.every(({ at }) => at === "2026-11-20T12:00:00.000Z")).toBe(true);
  const said = rows.map(
    ({ process: id, level, text: words }) => `${id} ${level} ${words.replace(/\d+/g, "N")}`,
  );
  expect(said.toSorted()).toEqual(
    [
      "execute CRITICAL halted",
      "execute INFO hello",
      "execute WARNING careful",
      "supervisor INFO execute ended with code N",
      "supervisor INFO execute is ready after N ms",
      "supervisor INFO execute was started as process N",
    ].toSorted(),
  );
  expect(rows.find(({ level }) => level === "CRITICAL")).toMatchObject({ correlation: "c7" });
  expect(readdirSync(join(root, "cache"))).not.toEqual([]);
});

it("without a place for the cache it says so and goes on", async () => {
  writeFileSync(join(root, "cache"), "in the way");
  const heard: LogRecord[] = [];
  const { stop } = superviseProcesses(terms({ onLine: (record) => heard.push(record) }));
  await stop();
  expect(heard.map(({ text }) => text)).toEqual([expect.stringMatching(/starts are slower/)]);
});

/** What the log holds after a child said one line of each level, in its own letters, and went. */
async function logged(LOG_LEVEL: string | undefined): Promise<string[]> {
  const script = join(root, "levels.mts");
  writeFileSync(
    script,
    `for (const level of ["debug", "info", "WARNING", "error"]) console.log(JSON.stringify({ level, text: level }));
     console.log("plain");
     process.on("SIGTERM", () => process.exit(0));
     process.on("message", () => {});
     process.send("ready");`,
  );
  const env = () => ({ PATH: process.env.PATH, LOG_LEVEL });
  const heard: LogRecord[] = [];
  const given = terms({ plans: [plan(script)], env, onLine: (record) => heard.push(record) });
  const { supervisor, note, stop } = superviseProcesses(given);
  note("our own");
  supervisor.startAll();
  await supervisor.whenReady("execute");
  await stop();
  expect(heard.filter(({ process: id }) => id === "execute")).toHaveLength(5);
  const path = join(root, "logs", "plimsoll-2026-11-20.log");
  const rows = existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
  return rows.map((line) => JSON.parse(line)).map(({ level, text }) => `${level} ${text}`);
}

it("LOG_LEVEL holds for what processes write and for the supervisor, in one form of its words", async () => {
  expect(await logged("error")).toEqual(["ERROR error"]);
});

it("without LOG_LEVEL all but DEBUG is written, and a word that is none is said", async () => {
  const lines = await logged("loud");
  expect(lines[0]).toBe(
    "WARNING LOG_LEVEL = loud: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL; INFO holds",
  );
  expect(lines).toEqual(
    expect.arrayContaining(["INFO our own", "INFO info", "WARNING WARNING", "ERROR error"]),
  );
  expect(lines).toContain("INFO plain");
  expect(lines.filter((line) => line.startsWith("DEBUG"))).toEqual([]);
});
