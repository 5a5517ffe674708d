/** `plimsoll pairs discover|ls|baseline`: stocks that wander together, and why others were refused (RES-1, QUANT h). */
import type { Command } from "commander";
import { number, percent } from "../app/formats.ts";
import { discoverPairs, type FoundPairs, newestPairs } from "../app/pairs/discover-pairs.ts";
import { keepSectors, keptSectors, sectorsOf } from "../app/pairs/sectors.ts";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments } from "../domain/bars.ts";
import { type PairRefusal, pairRefusals } from "../learn/pairs/judge-pair.ts";
import { type PairParams, pairParams } from "../learn/pairs/pair-params.ts";
import { alignedTable } from "./aligned-table.ts";
import type { CliContext } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { example } from "./group-help.ts";
import { inputText } from "./input-text.ts";
import { maybeDate, maybeOneOf, maybeSymbols, oneOf, wholeNumber } from "./option-values.ts";
import { registerPairsBaseline } from "./pairs-baseline-command.ts";

interface DiscoverOptions {
  readonly symbols: string;
  readonly asOf?: string;
  readonly sectors?: string;
  readonly formation: string;
  readonly confirm: string;
  readonly candidates: string;
  readonly falseRate: string;
  readonly dependence: string;
  readonly halfLife: string;
  readonly prices: string;
  readonly lag?: string;
  readonly snapshot?: string;
  readonly source?: string;
  readonly adjustment?: string;
}

const { shortest, longest, ...defaults } = pairParams.parse({});

export function registerPairsCommands(program: Command, context: CliContext): void {
  const pairs = program
    .command("pairs")
    .description("two stocks that wander together: found, kept, refused")
    .addHelpText("after", example("plimsoll pairs discover --symbols all --as-of 2019-12-31"));
  pairs
    .command("discover")
    .description("tests the nearest pairs of each sector on bars up to a day, and writes them to db/pairs.db")
    .option("--symbols <list>", "A,B or all", "all")
    .option("--as-of <date>", "last session that is seen, YYYY-MM-DD (default: the lake's last)")
    .option("--sectors <file>", "CSV of symbol,sector; kept for later searches and backtests")
    .option("--formation <n>", "sessions that a pair is judged on", String(defaults.formation))
    .option(
      "--confirm <n>",
      "sessions after those in which it must still behave",
      String(defaults.confirmation),
    )
    .option("--candidates <n>", "nearest pairs of each sector that are tested", String(defaults.candidates))
    .option("--false-rate <share>", "share of the accepted that may be chance", String(defaults.falseRate))
    .option("--dependence <kind>", "independent (Benjamini-Hochberg), any (-Yekutieli)", defaults.dependence)
    .option("--half-life <range>", "sessions, from..to", `${shortest}..${longest}`)
    .option("--prices <kind>", "what is regressed: log, level", defaults.prices)
    .option("--lag <n>", "lagged differences of the test (default: as many as AIC chooses)")
    .option("--snapshot <name>", "data snapshot to search in")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`)
    .addHelpText("after", "\nExample:\n  plimsoll pairs discover --symbols all --as-of 2019-12-31")
    .action((options: DiscoverOptions) => discover(context, options));
  pairs
    .command("ls")
    .description("active pairs of the newest search; with --all also those that were refused, and why")
    .option("--all", "also those that were refused")
    .addHelpText("after", "\nExample:\n  plimsoll pairs ls --all")
    .action(({ all }: { readonly all?: true }) => {
      const newest = newestPairs(context.root());
      if (newest === undefined)
        throw new InputError("no pairs have been searched for yet; search with: plimsoll pairs discover", 1);
      show(context, newest, all === true);
    });
  registerPairsBaseline(pairs, context);
}

async function discover(context: CliContext, options: DiscoverOptions): Promise<void> {
  const params = paramsOf(options);
  const asOf = maybeDate("--as-of", options.asOf);
  const symbols = maybeSymbols("--symbols", options.symbols) ?? "all";
  const adjustment = maybeOneOf("--adjustment", options.adjustment, adjustments);
  const given =
    options.sectors === undefined
      ? undefined
      : sectorsOf(`--sectors ${options.sectors}`, csvRows(inputText("--sectors", options.sectors)));
  const root = context.root();
  const found = await discoverPairs({
    ...{ root, symbols, asOf, params, now: new Date().toISOString() },
    choice: {
      ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
      ...(options.source === undefined ? {} : { source: options.source }),
      ...(adjustment === undefined ? {} : { adjustment }),
    },
    sectors: given ?? keptSectors(root),
  });
  if (given !== undefined) keepSectors(root, given);
  show(context, found, context.json());
}

function paramsOf(options: DiscoverOptions): PairParams {
  const [low, high, ...rest] = options.halfLife
    .split("..")
    .map((text) => (text === "" ? Number.NaN : Number(text)));
  const isRange = low !== undefined && high !== undefined && rest.length === 0 && low >= 0 && low < high;
  if (!isRange || high > 1000)
    throw new InputError(
      `--half-life "${options.halfLife.slice(0, 40)}" is not allowed; give sessions as FROM..TO, 0 to 1000`,
    );
  const falseRate = options.falseRate.trim() === "" ? Number.NaN : Number(options.falseRate);
  if (!(falseRate > 0 && falseRate <= 0.5))
    throw new InputError(
      `--false-rate "${options.falseRate.slice(0, 40)}" is not allowed; give a share above 0 and up to 0.5`,
    );
  return pairParams.parse({
    formation: wholeNumber("--formation", options.formation, { least: 60, most: 10_000 }),
    confirmation: wholeNumber("--confirm", options.confirm, { least: 0, most: 2520 }),
    candidates: wholeNumber("--candidates", options.candidates, { least: 1, most: 100_000 }),
    falseRate,
    dependence: oneOf("--dependence", options.dependence, ["independent", "any"]),
    shortest: low,
    longest: high,
    prices: oneOf("--prices", options.prices, ["log", "level"]),
    ...(options.lag === undefined ? {} : { lag: wholeNumber("--lag", options.lag, { least: 0, most: 20 }) }),
  });
}

function show(context: CliContext, { found, pairs }: FoundPairs, isAll: boolean): void {
  const active = pairs.filter(({ refusals }) => refusals.length === 0);
  const shown = isAll ? pairs : active;
  const refused = Object.keys(pairRefusals).map((reason): [string, number] => [
    reason,
    pairs.filter(({ refusals }) => refusals.includes(reason)).length,
  ]);
  if (context.json()) {
    const { params, ...rest } = found;
    context.out(
      resultJson({
        ...{ ...rest, params: JSON.parse(params), active: active.length },
        refused: Object.fromEntries(refused),
        pairs: shown.map((pair) => ({ ...pair, isActive: pair.refusals.length === 0 })),
      }),
    );
    return;
  }
  const why = refused.filter(([, count]) => count > 0).map(([reason, count]) => `${reason} ${count}`);
  context.out(
    [
      `as of ${found.asOf}: ${found.symbols} symbols, ${found.tested} pairs tested, ${active.length} active`,
      ...(why.length === 0 ? [] : [`refused (for one or more reasons): ${why.join(", ")}`]),
      ...(shown.length === 0 ? [] : [tableOf(shown)]),
      ...(isAll ? Object.entries(pairRefusals).map(([reason, text]) => `${reason}: ${text}`) : []),
    ].join("\n"),
  );
}

const right = (title: string) => ({ title, align: "right" as const });

function tableOf(pairs: FoundPairs["pairs"]): string {
  const columns = [
    ...[{ title: "y" }, { title: "x" }, { title: "sector" }],
    ...["p", "false rate", "hedge", "halves", "half-life", "off"].map(right),
    { title: "refused" },
  ];
  return alignedTable(
    columns,
    pairs.map((pair) => [
      ...[pair.y, pair.x, pair.sector ?? "", number(pair.p, 4), percent(pair.rate, 1)],
      ...[number(pair.hedge, 3), `${number(pair.firstHalfHedge, 2)} ${number(pair.secondHalfHedge, 2)}`],
      ...[number(pair.halfLife, 1), number(pair.off, 2)],
      pair.refusals.map((reason) => reason as PairRefusal).join(", "),
    ]),
  );
}
