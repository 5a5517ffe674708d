/**
 * Goal    a system whose record is not what was written starts all the same, because what is held must be minded, and
 *         enters nothing until an operator has looked; people hear of it once, with file and row (RELIABILITY 5, C-53).
 * Method  execute itself, started again and again over a journal of which somebody changed a row.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditLink } from "../src/adapters/journal/journal-schema.ts";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import { LockWords } from "../src/app/live/entry-locks.ts";
import { keepRecord } from "../src/app/live/kept-records.ts";
import { executeJournal } from "../src/app/live/ledger-process.ts";
import { brokenAtStart, recordHeads } from "../src/app/live/record-proof.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { ExecuteInput } from "../src/engine/live-execute.ts";
import { causeOfText } from "../src/ops/alerts/alert-causes.ts";
import { claimsTold, MORNING, reading, startOnce, writeRun } from "./execute-start.ts";
import { liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("broken-record-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function alter(sql: string): void {
  const db = new DatabaseSync(executeJournal(root));
  db.exec(sql);
  db.close();
}

const locks = () => claimsTold(root).filter(({ source }) => source === "record");
const alerts = () =>
  reading(root, (reader) => reader.alerts()).filter(({ text }) => text.startsWith("journal.db: "));

const act = {
  ...{ id: "a1", at: MORNING, who: "ann", action: "pause", reason: "lunch", before: "{}", after: "{}" },
};
function addAct(row = act): void {
  const journal = new JournalStore(executeJournal(root));
  const [run] = reading(root, (reader) => reader.runs());
  journal.openRun({ run: terms.run, startedAt: terms.startedAt, header: run?.header ?? "{}" });
  journal.write([[{ kind: "audit", row }]]);
  journal.close();
}

it("an entry or an act that somebody changed bars entries and calls people, once for each", async () => {
  writeRun(root);
  await startOnce(root);
  expect([locks(), alerts()]).toEqual([[], []]);
  addAct();
  alter("UPDATE audit SET who = 'bob'");
  await startOnce(root);
  await startOnce(root);
  expect(locks()).toMatchObject([
    {
      ...{ level: "NO_NEW_ENTRIES", liftedBy: "operator" },
      reason: expect.stringContaining("journal.db: audit row 1: is not what was written"),
    },
  ]);
  expect(alerts()).toMatchObject([{ level: "critical", text: expect.stringContaining("audit row 1") }]);
  expect(causeOfText(alerts()[0]?.text ?? "")).toBe("journal");
  alter("UPDATE entries SET at = at + 1 WHERE sequence = 1");
  await startOnce(root);
  expect(locks()).toHaveLength(2);
  expect(alerts()).toHaveLength(2);
  expect(locks()[1]?.reason).toContain(`run ${terms.run}, entry 1: is not what was written`);
}, 60_000);

it("entries are barred until an operator resumes, and nothing else is", () => {
  const live = liveSession().again();
  const { authorities } = live.stage;
  const at = MORNING;
  const claim = new LockWords().record("journal.db: audit row 1: is not what was written");
  const hears = (input: ExecuteInput): void => {
    live.step(input);
    for (const list of Object.values(live.output) as unknown[][]) list.length = 0;
  };
  const now = { at, mono: 1 };
  hears({ kind: "event", now, event: { kind: "ClaimChanged", at, ...(claim && { claim }) } });
  expect(authorities.allowsEntries()).toBe(false);
  expect(authorities.permission.level).toBe("NO_NEW_ENTRIES");
  hears({
    kind: "event",
    now,
    event: { kind: "OperatorActed", at, action: "resume", by: "ana", reason: "looked" },
  });
  expect(authorities.allowsEntries()).toBe(true);
});

describe("what a start walks", () => {
  beforeEach(() => {
    for (const folder of ["run", "db"]) mkdirSync(join(root, folder), { recursive: true });
    const journal = new JournalStore(executeJournal(root));
    journal.openRun({ run: terms.run, startedAt: terms.startedAt, header: "{}" });
    const rows = [0, 1, 2].map(
      (n) => ({ kind: "entry", part: "note", at: (MORNING + n) as EpochMicros, payload: `${n}` }) as const,
    );
    journal.write([rows]);
    journal.close();
    addAct();
  });
  const kept = () => {
    const heads = recordHeads(root)!;
    const none = { file: null, why: null, bytes: 0, tookMs: 0, sealed: false, sha256: null, removed: 0 };
    const at = "2026-11-20T21:30:00Z";
    keepRecord(root, "backup", { at, ok: true, ...heads, ...none, lastOkAt: at });
  };

  it("is nothing where it was walked meanwhile, and all right where nothing was changed", () => {
    kept();
    expect(brokenAtStart(root, terms.run, undefined)).toBeUndefined();
    expect(brokenAtStart(root, terms.run, null)).toBeUndefined();
    expect(brokenAtStart(root, terms.run, 2)).toContain("entry 2");
  });

  it("is the audit written anew with right hashes, by what the last backup knows", () => {
    kept();
    const hash = auditLink("", { ...act, who: "bob" });
    alter(`UPDATE audit SET who = 'bob', hash = '${hash}'; UPDATE audit_head SET head = '${hash}'`);
    expect(brokenAtStart(root, terms.run, null)).toBe(
      "journal.db: audit row 1: is another one than the backup of 2026-11-20T21:30:00Z knows",
    );
    writeFileSync(join(root, "run", "backup.json"), "{ half");
    expect(brokenAtStart(root, terms.run, null)).toBeUndefined();
  });

  it("is a tail that was cut, with the chain closed again", () => {
    kept();
    alter("DELETE FROM entries WHERE sequence = 2");
    alter("UPDATE runs SET entries = 2, head = (SELECT hash FROM entries WHERE sequence = 1)");
    expect(brokenAtStart(root, terms.run, null)).toMatch(
      /^journal\.db: run \w+, entry 2: is missing, the backup of/,
    );
  });
});
