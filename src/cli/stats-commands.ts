/** `plimsoll stats metrics|psr|dsr|mintrl|pbo|adf|coint`: the statistics of the report over any series of returns. */
import type { Command } from "commander";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { sampleDeviation } from "../numerics/moments.ts";
import { performanceMetrics } from "../numerics/performance-ratios.ts";
import { sharpeRatio } from "../numerics/return-ratios.ts";
import {
  deflatedSharpe,
  minimumTrackRecordLength,
  probabilisticSharpe,
  type SharpeSample,
  sharpeSample,
} from "../numerics/sharpe-inference.ts";
import type { CliContext } from "./context.ts";
import { example } from "./group-help.ts";
import { needed } from "./option-values.ts";
import { registerPboCommand } from "./pbo-command.ts";
import { columnNamed, type NumberTable, readNumberTable } from "./returns-file.ts";
import { registerUnitRootCommands } from "./unit-root-commands.ts";

interface StatsOptions {
  readonly input?: string;
  readonly benchmark?: string;
  readonly trials?: string;
  readonly prices?: boolean;
  readonly long?: string;
  readonly short?: string;
  readonly riskFree?: string;
  readonly periods?: string;
}

export function registerStatsCommands(program: Command, context: CliContext): void {
  const stats = program
    .command("stats")
    .description("statistics of a series of returns (CSV: date,return)")
    .addHelpText("after", example("plimsoll stats metrics --input returns.csv"));
  const add = (
    name: string,
    description: string,
    figures: (table: Sampled, options: StatsOptions) => unknown,
  ) =>
    stats
      .command(name)
      .description(description)
      .option("--input <file>", "CSV: date,return or date,<trial>...; with --prices: date,<price>...")
      .option("--prices", "the columns are prices: returns are made of them")
      .option("--long <name>", "column held long, or how its name begins (default: the first)")
      .option("--short <name>", "column held short against it, half of the capital each")
      .option(
        "--benchmark <x>",
        "psr, dsr, mintrl: Sharpe per period to beat; metrics: column to compare with",
      )
      .option("--trials <n>", "dsr: number of trials (default: number of columns)")
      .option(
        "--risk-free <rate>",
        "yearly risk-free rate, a fraction: 0.04 is 4 %; with --short none is due",
        "0",
      )
      .option("--periods <n>", "periods per year", "252")
      .addHelpText("after", `\nExample:\n  plimsoll stats ${name} --input returns.csv`)
      .action((options: StatsOptions) => {
        const input = needed("--input", options.input, "--input returns.csv");
        const result = figures(sampled(readNumberTable(input), options), options);
        context.out(resultJson(result));
      });

  add("metrics", "Sharpe, Sortino, drawdown and the rest of QUANT g", ({ returns, table }, options) => {
    const name = options.benchmark;
    const benchmark =
      name === undefined ? {} : { benchmark: returnsOf(columnNamed(table, name, "--benchmark"), options) };
    return performanceMetrics(returns, { ...terms(options), ...benchmark });
  });
  add("psr", "probability that the true Sharpe is above a benchmark", ({ sample }, options) => ({
    psr: probabilisticSharpe(sample, threshold(options)),
    ...named(sample),
  }));
  add("dsr", "the same against the best of the trials by luck", ({ sample, table }, options) => {
    const trials = options.trials === undefined ? table.columns.length : positive("--trials", options.trials);
    const sharpes = table.columns.map((values) =>
      sharpeRatio(returnsOf(values, options), { periodsPerYear: 1, riskFree: 0 }),
    );
    const deviation = sharpes.length > 1 ? sampleDeviation(Float64Array.from(sharpes)) : Number.NaN;
    if (trials > 1 && Number.isNaN(deviation)) {
      throw new InputError(
        "stats dsr: more than one trial needs a column per trial, to know how far apart they lie",
      );
    }
    const { probability, expectedMaximum } = deflatedSharpe(sample, {
      trials,
      sharpeDeviation: trials > 1 ? deviation : 0,
    });
    return { dsr: probability, expectedMaxSharpe: expectedMaximum, trials, ...named(sample) };
  });
  add("mintrl", "observations needed for 95 % confidence", ({ sample }, options) => ({
    minTrackRecord: minimumTrackRecordLength(sample, { benchmark: threshold(options), confidence: 0.95 }),
    ...named(sample),
  }));
  registerPboCommand(stats, context);
  registerUnitRootCommands(stats, context);
}

/** One return has no spread, and a year made of it is a number without meaning. */
const LEAST_RETURNS = 2;
/** Yearly: beyond it somebody meant percent. */
const LARGEST_RATE = 0.5;

interface Sampled {
  readonly table: NumberTable;
  readonly returns: Float64Array;
  readonly sample: SharpeSample;
}

function sampled(table: NumberTable, options: StatsOptions): Sampled {
  const long = returnsOf(columnNamed(table, options.long ?? table.names[0] ?? "", "--long"), options);
  const short =
    options.short === undefined
      ? undefined
      : returnsOf(columnNamed(table, options.short, "--short"), options);
  const returns = short === undefined ? long : long.map((value, n) => (value - short[n]!) / 2);
  if (returns.length < LEAST_RETURNS) {
    const has = `${returns.length} return(s)${options.prices === true ? " between its prices" : ""}`;
    throw new InputError(
      `--input ${options.input}: has ${has}; give at least ${LEAST_RETURNS}, a year is not made of one day`,
      1,
    );
  }
  return { table, returns, sample: sharpeSample(returns) };
}

function returnsOf(values: Float64Array, { prices }: StatsOptions): Float64Array {
  if (prices !== true) return values;
  if (values.some((price) => price <= 0)) throw new InputError("--prices: every price must be above zero");
  return values.subarray(1).map((price, n) => price / values[n]! - 1);
}

function terms(options: StatsOptions) {
  const periodsPerYear = positive("--periods", options.periods ?? "252");
  const riskFree = yearlyRate("--risk-free", options.riskFree ?? "0") / periodsPerYear;
  // A long leg paid for by a short one ties up no cash that could have earned the rate (Chan 2009).
  return { periodsPerYear, riskFree: options.short === undefined ? riskFree : 0 };
}

const threshold = ({ benchmark }: StatsOptions): number => finite("--benchmark", benchmark ?? "0");

const named = ({ sharpe, observations, skewness, kurtosis }: SharpeSample) => ({
  sharpe,
  n: observations,
  skew: skewness,
  kurtosis,
});

function finite(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InputError(`${key} "${text.slice(0, 40)}" is not a number`);
  return value;
}

function yearlyRate(key: string, text: string): number {
  const value = finite(key, text);
  if (Math.abs(value) <= LARGEST_RATE) return value;
  throw new InputError(
    `${key} ${text.slice(0, 40)}: must be a yearly fraction from -${LARGEST_RATE} to ${LARGEST_RATE}; 0.04 is 4 %`,
  );
}

function positive(key: string, text: string): number {
  const value = finite(key, text);
  if (value < 1) throw new InputError(`${key} ${text}: must be at least 1`);
  return value;
}
