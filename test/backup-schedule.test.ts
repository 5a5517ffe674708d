/**
 * Goal: what nobody watches works or says so: the scheduled backup, the drill that restores it, and the proof that the
 * record still ends where somebody wrote down that it ended (RELIABILITY 5 and 6.7).
 * Method: a session's journal and ledger on disk; keys, files and tails that somebody changed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backupKey } from "../src/adapters/backup/sealed-file.ts";
import { auditLink } from "../src/adapters/journal/journal-schema.ts";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import { LedgerStore, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { codeVersion } from "../src/app/code-version.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { keptRecord } from "../src/app/live/kept-records.ts";
import { executeJournal } from "../src/app/live/ledger-process.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { anchorText, parseAnchor, recordHeads, verifyRecord } from "../src/app/live/record-proof.ts";
import { restoreDrill } from "../src/app/live/restore-drill.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../src/app/live/run-terms.ts";
import { scheduledBackup } from "../src/app/live/scheduled-backup.ts";
import { runCommandLine } from "../src/cli/command-line.ts";
import { history, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const scratch = scratchFolder("schedule-");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
// Other files restore at the same time: what is left over here is ours alone.
const restoring = join(scratch, "tmp");
mkdirSync(restoring);
vi.stubEnv("TMPDIR", restoring);

const { entries, lifecycle, again } = liveSession(1);
const settings = { keepHourly: 24, keepNightly: 30, keepMonthly: 12, folder: "" };
const KEY = { PLIMSOLL_BACKUP_KEY: "a7".repeat(32) };
const HOUR_MS = 3_600_000;
let at = Date.parse("2026-11-20T21:30:00Z");
const nowMs = () => at++;
let roots = 0;
let root = "";
let run: RunTerms;

/** A root in the middle of a session: some entries are not written yet. */
function newRoot(): string {
  const folder = join(scratch, `root-${roots++}`);
  for (const below of ["run", "db"]) mkdirSync(join(folder, below), { recursive: true });
  const sha256 = writeHistory(join(folder, "run", "history-dtest.json"), history);
  run = {
    ...terms,
    build: codeVersion(),
    history: { file: "history-dtest.json", sha256, bars: history.open.length },
  };
  writeRunTerms(runPlaces(folder), run);
  const journal = new JournalStore(executeJournal(folder));
  journal.openRun({ run: run.run, startedAt: run.startedAt, header: "{}" });
  journal.close();
  append(folder, 0, entries.length - 50);
  const store = new LedgerStore(ledgerPlaces(folder));
  new LedgerReplay(again(), ledgerTerms(run), store).take(entries.slice(0, entries.length - 60));
  store.close();
  return folder;
}

function append(folder: string, from: number, to: number): void {
  const journal = new JournalStore(executeJournal(folder));
  journal.openRun({ run: run.run, startedAt: run.startedAt, header: "{}" });
  const rows = entries.slice(from, to).map(({ part, at: when, payload }) => {
    return { kind: "entry", part, at: when, payload } as const;
  });
  journal.write([rows]);
  const row = { at: entries[0]!.at, who: "me", action: "halt", reason: "x", before: "", after: "" };
  journal.write([[{ kind: "audit", row: { id: `a${from}`, ...row } }]]);
  journal.close();
}

const backup = (key?: ReturnType<typeof backupKey>, more = settings) =>
  scheduledBackup({ root, settings: more, key, nowMs });
const drill = (file?: string, key = backupKey({})) =>
  restoreDrill({
    root,
    settings,
    key,
    nowMs,
    lifecycleOf: lifecycle,
    ...(file === undefined ? {} : { file }),
  });
const alter = (sql: string) => {
  const db = new DatabaseSync(executeJournal(root));
  db.exec(sql);
  db.close();
};
const leftovers = () => readdirSync(tmpdir()).filter((name) => /^plimsoll-(?:drill|restore)/.test(name));

beforeEach(() => {
  root = newRoot();
});
afterEach(() => expect(leftovers()).toEqual([]));

describe("the scheduled backup", () => {
  test("says what it made and where the chains ended", async () => {
    const record = await backup();
    expect(keptRecord(root, "backup")).toEqual(record);
    expect(record).toMatchObject({ ok: true, why: null, sealed: false, removed: 0 });
    expect(record.bytes).toBeGreaterThan(10_000);
    expect(record.journal).toEqual(recordHeads(root)?.journal);
    expect(record.journal?.sequence).toBe(entries.length - 51);
    expect(record.audit).toEqual({ count: 1, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(record.lastOkAt).toBe(record.at);
  });

  test("keeps the newest of each hour, in the folder that the settings name", async () => {
    const folder = join(scratch, `elsewhere-${roots}`);
    const own = { keepHourly: 2, keepNightly: 1, keepMonthly: 1, folder };
    for (let n = 0; n < 4; n++) {
      await backup(undefined, own);
      at += HOUR_MS / 2;
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".tar"))).toHaveLength(2);
    expect(existsSync(join(root, "backups"))).toBe(false);
  });

  test("that fails is written down, throws, and does not forget the last good one", async () => {
    const good = await backup();
    alter("UPDATE entries SET payload = 'another' WHERE sequence = 5");
    await expect(backup()).rejects.toThrow(/chain is broken/);
    expect(keptRecord(root, "backup")).toMatchObject({
      ok: false,
      file: null,
      why: expect.stringContaining("chain is broken"),
      lastOkAt: good.at,
    });
  });

  test("is sealed where there is a key, and opens with that key alone", async () => {
    const key = backupKey(KEY);
    const { file, sealed } = await backup(key);
    expect(sealed).toBe(true);
    expect(readFileSync(file ?? "").includes("SQLite format")).toBe(false);
    expect(() => drill()).toThrow(/is sealed; set PLIMSOLL_BACKUP_KEY/);
    expect(() => drill(undefined, backupKey({ PLIMSOLL_BACKUP_KEY: "00".repeat(32) }))).toThrow(
      /does not open/,
    );
    expect(keptRecord(root, "drill")).toMatchObject({
      ok: false,
      file,
      why: expect.stringContaining("does not open"),
    });
    expect(drill(undefined, key)).toMatchObject({ ok: true, file, comparedWithRoot: true });
  });
});

describe("the drill", () => {
  test("comes to the state that the root's own journal gives at that entry, while the root has gone on", async () => {
    const { file } = await backup();
    append(root, entries.length - 50, entries.length);
    const record = drill();
    expect(record).toMatchObject({ ok: true, file, run: run.run, sequence: entries.length - 51, why: null });
    expect(record.comparedWithRoot).toBe(true);
    expect(record.stateHash).toMatch(/^[0-9a-f]{64}$/);
    expect(keptRecord(root, "drill")).toEqual(record);
    await backup();
    expect(drill().stateHash).not.toBe(record.stateHash);
  });

  test("finds a root whose journal tells something else than the backup, and one that lost its end", async () => {
    await backup();
    writeRunTerms(runPlaces(root), { ...run, cash: run.cash + 0.01 });
    expect(() => drill()).toThrow(/gives state .* the root's own journal/);
    expect(keptRecord(root, "drill")).toMatchObject({ ok: false });
    writeRunTerms(runPlaces(root), run);
    alter(`DELETE FROM entries WHERE sequence >= 400`);
    expect(() => drill()).toThrow(/ends at entry/);
    expect(keptRecord(root, "drill")).toMatchObject({
      ok: false,
      why: expect.stringContaining("ends at entry"),
    });
  });

  test("without a backup says what to do", () => {
    expect(() => drill()).toThrow(/holds no backup; make one with: plimsoll backup --scheduled/);
  });
});

describe("RP-1 the record against what was kept of it", () => {
  test("is whole while it only grows", async () => {
    await backup();
    append(root, entries.length - 50, entries.length);
    const proof = verifyRecord(root, at);
    expect(proof).toMatchObject({ ok: true, brokenAt: null, auditRows: 2, entries: entries.length });
    expect(proof.anchors[0]).toMatch(/^the backup of 2026-/);
    const anchor = parseAnchor(anchorText(proof.heads));
    expect(verifyRecord(root, at, [anchor])).toMatchObject({ ok: true });
    expect(anchor).toMatchObject(proof.heads);
  });

  test("is found out when its tail is cut and the chain closed again, which the chain alone cannot see", async () => {
    append(root, entries.length - 50, entries.length);
    await backup();
    const last = entries.length - 3;
    alter(`DELETE FROM entries WHERE sequence > ${last}`);
    alter(
      `UPDATE runs SET entries = ${last + 1}, head = (SELECT hash FROM entries WHERE sequence = ${last})`,
    );
    const proof = verifyRecord(root, at);
    expect(proof).toMatchObject({ ok: false, brokenAt: expect.stringMatching(/is missing, the backup of/) });
    rmSync(join(root, "run", "backup.json"));
    expect(verifyRecord(root, at).ok).toBe(true);
  });

  test("is found out when an operator's act was rewritten with a right hash, by the anchor of a digest", () => {
    const kept = parseAnchor(anchorText(recordHeads(root)!));
    const row = {
      id: "a0",
      at: entries[0]!.at,
      who: "you",
      action: "halt",
      reason: "x",
      before: "",
      after: "",
    };
    const hash = auditLink("", row);
    alter(`DROP TRIGGER IF EXISTS audit_stays; UPDATE audit SET who = 'you', hash = '${hash}'`);
    alter(`UPDATE audit_head SET head = '${hash}'`);
    expect(verifyRecord(root, at).ok).toBe(true);
    expect(verifyRecord(root, at, [kept])).toMatchObject({
      ok: false,
      brokenAt: "audit row 1: is another one than the anchor given knows",
    });
  });
});

describe("on the command line", () => {
  async function plimsoll(...words: string[]) {
    const said: string[] = [];
    const put = (text: string) => void said.push(text);
    const code = await runCommandLine(["node", "plimsoll", "--root", root, ...words], { out: put, err: put });
    process.exitCode = 0;
    return { code, text: said.join("") };
  }

  test("backup --scheduled and verify-audit work without keys, and a broken record is exit 3", async () => {
    const made = await plimsoll("backup", "--scheduled", "--json");
    expect(made.code).toBe(0);
    expect(JSON.parse(made.text)).toMatchObject({ ok: true, sealed: false });
    const whole = await plimsoll("verify-audit");
    expect(whole).toMatchObject({
      code: 0,
      text: expect.stringMatching(/are as they were written.*\nanchor: journal dtest/),
    });
    const anchor = /^anchor: (.*)$/m.exec(whole.text)?.[1] ?? "";
    expect((await plimsoll("verify-audit", "--anchor", anchor)).code).toBe(0);
    expect((await plimsoll("verify-audit", "--anchor", "none")).code).toBe(2);
    expect((await plimsoll("backup", "--scheduled", "--keep", "3")).code).toBe(2);
    expect((await plimsoll("restore", "--drill", "--verify")).code).toBe(2);
    expect((await plimsoll("restore", "--verify")).text).toMatch(/name the file/);
    alter("UPDATE entries SET payload = 'another' WHERE sequence = 5");
    expect(await plimsoll("verify-audit")).toMatchObject({
      code: 3,
      text: expect.stringMatching(/not as it was written/),
    });
  });

  test("a key that is none is refused before anything is written, and never repeated", async () => {
    writeFileSync(join(root, "note"), "");
    process.env.PLIMSOLL_BACKUP_KEY = "not-a-key-at-all";
    try {
      const refused = await plimsoll("backup", "--scheduled");
      expect(refused).toMatchObject({ code: 2, text: expect.stringMatching(/64 hex digits/) });
      expect(refused.text).not.toContain("not-a-key");
      expect(existsSync(join(root, "backups"))).toBe(false);
    } finally {
      delete process.env.PLIMSOLL_BACKUP_KEY;
    }
  });
});
