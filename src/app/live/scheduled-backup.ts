/**
 * The backup that nobody has to think of (RELIABILITY 6.7): by the schedule's settings, sealed where there is a key,
 * told in `run/backup.json`, so that whoever watches sees its age and its failure without asking anybody.
 */
import type { KeyObject } from "node:crypto";
import type { BackupManifest } from "../../adapters/backup/manifest.ts";
import type { BackupParams } from "../backup-params.ts";
import { backupFolder, makeBackup } from "./backup.ts";
import { type BackupRecord, keepRecord, keptRecord } from "./kept-records.ts";

export interface ScheduledBackupTerms {
  /** Of the run: the demo's lies in `demo`. */
  readonly root: string;
  readonly settings: BackupParams;
  readonly key?: KeyObject | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Where the schedule's archives lie. */
export const scheduleFolder = (root: string, { folder }: BackupParams): string =>
  folder === "" ? backupFolder(root) : folder;

/** Throws what `makeBackup` throws, after it was written down: a task that fails must fail where it runs. */
export async function scheduledBackup(terms: ScheduledBackupTerms): Promise<BackupRecord> {
  const { root, settings, key, nowMs } = terms;
  const [begun, at] = [performance.now(), nowMs()];
  const took = () => Math.round(performance.now() - begun);
  const tried = { at: new Date(at).toISOString(), sealed: key !== undefined };
  try {
    const { file, bytes, sha256, manifest, removed } = await makeBackup({
      ...{ root, key, nowMs: at, folder: scheduleFolder(root, settings) },
      keep: {
        hourly: settings.keepHourly,
        nightly: settings.keepNightly,
        monthly: settings.keepMonthly,
      },
    });
    const made = { file, bytes, sha256, ...headsIn(manifest), removed: removed.length };
    return keepRecord(root, "backup", {
      ...tried,
      ok: true,
      why: null,
      tookMs: took(),
      ...made,
      lastOkAt: tried.at,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const none = {
      file: null,
      bytes: 0,
      sha256: null,
      journal: null,
      audit: { count: 0, head: "" },
      removed: 0,
    };
    const lastOkAt = keptRecord(root, "backup")?.lastOkAt ?? null;
    keepRecord(root, "backup", { ...tried, ok: false, why, tookMs: took(), ...none, lastOkAt });
    throw error;
  }
}

/** Where execute's chains end in an archive. */
function headsIn({ files }: BackupManifest): Pick<BackupRecord, "journal" | "audit"> {
  const chain = files.find(({ name }) => name === "db/journal.db")?.database?.chain;
  const { run = null, runEntries = 0, head = "", auditRows: count = 0, auditHead = "" } = chain ?? {};
  return {
    journal: run === null ? null : { run, sequence: runEntries - 1, head },
    audit: { count, head: auditHead },
  };
}
