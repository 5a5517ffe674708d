/**
 * Goal: what was committed is there after a kill, what was not is gone, and no change to the record goes unseen
 * (LEDGER-2, C-56). Method: change the file with SQL as a careless or dishonest hand would; kill a real process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../domain/assert.ts";
import { RunJournal } from "./run-journal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-journal-"));
  path = join(folder, "db", "journal.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ENTRIES = 6;

/** Two runs of six entries each. */
function record(): void {
  const journal = new RunJournal(path);
  for (const run of [1, 2]) {
    journal.start("2026-11-18T14:30:00Z", `{"run":${run}}`);
    for (let n = 0; n < ENTRIES; n++) {
      journal.append(n, n % 2 === 0 ? "event" : "command", `{"n":${n}}`);
      if (n === 2) journal.commit();
    }
  }
  journal.close();
}

function withJournal<Result>(work: (journal: RunJournal) => Result): Result {
  const journal = new RunJournal(path);
  try {
    return work(journal);
  } finally {
    journal.close();
  }
}

function sql(...statements: readonly string[]): void {
  const db = new DatabaseSync(path);
  for (const statement of statements) db.exec(statement);
  db.close();
}

describe("the chain", () => {
  it("holds over what was written, run by run", () => {
    record();
    expect(withJournal((journal) => journal.verify())).toEqual({
      runs: 2,
      entries: 2 * ENTRIES,
      brokenAt: null,
    });
    expect(withJournal((journal) => journal.verifyRun(2))).toEqual({ entries: ENTRIES, brokenAt: null });
  });

  it("holds in an empty journal and in a run without entries", () => {
    expect(withJournal((journal) => journal.verify())).toEqual({ runs: 0, entries: 0, brokenAt: null });
    withJournal((journal) => journal.start("now", "{}"));
    expect(withJournal((journal) => journal.verify())).toEqual({ runs: 1, entries: 0, brokenAt: null });
  });

  const swap =
    "UPDATE entries SET position = CASE position WHEN 2 THEN -3 WHEN 3 THEN -2 END " +
    "WHERE run = 1 AND position IN (2, 3)";
  it.each([
    [
      "a changed payload",
      ["UPDATE entries SET payload = '{}' WHERE run = 1 AND position = 3"],
      "run 1, entry 3",
    ],
    [
      "a changed sequence",
      ["UPDATE entries SET sequence = 9 WHERE run = 2 AND position = 0"],
      "run 2, entry 0",
    ],
    [
      "an event called a command",
      ["UPDATE entries SET part = 'command' WHERE run = 1 AND position = 2"],
      "run 1, entry 2",
    ],
    ["a changed hash", ["UPDATE entries SET hash = 'f' WHERE run = 1 AND position = 5"], "run 1, entry 5"],
    ["a removed entry", ["DELETE FROM entries WHERE run = 1 AND position = 3"], "run 1, entry 3"],
    [
      "a removed entry with the gap closed",
      [
        "DELETE FROM entries WHERE run = 1 AND position = 3",
        "UPDATE entries SET position = position - 1 WHERE run = 1 AND position > 3",
      ],
      "run 1, entry 3",
    ],
    ["entries renumbered", ["UPDATE entries SET position = position + 100 WHERE run = 1"], "run 1, entry 0"],
    ["the last entry removed", ["DELETE FROM entries WHERE run = 1 AND position = 5"], "run 1, entry 5"],
    ["all entries removed", ["DELETE FROM entries WHERE run = 2"], "run 2, entry 0"],
    [
      "an entry put in",
      [
        "UPDATE entries SET position = -position WHERE run = 1 AND position > 3",
        "UPDATE entries SET position = 1 - position WHERE run = 1 AND position < 0",
        "INSERT INTO entries SELECT run, 4, sequence, part, payload, hash FROM entries WHERE run = 1 AND position = 3",
      ],
      "run 1, entry 4",
    ],
    [
      "one put in behind the last",
      ["INSERT INTO entries VALUES (1, 6, 6, 'event', '{}', 'x')"],
      "run 1, entry 6",
    ],
    ["two swapped", [swap, "UPDATE entries SET position = -position WHERE position < 0"], "run 1, entry 2"],
    ["a changed header", [`UPDATE runs SET header = '{"run":7}' WHERE run = 2`], "run 2, entry 0"],
    [
      "the header of a run without entries",
      ["DELETE FROM entries WHERE run = 2", "UPDATE runs SET header = '' WHERE run = 2"],
      "run 2, entry 0",
    ],
  ])("breaks at %s", (_, statements, brokenAt) => {
    record();
    sql(...statements);
    expect(withJournal((journal) => journal.verify()).brokenAt).toBe(brokenAt);
  });
});

describe("reading", () => {
  it("gives the newest run, or the one asked for, and its entries in order", () => {
    record();
    withJournal((journal) => {
      expect(journal.findRun()).toMatchObject({ run: 2, header: '{"run":2}' });
      expect(journal.findRun(1)).toMatchObject({ run: 1, startedAt: "2026-11-18T14:30:00Z" });
      expect(journal.findRun(3)).toBeUndefined();
      expect([...journal.entries(1)].map(({ position, payload }) => [position, payload])).toEqual(
        Array.from({ length: ENTRIES }, (_, n) => [n, `{"n":${n}}`]),
      );
    });
  });

  it("a file that is no database is refused by name", () => {
    withJournal(() => {});
    writeFileSync(path, "not a database, but long enough to look at".repeat(100));
    expect(() => new RunJournal(path)).toThrow(InputError);
    expect(() => new RunJournal(path)).toThrow(/journal\.db cannot be opened .*move it away/);
  });
});

/** Writes three entries, commits two, says so, and waits to be killed. */
const writer = (journal: URL) => `
  import { RunJournal } from ${JSON.stringify(journal.href)};
  const journal = new RunJournal(process.argv[2]);
  journal.start("now", "{}");
  journal.append(0, "event", "kept 0");
  journal.append(0, "command", "kept 1");
  journal.commit();
  journal.append(1, "event", "never committed");
  process.stdout.write("ready");
  setInterval(() => {}, 1000);`;

it("after kill -9 the journal opens, what was committed is there and what was not is gone", async () => {
  const script = join(folder, "writer.ts");
  writeFileSync(script, writer(new URL("run-journal.ts", import.meta.url)));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  withJournal((journal) => {
    expect([...journal.entries(1)].map(({ payload }) => payload)).toEqual(["kept 0", "kept 1"]);
    expect(journal.verify()).toEqual({ runs: 1, entries: 2, brokenAt: null });
    journal.start("later", "{}");
    journal.append(0, "event", "goes on");
    journal.commit();
    expect(journal.verify()).toEqual({ runs: 2, entries: 3, brokenAt: null });
  });
});
