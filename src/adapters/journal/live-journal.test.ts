/**
 * Goal: what was acknowledged survives a kill at any point of a commit and nothing is half written (JL-1, JL-2, I-6);
 * a disk that fails is left alone and said once (C-53); no change to the record goes unseen; one execute only (I-38).
 * Method: real threads and processes, SIGKILL from inside the commit (ADR 0002), SQL as a dishonest hand would use it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Claim } from "../../risk/authority.ts";
import { JournalReader } from "./journal-reader.ts";
import { JournalStore } from "./journal-store.ts";
import type { AlertRow, AuditRow, RunHeader } from "./journal-terms.ts";
import { takeLease } from "./lease.ts";
import { LiveJournal, type LiveJournalTerms } from "./live-journal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = scratchFolder("plimsoll-live-journal-");
  path = join(folder, "db", "journal.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (n: number) => (1_790_000_000_000_000 + n) as EpochMicros;
const run = (name = "r1"): RunHeader => ({
  run: name,
  startedAt: "2026-11-18T14:30:00Z",
  header: '{"seed":1}',
});

function open(changes: Partial<LiveJournalTerms> = {}): Promise<LiveJournal> {
  const onFailed = (reason: string) => expect.unreachable(reason);
  return LiveJournal.open({ path, run: run(), onFailed, nowMs: () => performance.now(), ...changes });
}

function read<Result>(work: (reader: JournalReader) => Result): Result {
  const reader = new JournalReader(path);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

const audit = (id: string): AuditRow => ({
  id,
  at: at(1),
  who: "ann",
  action: "halt",
  reason: "odd fills",
  before: "NORMAL",
  after: "HALTED",
});

const alert = (id: string, changes: Partial<AlertRow> = {}): AlertRow => ({
  id,
  at: at(1),
  level: "critical",
  cause: "kill",
  text: "halted by ann",
  state: "waiting",
  attempts: 0,
  nextAt: at(2),
  deliveredAt: undefined,
  channel: undefined,
  ...changes,
});

const claim: Claim = {
  authority: "kill_switch",
  source: "operator",
  scope: undefined,
  level: "HALTED",
  scalar: 1,
  reason: "odd fills",
  since: at(1),
  until: undefined,
  liftedBy: "operator",
};

/** An entry of the thread that does something at a point of its n-th commit. */
function strikingThread(action: string): URL {
  const file = join(folder, "thread.mts");
  writeFileSync(
    file,
    `import { runJournalThread } from ${JSON.stringify(new URL("journal-thread.ts", import.meta.url).href)};
     let n = 0;
     runJournalThread((reached) => { ${action} });`,
  );
  return pathToFileURL(file);
}

describe("a run", () => {
  it("keeps text and bytes as they came, in order, and goes on after a restart", async () => {
    const first = await open();
    expect(first.append("input", at(0), "text: Zoë, 1 < 2")).toBe(0);
    expect(first.append("command", at(1), Uint8Array.of(0, 255, 10))).toBe(1);
    expect(first.append("note", at(2), new Uint8Array(0))).toBe(2);
    expect(first.append("note", at(2), "")).toBe(3);
    await first.whenDurable(3);
    expect(first.durableBefore).toBe(4);
    await first.close();

    const second = await open();
    expect(second.nextSequence).toBe(4);
    expect(second.durableBefore).toBe(4);
    await second.whenDurable(3);
    expect(second.append("input", at(3), "12")).toBe(4);
    await second.close();
    const found = read((reader) => [...reader.entries("r1")]);
    expect(found.map(({ payload }) => payload)).toEqual([
      "text: Zoë, 1 < 2",
      Uint8Array.of(0, 255, 10),
      new Uint8Array(0),
      "",
      "12",
    ]);
    expect(found.map(({ sequence, part }) => `${sequence} ${part}`)).toEqual([
      "0 input",
      "1 command",
      "2 note",
      "3 note",
      "4 input",
    ]);
    expect(read((reader) => [...reader.entries("r1", 3)].length)).toBe(2);
    expect(read((reader) => reader.verify())).toEqual({ runs: 1, entries: 5, auditRows: 0, brokenAt: null });
  });

  it("is open until it is closed, and then is not gone on with", async () => {
    const journal = await open();
    expect(read((reader) => reader.openRun())).toMatchObject({ run: "r1", closedAt: undefined });
    journal.transaction([{ kind: "close-run", run: "r1", at: "2026-11-18T21:00:00Z" }]);
    await journal.close();
    expect(read((reader) => reader.openRun())).toBeUndefined();
    expect(read((reader) => reader.findRun("r1"))).toMatchObject({ closedAt: "2026-11-18T21:00:00Z" });
    await expect(open()).rejects.toThrow(/run r1 is closed; start another one/);
    const next = await open({ run: run("r2") });
    expect(next.nextSequence).toBe(0);
    await next.close();
  });

  it("is not gone on with under other terms", async () => {
    await (await open()).close();
    await expect(open({ run: { ...run(), header: '{"seed":2}' } })).rejects.toThrow(
      /begun under other terms/,
    );
  });

  it("tells in order what is durable, and of what when it was not", async () => {
    const journal = await open();
    const told: string[] = [];
    for (let n = 0; n < 40; n++) {
      const sequence = journal.append("input", at(n), `n${n}`);
      journal.onDurable(sequence, (isDurable) => told.push(`${sequence} ${isDurable}`));
      if (n % 7 === 0) await Promise.resolve();
    }
    expect(told).toEqual([]);
    await journal.whenDurable(39);
    expect(told).toEqual(Array.from({ length: 40 }, (_, n) => `${n} true`));
    journal.onDurable(3, () => told.push("at once"));
    expect(told.at(-1)).toBe("at once");
    await journal.close();
  });

  it("is slow from 250 ms without an answer on, and no longer when the answer is there", async () => {
    let nowMs = 1000;
    const journal = await open({ nowMs: () => nowMs });
    expect(journal.health()).toEqual({
      state: "open",
      pending: 0,
      oldestMs: 0,
      isSlow: false,
      isFull: false,
      failure: undefined,
    });
    journal.append("input", at(0), "a");
    nowMs = 1249;
    journal.append("input", at(0), "b");
    expect(journal.health()).toMatchObject({ pending: 2, oldestMs: 249, isSlow: false });
    await Promise.resolve();
    nowMs = 1250;
    expect(journal.health()).toMatchObject({ pending: 2, oldestMs: 250, isSlow: true });
    await journal.whenDurable(1);
    expect(journal.health()).toMatchObject({ pending: 0, oldestMs: 0, isSlow: false });
    await journal.close();
    expect(journal.health().state).toBe("closed");
    expect(() => journal.append("input", at(0), "c")).toThrow(/JL-3/);
  });
});

describe("the other tables", () => {
  it("hold what was written, alerts by their id and claims as they are now", async () => {
    const journal = await open();
    const ticket = journal.transaction([
      { kind: "entry", part: "command", at: at(1), payload: "halt" },
      { kind: "audit", row: audit("c1") },
      { kind: "alert", row: alert("a1") },
      {
        kind: "claims",
        rows: [claim, { ...claim, source: "odd", scope: 3, scalar: Number.NaN, until: at(9) }],
      },
    ]);
    await journal.whenWritten(ticket);
    expect(read((reader) => reader.alerts("waiting"))).toEqual([alert("a1")]);
    expect(read((reader) => reader.claims())).toEqual([
      claim,
      { ...claim, source: "odd", scope: 3, scalar: 0, until: at(9) },
    ]);
    const delivered = alert("a1", {
      state: "delivered",
      attempts: 2,
      deliveredAt: at(5),
      channel: "mail",
      nextAt: undefined,
    });
    journal.transaction([
      { kind: "alert", row: delivered },
      { kind: "claims", rows: [] },
      { kind: "audit", row: { ...audit("c1"), reason: "the same command again" } },
      { kind: "audit", row: audit("c2") },
    ]);
    await journal.close();
    expect(read((reader) => reader.alerts())).toEqual([delivered]);
    expect(read((reader) => reader.alerts("waiting"))).toEqual([]);
    expect(read((reader) => reader.claims())).toEqual([]);
    expect(read((reader) => reader.audit())).toEqual([audit("c1"), audit("c2")]);
    expect(read((reader) => reader.verify())).toEqual({ runs: 1, entries: 1, auditRows: 2, brokenAt: null });
  });

  it("a row that no table would take is our own bug, and no failure of the disk", async () => {
    const journal = await open();
    expect(() => journal.append("input", Number.NaN as EpochMicros, "x")).toThrow(/JL-3/);
    expect(journal.append("input", at(0), "y")).toBe(0);
    await journal.whenDurable(0);
    await journal.close();
  });
});

/** One entry, one alert and one audit row per transaction; each waits for the one before and says so. */
const writer = (thread: URL) => `
  import { writeSync } from "node:fs";
  import { LiveJournal } from ${JSON.stringify(new URL("live-journal.ts", import.meta.url).href)};
  const journal = await LiveJournal.open({ path: process.argv[2], run: ${JSON.stringify(run())}, onFailed() {},
    nowMs: () => performance.now(), thread: new URL(${JSON.stringify(thread.href)}) });
  const base = ${JSON.stringify({ audit: audit(""), alert: alert("") })};
  for (let n = 0; n < 20; n++) {
    journal.transaction([{ kind: "entry", part: "input", at: n, payload: "n" + n },
      { kind: "alert", row: { ...base.alert, id: "a" + n } }, { kind: "audit", row: { ...base.audit, id: "c" + n } }]);
    await journal.whenDurable(n);
    writeSync(1, n + "\\n");
  }
  writeSync(1, "done\\n");`;

describe("a kill inside the commit", () => {
  it.each([
    ["before-append", 1, 0],
    ["before-append", 7, 6],
    ["before-commit", 1, 0],
    ["before-commit", 7, 6],
    ["after-commit", 1, 1],
    ["after-commit", 7, 7],
  ])("%s of commit %i leaves %i whole transactions, and the run goes on", async (point, nth, left) => {
    const kill = `if (reached === "${point}" && ++n === ${nth}) process.kill(process.pid, "SIGKILL");`;
    const script = join(folder, "writer.mts");
    writeFileSync(script, writer(strikingThread(kill)));
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) acknowledged.push(line);
    expect((await ended)[1]).toBe("SIGKILL");
    expect(acknowledged).toEqual(Array.from({ length: nth - 1 }, (_, n) => String(n)));

    const names = Array.from({ length: left }, (_, n) => `n${n}`);
    expect(read((reader) => [...reader.entries("r1")].map(({ payload }) => payload))).toEqual(names);
    expect(read((reader) => reader.alerts()).length).toBe(left);
    expect(read((reader) => reader.verify())).toEqual({
      runs: 1,
      entries: left,
      auditRows: left,
      brokenAt: null,
    });
    const journal = await open();
    expect(journal.append("input", at(0), "goes on")).toBe(left);
    await journal.close();
    expect(read((reader) => reader.verify()).brokenAt).toBeNull();
  });
});

describe("a disk that fails", () => {
  it("is said once, is not tried again, and keeps what it had acknowledged", async () => {
    const failures: string[] = [];
    const attempts = join(folder, "attempts");
    const thread = strikingThread(
      `if (reached === "before-append") {
         process.getBuiltinModule("node:fs").appendFileSync(${JSON.stringify(attempts)}, "x");
       }
       if (reached === "before-commit" && ++n === 2) throw new Error("disk I/O error");`,
    );
    const journal = await open({ thread, onFailed: (reason) => failures.push(reason) });
    await journal.whenDurable(journal.append("input", at(0), "kept"));
    // A whole group, and one more behind it that waits in the thread while the first fails.
    const row = { kind: "entry", part: "input", at: at(1), payload: "lost" } as const;
    journal.transaction(Array.from({ length: 4096 }, () => row));
    await Promise.resolve();
    const lost = journal.append("input", at(1), "lost");
    const told: boolean[] = [];
    journal.onDurable(lost, (isDurable) => told.push(isDurable));
    await expect(journal.whenDurable(lost)).rejects.toThrow("the journal failed: disk I/O error");
    expect(told).toEqual([false]);
    expect(journal.health()).toMatchObject({ state: "failed", failure: "disk I/O error" });
    // What only reduces risk still leaves, and needs its numbers.
    expect(journal.append("command", at(2), "an exit")).toBe(lost + 1);
    journal.onDurable(lost + 1, (isDurable) => told.push(isDurable));
    expect(told).toEqual([false, false]);
    await journal.close();
    expect(failures).toEqual(["disk I/O error"]);
    expect(readFileSync(attempts, "utf8")).toBe("xx");
    expect(read((reader) => [...reader.entries("r1")].map(({ payload }) => payload))).toEqual(["kept"]);
  });

  it("a thread that dies is a journal that failed", async () => {
    const failures: string[] = [];
    const thread = strikingThread("if (++n === 1) process.exit(7);");
    const journal = await open({ thread, onFailed: (reason) => failures.push(reason) });
    await expect(journal.whenDurable(journal.append("input", at(0), "x"))).rejects.toThrow(/journal failed/);
    await journal.close();
    expect(failures).toEqual(["the journal's thread ended"]);
  });
});

const ENTRIES = 6;

/** Two runs and four audit rows, without a thread. */
function record(): void {
  for (const name of ["r1", "r2"]) {
    const store = new JournalStore(path);
    store.openRun(run(name));
    const entries = Array.from({ length: ENTRIES }, (_, n) => ({
      kind: "entry" as const,
      part: n % 2 === 0 ? ("input" as const) : ("command" as const),
      at: at(n),
      payload: `{"n":${n}}`,
    }));
    const audits = [1, 2].map((n) => ({ kind: "audit" as const, row: audit(`${name}-${n}`) }));
    store.write([entries, audits]);
    store.close();
  }
}

describe("the chains", () => {
  it.each([
    ["nothing", [], null],
    [
      "a changed payload",
      ["UPDATE entries SET payload = '{}' WHERE run = 1 AND sequence = 3"],
      "run r1, entry 3",
    ],
    [
      "text made bytes",
      ["UPDATE entries SET payload = CAST(payload AS BLOB) WHERE run = 2 AND sequence = 1"],
      "run r2, entry 1",
    ],
    ["a number put in", ["UPDATE entries SET payload = 5 WHERE run = 2 AND sequence = 1"], "run r2, entry 1"],
    [
      "a changed instant",
      ["UPDATE entries SET at = at + 1 WHERE run = 1 AND sequence = 0"],
      "run r1, entry 0",
    ],
    [
      "an input called a command",
      ["UPDATE entries SET part = 'command' WHERE run = 1 AND sequence = 2"],
      "run r1, entry 2",
    ],
    ["a removed entry", ["DELETE FROM entries WHERE run = 1 AND sequence = 3"], "run r1, entry 3"],
    ["the last entry removed", ["DELETE FROM entries WHERE run = 1 AND sequence = 5"], "run r1, entry 5"],
    ["all entries removed", ["DELETE FROM entries WHERE run = 2"], "run r2, entry 0"],
    [
      "one put in behind the last",
      ["INSERT INTO entries VALUES (1, 6, 'input', 0, '{}', 'x')"],
      "run r1, entry 6",
    ],
    ["a changed header", [`UPDATE runs SET header = '' WHERE run = 'r2'`], "run r2, entry 0"],
    ["a renamed run", [`UPDATE runs SET run = 'r3' WHERE run = 'r2'`], "run r3, entry 0"],
    ["a changed audit reason", ["UPDATE audit SET reason = 'none' WHERE number = 3"], "audit row 3"],
    ["the last audit row removed", ["DELETE FROM audit WHERE number = 4"], "audit row 4"],
  ])("break at %s", (_, statements, brokenAt) => {
    record();
    const db = new DatabaseSync(path);
    for (const statement of statements) db.exec(statement);
    db.close();
    expect(read((reader) => reader.verify()).brokenAt).toBe(brokenAt);
  });

  it("a run whose end is missing is not gone on with", async () => {
    record();
    const db = new DatabaseSync(path);
    db.exec("DELETE FROM entries WHERE run = 2 AND sequence = 5");
    db.close();
    await expect(open({ run: run("r2") })).rejects.toThrow(/run r2 has 5 entries where 6 were written/);
  });

  it.each([
    ["cut off", () => truncateSync(path, 6000)],
    ["no database", () => writeFileSync(path, "not a database, but long enough to look at".repeat(100))],
    [
      "overwritten in the middle",
      () => {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 8192, 16384);
        writeFileSync(path, bytes);
      },
    ],
  ])("a file that is %s is refused by name", async (_, damage) => {
    record();
    damage();
    await expect(open()).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining(path),
    });
    expect(() => read((reader) => reader.verify())).toThrow(/journal\.db (cannot be read|is of version)/);
  });

  it("a file that is not there is said to be so, and not made", () => {
    expect(() => read((reader) => reader.runs())).toThrow(/there is no .*journal\.db/);
    expect(existsSync(path)).toBe(false);
  });
});

/** Takes the lease, says so, and waits to be killed. */
const holder = () => `
  import { LiveJournal } from ${JSON.stringify(new URL("live-journal.ts", import.meta.url).href)};
  try {
    await LiveJournal.open({ path: process.argv[2], run: ${JSON.stringify(run())}, onFailed() {},
      lease: { name: "execute", owner: process.argv[3] }, nowMs: () => performance.now() });
    process.stdout.write("mine");
  } catch (error) { process.stdout.write(error.message); process.exit(1); }`;

describe("the lease", () => {
  function start(owner: string) {
    const script = join(folder, "holder.mts");
    writeFileSync(script, holder());
    return spawn(process.execPath, [script, path, owner], { stdio: ["ignore", "pipe", "inherit"] });
  }

  it("lets one of two processes in, tells the other who it is, and is free when that one is gone", async () => {
    const first = start("one");
    expect(String((await once(first.stdout, "data"))[0])).toBe("mine");
    const since = read((reader) => reader.lease("execute"))?.startedAt;
    const second = start("two");
    expect(String((await once(second.stdout, "data"))[0])).toMatch(
      new RegExp(`^execute is running already: process ${first.pid} on .* since ${since}; stop it first`),
    );
    first.kill("SIGKILL");
    await once(first, "exit");
    const third = start("three");
    expect(String((await once(third.stdout, "data"))[0])).toBe("mine");
    expect(read((reader) => reader.lease("execute"))).toMatchObject({ owner: "three", pid: third.pid });
    third.kill("SIGKILL");
    await once(third, "exit");
  });

  it("is given back by the one who closes", async () => {
    const journal = await open({ lease: { name: "execute", owner: "one" } });
    expect(read((reader) => reader.lease("execute"))).toMatchObject({ owner: "one", pid: process.pid });
    await expect(open({ lease: { name: "execute", owner: "two" } })).rejects.toThrow(
      `process ${process.pid}`,
    );
    await journal.close();
    expect(read((reader) => reader.lease("execute"))).toBeUndefined();
  });

  it("that another process has taken ends the writing before its next row", async () => {
    const said: string[] = [];
    const journal = await open({
      lease: { name: "execute", owner: "one" },
      onLeaseLost: () => said.push("lost"),
      onFailed: (reason) => said.push(reason),
    });
    await journal.whenDurable(journal.append("input", at(0), "ours"));
    const db = new DatabaseSync(path);
    db.exec("UPDATE lease SET owner = 'two'");
    db.close();
    await expect(journal.whenDurable(journal.append("input", at(1), "too late"))).rejects.toThrow(
      /taken the lease/,
    );
    await journal.close();
    expect(said).toEqual(["lost", "another process has taken the lease of execute"]);
    expect(read((reader) => reader.verify())).toMatchObject({ entries: 1, brokenAt: null });
    expect(read((reader) => reader.lease("execute"))).toMatchObject({ owner: "two" });
  });

  it("of another machine is respected until it has not been renewed for 30 s", async () => {
    await (await open()).close();
    const db = new DatabaseSync(path);
    const beat = Date.parse("2026-11-18T14:30:00Z");
    db.exec(
      "INSERT INTO lease VALUES " +
        "('execute', 'far', 1, '1', 'elsewhere', '2026-11-18T14:00:00Z', '2026-11-18T14:30:00Z')",
    );
    const wish = { name: "execute", owner: "near" };
    expect(() => takeLease(db, wish, beat + 29_999)).toThrow(/process 1 on elsewhere since 2026-11-18T14:00/);
    takeLease(db, wish, beat + 30_000);
    db.close();
    expect(read((reader) => reader.lease("execute"))).toMatchObject({ owner: "near", pid: process.pid });
  });
});

describe("a record of which one letter was changed", () => {
  it("is not gone on with, and its place is named; who read it meanwhile does not read it again", async () => {
    const journal = await open();
    for (const n of [0, 1, 2]) journal.append("input", at(n), `event ${n}`);
    await journal.close();
    const db = new DatabaseSync(path);
    db.prepare("UPDATE entries SET payload = ? WHERE sequence = 1").run(Buffer.from("event 7"));
    db.close();
    await expect(open()).rejects.toThrow(/journal\.db: entry 1 of run r1 is not what was written; restore/);
    await (await open({ isKnownSound: true })).close();
    await (await open({ run: run("r2") })).close();
  });
});
