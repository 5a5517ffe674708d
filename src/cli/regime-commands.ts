/** `plimsoll regime`: fits the model of three regimes, and says day by day how likely each is (REGIME-1). */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { outputFile } from "../adapters/output-place.ts";
import { number, percent } from "../app/formats.ts";
import { InputError } from "../domain/assert.ts";
import { fitRegimeModel, regimeFitParams } from "../learn/regime/fit-regime-model.ts";
import { pointInTimeParams, pointInTimeRegimes } from "../learn/regime/point-in-time.ts";
import { REGIME_INPUTS, regimeInputs } from "../models/regime/regime-inputs.ts";
import {
  REGIME_STATES,
  RegimeFilter,
  type RegimeModel,
  regimeModelToJson,
  savedRegimeModel,
} from "../models/regime/regime-model.ts";
import { regimePicture } from "../research/regime-picture.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, tell } from "./context.ts";
import { example } from "./group-help.ts";
import { wholeNumber } from "./option-values.ts";
import { type NumberTable, readNumberTable } from "./returns-file.ts";

interface FitOptions {
  readonly input: string;
  readonly states: string;
  readonly seed: string;
  readonly out: string;
}

interface HistoryOptions {
  readonly input: string;
  readonly window?: string;
  readonly out: string;
  readonly picture?: string;
}

interface FilterOptions {
  readonly model: string;
  readonly input: string;
  readonly out: string;
}

const INPUT =
  "CSV: date,close,vix, or date and the three inputs: log return, volatility of a year, VIX / 100";

export function registerRegimeCommands(program: Command, context: CliContext): void {
  const regime = program
    .command("regime")
    .description("bull, neutral or bear: a hidden Markov model of returns, volatility and the VIX")
    .addHelpText("after", example("plimsoll regime fit --input spx_vix.csv --out regime.json"));
  regime
    .command("fit")
    .description("fits a model; its states are named by their volatility")
    .requiredOption("--input <file>", INPUT)
    .option("--states <n>", "there are three", String(REGIME_STATES))
    .option("--seed <n>", "of the starts", "42")
    .requiredOption("--out <file>", "model to write, JSON")
    .addHelpText("after", "\nExample: plimsoll regime fit --input spx_vix.csv --out regime.json")
    .action((options: FitOptions) => {
      wholeNumber("--states", options.states, { least: REGIME_STATES, most: REGIME_STATES });
      const seed = wholeNumber("--seed", options.seed, { least: 0, most: 2 ** 32 - 1 });
      const out = outputFile(options.out, "regime.json");
      const rows = rowsOf(readNumberTable(options.input), options.input);
      const { model, starts } = fitRegimeModel(rows, regimeFitParams.parse({ seed }));
      if (model === undefined) {
        const why = [...new Set(starts.map(({ refusal }) => refusal))].join(", ");
        throw new InputError(`regime: no start gave a model that is fit for use (${why}); give more days`, 3);
      }
      const json = regimeModelToJson(model);
      replaceFile(out, `${JSON.stringify(json)}\n`);
      tell(context, json, () => modelText(model, out));
    });
  regime
    .command("filter")
    .description("probabilities of each day, from that day and those before it alone")
    .requiredOption("--model <file>", "as `regime fit` wrote it")
    .requiredOption("--input <file>", INPUT)
    .requiredOption("--out <file>", "CSV to write: date,bull,neutral,bear")
    .addHelpText(
      "after",
      "\nExample: plimsoll regime filter --model regime.json --input spx_vix.csv --out days.csv",
    )
    .action((options: FilterOptions) => {
      const out = outputFile(options.out, "days.csv");
      const filter = new RegimeFilter(modelOf(options.model));
      const table = readNumberTable(options.input);
      const rows = rowsOf(table, options.input);
      const lines = table.dates.map((date, day) => {
        filter.update(rows.subarray(day * REGIME_INPUTS, (day + 1) * REGIME_INPUTS));
        const { bull, neutral, bear } = filter.probabilities;
        return `${date},${bull},${neutral},${bear}`;
      });
      replaceFile(out, `${["date,bull,neutral,bear", ...lines].join("\n")}\n`);
      tell(context, { days: lines.length, out: out }, () => `${lines.length} days are in ${out}`);
    });
  registerHistory(regime, context);
}

function registerHistory(regime: Command, context: CliContext): void {
  regime
    .command("history")
    .description("the past as it could have been known: each month judged by a model of the days before it")
    .requiredOption("--input <file>", INPUT)
    .option("--window <days>", "days that a model is fitted on (default: all there are)")
    .requiredOption("--out <file>", "CSV to write: date,bull,neutral,bear")
    .option("--picture <file>", "SVG of the regimes over the closes, which the input must have")
    .addHelpText(
      "after",
      "\nExample: plimsoll regime history --input spx_vix.csv --window 1260 --out days.csv",
    )
    .action((options: HistoryOptions) => {
      const out = outputFile(options.out, "days.csv");
      const picture = options.picture === undefined ? undefined : outputFile(options.picture, "regimes.svg");
      const window =
        options.window === undefined
          ? undefined
          : wholeNumber("--window", options.window, { least: 504, most: 1e6 });
      const table = readNumberTable(options.input);
      const closes =
        table.columns[table.names.findIndex((name) => /close$/i.test(name) && !/^vix/i.test(name))];
      if (picture !== undefined && closes === undefined)
        throw new InputError(`--picture: ${options.input} has no column close to draw`);
      const months = table.dates.map((date) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)));
      const params = pointInTimeParams.parse(window === undefined ? {} : { windowDays: window });
      const { days, refits } = pointInTimeRegimes(rowsOf(table, options.input), months, params);
      const lines = days.map(
        ({ bull, neutral, bear }, day) => `${table.dates[day]},${bull},${neutral},${bear}`,
      );
      replaceFile(out, `${["date,bull,neutral,bear", ...lines].join("\n")}\n`);
      if (picture !== undefined && closes !== undefined) {
        const pictured = days.map((each, day) => ({
          date: table.dates[day]!,
          close: closes[day]!,
          regime: each,
        }));
        replaceFile(picture, regimePicture("Regimes as they could have been known, over price", pictured));
      }
      const refused = refits.filter(({ model }) => model === undefined).length;
      tell(context, { days: days.length, refits: refits.length, refused, out }, () => {
        return `${days.length} days, ${refits.length} refits, ${refused} of them refused; days are in ${out}`;
      });
    });
}

/** T x 3, row-major. */
function rowsOf({ names, columns }: NumberTable, path: string): Float64Array {
  const find = (wanted: RegExp) => columns[names.findIndex((name) => wanted.test(name))];
  const [close, vix] = [find(/close$/i), find(/^vix/i)];
  if (columns.length === 2 && close !== undefined && vix !== undefined && close !== vix)
    return regimeInputs(close, vix);
  // A VIX column may be named vix_close.
  if (columns.length === 2 && vix !== undefined)
    return regimeInputs(columns.find((each) => each !== vix)!, vix);
  if (columns.length !== REGIME_INPUTS)
    throw new InputError(
      `--input ${path}: has ${names.join(", ")}; give date,close,vix or date and three inputs`,
    );
  const days = columns[0]!.length;
  const rows = new Float64Array(days * REGIME_INPUTS);
  for (const [input, column] of columns.entries())
    for (let day = 0; day < days; day++) rows[day * REGIME_INPUTS + input] = column[day]!;
  return rows;
}

function modelOf(path: string): RegimeModel {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new InputError(`--model ${path}: is no model; make one with: plimsoll regime fit`);
  }
  const parsed = savedRegimeModel.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(
    `--model ${path}: ${issue?.path.join(".")}: ${issue?.message}; fit it anew: plimsoll regime fit`,
  );
}

function modelText(
  { labels, occupancy, hmm, standardisation, days, logLikelihood }: RegimeModel,
  out: string,
): string {
  const inUnits = (state: number, input: number) =>
    hmm.means[state * REGIME_INPUTS + input]! * standardisation.deviation[input]! +
    standardisation.mean[input]!;
  const rows = labels.map((label, state) => [
    label,
    percent(occupancy[state]!, 1),
    percent(inUnits(state, 0), 3),
    percent(inUnits(state, 1), 1),
    number(100 * inUnits(state, 2), 1),
    number(hmm.transition[state * REGIME_STATES + state]!, 3),
  ]);
  const columns = [
    { title: "" },
    ...["days", "mean return", "volatility", "VIX", "stays"].map((title) => ({
      title,
      align: "right" as const,
    })),
  ];
  return [
    `${days} days, log-likelihood ${number(logLikelihood, 2)}`,
    alignedTable(columns, rows),
    `model is in ${out}`,
  ].join("\n");
}
