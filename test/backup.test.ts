/**
 * Goal: a backup is all of a run or nothing, whatever happens meanwhile; and whoever restores it has what was there
 * (LEDGER-3, RELIABILITY 6.7).
 * Method: a session's journal and ledger on disk, as the processes write them; another process that writes while the
 * backup is made; archives that somebody changed, cut off or sewed together.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { BackupManifest } from "../src/adapters/backup/manifest.ts";
import { extractTar, writeTar } from "../src/adapters/backup/tar-file.ts";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import { LedgerStore, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { RunJournal } from "../src/adapters/run-journal.ts";
import { codeVersion } from "../src/app/code-version.ts";
import { type BackupRequest, makeBackup } from "../src/app/live/backup.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { executeJournal } from "../src/app/live/ledger-process.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { restoreBackup } from "../src/app/live/restore.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../src/app/live/run-terms.ts";
import { runCommandLine } from "../src/cli/command-line.ts";
import { history, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const scratch = scratchFolder("backup-");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SECRET = "SK-CANARY-5f21";
const { entries, lifecycle, again } = liveSession(1);
const root = join(scratch, "root");
const run = newRoot(root);
let clock = Date.parse("2026-11-20T21:30:00Z");
let archives = 0;

/** A root as a stopped run leaves it: its journal whole, its ledger a little behind. */
function newRoot(folder: string): RunTerms {
  for (const below of ["run", "db", "killswitch", "logs"])
    mkdirSync(join(folder, below), { recursive: true });
  const sha256 = writeHistory(join(folder, "run", "history-dtest.json"), history);
  const described: RunTerms = {
    ...terms,
    build: codeVersion(),
    history: { file: "history-dtest.json", sha256, bars: history.open.length },
  };
  writeRunTerms(runPlaces(folder), described);
  const journal = new JournalStore(executeJournal(folder));
  journal.openRun({ run: described.run, startedAt: described.startedAt, header: "{}" });
  journal.write([entries.map(({ part, at, payload }) => ({ kind: "entry", part, at, payload }) as const)]);
  journal.write([
    [
      {
        kind: "audit",
        row: { id: "a", at: entries[0]!.at, who: "me", action: "halt", reason: "x", before: "", after: "" },
      },
    ],
  ]);
  journal.close();
  const store = new LedgerStore(ledgerPlaces(folder));
  new LedgerReplay(again(), ledgerTerms(described), store).take(entries.slice(0, entries.length - 40));
  store.close();
  writeFileSync(join(folder, ".env"), `ALPACA_SECRET_KEY=${SECRET}\n`);
  writeFileSync(join(folder, "run", "armed.json"), `{"armed":"${SECRET}"}`);
  writeFileSync(join(folder, "logs", "today.jsonl"), SECRET);
  writeFileSync(join(folder, "db", "guardian.jsonl"), '{"kind":"base"}\n{"kind":"be');
  return described;
}

const backup = (more: Partial<BackupRequest> = {}) => makeBackup({ root, nowMs: clock++, ...more });
const named = () => join(scratch, `archive-${archives++}.tar`);
const verify = (file: string) => restoreBackup({ file, lifecycleOf: lifecycle });
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("plimsoll-restore"));

const runEntries = ({ files }: BackupManifest) =>
  files.find(({ name }) => name === "db/journal.db")?.database?.chain?.runEntries ?? 0;

/** The archive with one member changed, or some left out or put in. */
function changed(file: string, change: (folder: string, names: string[]) => readonly string[]): string {
  const folder = join(scratch, `unpacked-${archives}`);
  mkdirSync(folder);
  const names = change(
    folder,
    extractTar(file, folder, () => true),
  );
  const to = named();
  writeTar(
    to,
    names.map((name) => ({ name, path: join(folder, name) })),
  );
  return to;
}

describe("a backup", () => {
  test("holds the databases, the run and its history, and neither keys nor what arms a run", async () => {
    const { file, manifest, sha256 } = await backup();
    expect(manifest.files.map(({ name }) => name)).toEqual([
      "db/trades.db",
      "db/performance.db",
      "db/journal.db",
      "db/guardian.jsonl",
      "run/run.json",
      "run/history-dtest.json",
    ]);
    const bytes = readFileSync(file);
    expect(bytes.includes(SECRET)).toBe(false);
    expect(bytes.includes('{"kind":"be')).toBe(false);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    const journal = manifest.files.find(({ name }) => name === "db/journal.db")?.database;
    expect(journal?.rows.entries).toBe(entries.length);
    expect(journal?.chain).toMatchObject({ run: run.run, runEntries: entries.length, auditRows: 1 });
    expect(readdirSync(join(root, "backups"))).toHaveLength(1);
  });

  test("is proven by a replay to the journal's head, equal row by row, and leaves nothing", async () => {
    const { file } = await backup({ out: named() });
    const { ledger, notReplayed } = verify(file);
    expect(notReplayed).toBeNull();
    expect(ledger?.difference).toBeNull();
    expect(ledger?.head).toBe(entries.length - 1);
    expect(ledger?.compared.map((one) => one.file)).toEqual(["trades.db", "performance.db"]);
    expect(ledger?.compared[0]?.at).toBeLessThan(entries.length - 40);
    expect(leftovers()).toEqual([]);
  });

  test("made while another process writes is whole, and ends at an entry of that moment", async () => {
    const busy = join(scratch, "busy");
    newRoot(busy);
    const writer = fork(new URL("./journal-writer.ts", import.meta.url), [executeJournal(busy), run.run]);
    try {
      await once(writer, "message");
      const first = await backup({ root: busy, out: named() });
      const second = await backup({ root: busy, out: named() });
      writer.kill("SIGKILL");
      const [before, after] = [first, second].map(({ manifest }) => runEntries(manifest));
      expect(before).toBeGreaterThan(entries.length);
      expect(after).toBeGreaterThan(before ?? 0);
      expect(verify(second.file).ledger?.head).toBe((after ?? 0) - 1);
    } finally {
      writer.kill("SIGKILL");
    }
  });

  test("is not made of a database that is damaged, and nothing is left", async () => {
    const damaged = join(scratch, "damaged");
    newRoot(damaged);
    const db = new DatabaseSync(executeJournal(damaged));
    db.exec("UPDATE entries SET payload = 'another' WHERE sequence = 5");
    db.close();
    const made = backup({ root: damaged });
    await expect(made).rejects.toThrow(/journal\.db.*chain is broken at run dtest, entry 5/);
    expect(readdirSync(join(damaged, "backups"))).toEqual([]);
  });

  test("sweeps what a crash of an earlier one left, keeps so many, and removes nothing of others", async () => {
    const folder = join(root, "backups");
    mkdirSync(join(folder, "backup.unfinished-dead"));
    writeFileSync(join(folder, "mine.tar"), "");
    await backup();
    await backup();
    const { removed, file } = await backup({ keep: 2 });
    expect(removed).toHaveLength(2);
    const left = readdirSync(folder);
    expect(left).toHaveLength(3);
    expect(left).toContain("mine.tar");
    expect(existsSync(file)).toBe(true);
  });

  test("of a demo in one process holds its journal, too, and says that there is nothing to replay", async () => {
    const demo = join(scratch, "demo");
    mkdirSync(join(demo, "db"), { recursive: true });
    const journal = new RunJournal(join(demo, "db", "journal.db"));
    journal.start("2026-11-20T14:30:00Z", "{}");
    journal.append(0, "event", "{}");
    journal.commit();
    const { file, manifest } = await backup({ root: demo, out: named() });
    journal.close();
    expect(manifest.files[0]?.database?.chain).toMatchObject({ runEntries: 1 });
    expect(verify(file)).toMatchObject({ ledger: null, notReplayed: "it holds no run of processes" });
  });

  test("never takes the place of another file", async () => {
    const { file } = await backup({ out: named() });
    await expect(backup({ out: file })).rejects.toThrow(/is there already/);
  });
});

describe("an archive is refused by name", () => {
  test("when it is cut short, wherever that is", async () => {
    const { file, bytes } = await backup({ out: named() });
    for (const size of [0, 511, 700, Math.floor(bytes / 2), bytes - 1024, bytes - 512, bytes - 1]) {
      const short = named();
      writeFileSync(short, readFileSync(file));
      truncateSync(short, size);
      expect(() => verify(short), `${size} of ${bytes} bytes`).toThrow(short);
    }
    expect(leftovers()).toEqual([]);
  });

  test("when a byte of any file in it is another", async () => {
    const { file, manifest } = await backup({ out: named() });
    for (const { name } of manifest.files) {
      const other = changed(file, (folder, names) => {
        const bytes = readFileSync(join(folder, name));
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        writeFileSync(join(folder, name), bytes);
        return names;
      });
      expect(() => verify(other), name).toThrow(`${other}: ${name} is not what was put in`);
    }
  });

  test("when a file is missing, was put in, or would lie outside", async () => {
    const { file } = await backup({ out: named() });
    const without = changed(file, (_, names) => names.filter((name) => name !== "db/trades.db"));
    expect(() => verify(without)).toThrow("db/trades.db is missing");
    const more = changed(file, (folder, names) => {
      writeFileSync(join(folder, "run", "armed.json"), "{}");
      return [...names, "run/armed.json"];
    });
    expect(() => verify(more)).toThrow("run/armed.json is not in its list");
    const outside = changed(file, (folder, names) => {
      writeFileSync(join(folder, "..", "outside"), "");
      return [...names, "../outside"];
    });
    expect(() => verify(outside)).toThrow('holds "../outside"');
  });

  test("when its ledger is sound and signed for, but not what the journal gives", async () => {
    const forged = join(scratch, "forged");
    newRoot(forged);
    const db = new DatabaseSync(ledgerPlaces(forged).trades);
    db.exec("UPDATE executions SET fill_price = fill_price * 2 WHERE number = 0");
    db.close();
    const { file } = await backup({ root: forged, out: named() });
    expect(() => verify(file)).toThrow(
      /the ledger is not what the journal gives: trades\.db, table executions/,
    );
  });
});

describe("a restored root", () => {
  test("is made of an empty folder alone, and is what was there", async () => {
    const { file } = await backup({ out: named() });
    const to = join(scratch, "restored");
    const made = restoreBackup({ file, to, lifecycleOf: lifecycle });
    expect(made.root).toBe(to);
    expect(existsSync(join(to, "run", "armed.json"))).toBe(false);
    const second = await backup({ root: to, out: named() });
    expect(verify(second.file).ledger?.state).toBe(verify(file).ledger?.state);
    const journal = (one: typeof second) =>
      one.manifest.files.find(({ name }) => name === "db/journal.db")?.database;
    expect(journal(second)).toEqual(journal(await backup({ out: named() })));
    expect(() => restoreBackup({ file, to, lifecycleOf: lifecycle })).toThrow(/is not empty/);
    expect(readdirSync(scratch).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  test("still has the HALT file that lay in it", async () => {
    const halted = join(scratch, "halted");
    newRoot(halted);
    writeFileSync(join(halted, "killswitch", "HALT"), "stop");
    const { file } = await backup({ root: halted, out: named() });
    const to = join(scratch, "still-halted");
    restoreBackup({ file, to, lifecycleOf: lifecycle });
    expect(readFileSync(join(to, "killswitch", "HALT"), "utf8")).toBe("stop");
  });
});

describe("on the command line", () => {
  async function plimsoll(...words: string[]) {
    const said: string[] = [];
    const put = (text: string) => void said.push(text);
    const code = await runCommandLine(["node", "plimsoll", "--root", root, ...words], { out: put, err: put });
    return { code, text: said.join("") };
  }

  test("backup tells machines what it made, and restore needs to be told what for", async () => {
    const file = named();
    const made = await plimsoll("backup", "--out", file, "--json");
    expect(made.code).toBe(0);
    expect(JSON.parse(made.text)).toMatchObject({ file, run: run.run, version: 1 });
    expect(await plimsoll("restore", file)).toMatchObject({ code: 2 });
    expect(await plimsoll("restore", file, "--to", join(scratch, "x"))).toMatchObject({ code: 2 });
    expect((await plimsoll("restore", file, "--to", root, "--yes")).code).toBe(3);
    expect((await plimsoll("backup", "--out", named(), "--keep", "3")).text).toMatch(/--keep counts/);
    expect((await plimsoll("restore", join(scratch, "none.tar"), "--verify")).text).toMatch(
      /none\.tar: cannot be read/,
    );
  });
});
