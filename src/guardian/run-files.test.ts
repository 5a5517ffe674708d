import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { FileJournal, type JournalLine, openFlatten } from "./journal.ts";
import { isHaltAsked, LeaseFile, Outbox } from "./run-files.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("guardian-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("a HALT file halts, so does a folder that cannot be read; a missing folder or an empty one does not (C-01)", () => {
  expect(isHaltAsked(root)).toBe(false);
  writeFileSync(join(root, "killswitch"), "no folder");
  expect(isHaltAsked(root)).toBe(true);
  rmSync(join(root, "killswitch"));
  mkdirSync(join(root, "killswitch"));
  expect(isHaltAsked(root)).toBe(false);
  writeFileSync(join(root, "killswitch", "HALT"), "");
  expect(isHaltAsked(root)).toBe(true);
});

it("the lease is written whole, and only our own is released", () => {
  const lease = new LeaseFile(root);
  expect(lease.read()).toBeUndefined();
  lease.write({ haltId: "a", owner: "engine", line: "close", beatAtMs: 1 });
  lease.release();
  expect(lease.read()?.owner).toBe("engine");
  lease.write({ haltId: "a", owner: "guardian", line: "close", beatAtMs: 1 });
  lease.release();
  expect(lease.read()).toBeUndefined();
});

it("an incident is told once an hour, a silent broker each five minutes", () => {
  let now = 0;
  const outbox = new Outbox(root, () => now);
  for (; now < 3_600_000; now += 60_000) {
    outbox.tell({ severity: "critical", code: "not-flat", key: "a", text: "a" });
    outbox.tell({ severity: "critical", code: "broker-silent", key: "b", text: "b" });
  }
  const lines = readFileSync(join(root, "run", "guardian-alerts.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { code: string }).code).toSorted()).toEqual([
    ...Array(12).fill("broker-silent"),
    "not-flat",
  ]);
});

it("the journal finds the open flatten again, whatever a crash left of its last line", () => {
  const path = join(root, "db", "guardian.jsonl");
  const begun: JournalLine = {
    kind: "begun",
    haltId: "a",
    cause: "halt",
    does: "flatten",
    reason: "HALT",
    at: 1,
  };
  const first = new FileJournal(path, () => undefined);
  first.append(begun);
  first.append({ kind: "seen", haltId: "a", symbol: "AAPL", shares: -3 });
  first.close();
  writeFileSync(path, `${readFileSync(path, "utf8")}{"kind":"ended","hal`);
  const second = new FileJournal(path, () => undefined);
  expect(openFlatten(second.lines)).toEqual({ begun, signs: new Map([["AAPL", -1]]) });
  second.append({ kind: "ended", haltId: "a", how: "flat" });
  second.close();
  expect(openFlatten(new FileJournal(path, () => undefined).lines)).toBeUndefined();
});

it("a place that cannot be written costs the journal and nothing else", () => {
  writeFileSync(join(root, "db"), "a file");
  const told: string[] = [];
  const journal = new FileJournal(join(root, "db", "guardian.jsonl"), (reason) => told.push(reason));
  journal.append({ kind: "ended", haltId: "a", how: "flat" });
  expect(told).toHaveLength(1);
});
