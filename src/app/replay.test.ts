/**
 * Goal: the record of a session gives the same commands again, and any other record says where it parts
 * (EN-1, I-25). Method: one recorded demo session; then records made from it with one thing changed, both as an
 * honest writer would have written them and by hand behind the chain's back.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JournalEntry, RunJournal } from "../adapters/run-journal.ts";
import { InputError } from "../domain/assert.ts";
import { dayNumber } from "../domain/time.ts";
import { loadConfig } from "./config.ts";
import { runDemo } from "./demo.ts";
import { type ReplayResult, replayJournal } from "./replay.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-replay-"));
const recorded = join(folder, "recorded");
let header = "";
let entries: readonly JournalEntry[] = [];

beforeAll(async () => {
  await runDemo({
    root: recorded,
    killSwitch: join(folder, "killswitch"),
    config: loadConfig({ assignments: ["demo.warmupSessions=1"] }),
    sessions: 1,
    speed: Number.POSITIVE_INFINITY,
    seed: 3,
    startedAt: "2026-11-18T00:00:00Z",
    command: "plimsoll start",
    show: () => {},
    stop: new AbortController().signal,
  });
  const journal = new RunJournal(join(recorded, "db", "journal.db"));
  header = journal.findRun()?.header ?? "";
  entries = [...journal.entries(1)];
  journal.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const replay = (root: string, date?: number): ReplayResult =>
  replayJournal({ root, date: date as ReturnType<typeof dayNumber> | undefined });

let copies = 0;
/** A journal that an honest writer would have written had these been the entries. */
function written(changed: readonly JournalEntry[], changedHeader = header): string {
  const root = join(folder, `copy-${copies++}`);
  const journal = new RunJournal(join(root, "db", "journal.db"));
  journal.start("2026-11-18T00:00:00Z", changedHeader);
  for (const { sequence, part, payload } of changed) journal.append(sequence, part, payload);
  journal.close();
  return root;
}

/** The recorded journal, changed by hand. */
function tampered(sql: string): string {
  const root = written(entries);
  const db = new DatabaseSync(join(root, "db", "journal.db"));
  db.exec(sql);
  db.close();
  return root;
}

const firstCommand = () =>
  entries.findIndex(({ part, payload }) => part === "command" && payload.includes('"limit":'));
const lastCommand = () => entries.findLastIndex(({ part }) => part === "command");

describe("an untouched record", () => {
  it("replays byte for byte, events and commands all counted", () => {
    const result = replay(recorded);
    expect(result).toMatchObject({ run: 1, identical: true, alteredAt: null, firstDifference: null });
    expect(result.events + result.commands).toBe(entries.length);
    expect(result.commands).toBeGreaterThan(200);
  });

  it("counts one session when asked, and says when there is none", () => {
    const whole = replay(recorded);
    expect(replay(recorded, dayNumber(2026, 11, 18))).toEqual(whole);
    expect(() => replay(recorded, dayNumber(2026, 11, 19))).toThrow(
      /2026-11-19: run 1 has no entry on that day/,
    );
  });

  it("an empty journal is an InputError with the cure", () => {
    const root = join(folder, "empty");
    new RunJournal(join(root, "db", "journal.db")).close();
    expect(() => replay(root)).toThrow(InputError);
    expect(() => replay(root)).toThrow(/holds no run yet; start one with/);
  });
});

describe("a record changed by hand is not replayed at all", () => {
  it.each([
    [
      "a payload",
      () => `UPDATE entries SET payload = replace(payload, '1', '2') WHERE position = ${firstCommand()}`,
      () => firstCommand(),
    ],
    [
      "a payload that is no JSON any more",
      () => "UPDATE entries SET payload = '{' WHERE position = 5",
      () => 5,
    ],
    [
      "an event nobody acted on",
      () => "UPDATE entries SET payload = payload || ' ' WHERE position = 0",
      () => 0,
    ],
    [
      "the end",
      () => `DELETE FROM entries WHERE position >= ${entries.length - 2}`,
      () => entries.length - 2,
    ],
    ["the settings", () => `UPDATE runs SET header = replace(header, '97000', '97001')`, () => 0],
    ["the settings, to nonsense", () => `UPDATE runs SET header = 'x'`, () => 0],
  ])("%s", (_, sql, at) => {
    expect(replay(tampered(sql()))).toMatchObject({
      identical: false,
      alteredAt: at(),
      events: 0,
      commands: 0,
    });
  });
});

describe("an honest record of something else parts where it differs", () => {
  const parts = (changed: readonly JournalEntry[], changedHeader?: string) =>
    replay(written(changed, changedHeader));

  it("another command", () => {
    const n = firstCommand();
    const entry = entries[n] as JournalEntry;
    const payload = entry.payload.replace(
      /"shares":(\d+)/,
      (_, shares: string) => `"shares":${Number(shares) + 1}`,
    );
    expect(payload).not.toBe(entry.payload);
    expect(parts(entries.with(n, { ...entry, payload }))).toMatchObject({
      identical: false,
      alteredAt: null,
      firstDifference: { entry: n, recorded: payload, replayed: entry.payload },
    });
  });

  it("a command too few, and one too many", () => {
    const n = lastCommand();
    const { payload } = entries[n] as JournalEntry;
    const fewer = parts(entries.toSpliced(n, 1));
    expect(fewer).toMatchObject({ identical: false, firstDifference: { recorded: null, replayed: payload } });
    const more = parts(entries.toSpliced(n + 1, 0, entries[n] as JournalEntry));
    expect(more).toMatchObject({
      identical: false,
      firstDifference: { entry: n + 1, recorded: payload, replayed: null },
    });
  });

  it("other bars", () => {
    const n = entries.findIndex(
      ({ payload }, at) => payload.includes("BarsClosed") && entries[at + 1]?.part === "command",
    );
    const entry = entries[n] as JournalEntry;
    const bars = JSON.parse(entry.payload) as { rows: number[][] };
    for (const row of bars.rows) row[4] = (row[4] ?? 0) * 0.99;
    expect(parts(entries.with(n, { ...entry, payload: JSON.stringify(bars) }))).toMatchObject({
      identical: false,
    });
  });

  it.each([
    ["capital", '"cash":97000', '"cash":50000'],
    ["a limit", '"positionPct":0.05', '"positionPct":0.03'],
    ["the seed of the warm-up", '"seed":3', '"seed":4'],
  ])("other settings: %s", (_, from, to) => {
    expect(header).toContain(from);
    expect(parts(entries, header.replace(from, to))).toMatchObject({ identical: false, alteredAt: null });
  });
});
