/** `plimsoll backtest` and `plimsoll canary`. */
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { outputFolder } from "../adapters/output-place.ts";
import { type BacktestRequest, backtest } from "../app/backtest.ts";
import { type Config, loadConfig } from "../app/config.ts";
import { earlierRun } from "../app/earlier-run.ts";
import { strategiesOf } from "../app/own-strategies.ts";
import { profiles } from "../app/profile.ts";
import { resultJson } from "../app/run-files.ts";
import type { CanaryResult, ReportInput } from "../app/run-result.ts";
import { tierBefore } from "../app/universe/tier-names.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments, type Timeframe, timeframes } from "../domain/bars.ts";
import type { DayNumber } from "../domain/time.ts";
import { loadReportFont } from "../research/report/font.ts";
import { renderReport } from "../research/report/report.ts";
import { backtestText } from "./backtest-text.ts";
import type { CliContext } from "./context.ts";
import {
  dateRange,
  maybeOneOf,
  maybeSymbols,
  maybeTier,
  needed,
  oneOf,
  wholeNumber,
} from "./option-values.ts";
import { canaryWorker, variantWorker } from "./tasks.ts";

interface BacktestOptions {
  readonly strategies?: string;
  readonly strategy?: string;
  readonly symbols?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timeframe?: string;
  readonly cash?: string;
  readonly snapshot?: string;
  readonly source?: string;
  readonly adjustment?: string;
  readonly adjust?: string;
  readonly profile?: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly out?: string;
  readonly ticks?: boolean;
}

const EXAMPLE = `
Example:
  plimsoll data import prices.csv --timeframe 1d --adjustment full
  plimsoll backtest --strategies swing_trend_following --symbols all --from 2006-01-03 --to 2020-10-27 \\
    --timeframe 1d --cash 97000 --out reports/swing`;

export function registerBacktestCommands(program: Command, context: CliContext): void {
  withScope(
    program.command("backtest").description("run strategies over bars of the lake and write the report"),
  )
    .option("--strategies <ids>", "strategies, comma-separated, or all")
    .option("--out <dir>", "folder of the results")
    .addHelpText("after", EXAMPLE)
    .action(async (options: BacktestOptions) => {
      const out = needed("--out", options.out, "--out var/reports/NAME");
      const earlier = earlierRun(outputFolder(out), out);
      const report = await run(context, options, out);
      if (earlier !== undefined && earlier !== report.result.runId && !context.quiet())
        context.err(`--out ${out}: replaced the results of run ${earlier}, which were there`);
      replaceFile(join(resolve(out), "report.html"), renderReport(report, loadReportFont()));
      if (context.json()) context.out(resultJson(report.result));
      else if (!context.quiet()) context.out(backtestText(report, out));
    });

  withScope(program.command("canary").description("cut off and poison the future; no past decision may move"))
    .option("--strategy <ids>", "strategies, comma-separated, or all")
    .option("--out <dir>", "keep the run's files in this folder")
    .addHelpText(
      "after",
      "\nExample:\n  plimsoll canary --strategy swing_trend_following --symbols all --timeframe 1d",
    )
    .action(async (options: BacktestOptions) => {
      const out = options.out ?? join(context.root(), "run", "canary");
      if (options.out !== undefined) earlierRun(outputFolder(out), out);
      const { canary } = (
        await run(
          context,
          { ...options, strategies: needed("--strategy", options.strategy, "--strategy all") },
          out,
        )
      ).result.honesty;
      context.out(context.json() ? resultJson(canary) : `canary ${canaryText(canary)}`);
      if (!canary.passed) process.exitCode = 3;
    });
}

function canaryText({ passed, moved, decisions, firstDifference: first }: CanaryResult): string {
  if (passed) return `passed: 0 of ${decisions} decisions moved when the future was cut off or poisoned`;
  const where = `${first?.strategy} on ${first?.symbol} at ${first?.at}`;
  return `failed: ${moved} of ${decisions} decisions moved; first ${where}`;
}

function withScope(command: Command): Command {
  return command
    .option("--symbols <list>", "A,B or all; @core, @extended: of the universe before --from")
    .option("--from <date>", "first session, YYYY-MM-DD; bars before it warm the features")
    .option("--to <date>", "last session, YYYY-MM-DD")
    .option("--timeframe <tf>", timeframes.join(", "))
    .option("--cash <usd>", "starting cash and sizing base (default: account.capital)")
    .option("--snapshot <name>", "data snapshot to run on")
    .option("--ticks", "orders meet recorded quotes and trades; bars are made of the trades (5m, 1m, 1s)")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`)
    .option(
      "--adjust <kind>",
      `bring raw prices to one basis first: ${adjustments.join(", ")} (default: trade them as printed, ` +
        "with the lake's corporate actions applied to positions, orders and stops)",
    )
    .option(
      "--profile <name>",
      `${profiles.join(", ")}: strict tightens limits (default: the configuration's)`,
    )
    .option(
      "--workers <n>",
      "threads for the canary and the run for free",
      String(Math.min(2, cpus().length)),
    )
    .option("--seed <n>", "seed of the poisoned futures", "1");
}

async function run(context: CliContext, options: BacktestOptions, out: string): Promise<ReportInput> {
  const config = loadConfig({
    files: context.configFiles(),
    assignments: context.assignments(),
    env: process.env,
    profile: maybeOneOf("--profile", options.profile, profiles),
  });
  const { from, to } = dateRange(options);
  const wanted = needed("--strategies", options.strategies, "--strategies swing_trend_following");
  const tier = maybeTier(options.symbols);
  const listed = needed(
    "--symbols",
    tier === undefined ? maybeSymbols("--symbols", options.symbols) : [],
    "--symbols SPY or --symbols all",
  );
  const timeframe = oneOf("--timeframe", options.timeframe, timeframes);
  const root = context.root();
  const symbols =
    tier === undefined ? listed : await namesOfTier(context, tier, { root, config, from, options });
  const request: BacktestRequest = {
    root,
    config,
    strategyIds: strategyIds(context, wanted, timeframe, config),
    symbols,
    timeframe,
    from,
    to,
    cash: options.cash === undefined ? config.account.capital : dollars(options.cash),
    snapshot: options.snapshot,
    source: options.source,
    ticks: ticks(options),
    adjustment: maybeOneOf("--adjustment", options.adjustment, adjustments),
    adjust: maybeOneOf("--adjust", options.adjust, adjustments),
    profile: config.profile,
    workers: wholeNumber("--workers", options.workers, { least: 1, most: 64 }),
    seed: wholeNumber("--seed", options.seed, { least: 0, most: 2 ** 32 - 1 }),
    out: outputFolder(out),
    canaryWorker,
    variantWorker,
    now: new Date().toISOString(),
    command: commandLine(),
    progress: (step) => {
      if (!context.quiet() && process.stderr.isTTY) context.err(`backtest: ${step}`);
    },
  };
  return await backtest(request);
}

interface TierScope {
  readonly root: string;
  readonly config: Config;
  readonly from: DayNumber | undefined;
  readonly options: BacktestOptions;
}

/** The tier as it was before the first session: a list made on a later day would know who was to do well. */
async function namesOfTier(
  context: CliContext,
  tier: "core" | "extended",
  { root, config, from, options: { snapshot, source, adjustment: given } }: TierScope,
): Promise<readonly string[]> {
  const first = needed("--from", from, `--from 2016-06-01, whose universe --symbols @${tier} is`);
  const adjustment = maybeOneOf("--adjustment", given, adjustments);
  const choice = {
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(source === undefined ? {} : { source }),
    ...(adjustment === undefined ? {} : { adjustment }),
  };
  const { date, names } = await tierBefore({ root, config, choice }, tier, first);
  if (!context.quiet()) context.err(`--symbols @${tier}: ${names.length} names of the universe of ${date}`);
  return names;
}

/** Snapshots hold bars, and ticks are as printed. */
function ticks({ ticks = false, snapshot, adjustment }: BacktestOptions): boolean {
  if (ticks && snapshot !== undefined)
    throw new InputError("--ticks: snapshots hold bars only; drop --snapshot");
  if (ticks && (adjustment ?? "raw") !== "raw")
    throw new InputError("--ticks: trades are raw; drop --adjustment");
  return ticks;
}

export function strategyIds(
  context: CliContext,
  text: string,
  timeframe: Timeframe,
  config: Config,
): readonly string[] {
  if (text.trim() === "all") return everyStrategy(context, timeframe, config);
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length === 0) throw new InputError("--strategies is empty; give ids as a,b or all");
  return [...new Set(ids)];
}

/** Those that trade on such bars; says which do not. */
function everyStrategy(context: CliContext, timeframe: Timeframe, config: Config): readonly string[] {
  const { fit = [], unfit = [] } = Object.groupBy(strategiesOf(config), ({ timeframes: traded }) =>
    traded.includes(timeframe) ? "fit" : "unfit",
  );
  const ids = fit.map(({ id }) => id);
  if (ids.length === 0)
    throw new InputError(`--strategies all: none trades on ${timeframe}; see \`plimsoll strategy ls\``);
  if (unfit.length > 0 && !context.quiet())
    context.err(
      `--strategies all: left out ${unfit.map(({ id }) => id).join(", ")}, not for ${timeframe} bars`,
    );
  return ids;
}

export function dollars(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e9)) {
    throw new InputError(`--cash ${text}: must be a number of dollars above 0 and at most 1000000000`);
  }
  return value;
}

/** Options that move no number: where it ran and wrote, on how many threads, and how it was told. */
const AROUND_THE_RUN = /^--(?:root|out|workers|json|quiet)(?:=|$)/;
const TAKES_A_WORD = /^--(?:root|out|workers)$/;

/** The words that repeat this run, quoted where a shell would split them; the results go to a new folder. */
function commandLine(): string {
  const words = process.argv.slice(2);
  const kept = words.filter(
    (word, n) => !AROUND_THE_RUN.test(word) && !TAKES_A_WORD.test(words[n - 1] ?? ""),
  );
  return [
    "plimsoll",
    ...kept.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)),
    "--out again",
  ].join(" ");
}
