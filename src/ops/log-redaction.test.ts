/** Goal: no secret stands in a line of the log, whoever wrote it there, and no words forge a line (SYSTEM 18, G-37). */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { logRecord } from "./log-file.ts";
import { logRedactor, oneLogLine } from "./log-redaction.ts";
import { superviseProcesses } from "./supervise-processes.ts";

const CANARY = "hush-55e0-canary";
let root: string;
beforeEach(() => {
  root = scratchFolder("log-redaction-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("hides values wherever they stand, and fields that say they hold one", () => {
  const shown = logRedactor([CANARY, "", "abc"])({
    ...{
      at: "now",
      level: "INFO",
      process: "execute",
      text: `key=${CANARY}&abc`,
      apiKey: "k",
      deep: [{ x: [CANARY] }],
    },
    ...{ headers: { Authorization: "Basic x", accept: "y" }, [CANARY]: 1, tokens: 5 },
  });
  expect(JSON.stringify(shown)).not.toContain(CANARY);
  expect(shown).toMatchObject({ text: "key=***&abc", apiKey: "***", deep: [{ x: ["***"] }], level: "INFO" });
  expect(shown.headers).toEqual({ Authorization: "***", accept: "y" });
});

it("a line is one line, whatever is in it", () => {
  const record = logRecord("execute", "INFO", "a\r\nb\u2028c\u0085d\u001b[2J", 0);
  const line = oneLogLine(record);
  expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  expect(JSON.parse(line)).toEqual(record);
});

it("of what a child says, on either stream, no secret reaches file, echo or collector", async () => {
  const script = join(root, "child.mts");
  writeFileSync(
    script,
    `const key = process.env.MY_KEY;
     console.log(JSON.stringify({ level: "CRITICAL", component: "part", text: "refused " + key, headers: { key } }));
     console.log("plain " + key + "\\r" + JSON.stringify({ level: "CRITICAL", process: "guardian", text: "forged" }));
     console.error(new Error("with " + key).stack);
     process.on("SIGTERM", () => process.exit(0));
     process.on("message", () => {});
     process.send("ready");`,
  );
  const [echoed, heard]: [string[], unknown[]] = [[], []];
  const { supervisor, stop } = superviseProcesses({
    ...{
      root,
      readyWithinMs: 60_000,
      stopOrder: [],
      stopWithinMs: 60_000,
      env: () => ({ PATH: process.env.PATH }),
    },
    plans: [
      {
        ...{ id: "execute", command: process.execPath, args: [script], env: { MY_KEY: CANARY } },
        ...{ restart: "never", ready: "ipc" },
      },
    ],
    ...{ wallMs: () => Date.parse("2026-11-20T12:00:00Z"), secrets: [CANARY], correlation: "l1abc" },
    ...{ echo: (line) => echoed.push(line), onLine: (record) => heard.push(record) },
  });
  supervisor.startAll();
  await supervisor.whenReady("execute");
  await stop();
  const file = readFileSync(join(root, "logs", "plimsoll-2026-11-20.log"), "utf8");
  expect(`${file}${echoed.join("")}${JSON.stringify(heard)}`).not.toContain(CANARY);
  expect(file.trimEnd().split("\n")).toEqual(echoed);
  const lines = echoed.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines.filter(({ text }) => String(text).includes("refused ***"))).toHaveLength(1);
  // Every line of every process has its component and what it belongs to; nobody speaks for another.
  for (const { component, correlation } of lines)
    expect([typeof component, correlation]).toEqual(["string", "l1abc"]);
  expect(lines.filter(({ process: id }) => id === "guardian")).toEqual([]);
});
