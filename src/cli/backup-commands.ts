/** `plimsoll backup` and `plimsoll restore`: one archive of a run's state, and the drill that proves it (LEDGER-3). */
import type { Command } from "commander";
import { BACKUP_KEY, backupKey } from "../adapters/backup/sealed-file.ts";
import { type BackupDone, makeBackup } from "../app/live/backup.ts";
import { lifecycleOf } from "../app/live/build-execute.ts";
import type { BackupRecord, DrillRecord } from "../app/live/kept-records.ts";
import { type Restored, restoreBackup } from "../app/live/restore.ts";
import { restoreDrill } from "../app/live/restore-drill.ts";
import { scheduledBackup } from "../app/live/scheduled-backup.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report, tell } from "./context.ts";
import { recordRoot } from "./demo-root.ts";
import { givenConfig } from "./given-config.ts";
import { wholeNumber } from "./option-values.ts";

interface BackupOptions {
  readonly out?: string;
  readonly keep?: string;
  readonly scheduled?: boolean;
}

interface RestoreOptions {
  readonly verify?: boolean;
  readonly drill?: boolean;
  readonly to?: string;
  readonly yes?: boolean;
}

export function registerBackupCommands(program: Command, context: CliContext): void {
  program
    .command("backup")
    .description(
      "one archive of all databases, the run and its history; also while it trades, never with keys",
    )
    .option("--out <file>", "the archive (default: a new one in <root>/backups)")
    .option("--keep <n>", "remove all but the newest n archives of <root>/backups")
    .option("--scheduled", "as the schedule does: into backup.folder, keeping what backup.keep* say")
    .addHelpText("after", "\nExample:\n  plimsoll backup --keep 30")
    .addHelpText("after", `With ${BACKUP_KEY} in the environment the archive is sealed (AES-256-GCM).`)
    .addHelpText("after", "The lake is not in it; for bars see: plimsoll data snapshot create")
    .action((options: BackupOptions) => backup(context, options));

  program
    .command("restore [file]")
    .description("prove a backup, or make an empty root of it; never over a root that is there")
    .option("--verify", "unpack it elsewhere, check every hash and chain, replay it, compare, leave nothing")
    .option("--drill", "as --verify, by default of the newest, and compare with the root's own journal")
    .option("--to <dir>", "the new root: an empty folder, or none yet")
    .option("--yes", "yes, make it")
    .addHelpText(
      "after",
      "\nExample:\n  plimsoll restore var/backups/plimsoll-20261120T213000000Z-p1k2.tar --verify",
    )
    .action((file: string | undefined, options: RestoreOptions) => restore(context, file, options));
}

async function backup(context: CliContext, { out, keep, scheduled }: BackupOptions): Promise<void> {
  if (out !== undefined && keep !== undefined)
    throw new InputError("--keep counts the archives of <root>/backups; leave it out, or leave out --out");
  if (scheduled === true && (out ?? keep) !== undefined)
    throw new InputError(
      "--scheduled takes its folder and what it keeps from backup.*; leave out the others",
    );
  const kept = keep === undefined ? {} : { keep: wholeNumber("--keep", keep, { least: 1, most: 100_000 }) };
  const key = backupKey(process.env);
  if (scheduled === true) {
    const { backup: settings } = givenConfig(context);
    const record = await scheduledBackup({ root: recordRoot(context), settings, key, nowMs: Date.now });
    tell(context, record, () => scheduledText(record));
    return;
  }
  const root = recordRoot(context);
  const done = await makeBackup({
    ...{ root, key, nowMs: Date.now(), ...kept },
    ...(out === undefined ? {} : { out }),
  });
  const { manifest, ...rest } = done;
  tell(context, { root, sealed: key !== undefined, ...rest, ...manifest }, () => madeText(done));
}

function restore(
  context: CliContext,
  file: string | undefined,
  { verify, drill, to, yes }: RestoreOptions,
): void {
  const asked = [verify === true, drill === true, to !== undefined].filter(Boolean);
  if (asked.length !== 1)
    throw new InputError(
      "restore: give --verify to prove the backup, --drill to try the newest, or --to DIR --yes to make a root of it",
    );
  const key = backupKey(process.env);
  if (drill === true) {
    const { backup: settings } = givenConfig(context);
    const terms = { root: recordRoot(context), settings, key, lifecycleOf, nowMs: Date.now };
    const record = restoreDrill({ ...terms, ...(file === undefined ? {} : { file }) });
    report(context, record, () => drillText(record));
    return;
  }
  if (file === undefined) throw new InputError("restore: name the file of a backup");
  if (to !== undefined && yes !== true)
    throw new InputError(`restore: makes ${to} a root of its own; say so with --yes`);
  const restored = restoreBackup({ file, key, lifecycleOf, ...(to === undefined ? {} : { to }) });
  const { manifest, ...rest } = restored;
  report(context, { ...rest, verified: true, ...manifest, next: nextOf(restored) }, () =>
    restoredText(restored),
  );
}

function scheduledText({ file, bytes, tookMs, sealed, journal, audit, removed }: BackupRecord): string {
  const run = journal === null ? "no run" : `run ${journal.run} to entry ${journal.sequence}`;
  return [
    `backup: ${file}, ${(bytes / 2 ** 20).toFixed(1)} MB${sealed ? ", sealed" : ""}, in ${tookMs} ms`,
    `        ${run} and ${audit.count} acts of operators; every chain is whole; removed ${removed} older`,
  ].join("\n");
}

function drillText({
  file,
  run,
  sequence,
  inputs,
  stateHash,
  comparedWithRoot,
  tookMs,
}: DrillRecord): string {
  const own = comparedWithRoot
    ? "the root's own journal gives the same"
    : "this root does not know the run, so there was nothing more to compare";
  return [
    `drill: ${file}`,
    `       run ${run}: ${inputs} inputs replayed to entry ${sequence}; state ${stateHash}`,
    `       ${own} (${tookMs} ms)`,
  ].join("\n");
}

function madeText({ file, bytes, sha256, manifest, removed }: BackupDone): string {
  const chains = manifest.files.flatMap(({ name, database }) =>
    database?.chain === undefined ? [] : [`${name} ${database.chain.entries} entries`],
  );
  return [
    `backup: ${file}, ${(bytes / 2 ** 20).toFixed(1)} MB, ${manifest.files.length} files; sha256 ${sha256}`,
    `        ${chains.length === 0 ? "no journal" : `every chain is whole: ${chains.join(", ")}`}`,
    ...(removed.length === 0 ? [] : [`        removed ${removed.length} older`]),
    `        prove it with: plimsoll restore ${file} --verify`,
  ].join("\n");
}

function restoredText(restored: Restored): string {
  const { file, manifest, ledger, notReplayed, ms } = restored;
  const replay =
    ledger === null
      ? `not replayed: ${notReplayed}`
      : `replayed ${ledger.inputs} inputs to entry ${ledger.head} in ${ledger.ms} ms; ` +
        (ledger.compared.length === 0
          ? "there is no ledger to compare"
          : `the same rows as ${ledger.compared.map((one) => `${one.file} (at ${one.at})`).join(" and ")}`);
  return [
    `restore: ${file}, made ${manifest.made} by build ${manifest.build}, run ${manifest.run ?? "none"}`,
    `         ${manifest.files.length} files are what was put in; databases and chains are whole`,
    `         ${replay}`,
    ...(ledger === null ? [] : [`         state ${ledger.state.slice(0, 16)}`]),
    `         ${nextOf(restored)} (${ms} ms)`,
  ].join("\n");
}

/** What somebody who goes on from here has to know. */
function nextOf({ root }: Restored): string {
  if (root === null) return "proven; nothing was changed and nothing is left";
  return (
    `${root} is a root now. Give it its .env, and arm it anew where it traded live. At its start the broker's books ` +
    "are read first: where they differ from the backup the broker is right, and entries wait until both agree; " +
    "a halt that was in force still is"
  );
}
