/** `plimsoll research`: parameters searched, what follows of all that was found, and an operator's yes (RES-6). */
import type { Command } from "commander";
import { outputFolder } from "../adapters/output-place.ts";
import { checkedStrategies } from "../app/backtest.ts";
import { number, percent } from "../app/formats.ts";
import { strategiesOf } from "../app/own-strategies.ts";
import { resultJson } from "../app/run-files.ts";
import { timeframes } from "../domain/bars.ts";
import {
  type OptimiseResult,
  type OptimiseRun,
  optimiseStrategy,
} from "../research/optimise/optimise-strategy.ts";
import type { Judged } from "../research/optimise/optimise-verdict.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { givenOut } from "./bus-place.ts";
import type { CliContext } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { needed, oneOf, wholeNumber } from "./option-values.ts";
import { registerProposalCommands } from "./proposal-commands.ts";
import { untoldLines } from "./walk-forward-command.ts";
import { type WalkedOptions, walkedRun, withBarOptions, withWorkOptions } from "./walk-options.ts";

interface OptimiseOptions extends WalkedOptions {
  readonly strategy?: string;
  readonly holdout: string;
  readonly generations: string;
  readonly population: string;
  readonly seed: string;
}

const EXAMPLE = `
Example:
  plimsoll research optimize --strategy swing_trend_following --symbols all --timeframe 1d \\
    --generations 6 --population 12 --out var/reports/optimise`;

export function registerResearchCommands(program: Command, context: CliContext): void {
  const research = program
    .command("research")
    .description("search parameters, and have an operator decide on what follows of it")
    .addHelpText(
      "after",
      example(
        "plimsoll research optimize --strategy swing_trend_following --symbols all --timeframe 1d --out var/o",
      ),
    );
  registerProposalCommands(research, context);
  const command = research
    .command("optimize")
    .description("search a strategy's parameters by walk-forwards; exit 3 when they may not be proposed")
    .option("--strategy <id>", "whose declared ranges are searched");
  withBarOptions(command)
    .option("--train <sessions>", "sessions before the first test, as walk-forward has them", "252")
    .option("--test <sessions>", "sessions that each window tests", "63")
    .option("--step <sessions>", "sessions to the next window (default: --test)")
    .option("--holdout <windows>", "windows at the end that the search does not see", "4")
    .option("--generations <n>", "of the search; the first is drawn blindly", "6")
    .option("--population <n>", "settings of each generation", "12")
    .option("--seed <n>", "of the search", "1");
  withWorkOptions(command)
    .addHelpText("after", EXAMPLE)
    .action(async (options: OptimiseOptions) => {
      const run = optimiseRun(context, options);
      const result = await givenOut(context, run.config, "research", (bus) =>
        optimiseStrategy({ ...run, bus }),
      );
      if (context.json()) context.out(resultJson(result));
      else if (!context.quiet()) context.out(optimiseText(result, run.out));
      if (!result.passed) process.exitCode = 3;
    });
}

function optimiseRun(context: CliContext, options: OptimiseOptions): OptimiseRun {
  const config = givenConfig(context);
  const timeframe = oneOf("--timeframe", options.timeframe, timeframes);
  const strategyId = oneOf(
    "--strategy",
    options.strategy,
    strategiesOf(config).map(({ id }) => id),
  );
  checkedStrategies({ config, strategyIds: [strategyId], timeframe });
  const whole = (key: string, given: string, least: number, most: number) =>
    wholeNumber(key, given, { least, most });
  return {
    ...walkedRun(context, options, { config, timeframe, name: "research" }),
    strategyId,
    holdout: whole("--holdout", options.holdout, 1, 1000),
    generations: whole("--generations", options.generations, 1, 1000),
    population: whole("--population", options.population, 4, 1000),
    seed: whole("--seed", options.seed, 0, 4_294_967_295),
    out: outputFolder(needed("--out", options.out, "--out var/reports/optimise")),
  };
}

function optimiseText(result: OptimiseResult, out: string): string {
  const { best, configured, gates, reasons, passed, evaluated, idle, windows, from, to } = result;
  const gateRows = gates.map(({ title, value, side, limit, passed: isPassed }) => [
    ...[isPassed ? "passed" : "FAILED", title],
    `${Number.isNaN(value) ? "not known" : number(value, 3)}, must be ${side} ${limit}`,
  ]);
  const figureRows = [
    figuresOf("configuration", configured),
    ...(best === null ? [] : [figuresOf("best", best)]),
  ];
  const titles = ["", "Sharpe", "return", "drawdown", "trades", "deflated", "held back: Sharpe", "return"];
  return [
    `${grouped(evaluated)} settings of ${result.strategy} over ${windows} windows from ${from} to ${to}; ` +
      `${idle} hardly traded; held back: ${configured.held.from} to ${configured.held.to}`,
    alignedTable(
      titles.map((title) => ({ title })),
      figureRows,
    ),
    best === null ? "no setting traded enough" : `best: ${JSON.stringify(best.params)}`,
    `now:  ${JSON.stringify(configured.params)}`,
    ...(gates.length === 0
      ? []
      : [alignedTable([{ title: "" }, { title: "gate" }, { title: "" }], gateRows)]),
    ...untoldLines(result.noReferences),
    passed
      ? "every gate passed; plimsoll research propose makes a proposal of it"
      : `not to be proposed: ${reasons.join("; ")}`,
    `files are in ${out}`,
  ].join("\n");
}

const figuresOf = (name: string, { walk, held }: Judged): string[] => [
  ...[name, number(walk.sharpe, 2), percent(walk.totalReturn, 1), percent(walk.maxDrawdown, 1)],
  ...[grouped(walk.trades), number(walk.deflatedSharpe, 3)],
  ...[number(held.sharpe, 2), percent(held.totalReturn, 1)],
];
