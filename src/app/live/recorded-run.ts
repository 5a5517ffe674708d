/** A run as its journals hold it, read by whoever proves something about it: never written, also while it goes on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ChainReport, JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { JournalEntry } from "../../adapters/journal/journal-terms.ts";
import { InputError } from "../../domain/assert.ts";
import type { BarBatch, BarColumns } from "../../domain/bars.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { RecordedFaults } from "../../engine/recorded-faults.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { batchesOf, daysOf, historyOf } from "./run-engine.ts";
import { placedTerms, type RunTerms, runPlaces } from "./run-terms.ts";

/** In the order in which they tell each other. */
export const journaledStages = ["ingest", "compute", "execute"] as const;
export type JournaledStage = (typeof journaledStages)[number];

const files: Readonly<Record<JournaledStage, string>> = {
  ingest: "ingest.db",
  compute: "compute.db",
  execute: "journal.db",
};

export const journalPath = (root: string, stage: JournaledStage): string => join(root, "db", files[stage]);

export interface JournalsReport extends Omit<ChainReport, "runs"> {
  readonly runs: number;
  readonly journals: Readonly<Partial<Record<JournaledStage, ChainReport>>>;
}

/** Walks every chain below a root. Throws InputError (exit 1) when there is no journal, or one cannot be read. */
export function verifyJournals(root: string): JournalsReport {
  const journals: Partial<Record<JournaledStage, ChainReport>> = {};
  let [entries, auditRows, runs] = [0, 0, 0];
  let brokenAt: string | null = null;
  // Execute's is the one that must be there; it also says what is missing.
  for (const stage of ["execute", "compute", "ingest"] as const) {
    const path = journalPath(root, stage);
    if (stage !== "execute" && !existsSync(path)) continue;
    const report = withReader(path, (reader) => reader.verify());
    journals[stage] = report;
    entries += report.entries;
    auditRows += report.auditRows;
    runs = Math.max(runs, report.runs);
    if (report.brokenAt !== null) brokenAt ??= `${files[stage]}, ${report.brokenAt}`;
  }
  return { runs, entries, auditRows, brokenAt, journals };
}

export interface RecordedRun {
  readonly root: string;
  readonly run: string;
  readonly terms: RunTerms;
  readonly instruments: InstrumentTable;
  /** The bars before it; absent where it began cold. */
  readonly history?: BarColumns | undefined;
  /** The days before those. */
  readonly days?: BarColumns | undefined;
}

/** The bars before the run, as its stages were warmed up with them. */
export const warmingBatches = ({ history }: RecordedRun): Iterable<BarBatch> =>
  history === undefined ? [] : batchesOf(history);

/** Which run, and which part of it is counted. */
export interface RunChoice {
  /** Folder that holds `db/`. */
  readonly root: string;
  /** The session that is counted; the run is then the newest with entries on it. */
  readonly date?: DayNumber | undefined;
  /** By name; the newest where absent. */
  readonly run?: string | undefined;
}

/** Throws InputError (exit 1) when there is no such run. */
export function findRun({ root, date, run }: RunChoice): RecordedRun {
  const path = journalPath(root, "execute");
  return withReader(path, (reader) => {
    const runs = reader.runs().filter((row) => run === undefined || row.run === run);
    const isOfDay = (name: string) => {
      if (date === undefined) return true;
      for (const { at } of reader.entries(name)) if (newYorkDay(at) === date) return true;
      return false;
    };
    const found = runs.findLast((row) => isOfDay(row.run));
    if (found === undefined) {
      if (run !== undefined) throw new InputError(`journal: ${path} has no run ${run}`, 1);
      if (runs.length === 0)
        throw new InputError(`journal: ${root} holds no run yet; start one with: plimsoll start`, 1);
      const newest = runs.at(-1)?.run ?? "";
      throw new InputError(
        `--date ${isoDate(date as DayNumber)}: no run has an entry on that day; the newest is ${newest}`,
        1,
      );
    }
    const terms = placedTerms(termsOf(found.header, found.run), runPlaces(root));
    const history = historyOf(terms, runPlaces(root));
    const instruments = history?.instruments ?? instrumentTable(terms.symbols);
    const days = daysOf(terms, runPlaces(root));
    return { root, run: found.run, terms, instruments, history, days };
  });
}

/** First entry of one stage's part of the run that is not what was written; null when the chain holds. */
export function alteredAt({ root, run }: RecordedRun, stage: JournaledStage): number | null {
  return withReader(journalPath(root, stage), (reader) => reader.verifyRun(run).brokenAt);
}

/** Rows of one stage in order. */
export function* entriesOf({ root, run }: RecordedRun, stage: JournaledStage): Generator<JournalEntry> {
  const reader = new JournalReader(journalPath(root, stage));
  try {
    yield* reader.entries(run);
  } finally {
    reader.close();
  }
}

/** What compute decided, minute by minute, as it was written. */
export function* decisionTexts(recorded: RecordedRun): Generator<string> {
  for (const { part, payload } of entriesOf(recorded, "compute"))
    if (part === "command") yield String(payload);
}

/** Whoever was stopped by the clock then is stopped in what repeats the run, and nobody else. */
export const faultsOf = (recorded: RecordedRun): RecordedFaults =>
  new RecordedFaults(decisionTexts(recorded), true);

/** True for an entry that is counted. */
export const countsOn =
  (date: DayNumber | undefined) =>
  ({ at }: Pick<JournalEntry, "at">): boolean =>
    date === undefined || newYorkDay(at) === date;

/** The history lies beside the run, wherever the root has been moved to. */
function termsOf(header: string, run: string): RunTerms {
  try {
    return JSON.parse(header) as RunTerms;
  } catch {
    throw new InputError(`journal: the terms of run ${run} cannot be read; restore the last backup`, 1);
  }
}

function withReader<Result>(path: string, work: (reader: JournalReader) => Result): Result {
  const reader = new JournalReader(path);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}
