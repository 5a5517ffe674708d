/** `plimsoll walk-forward`: what strategies show on days that nothing was chosen on; exit 3 when a gate says no. */
import { join } from "node:path";
import type { Command } from "commander";
import { makeFolder, replaceFile } from "../adapters/durable-file.ts";
import { outputFolder } from "../adapters/output-place.ts";
import { checkedStrategies } from "../app/backtest.ts";
import { number, percent } from "../app/formats.ts";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { timeframes } from "../domain/bars.ts";
import { loadReportFont } from "../research/report/font.ts";
import { walkModel } from "../research/training/model-walk.ts";
import { trainReport } from "../research/training/train-report.ts";
import { walkResult } from "../research/training/walk-result.ts";
import { walkSeries } from "../research/training/walk-series.ts";
import {
  runWalkForward,
  type WalkForwardResult,
  type WalkForwardRun,
} from "../research/walk-forward/run-walk-forward.ts";
import { settingGrid } from "../research/walk-forward/setting-grid.ts";
import { equityCsv } from "../research/walk-forward/walk-records.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { strategyIds } from "./backtest-commands.ts";
import { givenOut } from "./bus-place.ts";
import type { CliContext } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { needed, oneOf } from "./option-values.ts";
import { modelRun, walkedText } from "./train-command.ts";
import { type WalkedOptions, walkedRun, withBarOptions, withWorkOptions } from "./walk-options.ts";

interface WalkOptions extends WalkedOptions {
  readonly model?: string;
  readonly strategies?: string;
  readonly grid: readonly string[];
}

const EXAMPLE = `
Example:
  plimsoll walk-forward --strategies swing_trend_following --symbols all --timeframe 1d \\
    --grid swing_trend_following.stopAtr=1.5,2,3 --out var/reports/walk`;

export function registerWalkForwardCommand(program: Command, context: CliContext): void {
  const command = program
    .command("walk-forward")
    .description("choose settings on a window, trade the days after it, step on; exit 3 when a gate says no")
    .option("--strategies <ids>", "strategies, comma-separated, or all")
    .option(
      "--model <file>",
      "in their place: a file with a training, whose model is learned anew in each window",
    );
  withBarOptions(command)
    .option("--train <sessions>", "sessions on which a setting is chosen", "252")
    .option("--test <sessions>", "sessions that it then trades", "63")
    .option("--step <sessions>", "sessions to the next window", "21")
    .option("--grid <axis>", "STRATEGY.PARAMETER=V1,V2,...; repeatable: all combinations", collect, []);
  withWorkOptions(command)
    .addHelpText("after", EXAMPLE)
    .action(async (options: WalkOptions, given: Command) => {
      if (options.model !== undefined) return walkTraining(context, options, options.model, given);
      const result = await walk(context, options);
      if (context.json()) context.out(resultJson(result));
      else if (!context.quiet()) context.out(walkText(result, options.out ?? ""));
      if (!result.verdict.passed) process.exitCode = 3;
    });
}

/** What the file says is not said a second time on the line. */
const BESIDE_A_MODEL: readonly string[] = ["model", "workers", "out"];

async function walkTraining(
  context: CliContext,
  options: WalkOptions,
  file: string,
  command: Command,
): Promise<void> {
  const other = Object.keys(options).find(
    (key) => !BESIDE_A_MODEL.includes(key) && command.getOptionValueSource(key) === "cli",
  );
  if (other !== undefined)
    throw new InputError(`--${other}: not beside --model; ${file} says it, under training:`);
  const out = outputFolder(needed("--out", options.out, "--out var/reports/walk"));
  const request = modelRun(context, [...context.configFiles(), file], options.workers);
  const walk = await givenOut(context, request.config, "walk-forward", (bus) =>
    walkModel({ ...request, bus }),
  );
  const result = walkResult(walk);
  makeFolder(out);
  replaceFile(join(out, "walk-forward.json"), `${resultJson(result)}\n`);
  replaceFile(join(out, "equity.csv"), equityCsv(walk.walked, walk.ground.setup.cash));
  const page = trainReport({ result, last: null, series: walkSeries(walk) }, loadReportFont());
  replaceFile(join(out, "report.html"), page);
  if (context.json()) context.out(resultJson(result));
  else if (!context.quiet())
    context.out([...walkedText(result), `files are in ${out}; report.html shows them`].join("\n"));
  if (!result.gates.every(({ passed }) => passed)) process.exitCode = 3;
}

const collect = (axis: string, before: readonly string[]): readonly string[] => [...before, axis];

async function walk(context: CliContext, options: WalkOptions): Promise<WalkForwardResult> {
  const config = givenConfig(context);
  const timeframe = oneOf("--timeframe", options.timeframe, timeframes);
  const wanted = needed("--strategies", options.strategies, "--strategies swing_trend_following");
  const ids = checkedStrategies({
    config,
    strategyIds: strategyIds(context, wanted, timeframe, config),
    timeframe,
  });
  const run: WalkForwardRun = {
    ...walkedRun(context, options, { config, timeframe, name: "walk-forward" }),
    ...{ strategyIds: ids, settings: settingGrid(options.grid, ids) },
    out: outputFolder(needed("--out", options.out, "--out var/reports/walk")),
  };
  return await givenOut(context, config, "walk-forward", (bus) => runWalkForward({ ...run, bus }));
}

/** What a reader must know before the verdict: who needs such a table traded nothing. */
export const untoldLines = (absent: WalkForwardResult["noReferences"]): readonly string[] =>
  absent.map(({ table, why }) => `nobody tells it the table ${table}: ${why}`);

function walkText(
  { verdict, windows, settings, from, to, sessions, noReferences }: WalkForwardResult,
  out: string,
): string {
  const gates = verdict.gates.map(({ title, value, side, limit, passed }) => [
    ...[passed ? "passed" : "FAILED", title],
    `${Number.isNaN(value) ? "not known" : number(value, 3)}, must be ${side} ${limit}`,
  ]);
  const columns = [{ title: "" }, { title: "gate" }, { title: "" }];
  return [
    `${grouped(windows.length)} windows of ${settings.length === 1 ? "one setting" : `${settings.length} settings`}, ` +
      `${grouped(sessions)} sessions out of sample from ${from} to ${to}`,
    `return ${percent(verdict.totalReturn, 2)}, Sharpe ${number(verdict.sharpe, 2)}, ` +
      `drawdown ${percent(verdict.maxDrawdown, 2)}, ${grouped(verdict.trades)} trades, ` +
      `${verdict.counted} trials on record`,
    alignedTable(columns, gates),
    ...untoldLines(noReferences),
    verdict.passed ? "every gate passed" : `not to be used: ${verdict.reasons.join("; ")}`,
    `files are in ${out}`,
  ].join("\n");
}
