/** What the `features` commands do: compute from files or the lake, keep, judge, compare (CLI.md, Features). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instantText } from "../adapters/lake/instant-text.ts";
import { createLake, type Lake } from "../adapters/lake/lake.ts";
import { parseColumnMap } from "../adapters/lake/row-query.ts";
import { InputError } from "../domain/assert.ts";
import type { Adjustment, BarColumns, Timeframe } from "../domain/bars.ts";
import { type DayNumber, dayOf, type EpochMicros } from "../domain/time.ts";
import { featureSetVersion } from "../features/batch.ts";
import { type FeatureDrift, featureDrift } from "../features/drift.ts";
import type { Feature } from "../features/feature.ts";
import { type FeatureQuality, FeatureWatch } from "../features/quality.ts";
import { type FeatureMode, outputNames, runFeatures } from "./feature-run.ts";

export interface FeatureRequest {
  readonly root: string;
  /** Files of bars; or none, and the bars come from the lake. */
  readonly inputs: readonly string[];
  /** Names in those files, as `data import --columns` takes them. */
  readonly columns: string | undefined;
  readonly symbols: readonly string[] | "all";
  readonly timeframe: Timeframe;
  readonly source: string | undefined;
  readonly adjustment: Adjustment | undefined;
  readonly from: DayNumber | undefined;
  readonly to: DayNumber | undefined;
  readonly features: readonly Feature[];
  /** Names of the outputs to write, in their order. */
  readonly outputs: readonly string[];
  /** Symbol that market-relative features compare with. */
  readonly market: string;
  readonly mode: FeatureMode;
  /** May be absent when the lake's store is all that is wanted. */
  readonly out: string | undefined;
  readonly now: EpochMicros;
}

export interface FeatureResult {
  readonly version: string;
  readonly features: number;
  readonly symbols: number;
  readonly rows: number;
  readonly rejected: number;
  readonly out: string | null;
  /** What the store did; null for files. */
  readonly store: { readonly set: string; readonly stored: number; readonly computed: number } | null;
  /** Of the rows computed now. */
  readonly quality: readonly ({ readonly feature: string } & FeatureQuality)[];
  readonly notes: readonly string[];
}

export async function computeFeatures(request: FeatureRequest): Promise<FeatureResult> {
  if (request.inputs.length > 0) return fromFiles(request);
  const lake = createLake(request.root);
  try {
    return await fromLake(lake, request);
  } finally {
    lake.close();
  }
}

/** A lake of its own: the reading and the gatekeeper of `data import`, and nothing left behind. */
async function fromFiles(request: FeatureRequest): Promise<FeatureResult> {
  const { inputs, timeframe, columns: map, out, outputs } = request;
  if (out === undefined) throw new InputError("--out is missing; give it as --out features.csv");
  const scratch = mkdtempSync(join(tmpdir(), "plimsoll-features-"));
  const lake = createLake(scratch);
  try {
    const { symbols, rejected, rejectedByRule, conflicts, notes } = await lake.importFiles({
      files: inputs,
      timeframe,
      adjustment: "full",
      ...(map === undefined ? {} : { columns: parseColumnMap(map) }),
      now: request.now,
    });
    if (symbols === 0) {
      const rules = Object.entries(rejectedByRule).map(([rule, count]) => `${rule} ${count}`);
      const why = `all ${rejected} rows were rejected (${rules.join(", ")})`;
      throw new InputError(`--input: ${why}; is --timeframe ${timeframe} right?`, 1);
    }
    const { columns } = await lake.loadBars({ symbols: "all", timeframe, extendedHours: true });
    const table = new PickedRows(request, columns);
    const rows = await lake.writeFeatures(out, outputs, (take) => {
      runFeatures({ ...request, columns }, ({ symbol, instrument, ts, values }) => {
        const day = dayOf(ts as EpochMicros);
        if (day < (request.from ?? day) || day > (request.to ?? day)) return;
        take(symbol, instantText(timeframe, ts), table.pick(instrument, values));
      });
    });
    const said =
      conflicts === 0
        ? notes
        : [...notes, `${conflicts} rows contradict another of the same bar: the last was taken`];
    return { ...summary(request, columns, table), rows, rejected, out, store: null, notes: said };
  } finally {
    lake.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** All of history, from its first bar on, so that the values do not depend on the range asked for (FS-2). */
async function fromLake(lake: Lake, request: FeatureRequest): Promise<FeatureResult> {
  const { symbols, timeframe, source, adjustment, features, market, mode, out, outputs, from, to } = request;
  const { columns, series } = await lake.loadBars({
    symbols,
    timeframe,
    ...(source === undefined ? {} : { source }),
    ...(adjustment === undefined ? {} : { adjustment }),
  });
  const names = outputNames(features);
  const table = new PickedRows({ features, outputs: names }, columns);
  const set = {
    version: featureSetVersion(features),
    names,
    market,
    series: series.map((one) => `${one.symbol}/${one.source}/${one.adjustment}`).join(","),
    columns,
  };
  const store = await lake.storeFeatures(set, (resume, take) =>
    runFeatures({ features, columns, market, mode, ...(resume === undefined ? {} : { resume }) }, (row) =>
      take(row.symbol, instantText(timeframe, row.ts), table.pick(row.instrument, row.values)),
    ),
  );
  const written =
    out === undefined
      ? store.stored
      : await lake.exportFeatures({ files: store.files, names: outputs, from, to, out });
  return {
    ...summary(request, columns, table),
    rows: written,
    rejected: 0,
    out: out ?? null,
    store: { set: store.set, stored: store.stored, computed: store.computed },
    notes: store.rebuilt ? ["the bars under the stored features had changed: all were computed anew"] : [],
  };
}

/** The asked outputs of each row, judged as they pass. */
class PickedRows {
  readonly #places: readonly number[];
  readonly #values: Float64Array;
  readonly #watches: readonly FeatureWatch[];
  readonly #names: readonly string[];
  readonly #symbols: number;

  constructor({ features, outputs }: Pick<FeatureRequest, "features" | "outputs">, columns: BarColumns) {
    const all = outputNames(features);
    this.#names = outputs;
    this.#places = outputs.map((name) => all.indexOf(name));
    this.#values = new Float64Array(outputs.length);
    this.#watches = outputs.map(() => new FeatureWatch());
    this.#symbols = columns.instruments.symbols.length;
  }

  pick(instrument: number, values: Float64Array): Float64Array {
    for (const [n, place] of this.#places.entries()) {
      this.#values[n] = values[place]!;
      this.#watches[n]?.add(instrument, values[place]!);
    }
    return this.#values;
  }

  get symbols(): number {
    return this.#symbols;
  }

  get quality(): FeatureResult["quality"] {
    return this.#watches.map((watch, n) => ({ feature: this.#names[n] ?? "", ...watch.quality }));
  }
}

function summary({ features, outputs }: FeatureRequest, columns: BarColumns, table: PickedRows) {
  return {
    version: featureSetVersion(features),
    features: outputs.length,
    symbols: columns.instruments.symbols.length,
    quality: table.quality,
  };
}

/** Columns that both files have, in the order of the reference. Throws InputError when there is none. */
export async function compareFeatures(
  root: string,
  reference: string,
  current: string,
): Promise<FeatureDrift[]> {
  const lake = createLake(root);
  try {
    const before = await lake.readNumbers(reference);
    const now = await lake.readNumbers(current);
    const shared = [...before.columns].filter(([name]) => now.columns.has(name));
    if (shared.length === 0) {
      throw new InputError(
        `--reference ${reference} and --current ${current} have no column of numbers in common`,
      );
    }
    return shared.map(([name, values]) =>
      featureDrift(name, values, now.columns.get(name) ?? new Float64Array()),
    );
  } finally {
    lake.close();
  }
}
