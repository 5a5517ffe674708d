/** `plimsoll train`: from lake to registry by one file; exit 3 when a gate says no (LEARN-1 to LEARN-9). */
import { cpus } from "node:os";
import type { Command } from "commander";
import { outputFolder } from "../adapters/output-place.ts";
import { loadConfig } from "../app/config.ts";
import { number, percent } from "../app/formats.ts";
import { strategiesOf } from "../app/own-strategies.ts";
import { resultJson } from "../app/run-files.ts";
import type { ModelWalkRun } from "../research/training/model-walk.ts";
import { trainModel } from "../research/training/train-model.ts";
import { readTraining } from "../research/training/training-config.ts";
import type { TrainingResult } from "../research/training/training-result.ts";
import type { WalkResult } from "../research/training/walk-result.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { givenOut } from "./bus-place.ts";
import type { CliContext } from "./context.ts";
import { wholeNumber } from "./option-values.ts";
import { modelWorker } from "./tasks.ts";
import { tellMlflow } from "./tell-mlflow.ts";

interface TrainOptions {
  readonly workers: string;
  readonly out?: string;
}

const EXAMPLE = `
Example:
  plimsoll train --config config/examples/swing-meta.yaml --out var/reports/train

The file has a block "training:", as docs/learning.md says; whatever else stands in it is configuration.`;

export function registerTrainCommand(program: Command, context: CliContext): void {
  program
    .command("train")
    .description(
      "learn which entries of a strategy pay, judge that out of sample, register the model; exit 3 when a gate says no",
    )
    .option("--workers <n>", "threads", String(cpus().length))
    .option("--out <dir>", "folder of the results (default: reports/train below the root)")
    .addHelpText("after", EXAMPLE)
    .action(async ({ workers, out }: TrainOptions) => {
      const folder = outputFolder(out ?? `${context.root()}/reports/train`);
      const run = modelRun(context, context.configFiles(), workers);
      const result = await givenOut(context, run.config, "train", (bus) =>
        trainModel({ ...run, bus, out: folder }),
      );
      if (context.json()) context.out(resultJson(result));
      else if (!context.quiet()) context.out(trainText(result, folder));
      if (!result.passed) process.exitCode = 3;
      await tellMlflow(context);
    });
}

/** What `train` and `walk-forward --model` need of the command line; `files`: one of them holds the training. */
export function modelRun(context: CliContext, files: readonly string[], workers: string): ModelWalkRun {
  const config = loadConfig({ files, assignments: context.assignments(), env: process.env });
  return {
    root: context.root(),
    config,
    training: readTraining(files, strategiesOf(config)),
    workers: wholeNumber("--workers", workers, { least: 1, most: 64 }),
    entry: modelWorker,
    now: new Date().toISOString(),
    progress: (step) => {
      if (!context.quiet() && process.stderr.isTTY) context.err(`train: ${step}`);
    },
  };
}

/** What a walk of models showed, and each gate. */
export function walkedText(result: WalkResult): string[] {
  const { verdict, rules, windows, sessions, from, to, candidates, entries, features, search } = result;
  const without = windows.filter(({ why }) => why !== null).length;
  const gates = result.gates.map(({ title, value, side, limit, passed }) => [
    ...[passed ? "passed" : "FAILED", title],
    `${Number.isNaN(value) ? "not known" : number(value, 3)}, must be ${side} ${limit}`,
  ]);
  const columns = [{ title: "" }, { title: "gate" }, { title: "" }];
  return [
    `${result.strategy}: ${grouped(entries)} entries with a label, ${features.length} features, ` +
      `${grouped(search.length)} trials of settings, ${candidates.length} walked forward`,
    `${grouped(windows.length)} windows, ${grouped(sessions)} sessions out of sample from ${from} to ${to}` +
      (without === 0
        ? ""
        : `; rules alone in ${without} of them (${windows.find(({ why }) => why !== null)?.why})`),
    `with models: return ${percent(verdict.totalReturn, 2)}, Sharpe ${number(verdict.sharpe, 2)}, ` +
      `drawdown ${percent(verdict.maxDrawdown, 2)}, ${grouped(verdict.trades)} trades, ` +
      `${verdict.counted} trials on record`,
    `rules alone: return ${percent(rules.totalReturn, 2)}, Sharpe ${number(rules.sharpe, 2)}`,
    alignedTable(columns, gates),
  ];
}

function trainText(result: TrainingResult, out: string): string {
  const { fit, model, why, passed, importance, trained } = result;
  const first = importance.slice(0, 5).map(({ feature }) => feature);
  return [
    ...walkedText(result),
    fit === null || trained === null
      ? `no model of the last days: ${why}`
      : `${model}, learned from ${grouped(fit.figures.events)} entries of ${trained.from} to ${trained.to}: ` +
        `area under curve ${number(fit.figures.areaUnderCurve, 3)}, skill ${number(fit.figures.skill, 4)}, ` +
        `follows ${percent(fit.figures.followed, 0)} of entries, reads ${first.join(", ") || "nothing"} most`,
    passed
      ? `every gate passed; next: plimsoll models promote ${model}`
      : `not to be used: ${
          result.gates
            .filter((gate) => !gate.passed)
            .map(({ title }) => title)
            .join(", ") || why
        }`,
    `files are in ${out}; report.html shows them`,
  ].join("\n");
}
