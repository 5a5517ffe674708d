/**
 * Removes what crashed imports left and what no catalog and no snapshot names any more. It runs only while
 * the writer's lock is held, so nothing it finds unnamed can be in the making.
 */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { unfinishedMark } from "../durable-file.ts";
import { type ActionsEntry, type Catalog, readActionsEntry } from "./catalog.ts";
import type { LakePaths } from "./paths.ts";
import { readSnapshots } from "./snapshot-files.ts";

export interface Swept {
  readonly files: number;
  readonly bytes: number;
}

/** A snapshot that cannot be read stops the sweep: what it protects is not known. */
export function sweep(paths: LakePaths, catalog: Catalog): Swept {
  rmSync(paths.staging, { recursive: true, force: true });
  removeUnfinished(paths.data, basename(paths.lock));
  removeUnfinished(paths.snapshots, basename(paths.lock));
  const frozen = readSnapshots(paths);
  const snapshots = frozen.flatMap(({ series }) => series);
  const named = new Set([...catalog, ...snapshots].flatMap(({ files }) => files.map(({ path }) => path)));
  const swept = { files: 0, bytes: 0 };
  // Without a catalog nothing is named: a lost catalog must not cost the data it named.
  if (existsSync(paths.catalog) && existsSync(paths.parquet)) sweepFolder(paths, paths.parquet, named, swept);
  if (existsSync(paths.catalog))
    sweepActions(paths, [readActionsEntry(paths), ...frozen.map(({ actions }) => actions)]);
  return swept;
}

/** A few kilobytes each: not worth a line in what is told of a sweep. */
function sweepActions(paths: LakePaths, named: readonly (ActionsEntry | undefined)[]): void {
  if (!existsSync(paths.actions)) return;
  const kept = new Set(named.map((entry) => entry?.path));
  for (const name of readdirSync(paths.actions)) {
    if (!kept.has(`actions/${name}`)) rmSync(join(paths.actions, name), { force: true });
  }
}

function sweepFolder(
  paths: LakePaths,
  folder: string,
  named: ReadonlySet<string>,
  swept: { files: number; bytes: number },
): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // The feature store names and sweeps its own files.
    if (path === join(paths.parquet, "features")) continue;
    if (entry.isDirectory()) sweepFolder(paths, path, named, swept);
    else if (entry.name.endsWith(".parquet") && !named.has(relative(paths.data, path).replaceAll(sep, "/"))) {
      swept.files += 1;
      swept.bytes += statSync(path).size;
      rmSync(path);
    }
  }
  if (folder !== paths.parquet && readdirSync(folder).length === 0) rmdirSync(folder);
}

function removeUnfinished(folder: string, lockName: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    // Another process may be about to ask for the lock with a file of its own.
    if (name.includes(unfinishedMark) && !name.startsWith(lockName))
      rmSync(join(folder, name), { force: true });
  }
}
