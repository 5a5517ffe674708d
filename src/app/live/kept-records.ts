/**
 * What the tasks that prove something leave below `run/`, one file each: the last outcome, for the page, the figures,
 * the doctor and each other. Who proves writes it; everybody else reads it here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import type { ChainHeads } from "../../adapters/journal/journal-reader.ts";

/** `run/backup.json`. */
export interface BackupRecord {
  /** ISO instant at which it began. */
  readonly at: string;
  readonly ok: boolean;
  /** Null where none was made; `why` says the rest. */
  readonly file: string | null;
  readonly why: string | null;
  readonly bytes: number;
  readonly tookMs: number;
  readonly sealed: boolean;
  readonly sha256: string | null;
  /** Where the journal ended in it; an anchor for `verifyRecord`. Null without a run. */
  readonly journal: ChainHeads["journal"];
  readonly audit: ChainHeads["audit"];
  readonly removed: number;
  /** Of the last one that was made, this one or one before; null before the first. */
  readonly lastOkAt: string | null;
}

/** `run/drill.json`. */
export interface DrillRecord {
  /** ISO instant at which it began. */
  readonly at: string;
  readonly ok: boolean;
  readonly tookMs: number;
  /** SHA-256 over all that the journal gives at its head; null where nothing was replayed. */
  readonly stateHash: string | null;
  readonly file: string | null;
  readonly run: string | null;
  /** Last entry that was replayed. */
  readonly sequence: number;
  readonly inputs: number;
  /** The root's own journal gave the same state at that entry; false where the root does not know the run. */
  readonly comparedWithRoot: boolean;
  /** Null when it went well. */
  readonly why: string | null;
}

/** `run/verify.json`. */
export interface RecordProof {
  /** ISO instant at which it began. */
  readonly at: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly runs: number;
  readonly entries: number;
  readonly auditRows: number;
  /** What is not as it was; null when all is. */
  readonly brokenAt: string | null;
  /** What the ends were compared with. */
  readonly anchors: readonly string[];
  readonly heads: ChainHeads;
}

/** `run/able.json`: the able minutes of the last sessions, as the newest report of a day reckoned them. */
export interface AbleRecord {
  /** ISO instant of the last entry that was counted. */
  readonly at: string;
  /** It could be reckoned. */
  readonly ok: boolean;
  readonly run: string;
  readonly mode: string;
  /** Newest session in it, YYYY-MM-DD. */
  readonly date: string;
  /** Able of scheduled; null where nothing was scheduled. */
  readonly fraction: number | null;
  readonly goal: number;
  /** Sessions with a minute on record. */
  readonly sessions: number;
  readonly lostMinutes: number;
}

export interface KeptRecords {
  readonly backup: BackupRecord;
  readonly drill: DrillRecord;
  readonly verify: RecordProof;
  readonly able: AbleRecord;
}

/** What is shown of it must be there: a file that somebody wrote by hand is none. */
const figures: Readonly<Record<keyof KeptRecords, readonly string[]>> = {
  backup: [],
  drill: [],
  verify: ["entries", "auditRows"],
  able: ["sessions", "lostMinutes"],
};

const pathOf = (root: string, id: keyof KeptRecords): string => join(root, "run", `${id}.json`);

/** The last one; undefined before the first, and for a file that nobody can read. */
export function keptRecord<Id extends keyof KeptRecords>(root: string, id: Id): KeptRecords[Id] | undefined {
  try {
    const record = JSON.parse(readFileSync(pathOf(root, id), "utf8")) as Readonly<
      Record<string, unknown>
    > | null;
    const isOne = typeof record?.at === "string" && typeof record.ok === "boolean";
    const isWhole = isOne && figures[id].every((name) => typeof record[name] === "number");
    return isWhole ? (record as unknown as KeptRecords[Id]) : undefined;
  } catch {
    return undefined;
  }
}

/** In one step that survives a power cut. */
export function keepRecord<Id extends keyof KeptRecords>(
  root: string,
  id: Id,
  record: KeptRecords[Id],
): KeptRecords[Id] {
  replaceFile(pathOf(root, id), `${JSON.stringify(record)}\n`);
  return record;
}
