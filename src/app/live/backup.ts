/**
 * `plimsoll backup` (LEDGER-3): one archive of all that a run cannot be without, made while it runs. Each database is
 * copied as of one instant and proven before the archive takes its place by a rename, so a crash leaves the old
 * archives and nothing else under a name that counts.
 *
 * In it: every database and journal under `db/`, the run's description, its history and its models, and the HALT file.
 * Not in it: keys (`.env`), what arms live trading, sockets and logs; nor the lake, which has snapshots of its own.
 *
 * BK-1  No archive has the name of a backup before everything in it was proven.
 * BK-2  What is derived is copied before what it is made of: a copy of the ledger is never ahead of its journal.
 */
import type { KeyObject } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { copyDatabase, provenFacts } from "../../adapters/backup/database-copy.ts";
import {
  type BackupManifest,
  type BackupMember,
  isMemberName,
  MANIFEST,
} from "../../adapters/backup/manifest.ts";
import { sealFile } from "../../adapters/backup/sealed-file.ts";
import { writeTar } from "../../adapters/backup/tar-file.ts";
import { flushFolder, makeFolder, sha256OfFile, unfinishedMark } from "../../adapters/durable-file.ts";
import { asOnlyWriter } from "../../adapters/lake/writer-lock.ts";
import { outputFile } from "../../adapters/output-place.ts";
import { InputError } from "../../domain/assert.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { type Retention, removableArchives } from "../../ops/backup-retention.ts";
import { codeVersion } from "../code-version.ts";
import { digestsOf } from "../models/run-models.ts";
import { keptStrategies } from "./kept-strategies.ts";
import { readRunTerms, runPlaces } from "./run-terms.ts";

export interface BackupRequest {
  readonly root: string;
  /** The archive; absent: a new name in `folder`. */
  readonly out?: string;
  /** Absent: `<root>/backups`. */
  readonly folder?: string;
  /** Of the archives in the folder, the newest that stay, or those of a schedule; absent: all. */
  readonly keep?: number | Retention;
  /** The archive is sealed with it; absent: whoever has the file can read it. */
  readonly key?: KeyObject | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface BackupDone {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly manifest: BackupManifest;
  /** Older archives that had to go. */
  readonly removed: readonly string[];
}

/** Of the archives that we name ourselves: only those are ever removed. */
const OWN_NAME = /^plimsoll-\d{8}T\d{9}Z-[a-z0-9]+\.tar(?:\.sealed)?$/;
const STAGING = `backup${unfinishedMark}`;
/** BK-2: what is made of others first, then who consumed, and last who gave. All the rest comes between. */
const FIRST = ["trades.db", "performance.db"];
const LAST = ["compute.db", "journal.db", "ingest.db"];

/** Throws InputError (exit 1) naming the file that cannot be copied or is not sound; then no archive is made. */
export async function makeBackup(request: BackupRequest): Promise<BackupDone> {
  const { root, nowMs, key } = request;
  const asked = request.out === undefined ? undefined : newArchive(request.out);
  const folder = asked === undefined ? (request.folder ?? backupFolder(root)) : dirname(asked);
  makeFolder(folder);
  return asOnlyWriter(
    join(folder, "backup.lock"),
    async () => {
      // Of those who died at it: whoever holds the lock is the only one.
      for (const left of readdirSync(folder))
        if (left.startsWith(STAGING)) rmSync(join(folder, left), { recursive: true, force: true });
      const staging = mkdtempSync(join(folder, STAGING));
      try {
        const manifest = fill(staging, root, nowMs);
        const out = asked ?? join(folder, ownName(manifest, key !== undefined));
        return { ...put(staging, manifest, out, key), removed: thinned(folder, request.keep) };
      } finally {
        rmSync(staging, { recursive: true, force: true });
      }
    },
    "the folder of backups",
  );
}

function newArchive(given: string): string {
  const file = outputFile(given, "plimsoll.tar");
  if (existsSync(file)) throw new InputError(`--out ${given}: is there already; give another name`, 2);
  return file;
}

/** Where archives lie when nobody says otherwise. */
export const backupFolder = (root: string): string => join(root, "backups");

/** The archives of ours in a folder, oldest first. */
export const ownArchives = (folder: string): string[] =>
  inFolder(folder)
    .filter((name) => OWN_NAME.test(name))
    .toSorted();

const ownName = ({ made, run }: BackupManifest, isSealed: boolean): string =>
  `plimsoll-${made.replaceAll(/[-:.]/g, "")}-${run ?? "norun"}.tar${isSealed ? ".sealed" : ""}`;

/** Copies into the staging folder and describes what lies there. */
function fill(staging: string, root: string, nowMs: number): BackupManifest {
  const places = runPlaces(root);
  const described = existsSync(places.terms) ? readFileSync(places.terms, "utf8") : undefined;
  const terms = described === undefined ? undefined : readRunTerms(places);
  const copied = [...databases(root), ...journalsOfLines(root)].map((name) => copy(staging, root, name));
  if (copied.length === 0)
    throw new InputError(`${join(root, "db")}: there is nothing to back up; see: plimsoll start`, 1);
  if (terms !== undefined) {
    copied.push(copy(staging, root, "run/run.json"));
    for (const history of [terms.history, terms.days])
      if (history !== undefined && history.bars > 0)
        copied.push(copy(staging, root, `run/${basename(history.file)}`));
    for (const sha256 of digestsOf(terms.models)) copied.push(copy(staging, root, `run/${sha256}.model`));
    for (const name of keptStrategies(terms.config)) copied.push(copy(staging, root, `run/${name}`));
  }
  if (existsSync(join(root, "killswitch", "HALT"))) copied.push(copy(staging, root, "killswitch/HALT"));
  const now = existsSync(places.terms) ? readFileSync(places.terms, "utf8") : undefined;
  if (now !== described)
    throw new InputError(`${places.terms}: a new run began during the backup; make another one`, 1);
  return {
    version: 1,
    made: new Date(nowMs).toISOString(),
    build: codeVersion(),
    run: terms?.run ?? null,
    files: copied,
  };
}

function databases(root: string): string[] {
  const found = inFolder(join(root, "db")).filter((name) => name.endsWith(".db"));
  const others = found.filter((name) => !FIRST.includes(name) && !LAST.includes(name));
  const there = (names: readonly string[]) => names.filter((name) => found.includes(name));
  return [...there(FIRST), ...others.toSorted(), ...there(LAST)].map((name) => `db/${name}`);
}

const journalsOfLines = (root: string): string[] =>
  inFolder(join(root, "db"))
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .map((name) => `db/${name}`);

const inFolder = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function copy(staging: string, root: string, name: string): BackupMember {
  if (!isMemberName(name))
    throw new InputError(`${join(root, name)}: rename it; no backup holds such a name`, 1);
  const [from, to] = [join(root, name), join(staging, name)];
  makeFolder(dirname(to));
  if (name.endsWith(".db")) {
    copyDatabase(from, to);
    const database = provenFacts(to, from);
    return { ...described(to, name), database };
  }
  const text = readFileSync(from);
  // A line that is being written is left out, as its reader would.
  const end = name.endsWith(".jsonl") ? text.lastIndexOf(10) + 1 : text.length;
  writeFileSync(to, text.subarray(0, end), { mode: 0o600 });
  return described(to, name);
}

const described = (path: string, name: string): BackupMember => ({
  name,
  bytes: statSync(path).size,
  sha256: sha256OfFile(path),
});

function put(
  staging: string,
  manifest: BackupManifest,
  out: string,
  key: KeyObject | undefined,
): Omit<BackupDone, "removed"> {
  writeFileSync(join(staging, MANIFEST), `${canonicalJson(manifest)}\n`, { mode: 0o600 });
  const names = [MANIFEST, ...manifest.files.map(({ name }) => name)];
  const archive = join(staging, "archive.tar");
  writeTar(
    archive,
    names.map((name) => ({ name, path: join(staging, name) })),
  );
  const ready = key === undefined ? archive : join(staging, "archive.sealed");
  if (key !== undefined) sealFile(archive, ready, key);
  const sha256 = sha256OfFile(ready);
  renameSync(ready, out);
  flushFolder(dirname(resolve(out)));
  return { file: out, bytes: statSync(out).size, sha256, manifest };
}

function thinned(folder: string, keep: BackupRequest["keep"]): string[] {
  if (keep === undefined) return [];
  const own = ownArchives(folder);
  const old =
    typeof keep === "number" ? own.slice(0, Math.max(0, own.length - keep)) : removableArchives(own, keep);
  for (const name of old) rmSync(join(folder, name));
  return old.map((name) => join(folder, name));
}
