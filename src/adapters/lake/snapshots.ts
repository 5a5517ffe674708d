/**
 * Versioned snapshots of a lake (LAKE-2). Data files never change, so freezing the list of them freezes the
 * data; a snapshot costs a small file, and restoring one costs another.
 */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import { replaceFile } from "../durable-file.ts";
import {
  type ActionsEntry,
  type Catalog,
  contentId,
  fileSchema,
  isReadableCatalog,
  type LakeSeries,
  readActionsEntry,
  readCatalog,
  writeCatalog,
} from "./catalog.ts";
import { nearest } from "./choose-series.ts";
import { keyText, type LakePaths, type SeriesKey } from "./paths.ts";
import { readSnapshots, type Snapshot, snapshotNames, snapshotPath } from "./snapshot-files.ts";
import { fileProblem, type ListedFile } from "./sound-files.ts";
import { asOnlyWriter } from "./writer-lock.ts";

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Characters of an id that name the safety copy a restore makes. */
const shortId = 12;

export interface SnapshotDifference {
  readonly a: string;
  readonly b: string;
  readonly identical: boolean;
  /** Series only in b, only in a, and in both with different files. */
  readonly added: readonly SeriesChange[];
  readonly removed: readonly SeriesChange[];
  readonly changed: readonly SeriesChange[];
  /** Corporate actions in each; null when both know the same. */
  readonly actions: { readonly rowsA: number; readonly rowsB: number } | null;
}

interface SeriesChange extends SeriesKey {
  readonly rowsA: number;
  readonly rowsB: number;
}

export interface Restored {
  readonly name: string;
  readonly id: string;
  readonly files: number;
  readonly rows: number;
  /** Snapshot that now holds what the lake was before; null when one did already. */
  readonly previous: string | null;
  /** Copy of a catalog that could not be read, which then is no snapshot; null otherwise. */
  readonly brokenCatalog: string | null;
}

/** Freezes the current lake. Throws InputError on an empty lake, a taken name or an unusable one. */
export async function createSnapshot(
  paths: LakePaths,
  name: string,
  created: EpochMicros,
): Promise<Snapshot> {
  if (!namePattern.test(name)) {
    throw new InputError(
      `snapshot name ${name.slice(0, 80)}: give 1 to 64 letters, digits, dots, dashes or underscores`,
    );
  }
  return asOnlyWriter(paths.lock, async () => {
    if (existsSync(snapshotPath(paths, name))) {
      throw new InputError(`snapshot ${name} exists and snapshots never change; choose another name`);
    }
    const series = readCatalog(paths);
    if (series.length === 0) throw new InputError("the lake is empty; there is nothing to freeze", 1);
    return store(paths, name, created, series, readActionsEntry(paths));
  });
}

function store(
  paths: LakePaths,
  name: string,
  created: EpochMicros,
  series: Catalog,
  actions: ActionsEntry | undefined,
): Snapshot {
  const files = series.flatMap((entry) => entry.files);
  const snapshot: Snapshot = {
    version: 1,
    name,
    id: contentId(series, actions),
    created: isoInstant(created),
    files: files.length,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    schema: [...fileSchema],
    series: [...series],
    ...(actions === undefined ? {} : { actions }),
  };
  replaceFile(snapshotPath(paths, name), `${JSON.stringify(snapshot, null, 1)}\n`);
  return snapshot;
}

/** By name, or by an id of at least eight characters. Throws InputError naming what exists. */
export function findSnapshot(paths: LakePaths, name: string): Snapshot {
  const snapshots = readSnapshots(paths);
  const found =
    snapshots.find((snapshot) => snapshot.name === name) ??
    snapshots.find((snapshot) => name.length >= 8 && snapshot.id.startsWith(name));
  if (found !== undefined) return found;
  const known = snapshotNames(paths);
  const hint =
    known.length === 0
      ? "there is none; make one with `data snapshot create NAME`"
      : `nearest: ${nearest(name, known).join(", ")}`;
  throw new InputError(`no snapshot ${name.slice(0, 80)}; ${hint}`);
}

export function diffSnapshots(paths: LakePaths, nameA: string, nameB: string): SnapshotDifference {
  const a = findSnapshot(paths, nameA);
  const b = findSnapshot(paths, nameB);
  const inA = new Map(a.series.map((series) => [keyText(series), series]));
  const inB = new Map(b.series.map((series) => [keyText(series), series]));
  const change = (key: SeriesKey): SeriesChange => ({
    symbol: key.symbol,
    timeframe: key.timeframe,
    source: key.source,
    adjustment: key.adjustment,
    rowsA: inA.get(keyText(key))?.rows ?? 0,
    rowsB: inB.get(keyText(key))?.rows ?? 0,
  });
  return {
    a: a.id,
    b: b.id,
    identical: a.id === b.id,
    added: b.series.filter((series) => !inA.has(keyText(series))).map(change),
    removed: a.series.filter((series) => !inB.has(keyText(series))).map(change),
    changed: b.series.filter((series) => differs(inA.get(keyText(series)), series)).map(change),
    actions:
      a.actions?.sha256 === b.actions?.sha256
        ? null
        : { rowsA: a.actions?.rows ?? 0, rowsB: b.actions?.rows ?? 0 },
  };
}

function differs(before: LakeSeries | undefined, after: LakeSeries): boolean {
  return before !== undefined && contentId([before]) !== contentId([after]);
}

/**
 * Makes the lake what the snapshot says, after checking that every file is there and unchanged. What the lake
 * was is kept as a snapshot of its own, so a restore can be restored from. A catalog that cannot be read is what a
 * restore cures: it is set aside as it is.
 */
export async function restoreSnapshot(paths: LakePaths, name: string, now: EpochMicros): Promise<Restored> {
  return asOnlyWriter(paths.lock, async () => {
    const snapshot = findSnapshot(paths, name);
    for (const file of snapshot.series.flatMap(({ files }) => files)) checkFile(paths, file, snapshot.name);
    if (snapshot.actions !== undefined) checkFile(paths, snapshot.actions, snapshot.name);
    const brokenCatalog = keepBroken(paths);
    const previous = brokenCatalog === null ? keepCurrent(paths, snapshot, now) : null;
    writeCatalog(paths, snapshot.series, snapshot.actions ?? null);
    const { name: restored, id, files, rows } = snapshot;
    return { name: restored, id, files, rows, previous, brokenCatalog };
  });
}

/** Where the catalog was copied to because it cannot be read; null when it can. */
function keepBroken(paths: LakePaths): string | null {
  if (isReadableCatalog(paths)) return null;
  const aside = `${paths.catalog}.broken`;
  copyFileSync(paths.catalog, aside);
  return aside;
}

function keepCurrent(paths: LakePaths, target: Snapshot, now: EpochMicros): string | null {
  const current = readCatalog(paths);
  const actions = readActionsEntry(paths);
  const id = contentId(current, actions);
  const isKept =
    current.length === 0 || id === target.id || readSnapshots(paths).some((other) => other.id === id);
  if (isKept) return null;
  const name = `before-restore-${id.slice(0, shortId)}`;
  store(paths, name, now, current, actions);
  return name;
}

/** Throws InputError when a named file is gone or is not what it was. */
function checkFile(paths: LakePaths, file: ListedFile, owner: string): void {
  const path = join(paths.data, file.path);
  if (fileProblem(paths, file) === undefined) return;
  throw new InputError(
    `${owner}: ${path} is missing or damaged; restore it from a backup, nothing was changed`,
    1,
  );
}
