/** `plimsoll predict` and `explain`: what a model says of rows, and which feature says how much of it (LEARN-6). */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { ModelRegistry } from "../adapters/models/model-registry.ts";
import { outputFile } from "../adapters/output-place.ts";
import { featureVersionOf } from "../app/models/model-features.ts";
import { readTreeModel } from "../models/trees/read-model.ts";
import type { TreeEnsemble } from "../models/trees/tree-ensemble.ts";
import { TreeShap } from "../models/trees/tree-shap.ts";
import { type CliContext, tell } from "./context.ts";
import { readFeatureRows } from "./feature-rows.ts";

interface AskOptions {
  readonly model: string;
  readonly input: string;
  readonly out: string;
}

export function registerPredictCommands(program: Command, context: CliContext): void {
  const add = (name: string, description: string, columns: (trees: TreeEnsemble) => Columns) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--model <id|file>", "a registered version, or a model file of LightGBM or XGBoost")
      .requiredOption("--input <file>", "CSV whose header names the features; an empty cell is missing")
      .requiredOption("--out <file>", "CSV to write, a line for each of the input's")
      .addHelpText("after", `\nExample: plimsoll ${name} --model model.txt --input rows.csv --out out.csv`)
      .action(({ model, input, out: given }: AskOptions) => {
        const out = outputFile(given, "out.csv");
        const trees = theModel(context, model);
        const { rows, values } = readFeatureRows(input, trees.data.featureNames);
        const { names, fill } = columns(trees);
        const line = new Float64Array(names.length);
        const lines = Array.from({ length: rows }, (_, row) => {
          fill(values, row * trees.data.featureNames.length, line);
          return line.join(",");
        });
        replaceFile(out, `${[names.join(","), ...lines].join("\n")}\n`);
        tell(context, { rows, out }, () => `${rows} rows are in ${out}`);
      });
  add("predict", "margin and probability of each row", (trees) => ({
    names: ["margin", "probability"],
    fill: (values, offset, line) => {
      line[0] = trees.margin(values, offset);
      line[1] = trees.probability(values, offset);
    },
  }));
  add(
    "explain",
    "exact TreeSHAP: how much each feature adds to the margin; with bias they sum to it",
    (trees) => {
      const shap = new TreeShap(trees);
      return {
        names: [...trees.data.featureNames, "bias"],
        fill: (values, offset, line) => shap.contributions(values, line, offset),
      };
    },
  );
}

interface Columns {
  readonly names: readonly string[];
  readonly fill: (values: Float64Array, offset: number, line: Float64Array) => void;
}

/** A file where there is one of that name, else a version; what was trained on other features is refused (MR-2). */
function theModel(context: CliContext, model: string): TreeEnsemble {
  if (existsSync(model)) return readTreeModel(readFileSync(model, "utf8"), `--model ${model}`).trees;
  const registry = new ModelRegistry(context.root(), "reads");
  try {
    const { features } = registry.get(model);
    return readTreeModel(registry.load(model, featureVersionOf(features)), model).trees;
  } finally {
    registry.close();
  }
}
