/** The `data` commands: bring market data in, look at it, judge it, freeze it, take it out (CLI.md, Data). */
import type { Command } from "commander";
import type { ImportResult } from "../adapters/lake/import-files.ts";
import { createLake, type Lake } from "../adapters/lake/lake.ts";
import { parseColumnMap } from "../adapters/lake/row-query.ts";
import { tickKinds } from "../adapters/lake/tick-catalog.ts";
import { quoteBooks } from "../adapters/lake/tick-query.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments, type Timeframe, timeframes } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type CliContext, report, tell } from "./context.ts";
import { registerDataSync } from "./data-sync-command.ts";
import { actionsText, compactText, exportText, importText, listAllText, verifyText } from "./data-text.ts";
import { example } from "./group-help.ts";
import { maybeDate, maybeOneOf, maybeSymbols, needed, oneOf } from "./option-values.ts";
import { progressLine, remaining } from "./progress-line.ts";
import { registerSnapshotCommands } from "./snapshot-commands.ts";

interface ImportOptions {
  readonly timeframe?: string;
  readonly adjustment?: string;
  readonly source?: string;
  readonly columns?: string;
  readonly kind?: string;
  readonly book?: string;
}

interface ExportOptions {
  readonly symbols?: string;
  readonly timeframe?: string;
  readonly adjustment?: string;
  readonly source?: string;
  readonly snapshot?: string;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
  readonly adjust?: string;
}

export function registerDataCommands(program: Command, context: CliContext): void {
  const data = program
    .command("data")
    .description("market data: import, sync, list, verify, freeze, export")
    .addHelpText("after", example("plimsoll data import spy.csv --timeframe 1d --adjustment split"));
  registerImport(data, context);
  data
    .command("ls")
    .description("list the series of the lake")
    .addHelpText("after", "\nExample: plimsoll data ls --json")
    .action(() =>
      withLake(context, async (lake) => {
        const [bars, ticks] = [lake.list(), lake.listTicks()];
        const all = ticks.length === 0 ? bars : [...bars, ...ticks];
        report(context, all, () => listAllText(bars, ticks));
      }),
    );
  data
    .command("verify")
    .description("judge bars against the trading calendar and each other")
    .option("--symbols <A,B>", "only these; all when left out")
    .addHelpText("after", "\nExample: plimsoll data verify --symbols SPY,AAPL")
    .action((options: { readonly symbols?: string }) => verify(context, options.symbols));
  registerImportActions(data, context);
  registerExport(data, context);
  data
    .command("compact")
    .description("join small files and drop those nothing names any more")
    .addHelpText("after", "\nExample: plimsoll data compact")
    .action(() =>
      withLake(context, async (lake) => {
        const result = await lake.compact();
        tell(context, result, () => compactText(result));
      }),
    );
  registerSnapshotCommands(data, context);
  registerDataSync(data, context);
}

function registerImport(data: Command, context: CliContext): void {
  data
    .command("import <files...>")
    .description("bring files of bars into the lake, or of quotes and trades with --timeframe tick")
    .option("--timeframe <length>", `length of a bar: ${timeframes.join(", ")}; tick for quotes and trades`)
    .option("--kind <kind>", `with --timeframe tick: ${tickKinds.join(" or ")}`)
    .option("--book <whose>", "with --kind quotes: rows are the market's best, or single exchanges' (best)")
    .option("--adjustment <kind>", `what the prices are adjusted for: ${adjustments.join(", ")}`)
    .option("--source <name>", "origin of the data", "files")
    .option("--columns <map>", 'names in the file, as "timestamp=ts_ms,close=adj_close"')
    .addHelpText("after", "\nExample: plimsoll data import spy.csv --timeframe 1d --adjustment split")
    .action((files: string[], options: ImportOptions) => importFiles(context, files, options));
}

const ACTIONS_HELP = `
Reads, told by their columns: the lake's own (symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference
and, where it is known, pay_date, from which on a dividend is cash), factor files
(symbol,last_date,price_factor,split_factor,reference_price), columns beside bars
(symbol,date,div_cash,split_factor) and events derived from adjusted closes
(symbol,ex_date,prev_close,adj_factor,kind,implied_cash). Actions may come before the bars or after. An action
that raw daily prices contradict is rejected; a run over raw prices applies the rest to positions, orders, stops
and features, and quarantines bars that leap with no action behind them.

Example: plimsoll data import-actions factor_files.csv`;

function registerImportActions(data: Command, context: CliContext): void {
  data
    .command("import-actions <files...>")
    .description("bring splits, dividends and spin-offs into the lake, from CSV or Parquet")
    .addHelpText("after", ACTIONS_HELP)
    .action((files: string[]) =>
      withLake(context, async (lake) => {
        const result = await lake.importActions({ files });
        report(context, result, () => actionsText(result));
        if (result.imported + result.duplicates > 0) return;
        const all = `all ${result.rejected} actions were rejected, nothing was imported; see ${result.audit}`;
        throw new InputError(result.rejected === 0 ? "no file has an action; nothing was imported" : all, 1);
      }),
    );
}

function registerExport(data: Command, context: CliContext): void {
  data
    .command("export")
    .description("write bars as CSV")
    .option("--symbols <A,B|all>", "which symbols")
    .option("--timeframe <length>", `needed when the symbols exist in several: ${timeframes.join(", ")}`)
    .option("--adjustment <kind>", `needed when the symbols exist in several: ${adjustments.join(", ")}`)
    .option("--source <name>", "needed when the symbols exist in several")
    .option("--snapshot <name>", "from a snapshot instead of the current lake")
    .option("--from <date>", "first session, YYYY-MM-DD")
    .option("--to <date>", "last session, YYYY-MM-DD")
    .option("--adjust <kind>", `bring raw prices to one basis: ${adjustments.join(", ")}`)
    .option("--out <file>", "CSV file to write")
    .addHelpText(
      "after",
      "\nExample: plimsoll data export --symbols SPY --from 2024-01-02 --to 2024-03-28 --out spy.csv",
    )
    .action((options: ExportOptions) => exportBars(context, options));
}

async function importFiles(
  context: CliContext,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  if (options.timeframe === "tick") {
    await importTickFiles(context, files, options);
    return;
  }
  if (options.kind !== undefined || options.book !== undefined)
    throw new InputError("--kind and --book are for --timeframe tick; bars have neither");
  const timeframe = oneOf("--timeframe", options.timeframe, [...timeframes, "tick"]) as Timeframe;
  const adjustment = oneOf("--adjustment", options.adjustment, adjustments);
  const line = progressLine(context);
  const startMs = performance.now();
  await withLake(context, async (lake) => {
    const result = await lake
      .importFiles({
        files,
        timeframe,
        adjustment,
        ...(options.source === undefined ? {} : { source: options.source }),
        ...(options.columns === undefined ? {} : { columns: parseColumnMap(options.columns) }),
        now: nowMicros(),
        onProgress: ({ step, what, done, of }) =>
          line.show(
            of === undefined
              ? `reading ${what}: ${done} rows`
              : `${step === "write" ? "writing" : step} ${remaining(done, of, performance.now() - startMs)} ${what}`,
          ),
      })
      .finally(() => line.clear());
    (isSmooth(result) ? tell : report)(context, result, () => importText(result));
    refuseIfNothing(result);
  });
}

/** Ticks are as printed: they have no adjustment. */
async function importTickFiles(
  context: CliContext,
  files: readonly string[],
  { kind: given, book: whose, adjustment, columns, source = "files" }: ImportOptions,
): Promise<void> {
  const kind = oneOf("--kind", given, tickKinds);
  const book = oneOf("--book", whose ?? "best", quoteBooks);
  if ((adjustment ?? "raw") !== "raw") throw new InputError("--adjustment: ticks are raw, as printed");
  if (columns !== undefined)
    throw new InputError(
      "--columns is for bars; ticks need symbol, ts_ms and bid, bid_size, ask, ask_size or price, size",
    );
  await withLake(context, async (lake) => {
    const result = await lake.importTicks({ files, kind, source, book, now: nowMicros() });
    (isSmooth(result) ? tell : report)(context, result, () => importText(result));
    refuseIfNothing(result);
  });
}

/** Nothing was refused, replaced or in conflict: what was not asked for need not be told. */
function isSmooth({ rejected, replaced, conflicts }: ImportResult): boolean {
  return rejected + replaced + conflicts === 0;
}

function refuseIfNothing({ imported, duplicates, rejected, audit }: ImportResult): void {
  if (imported + duplicates > 0) return;
  throw new InputError(`all ${rejected} rows were rejected, nothing was imported; see ${audit}`, 1);
}

async function verify(context: CliContext, symbols: string | undefined): Promise<void> {
  const wanted = maybeSymbols("--symbols", symbols);
  const line = progressLine(context);
  const startMs = performance.now();
  await withLake(context, async (lake) => {
    const result = await lake
      .verify({
        ...(wanted === undefined || wanted === "all" ? {} : { symbols: wanted }),
        onProgress: (done, of) => line.show(`verifying ${remaining(done, of, performance.now() - startMs)}`),
      })
      .finally(() => line.clear());
    report(context, result, () => verifyText(result));
    const [first] = result.damaged;
    if (first === undefined) return;
    const count = result.damaged.length;
    throw new InputError(
      `${count} damaged file(s), first ${first.path}: import again or restore a backup`,
      1,
    );
  });
}

async function exportBars(context: CliContext, options: ExportOptions): Promise<void> {
  const symbols = needed(
    "--symbols",
    maybeSymbols("--symbols", options.symbols),
    "--symbols A,B or --symbols all",
  );
  const out = needed("--out", options.out, "--out FILE.csv");
  const from = maybeDate(`--from`, options.from);
  const to = maybeDate("--to", options.to);
  const timeframe = maybeOneOf("--timeframe", options.timeframe, timeframes);
  const adjustment = maybeOneOf("--adjustment", options.adjustment, adjustments);
  const adjust = maybeOneOf("--adjust", options.adjust, adjustments);
  await withLake(context, async (lake) => {
    const result = await lake.exportCsv({
      ...(adjust === undefined ? {} : { adjust }),
      symbols,
      out,
      ...(timeframe === undefined ? {} : { timeframe }),
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(options.source === undefined ? {} : { source: options.source }),
      ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    tell(context, result, () => exportText(result));
  });
}

async function withLake(context: CliContext, work: (lake: Lake) => Promise<void>): Promise<void> {
  const lake = createLake(context.root());
  try {
    await work(lake);
  } finally {
    lake.close();
  }
}

const nowMicros = (): EpochMicros => (Date.now() * 1000) as EpochMicros;
