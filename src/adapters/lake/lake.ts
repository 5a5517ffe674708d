/**
 * The data lake: everything the rest of the system may ask of stored market data. One database engine is
 * opened on first use and kept until `close`.
 */
import { join } from "node:path";
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { type ActionsAdded, addActions } from "./add-actions.ts";
import { readCatalog } from "./catalog.ts";
import { type Compacted, compactLake } from "./compact.ts";
import { Duck } from "./duck.ts";
import { type Exported, type ExportRequest, exportCsv } from "./export-csv.ts";
import { exportFeatures, type FeatureExport, type TakeRow, writeFeatures } from "./feature-file.ts";
import { type ComputeRows, type FeatureSet, type StoreUpdate, updateFeatureStore } from "./feature-store.ts";
import { type ActionsImported, type ActionsRequest, importActions } from "./import-actions.ts";
import { type ImportRequest, type ImportResult, importFiles } from "./import-files.ts";
import { type FilingsImported, type FilingsRequest, importFilings } from "./import-filings.ts";
import { importTicks, type TickImportRequest } from "./import-ticks.ts";
import { instantText } from "./instant-text.ts";
import { type ListedTicks, listTicks } from "./list-ticks.ts";
import { type LoadedBars, type LoadRequest, loadBars } from "./load-bars.ts";
import { type LoadedTicks, loadTicks, type TickRequest } from "./load-ticks.ts";
import { type NumberColumns, readNumberColumns } from "./number-columns.ts";
import { lakePaths } from "./paths.ts";
import type { Snapshot } from "./snapshot-files.ts";
import { readSnapshots } from "./snapshot-files.ts";
import {
  createSnapshot,
  diffSnapshots,
  type Restored,
  restoreSnapshot,
  type SnapshotDifference,
} from "./snapshots.ts";
import { type VerifyReport, type VerifyRequest, verifyLake } from "./verify.ts";

/** One line of `data ls`. */
export interface ListedSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  readonly adjustment: Adjustment;
  readonly bars: number;
  /** Session dates for daily bars, instants otherwise. */
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Lake {
  importFiles(request: ImportRequest): Promise<ImportResult>;
  importActions(request: ActionsRequest): Promise<ActionsImported>;
  /** Of a data source, beside those that are there. */
  addActions(source: string, actions: readonly CorporateAction[]): Promise<ActionsAdded>;
  importFilings(request: FilingsRequest): Promise<FilingsImported>;
  importTicks(request: TickImportRequest): Promise<ImportResult>;
  loadTicks(request: TickRequest): Promise<LoadedTicks>;
  /** By symbol, kind and source. */
  listTicks(): ListedTicks[];
  /** By symbol, then timeframe. Empty for an empty lake. */
  list(): ListedSeries[];
  loadBars(request: LoadRequest): Promise<LoadedBars>;
  verify(request?: VerifyRequest): Promise<VerifyReport>;
  exportCsv(request: ExportRequest): Promise<Exported>;
  /** Writes what `produce` hands over. Returns the number of rows. */
  writeFeatures(out: string, names: readonly string[], produce: (take: TakeRow) => void): Promise<number>;
  /** Brings a feature set up to its last bar. */
  storeFeatures(set: FeatureSet, compute: ComputeRows): Promise<StoreUpdate>;
  /** Copies stored features into one file. Returns the number of rows. */
  exportFeatures(request: FeatureExport): Promise<number>;
  /** The numeric columns of any CSV or Parquet file. */
  readNumbers(path: string): Promise<NumberColumns>;
  compact(): Promise<Compacted>;
  snapshotCreate(name: string, created: EpochMicros): Promise<Snapshot>;
  snapshotList(): Snapshot[];
  snapshotDiff(a: string, b: string): SnapshotDifference;
  snapshotRestore(name: string, now: EpochMicros): Promise<Restored>;
  close(): void;
}

/** `root` is the folder of all state; the lake lies in its `data`. Nothing is created before it is needed. */
export function createLake(root: string): Lake {
  const paths = lakePaths(root);
  let opened: Promise<Duck> | undefined;
  const duck = () => {
    opened ??= Duck.open(join(paths.data, "spill"));
    return opened;
  };
  return {
    importFiles: async (request) => importFiles(await duck(), paths, request),
    importActions: async (request) => importActions(await duck(), paths, request),
    addActions: async (source, actions) => addActions(await duck(), paths, source, actions),
    importFilings: async (request) => importFilings(await duck(), paths, request),
    importTicks: async (request) => importTicks(await duck(), paths, request),
    loadTicks: async (request) => loadTicks(await duck(), paths, request),
    listTicks: () => listTicks(paths),
    loadBars: async (request) => loadBars(await duck(), paths, request),
    list: () =>
      readCatalog(paths).map(({ symbol, timeframe, source, adjustment, rows, from, to, files }) => ({
        symbol,
        timeframe,
        source,
        adjustment,
        bars: rows,
        from: instantText(timeframe, from),
        to: instantText(timeframe, to),
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      })),
    verify: async (request = {}) => verifyLake(await duck(), paths, request),
    exportCsv: async (request) => exportCsv(await duck(), paths, request),
    writeFeatures: (out, names, produce) => writeFeatures(duck, out, names, produce),
    storeFeatures: (set, compute) => updateFeatureStore(duck, paths, set, compute),
    exportFeatures: (request) => exportFeatures(duck, request),
    readNumbers: async (path) => readNumberColumns(await duck(), path),
    compact: async () => compactLake(await duck(), paths),
    snapshotCreate: (name, created) => createSnapshot(paths, name, created),
    snapshotList: () => readSnapshots(paths),
    snapshotDiff: (a, b) => diffSnapshots(paths, a, b),
    snapshotRestore: (name, now) => restoreSnapshot(paths, name, now),
    close() {
      const closing = opened;
      opened = undefined;
      void closing?.then((engine) => engine.close());
    },
  };
}
