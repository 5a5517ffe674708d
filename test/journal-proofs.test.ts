/**
 * Goal    a recorded run gives the same again: stage by stage (LEDGER-2, I-25) and as a backtest (BACK-4); and whatever
 *         is not as it was is found, down to the last bit of a price.
 * Method  one synthetic session through the live stages, recorded as the processes record. Then records made from it
 *         with one thing changed, both as an honest writer would have written them and behind the chain's back.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { JournalEntry } from "../src/adapters/journal/journal-terms.ts";
import { liveReport } from "../src/app/live/live-report.ts";
import { checkParity } from "../src/app/live/parity.ts";
import { type JournaledStage, journalPath, verifyJournals } from "../src/app/live/recorded-run.ts";
import { replayRun } from "../src/app/live/replay-run.ts";
import { resimulate } from "../src/app/live/resimulation.ts";
import { writeLiveReport } from "../src/cli/live-report.ts";
import { dayNumber } from "../src/domain/time.ts";
import { recordSession } from "./recorded-session.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-proofs-"));
const recorded = join(folder, "recorded");
const MINUTES = 130;
const DAY = dayNumber(2026, 11, 18);

beforeAll(() => recordSession(recorded, MINUTES));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let copies = 0;
function copy(): string {
  const root = join(folder, `copy-${copies++}`);
  cpSync(recorded, root, { recursive: true });
  return root;
}

function entriesOf(stage: JournaledStage): JournalEntry[] {
  const reader = new JournalReader(journalPath(recorded, stage));
  try {
    return [...reader.entries("dtest")];
  } finally {
    reader.close();
  }
}

/** What an honest writer would have written had these been the entries of the stage. */
function written(stage: JournaledStage, entries: readonly JournalEntry[]): string {
  const root = copy();
  const path = journalPath(root, stage);
  const before = new JournalReader(path);
  const row = before.findRun("dtest");
  before.close();
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${path}${ending}`, { force: true });
  const store = new JournalStore(path);
  store.openRun({ run: "dtest", startedAt: "2026-11-18T14:00:00Z", header: row?.header ?? "" });
  store.write([entries.map(({ part, at, payload }) => ({ kind: "entry", part, at, payload }))]);
  store.close();
  return root;
}

/** The record, changed by hand. */
function tampered(stage: JournaledStage, sql: string): string {
  const root = copy();
  const db = new DatabaseSync(journalPath(root, stage));
  db.exec(sql);
  db.close();
  return root;
}

const textOf = ({ payload }: JournalEntry): string => String(payload);
const isBars = (entry: JournalEntry): boolean =>
  entry.part === "input" && textOf(entry).includes('"kind":"BarsClosed"');

/** The close of the first row of the bars is off by a billionth of a dollar. */
function drifted(entry: JournalEntry): JournalEntry {
  const payload = textOf(entry).replace(
    /("rows":\[\[\d+,[\d.]+,[\d.]+,[\d.]+,)([\d.]+)/,
    (_, before: string, close: string) => `${before}${Number(close) + 1e-9}`,
  );
  expect(payload).not.toBe(textOf(entry));
  return { ...entry, payload };
}

describe("an untouched record", () => {
  it("has chains that hold, in the journals of all three stages", () => {
    const report = verifyJournals(recorded);
    expect(report).toMatchObject({ runs: 1, brokenAt: null });
    expect(Object.keys(report.journals)).toEqual(["execute", "compute", "ingest"]);
    expect(report.entries).toBeGreaterThan(MINUTES * 30);
  });

  it("replays byte for byte, each stage alone, a restart in the middle included", () => {
    const result = replayRun({ root: recorded });
    expect(result).toMatchObject({ run: "dtest", identical: true, firstDifference: null });
    const of = (stage: JournaledStage) => result.stages.find((each) => each.stage === stage);
    expect(of("ingest")?.commands).toBe(MINUTES);
    expect(of("compute")).toMatchObject({ commands: MINUTES });
    expect(of("compute")?.checkpoints).toBeGreaterThan(1);
    expect(of("execute")?.checkpoints).toBeGreaterThan(0);
    expect(of("execute")?.commands).toBeGreaterThan(60);
    expect(entriesOf("execute").filter((entry) => textOf(entry).startsWith("restarted"))).toHaveLength(2);
  });

  it("counts one session when asked, and says when there is none", () => {
    expect(replayRun({ root: recorded, date: DAY })).toEqual(replayRun({ root: recorded }));
    expect(() => replayRun({ root: recorded, date: dayNumber(2026, 11, 19) })).toThrow(
      /2026-11-19: no run has an entry on that day; the newest is dtest/,
    );
  });

  it("is replayed where it has been moved to", () => {
    expect(replayRun({ root: copy() }).identical).toBe(true);
  });
});

describe("a record changed by hand is named and not replayed", () => {
  const stages = ["ingest", "compute", "execute"] as const;

  it.each(stages)("one character in %s", (stage) => {
    const root = tampered(stage, "UPDATE entries SET payload = payload || ' ' WHERE sequence = 7");
    expect(verifyJournals(root).brokenAt).toMatch(/\.db, run dtest, entry 7$/);
    const result = replayRun({ root });
    expect(result.identical).toBe(false);
    const [altered, ...others] = result.stages.toSorted((a) => (a.stage === stage ? -1 : 1));
    expect(altered).toMatchObject({ stage, identical: false, alteredAt: 7, events: 0, commands: 0 });
    for (const other of others) expect(other.identical).toBe(true);
  });

  it("the end, and the terms of the run", () => {
    const last = entriesOf("execute").length - 1;
    const cut = tampered("execute", `DELETE FROM entries WHERE sequence = ${last}`);
    expect(verifyJournals(cut).brokenAt).toBe(`journal.db, run dtest, entry ${last}`);
    const terms = tampered("execute", `UPDATE runs SET header = replace(header, '97000', '97001')`);
    expect(replayRun({ root: terms }).stages.at(-1)).toMatchObject({ alteredAt: 0, identical: false });
  });

  it("proves no parity and makes no report", () => {
    const root = tampered("compute", "UPDATE entries SET at = at + 1 WHERE sequence = 9");
    for (const proof of [checkParity, resimulate, liveReport])
      expect(() => proof({ root })).toThrow(/entry 9 of compute is not what was written/);
  });
});

describe("an honest record of something else parts where it differs", () => {
  it.each(["compute", "execute"] as const)(
    "a close that is off by 1e-9 in %s, where no command shows it",
    (stage) => {
      const entries = entriesOf(stage);
      const digest = entries.findIndex((entry) => textOf(entry).startsWith("digest "));
      // The last before a checkpoint: later closes would heal the books, as they do in truth.
      const quiet = entries.slice(0, digest).findLastIndex(isBars);
      const { stages } = replayRun({ root: written(stage, entries.with(quiet, drifted(entries[quiet]!))) });
      const found = stages.find((each) => each.stage === stage);
      expect(found).toMatchObject({ identical: false, alteredAt: null });
      expect(found?.firstDifference?.recorded).toMatch(/^digest \d+ [0-9a-f]{64}$/);
      expect(found?.firstDifference?.replayed).toMatch(/^digest \d+ [0-9a-f]{64}$/);
    },
  );

  it("a bar of ingest", () => {
    const entries = entriesOf("ingest");
    const n = entries.findIndex((entry) => textOf(entry).includes('"kind":"bar"'));
    const payload = textOf(entries[n]!).replace(
      /"volume":(\d+)/,
      (_, of: string) => `"volume":${Number(of) + 1}`,
    );
    const { firstDifference } = replayRun({
      root: written("ingest", entries.with(n, { ...entries[n]!, payload })),
    });
    expect(firstDifference).toMatchObject({ stage: "ingest", recorded: expect.stringMatching(/^told 0 /) });
  });

  it("a command that is another, one too few and one too many", () => {
    const entries = entriesOf("execute");
    const n = entries.findIndex(({ part }) => part === "command");
    const entry = entries[n]!;
    const payload = textOf(entry).replace(/"shares":(\d+)/, (_, of: string) => `"shares":${Number(of) + 1}`);
    const parts = (changed: readonly JournalEntry[]) => replayRun({ root: written("execute", changed) });
    const at = { stage: "execute", entry: n };
    expect(parts(entries.with(n, { ...entry, payload })).firstDifference).toEqual({
      ...{ ...at, recorded: payload, replayed: textOf(entry) },
    });
    expect(parts(entries.toSpliced(n, 1)).firstDifference).toMatchObject({
      ...{ stage: "execute", replayed: textOf(entry) },
    });
    expect(parts(entries.toSpliced(n, 0, entry)).identical).toBe(false);
  });

  it("an end before its last command", () => {
    const entries = entriesOf("execute");
    const last = entries.findLastIndex(({ part }) => part === "command");
    const { firstDifference } = replayRun({ root: written("execute", entries.slice(0, last)) });
    expect(firstDifference).toMatchObject({ entry: -1, recorded: null, replayed: textOf(entries[last]!) });
  });
});

describe("parity", () => {
  it("the recorded session decides and commands the same as a backtest in one loop", () => {
    const result = checkParity({ root: recorded, date: DAY });
    expect(result).toMatchObject({ identical: true, differences: [], decisions: MINUTES });
    expect(result.orders).toBeGreaterThan(60);
  });

  it("a decision that was another is listed with its cause", () => {
    const entries = entriesOf("compute");
    const n = entries.findIndex((entry) => entry.part === "command" && textOf(entry).includes('"shares":'));
    const payload = textOf(entries[n]!).replace(
      /"shares":(-?\d+)/,
      (_, of: string) => `"shares":${Number(of) + 1}`,
    );
    const result = checkParity({ root: written("compute", entries.with(n, { ...entries[n]!, payload })) });
    expect(result).toMatchObject({ identical: false, differencesFound: 1 });
    expect(result.differences[0]).toMatchObject({ what: "decision", cause: "quantity" });
    expect(result.differences[0]?.symbol).not.toBe("");
  });

  it("orders that only one side has are missing or extra", () => {
    const entries = entriesOf("execute");
    const n = entries.findLastIndex(({ part }) => part === "command");
    const fewer = checkParity({ root: written("execute", entries.toSpliced(n, 1)) });
    expect(fewer.differences).toMatchObject([{ what: "order", cause: "extra", recorded: null }]);
    const more = checkParity({ root: written("execute", entries.toSpliced(n, 0, entries[n]!)) });
    expect(more.differences).toMatchObject([{ what: "order", cause: "missing", replayed: null }]);
  });

  it("a fill that was another moves what came after it", () => {
    const entries = entriesOf("execute");
    const n = entries.findIndex(
      (entry) => textOf(entry).includes('"kind":"OrderFilled"') && entry.part === "note",
    );
    const payload = textOf(entries[n]!).replace(
      /"price":(\d+)/,
      (_, of: string) => `"price":${Number(of) * 2}`,
    );
    const result = checkParity({ root: written("execute", entries.with(n, { ...entries[n]!, payload })) });
    expect(result.identical).toBe(false);
  });
});

describe("a simulation of the fills", () => {
  it("lists what came out otherwise and what it was worth", () => {
    const result = resimulate({ root: recorded, date: DAY });
    expect(result).toMatchObject({ mode: "simulated fills", decisions: MINUTES });
    expect(result.differences.map(({ cause }) => cause)).toContain("price");
    const { recorded: won, simulated, difference } = result.pnl ?? {};
    expect(difference).toBeCloseTo((simulated ?? 0) - (won ?? 0), 1);
    expect(resimulate({ root: recorded, date: DAY })).toEqual(result);
  });
});

describe("the report of a live run", () => {
  it("has the books that execute had, and writes the files of a run", async () => {
    const out = join(folder, "report");
    const { report, files, isFlat } = await writeLiveReport(recorded, out);
    const { execute } = files.run.loop;
    expect(report.result).toMatchObject({ mode: "demo", scope: { cash: 97_000 } });
    expect(report.trades.length).toBeGreaterThan(2);
    expect(execute.fills.length).toBeGreaterThan(10);
    expect(isFlat).toBe(execute.portfolio.openPositions === 0);
    const equity = readFileSync(join(out, "equity.csv"), "utf8").trim().split("\n");
    expect(equity).toHaveLength(MINUTES + 1);
    expect(Number(equity.at(-1)?.split(",")[1])).toBe(files.run.curve.equity.at(-1));
    expect(JSON.parse(readFileSync(join(out, "result.json"), "utf8"))).toMatchObject({ mode: "demo" });
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("Plimsoll demo");
  });
});
