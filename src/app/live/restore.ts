/**
 * `plimsoll restore` (LEDGER-3, RELIABILITY 6.7): a backup is unpacked, proven file by file, replayed to the journal's
 * head and compared, in a folder of its own; and where that is asked for, that folder becomes a root that was empty.
 * Never over a root that is in use: what stands there may be newer than any backup.
 */
import type { KeyObject } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type DatabaseFacts, provenFacts } from "../../adapters/backup/database-copy.ts";
import {
  type BackupManifest,
  type BackupMember,
  isMemberName,
  MANIFEST,
  parseManifest,
} from "../../adapters/backup/manifest.ts";
import { BACKUP_KEY, isSealed, openSealed } from "../../adapters/backup/sealed-file.ts";
import { extractTar } from "../../adapters/backup/tar-file.ts";
import { flushFolder, makeFolder, sha256OfFile, unfinishedMark } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { codeVersion } from "../code-version.ts";
import { type LedgerProof, proveLedger } from "./ledger-proof.ts";
import { type RunTerms, readRunTerms, runPlaces } from "./run-terms.ts";

export interface RestoreRequest {
  readonly file: string;
  /** An empty folder or none, that becomes the root; absent: the backup is only proven. */
  readonly to?: string;
  /** Of a sealed backup. */
  readonly key?: KeyObject | undefined;
  /** The life cycle of a run's execute process: the same inputs mean the same to it. */
  readonly lifecycleOf: (terms: RunTerms) => Lifecycle;
}

export interface Restored {
  readonly file: string;
  readonly manifest: BackupManifest;
  /** Null where nothing could be replayed; `notReplayed` says why. */
  readonly ledger: LedgerProof | null;
  readonly notReplayed: string | null;
  readonly root: string | null;
  readonly ms: number;
}

/**
 * Throws InputError (exit 1) naming the archive and the file in it that is not what was put in; exit 3 when the ledger
 * is not what the journal gives, or the root is not empty. Whatever it throws, nothing is left.
 */
export function restoreBackup({ file, to, key, lifecycleOf }: RestoreRequest): Restored {
  const begun = performance.now();
  const target = to === undefined ? undefined : resolve(to);
  if (target !== undefined) requireEmpty(target);
  const above = target === undefined ? tmpdir() : dirname(target);
  makeFolder(above);
  const name = target === undefined ? "plimsoll-restore" : basename(target);
  const folder = mkdtempSync(join(above, `${name}${unfinishedMark}`));
  try {
    const manifest = unpack(file, folder, key);
    const terms = readRunTerms(runPlaces(folder));
    const notReplayed = whyNotReplayed(manifest, terms);
    const ledger =
      notReplayed === null && terms !== undefined ? proveLedger(folder, terms, lifecycleOf(terms)) : null;
    if (ledger !== null && ledger.difference !== null)
      throw new InputError(`${file}: the ledger is not what the journal gives: ${ledger.difference}`, 3);
    if (target !== undefined) become(folder, target);
    const ms = Math.round(performance.now() - begun);
    return { file, manifest, ledger, notReplayed, root: target ?? null, ms };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The replay is by the code that wrote the journal: other code may decide otherwise, and be right (C-55). */
function whyNotReplayed({ run }: BackupManifest, terms: RunTerms | undefined): string | null {
  if (run === null || terms === undefined) return "it holds no run of processes";
  const own = codeVersion();
  return terms.build === own ? null : `run ${run} was traded by build ${terms.build}, this is ${own}`;
}

function unpack(file: string, folder: string, key: KeyObject | undefined): BackupManifest {
  const [first, ...names] = isSealed(file)
    ? unsealed(file, folder, key)
    : extractTar(file, folder, isMemberName);
  if (first !== MANIFEST) throw new InputError(`${file}: is no backup of ours: ${MANIFEST} is missing`, 1);
  const manifest = parseManifest(readFileSync(join(folder, MANIFEST), "utf8"), file);
  rmSync(join(folder, MANIFEST));
  for (const member of manifest.files) prove(file, folder, member);
  const extra = names.find((name) => !manifest.files.some((member) => member.name === name));
  if (extra !== undefined)
    throw new InputError(`${file}: ${extra} is not in its list; it was put in later`, 1);
  return manifest;
}

function unsealed(file: string, folder: string, key: KeyObject | undefined): string[] {
  if (key === undefined)
    throw new InputError(`${file}: is sealed; set ${BACKUP_KEY} to the key that it was made with`);
  const opened = join(folder, "archive.tar");
  openSealed(file, opened, key);
  try {
    return extractTar(opened, folder, isMemberName, file);
  } finally {
    rmSync(opened);
  }
}

function prove(file: string, folder: string, { name, bytes, sha256, database }: BackupMember): void {
  const path = join(folder, name);
  if (!existsSync(path)) throw new InputError(`${file}: ${name} is missing; take another backup`, 1);
  if (statSync(path).size !== bytes || sha256OfFile(path) !== sha256)
    throw new InputError(`${file}: ${name} is not what was put in; take another backup`, 1);
  if (database === undefined) return;
  const found = provenFacts(path, `${file}: ${name}`);
  if (canonicalJson(asTold(found, database)) !== canonicalJson(database))
    throw new InputError(`${file}: ${name} does not hold what its list says; take another backup`, 1);
}

/** Older programs did not write down where the acts of operators end. */
function asTold({ chain, ...found }: DatabaseFacts, told: DatabaseFacts): DatabaseFacts {
  if (chain === undefined) return found;
  const { auditHead, ...older } = chain;
  return { ...found, chain: told.chain?.auditHead === undefined ? older : { ...older, auditHead } };
}

function requireEmpty(target: string): void {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) throw new InputError(`--to ${target}: is a file; give a folder`, 2);
  const [found] = readdirSync(target);
  if (found !== undefined)
    throw new InputError(
      `--to ${target}: is not empty (${found}): a backup is never restored over what is there; give a new folder`,
      3,
    );
}

/** A rename goes over an empty folder and no other, whatever happened since it was looked at. */
function become(folder: string, target: string): void {
  try {
    renameSync(folder, target);
  } catch {
    throw new InputError(`--to ${target}: is not empty any more; give a new folder`, 3);
  }
  flushFolder(dirname(target));
}
