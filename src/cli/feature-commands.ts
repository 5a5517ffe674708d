/** The `features` commands: what there is, compute it, and see whether it drifted (CLI.md, Features). */
import type { Command } from "commander";
import { compareFeatures, computeFeatures, type FeatureResult } from "../app/compute-features.ts";
import { featureModes, outputNames } from "../app/feature-run.ts";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments, timeframes } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { FeatureDrift } from "../features/drift.ts";
import type { Feature } from "../features/feature.ts";
import { features as catalogue } from "../features/registry.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { featureListText } from "./feature-list-text.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { dateRange, maybeOneOf, maybeSymbols, needed, oneOf } from "./option-values.ts";

interface ComputeOptions {
  readonly input: readonly string[];
  readonly columns?: string;
  readonly symbols?: string;
  readonly timeframe?: string;
  readonly source?: string;
  readonly adjustment?: string;
  readonly from?: string;
  readonly to?: string;
  readonly features?: string;
  readonly market?: string;
  readonly mode: string;
  readonly out?: string;
}

interface DriftOptions {
  readonly reference?: string;
  readonly current?: string;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function registerFeatureCommands(program: Command, context: CliContext): void {
  const features = program
    .command("features")
    .description("features: list, compute, compare")
    .addHelpText("after", example("plimsoll features compute --input spy.csv --features rsi_14 --out f.csv"));
  features
    .command("list")
    .description("every feature: warm-up, inputs, parameters, unit, source of its formula")
    .addHelpText("after", "\nExample: plimsoll features list --json")
    .action(() => {
      report(context, catalogue.flatMap(listed), () => featureListText(catalogue));
    });
  features
    .command("compute")
    .description("compute features of bars in a file, or in the lake, where they are also stored")
    .option("--input <file>", "CSV or Parquet of bars, repeatable", collect, [])
    .option("--columns <map>", 'names in the file, as "timestamp=ts_ms,close=adj_close"')
    .option("--symbols <A,B|all>", "symbols of the lake, when there is no --input")
    .option("--timeframe <length>", `length of a bar: ${timeframes.join(", ")}`, "1d")
    .option("--source <name>", "needed when the symbols exist in several")
    .option("--adjustment <kind>", `needed when the symbols exist in several: ${adjustments.join(", ")}`)
    .option("--from <date>", "first session written, YYYY-MM-DD")
    .option("--to <date>", "last session written, YYYY-MM-DD")
    .option("--features <a,b|all>", "names as `features list` gives them", "all")
    .option("--market <symbol>", "what market-relative features compare with (default: features.market)")
    .option("--mode <mode>", `${featureModes.join(" or ")}: the same values, at once or bar by bar`, "batch")
    .option("--out <file>", "file to write, .csv or .parquet")
    .addHelpText(
      "after",
      "\nExample: plimsoll features compute --input spy.csv --features rsi_14,macd --out f.csv",
    )
    .action((options: ComputeOptions) => compute(context, options));
  features
    .command("drift")
    .description("compare the distributions of two feature files")
    .option("--reference <file>", "what a model was trained on, CSV or Parquet")
    .option("--current <file>", "what it sees now")
    .addHelpText("after", "\nExample: plimsoll features drift --reference train.csv --current today.csv")
    .action((options: DriftOptions) => drift(context, options));
}

interface ListedFeature {
  readonly name: string;
  readonly family: string;
  readonly unit: string;
  readonly warmup: number;
  readonly inputs: readonly string[];
  readonly params: Readonly<Record<string, number>>;
  readonly reference: string;
}

/** One row per output: that is what people and models call a feature. */
function listed({ outputs, units, family, warmup, inputs, params, reference }: Feature): ListedFeature[] {
  return outputs.map((name, k) => ({
    name,
    family,
    unit: units[k] ?? "",
    warmup,
    inputs,
    params,
    reference,
  }));
}

async function compute(context: CliContext, options: ComputeOptions): Promise<void> {
  const symbols = maybeSymbols("--symbols", options.symbols);
  if (options.input.length > 0 && symbols !== undefined) {
    throw new InputError("--input and --symbols exclude each other; a file brings its own symbols");
  }
  const { features, outputs } = choose(options.features ?? "all");
  const config = givenConfig(context);
  const inputs = options.input;
  const result = await computeFeatures({
    root: context.root(),
    inputs,
    columns: options.columns,
    symbols:
      inputs.length > 0 ? "all" : needed("--symbols", symbols, "--symbols A,B, or name a file with --input"),
    timeframe: oneOf("--timeframe", options.timeframe, timeframes),
    source: options.source,
    adjustment: maybeOneOf("--adjustment", options.adjustment, adjustments),
    ...dateRange(options),
    features,
    outputs,
    market: (options.market ?? config.features.market).toUpperCase(),
    mode: oneOf("--mode", options.mode, featureModes),
    out: options.out,
    now: (Date.now() * 1000) as EpochMicros,
  });
  context.out(context.json() ? resultJson(result) : computeText(result));
}

/** Features that yield the named outputs, each once. Throws InputError naming one that is unknown. */
function choose(text: string): {
  readonly features: readonly Feature[];
  readonly outputs: readonly string[];
} {
  const names = text.split(",").map((name) => name.trim());
  if (names.length === 1 && names[0] === "all")
    return { features: catalogue, outputs: outputNames(catalogue) };
  const features = names.map((name) => {
    const found = catalogue.find(({ outputs }) => outputs.includes(name));
    if (found !== undefined) return found;
    throw new InputError(
      `--features ${name.slice(0, 40)} is not known; \`plimsoll features list\` names all`,
    );
  });
  return { features: [...new Set(features)], outputs: [...new Set(names)] };
}

function computeText({
  rows,
  symbols,
  features,
  out,
  store,
  rejected,
  quality,
  notes,
}: FeatureResult): string {
  const odd = quality.filter(({ constant, infinite, serious }) => constant || infinite > 0 || serious > 0);
  const table = alignedTable(
    [
      { title: "feature" },
      { title: "undefined", align: "right" },
      { title: "outliers", align: "right" },
      { title: "serious", align: "right" },
      { title: "" },
    ],
    odd.map((one) => [one.feature, one.missing, one.outliers, one.serious, one.constant ? "constant" : ""]),
  );
  return [
    `${rows} rows of ${features} features, ${symbols} symbols${out === null ? "" : `: ${out}`}`,
    ...(store === null
      ? []
      : [`store: ${store.computed} rows computed, ${store.stored} in set ${store.set}`]),
    ...(rejected === 0 ? [] : [`${rejected} rows of the input were rejected by the gatekeeper`]),
    ...(odd.length === 0 || (store !== null && store.computed === 0) ? [] : ["worth a look:", table]),
    ...notes,
  ].join("\n");
}

async function drift(context: CliContext, options: DriftOptions): Promise<void> {
  const reference = needed("--reference", options.reference, "--reference FILE.csv");
  const current = needed("--current", options.current, "--current FILE.csv");
  const rows = await compareFeatures(context.root(), reference, current);
  context.out(context.json() ? resultJson(rows) : driftText(rows));
}

function driftText(rows: readonly FeatureDrift[]): string {
  const figures = [
    { title: "psi", align: "right" },
    { title: "by chance", align: "right" },
    { title: "ks", align: "right" },
    { title: "p", align: "right" },
  ] as const;
  const worst = rows.toSorted((a, b) => b.psi - a.psi);
  const table = alignedTable(
    [{ title: "feature" }, ...figures, { title: "verdict" }],
    worst.map((row) => [
      row.feature,
      ...[row.psi, row.psiCritical, row.ks, row.p].map((value) =>
        Number.isNaN(value) ? "no data" : value.toFixed(4),
      ),
      row.verdict,
    ]),
  );
  return `${table}\npsi below 0.10 or below chance is stable, above 0.25 is drift; p is too small where values overlap`;
}
