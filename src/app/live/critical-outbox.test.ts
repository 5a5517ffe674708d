/** Goal: what is critical reaches the monitor's file whoever says it, once with its count, and harms nobody (OPS-6). */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { logRecord } from "../../ops/log-file.ts";
import { CriticalLines, criticalLinesPath } from "../monitor/alert-sources.ts";
import { CriticalOutbox } from "./critical-outbox.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("critical-outbox-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NOON = Date.parse("2026-11-20T12:00:00Z");
const said = (id: string, level: string, text: string, more = {}) =>
  logRecord(id, "INFO", JSON.stringify({ level, text, ...more }), NOON);

function outbox(): CriticalOutbox {
  return new CriticalOutbox(criticalLinesPath(root), () => NOON);
}

it("a thousand alike are one line, each process's own; warnings and errors are none", () => {
  const box = outbox();
  for (let n = 0; n < 1000; n += 1) box.take(said("execute", "CRITICAL", `queue ${n} of 10 is full`));
  box.take(said("ingest", "CRITICAL", "queue 1 of 10 is full"));
  box.take(said("ingest", "ERROR", "not so bad"));
  box.close();
  const { alerts } = new CriticalLines(root).read(0);
  expect(alerts).toMatchObject([
    { level: "critical", source: "execute", cause: "log-of-execute", count: 1000, atMs: NOON },
    { level: "critical", source: "ingest", cause: "log-of-ingest", count: 1 },
  ]);
});

it("the supervisor's word of a process that does not live is one, whatever its level", () => {
  const box = outbox();
  for (const kind of ["crash-loop", "killed", "not-started", "exited"])
    box.take(said("supervisor", "ERROR", `execute ${kind} was killed: 1`, { kind }));
  box.take(said("execute", "ERROR", "I was killed, says a child", { kind: "killed" }));
  box.close();
  expect(new CriticalLines(root).read(0).alerts.map(({ cause }) => cause)).toEqual(
    Array(3).fill("log-of-supervisor"),
  );
});

it("each line is read once, a half one when it is whole, and what is no line is passed over", () => {
  const box = outbox();
  box.take(said("execute", "CRITICAL", "one"));
  box.write();
  const path = criticalLinesPath(root);
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, `${whole}not json\n${whole.slice(0, 20)}`);
  const source = new CriticalLines(root);
  const first = source.read(0);
  expect(first.alerts).toHaveLength(1);
  expect(source.read(first.position)).toEqual({ alerts: [], position: first.position });
  writeFileSync(path, `${whole}not json\n${whole.replace("one", "two")}`);
  expect(source.read(first.position).alerts).toMatchObject([{ text: "two" }]);
  // A file that began anew is read from its beginning; its ids say what is known.
  writeFileSync(path, whole);
  expect(source.read(first.position + 500).alerts.map(({ id }) => id)).toEqual(
    first.alerts.map(({ id }) => id),
  );
});

it("a place that cannot be written costs nobody anything, and the lines come when it can", () => {
  writeFileSync(join(root, "run"), "in the way");
  const box = outbox();
  box.take(said("execute", "CRITICAL", "one"));
  box.write();
  rmSync(join(root, "run"));
  mkdirSync(join(root, "run"));
  box.take(said("execute", "CRITICAL", "two is else"));
  box.close();
  expect(new CriticalLines(root).read(0).alerts.map(({ text }) => text)).toEqual(["one", "two is else"]);
});

it("thousands of different ones are bounded, and counted", () => {
  const box = outbox();
  const letters = (n: number) =>
    String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + Math.floor(n / 676));
  for (let n = 0; n < 5000; n += 1) box.take(said("execute", "CRITICAL", `kind ${letters(n)}`));
  box.close();
  const { alerts } = new CriticalLines(root).read(0);
  expect(alerts.length).toBeLessThanOrEqual(201);
  expect(alerts.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(5000);
});
