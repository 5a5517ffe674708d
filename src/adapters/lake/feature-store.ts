/**
 * The feature store (FEAT-5): values computed once per closed bar, kept beside the bars they came from.
 *
 * FS-1  A set is named by what its values depend on: definitions, symbols, series and market symbol.
 * FS-2  A bar whose values are stored is not computed again. New bars continue from the saved state, so the
 *       store holds the bits that one run over all history would give.
 * FS-3  When history has changed under the store, its digest differs and the set is computed anew.
 * FS-4  A crash leaves the old store or the new one: files are named by content, the manifest is replaced last.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { digestFloats } from "../../numerics/sha256.ts";
import { replaceFile, sha256OfFile, sha256OfText } from "../durable-file.ts";
import type { Duck } from "./duck.ts";
import { type TakeRow, writeFeatures } from "./feature-file.ts";
import type { LakePaths } from "./paths.ts";
import { asOnlyWriter } from "./writer-lock.ts";

/** Feature key to the columns of its state. */
export type BankState = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

const manifestShape = z.strictObject({
  version: z.literal(1),
  /** Batches stored, and the digest of the bars in them. */
  batches: z.int().nonnegative(),
  digest: z.string(),
  rows: z.int().nonnegative(),
  parts: z.array(z.strictObject({ path: z.string(), rows: z.int(), sha256: z.string() })),
  state: z.strictObject({ path: z.string(), sha256: z.string() }),
});
type Manifest = z.infer<typeof manifestShape>;

export interface FeatureSet {
  /** SHA-256 over the definitions (FEAT-3). */
  readonly version: string;
  readonly names: readonly string[];
  readonly market: string;
  /** Id of the series the bars come from, symbols and adjustment included, not their content. */
  readonly series: string;
  readonly columns: BarColumns;
}

/** Computes from a state on; hands over each row and returns the state after the last. */
export type ComputeRows = (
  resume: { readonly state: BankState; readonly batch: number } | undefined,
  take: TakeRow,
) => BankState;

export interface StoreUpdate {
  /** Short name of the set: its folder. */
  readonly set: string;
  readonly stored: number;
  readonly computed: number;
  /** History had changed: everything was computed anew. */
  readonly rebuilt: boolean;
  readonly files: readonly string[];
}

const NAME_CHARACTERS = 12;

/** Brings the set up to the last bar of its columns. */
export async function updateFeatureStore(
  duck: () => Promise<Duck>,
  paths: LakePaths,
  set: FeatureSet,
  compute: ComputeRows,
): Promise<StoreUpdate> {
  const { version, names, market, series, columns } = set;
  const name = sha256OfText(
    canonicalJson({
      version,
      market,
      series,
      timeframe: columns.timeframe,
      symbols: columns.instruments.symbols,
    }),
  ).slice(0, NAME_CHARACTERS);
  const folder = join(paths.parquet, "features", `set=${name}`);
  return asOnlyWriter(
    join(folder, "lock"),
    () => update(duck, folder, name, names, columns, compute),
    "the feature set",
  );
}

async function update(
  duck: () => Promise<Duck>,
  folder: string,
  name: string,
  names: readonly string[],
  columns: BarColumns,
  compute: ComputeRows,
): Promise<StoreUpdate> {
  const before = readManifest(folder);
  const isPrefix =
    before !== undefined &&
    before.batches <= batchCount(columns) &&
    digestOf(columns, before.batches) === before.digest;
  const kept = isPrefix ? before : undefined;
  const parts = [...(kept?.parts ?? [])];
  const files = () => parts.map(({ path }) => join(folder, path));
  if (kept !== undefined && kept.batches === batchCount(columns)) {
    return { set: name, stored: kept.rows, computed: 0, rebuilt: false, files: files() };
  }
  const resume = kept === undefined ? undefined : { state: readState(folder, kept), batch: kept.batches };
  const part = `part-${String(kept?.batches ?? 0).padStart(8, "0")}-${batchCount(columns)}.parquet`;
  let state: BankState = {};
  const computed = await writeFeatures(duck, join(folder, part), names, (take) => {
    state = compute(resume, take);
  });
  const stateText = JSON.stringify(encoded(state));
  const statePath = `state-${sha256OfText(stateText).slice(0, NAME_CHARACTERS)}.json`;
  replaceFile(join(folder, statePath), stateText);
  parts.push({ path: part, rows: computed, sha256: sha256OfFile(join(folder, part)) });
  const rows = (kept?.rows ?? 0) + computed;
  const manifest: Manifest = {
    version: 1,
    batches: batchCount(columns),
    digest: digestOf(columns, batchCount(columns)),
    rows,
    parts,
    state: { path: statePath, sha256: sha256OfText(stateText) },
  };
  replaceFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  sweepFolder(folder, manifest);
  return { set: name, stored: rows, computed, rebuilt: before !== undefined && !isPrefix, files: files() };
}

/** What a crash or a rebuild left behind; the manifest names everything else. */
function sweepFolder(folder: string, { parts, state }: Manifest): void {
  const named = new Set(["manifest.json", "lock", state.path, ...parts.map(({ path }) => path)]);
  for (const name of readdirSync(folder)) if (!named.has(name)) rmSync(join(folder, name), { force: true });
}

/** Undefined for a set that does not exist yet, or was damaged: it is computed anew. */
function readManifest(folder: string): Manifest | undefined {
  try {
    const manifest = manifestShape.parse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
    const isWhole = manifest.parts.every(({ path, sha256 }) => sha256OfFile(join(folder, path)) === sha256);
    return isWhole && sha256OfFile(join(folder, manifest.state.path)) === manifest.state.sha256
      ? manifest
      : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(columns: BarColumns, batches: number): string {
  const rows = columns.offset[batches]!;
  const { open, high, low, close, volume } = columns;
  const prices = [open, high, low, close, volume].map((column) => column.subarray(0, rows));
  const where = [columns.offset.subarray(0, batches + 1), columns.instrument.subarray(0, rows)];
  return digestFloats(
    columns.closedAt.subarray(0, batches),
    ...where.map((ids) => Float64Array.from(ids)),
    ...prices,
  );
}

type Encoded = Record<string, Record<string, string>>;

/** JSON has no NaN: columns go as the bytes of their doubles. */
function encoded(state: BankState): Encoded {
  const bytes = (values: readonly number[]) =>
    Buffer.from(Float64Array.from(values).buffer).toString("base64");
  return mapValues(state, (columns) => mapValues(columns, bytes));
}

function readState(folder: string, { state }: Manifest): BankState {
  const text = readFileSync(join(folder, state.path), "utf8");
  const numbers = (base64: string) => {
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    if (bytes.length % 8 !== 0)
      throw new InputError(`${join(folder, state.path)} is damaged; remove the folder`, 1);
    return Array.from(new Float64Array(bytes.buffer));
  };
  return mapValues(JSON.parse(text) as Encoded, (columns) => mapValues(columns, numbers));
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}
