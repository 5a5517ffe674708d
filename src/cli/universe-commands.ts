/** `plimsoll universe`: who may be traded on a day and why the others may not, and the lists that say so (UNIV-1). */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { createLake } from "../adapters/lake/lake.ts";
import { factKinds, importFacts } from "../adapters/lake/name-facts.ts";
import { lakePaths } from "../adapters/lake/paths.ts";
import { asOnlyWriter } from "../adapters/lake/writer-lock.ts";
import { outputFolder } from "../adapters/output-place.ts";
import { type BuiltUniverse, buildUniverse } from "../app/universe/build-universe.ts";
import { reasonCounts } from "../app/universe/reason-counts.ts";
import { adjustments } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { inputText } from "./input-text.ts";
import { maybeDate, maybeOneOf, needed, oneOf } from "./option-values.ts";

interface BuildOptions {
  readonly date?: string;
  readonly source?: string;
  readonly adjustment?: string;
  readonly snapshot?: string;
  readonly out?: string;
}

export function registerUniverseCommands(program: Command, context: CliContext): void {
  const universe = program
    .command("universe")
    .description("which names may be traded on a day, and every reason why the others may not")
    .addHelpText("after", example("plimsoll universe build --date 2016-06-01"));
  universe
    .command("build")
    .description("tiers of the day, of bars up to it alone")
    .option("--date <date>", "last session whose bars are read, YYYY-MM-DD")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`)
    .option("--snapshot <name>", "data snapshot instead of the current lake")
    .option("--out <dir>", "also write universe.json into this folder")
    .addHelpText("after", "\nExample: plimsoll universe build --date 2016-06-01 --json")
    .action((options: BuildOptions) => build(context, options));
  universe
    .command("import <file>")
    .description(
      "bring a list of names into the lake: sectors, what can be borrowed, days of earnings reports",
    )
    .option("--kind <list>", factKinds.join(", "))
    .addHelpText("after", "\nExample: plimsoll universe import members.csv --kind sectors")
    .action((file: string, options: { readonly kind?: string }) => importList(context, file, options.kind));
}

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const { snapshot, out } = options;
  const day = needed("--date", maybeDate("--date", options.date), "--date 2016-06-01");
  const kind = maybeOneOf("--adjustment", options.adjustment, adjustments);
  const folder = out === undefined ? undefined : outputFolder(out);
  const config = givenConfig(context);
  const source = options.source ?? (config.universe.source || undefined);
  const adjustment = kind ?? (config.universe.adjustment || undefined);
  const root = context.root();
  const lake = createLake(root);
  try {
    const choice = {
      ...(source === undefined ? {} : { source }),
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(snapshot === undefined ? {} : { snapshot }),
    };
    const built = await buildUniverse({ root, lake, config, choice }, day);
    if (folder !== undefined)
      replaceFile(join(folder, "universe.json"), `${JSON.stringify(built.rows, null, 1)}\n`);
    report(context, built.rows, () => buildText(built));
    if (context.json() && !context.quiet()) for (const note of built.notes) context.err(`note: ${note}`);
  } finally {
    lake.close();
  }
}

const SHOWN = 10;

function buildText({ date, rows, notes, path }: BuiltUniverse & { readonly path: string }): string {
  const core = rows.filter(({ tier }) => tier === "core");
  const extended = rows.filter(({ tier }) => tier === "extended");
  const best = core.toSorted((a, b) => b.score - a.score).slice(0, SHOWN);
  const columns = [
    { title: "first of the core" },
    { title: "score", align: "right" },
    { title: "price", align: "right" },
    { title: "ADV, M", align: "right" },
    { title: "spread, bps", align: "right" },
    { title: "volatility" },
  ] as const;
  return [
    `universe of ${date}: ${grouped(rows.length)} names, core ${core.length}, ` +
      `extended ${core.length + extended.length}`,
    "",
    alignedTable(
      columns,
      best.map(({ symbol, score, price, adv, spreadBps, volatility, bucket }) => [
        ...[symbol, score.toFixed(3), price.toFixed(2), (adv / 1e6).toFixed(1), spreadBps.toFixed(1)],
        `${(100 * volatility).toFixed(0)} %, ${bucket ?? ""}`,
      ]),
    ),
    "",
    "reasons, of names in no tier and of those not in the core; a name may have several:",
    ...reasonCounts(rows).map(({ rule, count }) => `  ${grouped(count)} by ${rule}`),
    ...notes.map((note) => `note: ${note}`),
    path,
  ].join("\n");
}

async function importList(context: CliContext, file: string, given: string | undefined): Promise<void> {
  const kind = oneOf("--kind", given, factKinds);
  const rows = csvRows(inputText("", file, "a CSV file"));
  const paths = lakePaths(context.root());
  const today = newYorkDay((Date.now() * 1000) as EpochMicros);
  const result = await asOnlyWriter(paths.lock, () =>
    Promise.resolve(importFacts(paths, kind, resolve(file), rows, today)),
  );
  tell(
    context,
    { kind, ...result },
    () => `${result.imported} lines of ${kind} read, ${result.known} known now`,
  );
}
