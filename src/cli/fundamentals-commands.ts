/** `plimsoll fundamentals`: company reports into the lake, and what one says its company is worth (RES-4). */
import { join } from "node:path";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { tickersByCompany } from "../adapters/lake/company-facts.ts";
import { filingFormatIds } from "../adapters/lake/filing-formats.ts";
import { readFilings } from "../adapters/lake/filing-store.ts";
import type { FilingsImported } from "../adapters/lake/import-filings.ts";
import { createLake, type Lake } from "../adapters/lake/lake.ts";
import { lakePaths } from "../adapters/lake/paths.ts";
import { outputFolder } from "../adapters/output-place.ts";
import { knownReports } from "../app/fundamentals/known-reports.ts";
import { type ValuedCompany, type ValueRequest, valueCompany } from "../app/fundamentals/value-company.ts";
import { InputError } from "../domain/assert.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { fundamentalsTable } from "../market/references/fundamentals.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { importEarnings } from "./earnings-import.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { inputText } from "./input-text.ts";
import { maybeDate, maybeSymbol, oneOf, wholeNumber } from "./option-values.ts";

interface ImportOptions {
  readonly format?: string;
  readonly source?: string;
  readonly symbol?: string;
  readonly tickers?: string;
}

interface KnownOptions {
  readonly date?: string;
  readonly source?: string;
  readonly out?: string;
}

type ValueOptions = Readonly<
  Partial<Record<"date" | "source" | "growth" | "terminalGrowth" | "discount" | "tax" | "years", string>>
>;

export function registerFundamentalsCommands(program: Command, context: CliContext): void {
  const group = program
    .command("fundamentals")
    .description("company reports: import them, value a company by its own")
    .addHelpText("after", example("plimsoll fundamentals import reports.csv"));
  group
    .command("import <files...>")
    .description(
      "bring company reports into the lake, from CSV, Parquet or SEC's JSON, through their gatekeeper",
    )
    .option("--format <layout>", `${filingFormatIds.join(", ")}; told by columns and file name when left out`)
    .option("--source <name>", "name in the store; the layout's when left out")
    .option("--symbol <symbol>", "whose company facts the one file of SEC's has")
    .option("--tickers <file>", "SEC's company_tickers.json, for files of many companies")
    .addHelpText("after", "\nExample: plimsoll fundamentals import reports.csv --source mine")
    .action((files: string[], options: ImportOptions) => importReports(context, files, options));
  group
    .command("import-earnings <file>")
    .description(
      "bring earnings reports into the lake: CSV of symbol,announced,eps and, if there is one, expected",
    )
    .addHelpText("after", "\nExample: plimsoll fundamentals import-earnings earnings.csv")
    .action((file: string) => importEarnings(context, file));
  group
    .command("known")
    .description("the last annual report of every company, as it was known on a day")
    .option("--date <date>", "YYYY-MM-DD; today when left out")
    .option("--source <name>", "whose reports, where several tell them")
    .option("--out <dir>", "also write reports.json into this folder")
    .addHelpText("after", "\nExample: plimsoll fundamentals known --date 2016-06-01")
    .action((options: KnownOptions) => known(context, options));
  group
    .command("value <symbol>")
    .description("discounted cash flow of the last annual report, with all that it assumes")
    .option("--date <date>", "as known on that day, YYYY-MM-DD; today when left out")
    .option("--source <name>", "whose report, where several tell it")
    .option(
      "--growth <fraction>",
      "per year at first; the growth of revenue over the known reports when left out",
    )
    .option("--terminal-growth <fraction>", "per year after that, for ever", "0.025")
    .option("--discount <fraction>", "cost of capital per year", "0.09")
    .option("--tax <fraction>", "of EBIT", "0.21")
    .option("--years <n>", "how long the first growth lasts", "5")
    .addHelpText("after", "\nExample: plimsoll fundamentals value AAPL --date 2016-06-01 --discount 0.1")
    .action((symbol: string, options: ValueOptions) => value(context, symbol, options));
}

const SOURCE = /^[a-z0-9][a-z0-9_.-]{0,31}$/;

const today = (): DayNumber => newYorkDay((Date.now() * 1000) as EpochMicros);

async function withLake<Result>(context: CliContext, work: (lake: Lake) => Promise<Result>): Promise<Result> {
  const lake = createLake(context.root());
  try {
    return await work(lake);
  } finally {
    lake.close();
  }
}

async function importReports(
  context: CliContext,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const { format, source } = options;
  const symbolOf = symbolsOf(files, options);
  const result = await withLake(context, (lake) =>
    lake.importFilings({
      ...{ files, today: today() },
      ...(format === undefined ? {} : { format: oneOf("--format", format, filingFormatIds) }),
      ...(source === undefined ? {} : { source: sourceName(source) }),
      ...(symbolOf === undefined ? {} : { symbolOf }),
    }),
  );
  report(context, result, () => importText(result));
  if (result.imported + result.duplicates > 0) return;
  const all = `all ${result.rejected} reports were rejected, nothing was imported; see ${result.audit}`;
  throw new InputError(result.rejected === 0 ? "no file has a report; nothing was imported" : all, 1);
}

/** SEC names a company by its number; who that is, a person says or SEC's own list. */
function symbolsOf(
  files: readonly string[],
  { symbol, tickers }: ImportOptions,
): ((company: number) => string | undefined) | undefined {
  if (symbol !== undefined) {
    if (files.length > 1)
      throw new InputError(`--symbol ${symbol}: ${files.length} files; give --tickers for several`);
    const named = maybeSymbol("--symbol", symbol);
    return () => named;
  }
  if (tickers === undefined) return undefined;
  const known = tickersByCompany(inputText("--tickers", tickers, "SEC's company_tickers.json"), tickers);
  return (company) => known.get(company);
}

function importText({ imported, duplicates, rejected, symbols, from, to, ...rest }: FilingsImported): string {
  const rules = Object.entries(rest.rejectedByRule).map(([rule, count]) => `  ${grouped(count)} by ${rule}`);
  return [
    `${grouped(imported)} reports imported, ${grouped(duplicates)} duplicates, ${grouped(rejected)} rejected; ` +
      `${grouped(symbols)} symbols, periods ending ${from ?? "never"} to ${to ?? "never"}`,
    ...(rest.audit === null ? [] : ["rejected:", ...rules, `each with its reason: ${rest.audit}`]),
  ].join("\n");
}

function known(context: CliContext, { date, source, out }: KnownOptions): void {
  const day = maybeDate("--date", date) ?? today();
  const named = source === undefined ? settingOf(context) : sourceName(source);
  const folder = out === undefined ? undefined : outputFolder(out);
  const rows = knownReports(context.root(), named, day);
  if (folder !== undefined) replaceFile(join(folder, "reports.json"), `${JSON.stringify(rows, null, 1)}\n`);
  const columns = Object.keys(fundamentalsTable.columns);
  report(context, rows, () =>
    [
      alignedTable(
        [
          ...[{ title: "symbol" }, { title: "year to" }, { title: "known from" }],
          ...columns.map((title) => ({ title, align: "right" as const })),
        ],
        rows.map(({ symbol, periodEnd, knownFrom, values }) => [
          ...[symbol, periodEnd, knownFrom],
          ...values.map((each) => (each === null ? "" : amount(each))),
        ]),
      ),
      `${grouped(rows.length)} companies`,
    ].join("\n"),
  );
}

async function value(context: CliContext, symbol: string, options: ValueOptions): Promise<void> {
  const { source, growth } = options;
  const request: ValueRequest = {
    symbol: symbol.toUpperCase(),
    day: maybeDate("--date", options.date) ?? today(),
    source: source === undefined ? settingOf(context) : sourceName(source),
    growth: growth === undefined ? undefined : fraction("--growth", growth, -0.5, 1),
    terminalGrowth: fraction("--terminal-growth", options.terminalGrowth, -0.1, 0.1),
    discount: fraction("--discount", options.discount, 0.001, 1),
    tax: fraction("--tax", options.tax, 0, 0.9),
    years: wholeNumber("--years", options.years, { least: 1, most: 50 }),
  };
  const filings = readFilings(lakePaths(context.root()));
  const valued = await withLake(context, (lake) => valueCompany(lake, filings, request));
  report(context, valued, () => valueText(valued));
}

const settingOf = (context: CliContext): string => givenConfig(context).fundamentals.source;

function sourceName(given: string): string {
  if (SOURCE.test(given)) return given;
  throw new InputError(`--source "${given.slice(0, 40)}" is no name; give 1 to 32 of a-z 0-9 . _ -`);
}

function fraction(key: string, given: string | undefined, least: number, most: number): number {
  const number = given === undefined || given.trim() === "" ? Number.NaN : Number(given);
  if (number >= least && number <= most) return number;
  throw new InputError(
    `${key} "${(given ?? "").slice(0, 40)}" is not allowed; give a fraction from ${least} to ${most}`,
  );
}

const millions = (dollars: number): string => `${(dollars / 1e6).toFixed(1)} M`;

const amount = (figure: number): string =>
  Math.abs(figure) < 1e6 ? String(Number(figure.toFixed(4))) : millions(figure);

function valueText({
  symbol,
  asOf,
  assumptions,
  value: found,
  report: of,
  price,
  years,
  cautions,
}: ValuedCompany): string {
  const rows = [
    ["free cash flow of the report's year", millions(found.freeCashFlow)],
    ...years.map(({ year, freeCashFlow, presentValue }) => [
      `year ${year}: ${millions(freeCashFlow)}, worth today`,
      millions(presentValue),
    ]),
    [
      `all later years, ${millions(found.terminalValue)} then, worth today`,
      millions(found.terminalPresentValue),
    ],
    ["value of the company", millions(found.enterpriseValue)],
    ["less debt", millions(of.figures.debt)],
    ["plus cash", millions(of.figures.cash)],
    ["value of the equity", millions(found.equityValue)],
    ["a share", found.perShare.toFixed(2)],
    ...(price === null ? [] : [[`last close, ${price.date}`, price.close.toFixed(2)]]),
  ];
  return [
    `${symbol} as known on ${asOf}: report of ${of.source} for the year to ${of.periodEnd}, known from ${of.knownFrom}`,
    "",
    alignedTable(
      [{ title: "assumed" }, { title: "value", align: "right" }, { title: "because" }],
      assumptions.map((a) => [a.name, amount(a.value), a.because]),
    ),
    "",
    alignedTable([{ title: "in dollars" }, { title: "", align: "right" }], rows),
    ...cautions.map((caution) => `note: ${caution}`),
  ].join("\n");
}
