/** `plimsoll models`: the registry of models, and the one way in which one comes into use or out of it (LEARN-8). */
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { ModelRegistry, modelName } from "../adapters/models/model-registry.ts";
import { outputFile } from "../adapters/output-place.ts";
import { type ModelUse, modelsInUse } from "../app/live/models-in-use.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { featureVersionOf } from "../app/models/model-features.ts";
import { InputError } from "../domain/assert.ts";
import type { GateVerdict, ModelChange, ModelStage, ModelVersion } from "../domain/model-version.ts";
import { readTreeModel } from "../models/trees/read-model.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { example } from "./group-help.ts";
import { inputText } from "./input-text.ts";
import { registerCompareCommand } from "./models-compare-command.ts";
import { needed } from "./option-values.ts";
import { tellMlflow } from "./tell-mlflow.ts";

interface Words {
  readonly reason?: string;
  readonly to?: string;
}

export function registerModelCommands(program: Command, context: CliContext): void {
  const models = program
    .command("models")
    .description("trained models: what they showed, and which one is in use")
    .addHelpText("after", example("plimsoll models ls"));
  models
    .command("ls")
    .description("all versions, or those of one name")
    .argument("[name]")
    .addHelpText("after", "\nExample: plimsoll models ls")
    .action((name?: string) =>
      within(context, (registry) => {
        const uses = modelsInUse(context.root());
        const versions = registry.list(name).map((version) => ({
          ...version,
          inUse: uses.filter(({ id }) => id === version.id).map(({ run, role }) => ({ run, role })),
        }));
        report(context, versions, () => versionTable(versions));
      }),
    );
  models
    .command("show")
    .description("one version: what it was made of, its gates, and what happened to it")
    .argument("<id>")
    .addHelpText("after", "\nExample: plimsoll models show swing_trend_following.meta@3")
    .action((id: string) =>
      within(context, (registry) => {
        const [version, changes] = [registry.get(id), registry.changes(id)];
        report(context, { ...version, changes }, () => versionText(version, changes));
      }),
    );
  change(models, "promote", "one step up: candidate, shadow, champion; exit 3 when a gate says no")
    .option("--to <stage>", "shadow or champion (default: the next one)")
    .action((id: string, options: Words) => {
      const wanted = options.to === undefined ? undefined : stageOf(options.to);
      return changing(context, (registry) => {
        const next = registry.get(id).stage === "candidate" ? "shadow" : "champion";
        told(context, registry.move(id, wanted ?? next, said(options)));
      });
    });
  change(models, "retire", "out of use at once; without a champion rules decide").action(
    (id: string, options: Words) =>
      changing(context, (registry) => told(context, registry.move(id, "retired", said(options)))),
  );
  change(models, "rollback", "the champion before this one comes back", "name").action(
    (name: string, options: Words) =>
      changing(context, (registry) => told(context, registry.rollBack(name, said(options)))),
  );
  registerFileCommands(models, context);
  registerCompareCommand(models, context);
}

/** A model comes in as a file, and goes out as one. */
function registerFileCommands(models: Command, context: CliContext): void {
  models
    .command("import")
    .description(
      "registers a model file of LightGBM (text) or XGBoost (JSON); no gate has judged it, so it trades nothing",
    )
    .argument("<file>")
    .requiredOption("--name <name>", "versions of one name stand for each other")
    .option("--reason <text>", "where it is from; it is kept with the version")
    .addHelpText(
      "after",
      '\nExample: plimsoll models import model.txt --name swing.meta --reason "made elsewhere"',
    )
    .action((file: string, options: Words & { readonly name: string }) => {
      const words = said(options);
      const text = inputText("", file, "a model file");
      const { format, trees } = readTreeModel(text, file);
      const features = trees.data.featureNames;
      const none = { snapshot: "none: made elsewhere", params: {}, metrics: {}, gates: [] };
      const made = { name: modelName(options.name), format, features };
      const facts = { ...made, featureVersion: featureVersionOf(features), ...none };
      const add = (registry: ModelRegistry) => {
        const version = registry.add(facts, text, words);
        tell(context, version, () => `${version.id} is a candidate; no gate has judged it`);
      };
      return changing(context, add, "writes");
    });
  models
    .command("export")
    .description("writes a version's file as it was registered")
    .argument("<id>")
    .requiredOption("--out <file>", "where to")
    .addHelpText("after", "\nExample: plimsoll models export swing_trend_following.meta@3 --out model.txt")
    .action((id: string, options: { readonly out: string }) => {
      const out = outputFile(options.out, "model.txt");
      within(context, (registry) => {
        replaceFile(out, registry.load(id, registry.get(id).featureVersion));
        tell(context, { id, out }, () => `${id} is in ${out}`);
      });
    });
}

function change(models: Command, verb: string, about: string, argument = "id"): Command {
  return models
    .command(verb)
    .description(about)
    .argument(`<${argument}>`)
    .option("--reason <text>", "why; it is kept with the version")
    .addHelpText(
      "after",
      `\nExample: plimsoll models ${verb} swing_trend_following.meta --reason "seen enough"`,
    );
}

/** `writes`: only what brings a model in begins a registry. */
function within(
  context: CliContext,
  work: (registry: ModelRegistry) => void,
  mode: "reads" | "writes" = "reads",
): void {
  const registry = new ModelRegistry(context.root(), mode);
  try {
    work(registry);
  } finally {
    registry.close();
  }
}

/** As `within`, of what changes the registry. */
async function changing(
  context: CliContext,
  work: (registry: ModelRegistry) => void,
  mode?: "writes",
): Promise<void> {
  within(context, work, mode);
  await tellMlflow(context);
}

const said = ({ reason }: Words) => ({
  by: operatorName(),
  reason: needed("--reason", reason, '--reason "better in shadow for a month"'),
  at: new Date().toISOString(),
});

function stageOf(word: string): ModelStage {
  if (word === "shadow" || word === "champion") return word;
  throw new InputError(`--to ${word}: must be shadow or champion`);
}

const told = (context: CliContext, version: ModelVersion): void =>
  tell(context, version, () => `${version.id} is ${version.stage}`);

type ListedVersion = ModelVersion & { readonly inUse: readonly Pick<ModelUse, "run" | "role">[] };

function versionTable(versions: readonly ListedVersion[]): string {
  if (versions.length === 0) return "no models yet; strategies decide by their rules";
  const columns = ["id", "stage", "made", "features", "gates", "in use"].map((title) => ({ title }));
  const rows = versions.map(({ id, stage, createdAt, features, gates, inUse }) => [
    ...[id, stage, createdAt.slice(0, 16), features.length, gatesText(gates)],
    inUse
      .map(({ run, role }) => (role === "decides" ? `decides in run ${run}` : `shadow in run ${run}`))
      .join(", "),
  ]);
  return alignedTable(columns, rows);
}

function gatesText(gates: readonly GateVerdict[]): string {
  if (gates.length === 0) return "not judged";
  const failed = gates.filter(({ passed }) => !passed).map(({ gate }) => gate);
  return failed.length === 0 ? `all ${gates.length} passed` : `not passed: ${failed.join(", ")}`;
}

function versionText(version: ModelVersion, changes: readonly ModelChange[]): string {
  const gates = version.gates.map(({ title, value, side, limit, passed }) => [
    ...[passed ? "passed" : "FAILED", title],
    `${Number.isNaN(value) ? "not measured" : value}, must be ${side} ${limit}`,
  ]);
  const events = changes.map(({ at, from, to, by, reason, refused }) => [
    ...[at, refused ? `refused: ${to}` : `${from ?? "new"} -> ${to}`, by, reason],
  ]);
  const untitled = (width: number) => Array.from({ length: width }, () => ({ title: "" }));
  return [
    `${version.id}  ${version.stage}, made ${version.createdAt} of snapshot ${version.snapshot}`,
    `features ${version.featureVersion.slice(0, 12)}: ${version.features.join(", ")}`,
    `file ${version.sha256.slice(0, 12)}, ${version.format}; parameters ${JSON.stringify(version.params)}`,
    `out of sample ${JSON.stringify(version.metrics)}`,
    alignedTable(untitled(3), gates),
    alignedTable(untitled(4), events),
  ].join("\n");
}
