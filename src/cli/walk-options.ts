/** Options that a walk-forward and a search by walk-forwards have in common: declared and read here. */
import { cpus } from "node:os";
import type { Command } from "commander";
import type { Config } from "../app/config.ts";
import { adjustments, type Timeframe, timeframes } from "../domain/bars.ts";
import type { WalkForwardRun } from "../research/walk-forward/run-walk-forward.ts";
import { dollars } from "./backtest-commands.ts";
import type { CliContext } from "./context.ts";
import { dateRange, maybeOneOf, maybeSymbols, needed, wholeNumber } from "./option-values.ts";
import { walkWorker } from "./tasks.ts";

export interface WalkedOptions {
  readonly symbols?: string;
  readonly timeframe?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cash?: string;
  readonly snapshot?: string;
  readonly source?: string;
  readonly adjustment?: string;
  readonly train: string;
  readonly test: string;
  readonly step?: string;
  readonly workers: string;
  readonly out?: string;
}

/** Of the bars that are walked over. */
export const withBarOptions = (command: Command): Command =>
  command
    .option("--symbols <list>", "A,B or all")
    .option("--timeframe <tf>", timeframes.join(", "))
    .option(
      "--from <date>",
      "first session of the first window, YYYY-MM-DD; bars before it warm the features",
    )
    .option("--to <date>", "last session, YYYY-MM-DD")
    .option("--cash <usd>", "starting cash of each window (default: account.capital)")
    .option("--snapshot <name>", "data snapshot to run on")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`);

/** Of the work. */
export const withWorkOptions = (command: Command): Command =>
  command
    .option("--workers <n>", "threads", String(cpus().length))
    .option("--out <dir>", "folder of the results");

type Walked = Pick<
  WalkForwardRun,
  "root" | "config" | "bars" | "from" | "cash" | "terms" | "workers" | "entry" | "now" | "progress"
>;

/** What both runs are made of. `name`: of the command, before what it says of its progress. Throws InputError. */
export function walkedRun(
  context: CliContext,
  options: WalkedOptions,
  {
    config,
    timeframe,
    name,
  }: { readonly config: Config; readonly timeframe: Timeframe; readonly name: string },
): Walked {
  const symbols = needed("--symbols", maybeSymbols("--symbols", options.symbols), "--symbols all");
  const { from, to } = dateRange(options);
  const adjustment = maybeOneOf("--adjustment", options.adjustment, adjustments);
  const { snapshot, source, step = options.test } = options;
  const sessions = (key: string, given: string) => wholeNumber(key, given, { least: 1, most: 100_000 });
  return {
    ...{ root: context.root(), config, from, entry: walkWorker, now: new Date().toISOString() },
    bars: {
      ...{ symbols, timeframe },
      ...(to === undefined ? {} : { to }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(source === undefined ? {} : { source }),
      ...(adjustment === undefined ? {} : { adjustment }),
    },
    cash: options.cash === undefined ? config.account.capital : dollars(options.cash),
    terms: {
      ...{ train: sessions("--train", options.train), test: sessions("--test", options.test) },
      // A strategy's rules have no labels: nothing reaches from the days to train into those to test.
      ...{ step: sessions("--step", step), gap: 0 },
    },
    workers: wholeNumber("--workers", options.workers, { least: 1, most: 64 }),
    progress: (step) => {
      if (!context.quiet() && process.stderr.isTTY) context.err(`${name}: ${step}`);
    },
  };
}
