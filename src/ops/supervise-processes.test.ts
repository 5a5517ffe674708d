/** Goal: what children say and what becomes of them stands in one log, whoever dies; children start from the cache. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
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
  const heard: string[] = [];
  const { supervisor, stop } = superviseProcesses(
    terms({ plans: [plan(script)], onLine: (line) => heard.push(line) }),
  );
  supervisor.startAll();
  await supervisor.whenReady("execute");
  await stop();
  const text = readFileSync(join(root, "logs", "plimsoll-2026-11-20.log"), "utf8");
  const lines = text.trimEnd().split("\n");
  expect(lines).toEqual(heard);
  const rows = lines.map((line) => JSON.parse(line));
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
  const heard: string[] = [];
  const { stop } = superviseProcesses(terms({ onLine: (line) => heard.push(line) }));
  await stop();
  expect(heard.map((line) => JSON.parse(line).text)).toEqual([expect.stringMatching(/starts are slower/)]);
});
