/**
 * The drill that shows that a backup can be lived from (RELIABILITY 6.7): the newest archive is unpacked elsewhere,
 * proven file by file and replayed to its journal's head; then the root's own journal is replayed to the same entry,
 * and both must have come to the same state. Told in `run/drill.json`. Nothing of the root is written but that file.
 */
import type { KeyObject } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { InputError } from "../../domain/assert.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import type { BackupParams } from "../backup-params.ts";
import { ownArchives } from "./backup.ts";
import { type DrillRecord, keepRecord } from "./kept-records.ts";
import { executeJournal } from "./ledger-process.ts";
import { replayedState } from "./ledger-proof.ts";
import { type Restored, restoreBackup } from "./restore.ts";
import { type RunTerms, readRunTerms, runPlaces } from "./run-terms.ts";
import { scheduleFolder } from "./scheduled-backup.ts";

export interface RestoreDrillTerms {
  /** Of the run: the demo's lies in `demo`. */
  readonly root: string;
  readonly settings: BackupParams;
  /** Absent: the newest of the schedule's folder. */
  readonly file?: string;
  readonly key?: KeyObject | undefined;
  readonly lifecycleOf: (terms: RunTerms) => Lifecycle;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Throws InputError after it was written down: a drill that fails must fail where it runs. */
export function restoreDrill(terms: RestoreDrillTerms): DrillRecord {
  const { root, nowMs } = terms;
  const begun = performance.now();
  const at = new Date(nowMs()).toISOString();
  const took = () => Math.round(performance.now() - begun);
  let file = terms.file ?? null;
  try {
    file ??= newestArchive(scheduleFolder(root, terms.settings));
    const found = drilled(terms, file);
    return keepRecord(root, "drill", { at, ok: true, tookMs: took(), file, ...found, why: null });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const none = { stateHash: null, run: null, sequence: -1, inputs: 0, comparedWithRoot: false };
    keepRecord(root, "drill", { at, ok: false, tookMs: took(), file, ...none, why });
    throw error;
  }
}

function newestArchive(folder: string): string {
  const newest = ownArchives(folder).at(-1);
  if (newest !== undefined) return join(folder, newest);
  throw new InputError(`${folder}: holds no backup; make one with: plimsoll backup --scheduled`, 1);
}

function drilled(
  { root, key, lifecycleOf }: RestoreDrillTerms,
  file: string,
): Pick<DrillRecord, "stateHash" | "run" | "sequence" | "inputs" | "comparedWithRoot"> {
  const { ledger, notReplayed, manifest }: Restored = restoreBackup({ file, key, lifecycleOf });
  if (ledger === null)
    throw new InputError(`${file}: whole, but not replayed: ${notReplayed}; make a new backup`, 1);
  const { run, head: sequence, inputs, state: stateHash } = ledger;
  const own = ownState(root, run, sequence, lifecycleOf);
  if (own !== undefined && own !== stateHash)
    throw new InputError(
      `${file}: at entry ${sequence} of run ${run} it gives state ${stateHash.slice(0, 16)}, ` +
        `the root's own journal ${own.slice(0, 16)}; keep both and see the runbook`,
      3,
    );
  return { stateHash, run: manifest.run, sequence, inputs, comparedWithRoot: own !== undefined };
}

/** Undefined where the root has not that run any more: then there is nothing to compare with. */
function ownState(
  root: string,
  run: string,
  last: number,
  lifecycleOf: RestoreDrillTerms["lifecycleOf"],
): string | undefined {
  const terms = readRunTerms(runPlaces(root));
  if (terms?.run !== run || !existsSync(executeJournal(root))) return undefined;
  const reader = new JournalReader(executeJournal(root));
  try {
    if (reader.findRun(run) === undefined) return undefined;
  } finally {
    reader.close();
  }
  const scratch = mkdtempSync(join(tmpdir(), "plimsoll-drill-"));
  try {
    const { state, head } = replayedState({ root, scratch, last }, terms, lifecycleOf(terms));
    if (head === last) return state;
    throw new InputError(`${executeJournal(root)}: ends at entry ${head}, before the backup's ${last}`, 3);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
