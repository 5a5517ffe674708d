/**
 * Which models stand beside the strategies of a run (STRAT-2, LEARN-8): chosen when the run is made, written into its
 * terms, and the same bytes for every process, restart, replay and parity of it.
 *
 * RM-1  A model of a run is the one that its terms name, byte for byte, or the process does not begin: nobody takes
 *       rules instead in the middle of a run.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile, sha256OfText } from "../../adapters/durable-file.ts";
import { DRIFT_WATCH, ModelRegistry } from "../../adapters/models/model-registry.ts";
import { InputError } from "../../domain/assert.ts";
import type { ModelVersion } from "../../domain/model-version.ts";
import { type DriftReference, driftReference } from "../../models/drift/drift-reference.ts";
import {
  SignalModel,
  type SignalModelData,
  type SignalSettings,
  signalSettings,
} from "../../models/signal/signal-model.ts";
import type { Config } from "../config.ts";
import { featureVersionOf } from "./model-features.ts";

/** As a run's terms keep it; its trees lie beside them under their digest. */
export interface RunModel {
  readonly id: string;
  readonly sha256: string;
  readonly settings: SignalSettings;
  /** ISO date of the last row that it was fitted on. */
  readonly trainedTo?: string;
  readonly reference?: DriftReference;
}

export interface StrategyModels {
  /** Absent: rules alone. */
  readonly decides?: RunModel;
  /** Asked about each entry, and changing none (LEARN-8). */
  readonly shadows: readonly RunModel[];
  /** What convictions of the rules are multiplied by; absent: they stay whole. */
  readonly scale?: number;
  /** Who decides and why, for people. */
  readonly why: string;
  /** What is not as it was asked for: told as a warning. */
  readonly warnings: readonly string[];
}

/** By strategy. */
export type RunModels = Readonly<Record<string, StrategyModels>>;

/** As the engine takes them, by strategy. */
export interface EngineModels {
  readonly models: Readonly<Record<string, SignalModelData>>;
  readonly shadows: Readonly<Record<string, readonly SignalModelData[]>>;
  readonly scales: Readonly<Record<string, number>>;
}

export const noModels: EngineModels = { models: {}, shadows: {}, scales: {} };

/** Versions of this name stand beside the strategy. */
export const modelNameOf = (strategy: string): string => `${strategy}.meta`;

/** Empty for a name that is none of a strategy's. */
export const strategyOfModel = (name: string): string => /^(.+)\.meta$/.exec(name)?.[1] ?? "";

/** What a model's version keeps in its parameters for who trades by it. */
const kept = z.object({
  signal: signalSettings,
  trainedTo: z.iso.date().optional(),
  reference: driftReference.optional(),
});

/** Throws InputError for a version that no strategy can have beside it: of other features, or sick. */
export function loadRunModel(registry: ModelRegistry, id: string): { model: RunModel; text: string } {
  const { sha256, features, params } = registry.get(id);
  const text = registry.load(id, featureVersionOf(features));
  const parsed = kept.safeParse(params);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      `model ${id}: params.${issue?.path.join(".")}: ${issue?.message}; it does not stand beside a strategy; train one`,
      1,
    );
  }
  const { signal: settings, trainedTo, reference } = parsed.data;
  requireSound(new SignalModel({ id, text, settings, reference }), features);
  const dated = trainedTo === undefined ? {} : { trainedTo };
  return {
    model: { id, sha256, settings, ...dated, ...(reference === undefined ? {} : { reference }) },
    text,
  };
}

/** Trees of the columns that were registered, with an answer. */
function requireSound(model: SignalModel, features: readonly string[]): void {
  const read = model.features.join(", ");
  if (read !== features.join(", "))
    throw new InputError(
      `model ${model.id}: its trees read ${read}, not what was registered; train it anew`,
      1,
    );
  const blind = model.probability(new Float64Array(features.length).fill(Number.NaN));
  const plain = model.probability(new Float64Array(features.length));
  if (Number.isFinite(blind) && Number.isFinite(plain)) return;
  throw new InputError(`model ${model.id}: gives no answer where it must give one; train it anew`, 1);
}

export interface ResolveRequest {
  /** Folder of all state: where the registry lies. */
  readonly base: string;
  readonly config: Pick<Config, "strategies" | "learn">;
  readonly strategyIds: readonly string[];
}

export interface ResolvedModels {
  readonly models: RunModels;
  /** Trees by digest. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * For a run that begins now. A champion that cannot be loaded is rules alone at less conviction and a warning; throws
 * InputError for a version that the configuration names and that cannot be loaded, or may not trade.
 */
export function resolveModels({ base, config, strategyIds }: ResolveRequest): ResolvedModels {
  const texts = new Map<string, string>();
  const scale = config.learn.drift.demotedScale;
  const asked = strategyIds.map(
    (strategy) => [strategy, config.strategies[strategy]?.model ?? "champion"] as const,
  );
  const registry = opened(
    base,
    asked.some(([, model]) => model.includes("@")),
  );
  if (registry instanceof InputError) {
    const { message } = registry;
    const all = asked.map(([strategy, model], n) => {
      const none = { shadows: [], warnings: n === 0 ? [`no model is used: ${message}`] : [] };
      if (model === "rules") return [strategy, { ...none, why: "rules alone, as configured" }] as const;
      // Nobody can say whether a champion would have kept entries out.
      const why = `rules alone at ${scale} of their conviction: the registry cannot be read`;
      return [strategy, { ...none, scale, why }] as const;
    });
    return { models: Object.fromEntries(all), texts };
  }
  try {
    const chosen = asked.map(
      ([strategy, model]) => [strategy, resolved(registry, strategy, model, { texts, scale })] as const,
    );
    return { models: Object.fromEntries(chosen), texts };
  } finally {
    registry.close();
  }
}

/** What is wrong with it, where nobody has named a version: a system trades by its rules without a registry. */
function opened(base: string, mustOpen: boolean): ModelRegistry | InputError {
  try {
    return new ModelRegistry(base, "reads");
  } catch (error) {
    if (mustOpen || !(error instanceof InputError)) throw error;
    return error;
  }
}

function resolved(
  registry: ModelRegistry,
  strategy: string,
  asked: string,
  { texts, scale }: { readonly texts: Map<string, string>; readonly scale: number },
): StrategyModels {
  const name = modelNameOf(strategy);
  const warnings: string[] = [];
  const taken = (id: string): RunModel => {
    const { model, text } = loadRunModel(registry, id);
    texts.set(model.sha256, text);
    return model;
  };
  const tried = (version: ModelVersion): RunModel | undefined => {
    try {
      return taken(version.id);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      warnings.push(`${strategy}: ${version.stage} left out: ${error.message}`);
      return undefined;
    }
  };
  const shadows = registry
    .list(name)
    .filter(({ stage, id }) => stage === "shadow" && id !== asked)
    .flatMap((version) => tried(version) ?? []);
  if (asked === "rules") return { shadows, warnings, why: "rules alone, as configured" };
  if (asked !== "champion") {
    requirePromoted(registry.get(asked), strategy);
    return { decides: taken(asked), shadows, warnings, why: `${asked}, as configured` };
  }
  const champion = registry.champion(name);
  const drifted = champion === undefined ? lastDrifted(registry, name) : undefined;
  if (drifted !== undefined) {
    const why = `rules alone at ${scale} of their conviction: ${drifted} had drifted and nobody has decided since`;
    const cure = `promote another version, or set strategies.${strategy}.model to rules`;
    return { shadows, scale, warnings: [...warnings, `${strategy}: ${why}; ${cure}`], why };
  }
  if (champion === undefined) return { shadows, warnings, why: `rules alone: ${name} has no champion` };
  const decides = tried(champion);
  if (decides !== undefined) return { decides, shadows, warnings, why: `${champion.id}, the champion` };
  // What it would have kept out is entered now: as with one that drifted, a doubt must not add risk.
  const why = `rules alone at ${scale} of their conviction: ${champion.id} cannot be used`;
  return { shadows, scale, warnings, why };
}

/** The champion that left last, where it was let go for its drift and nobody has put another in its place. */
function lastDrifted(registry: ModelRegistry, name: string): string | undefined {
  const left = registry
    .list(name)
    .flatMap(({ id }) => registry.changes(id).filter(({ from, refused }) => from === "champion" && !refused));
  const [last] = left.toSorted((a, b) => b.at.localeCompare(a.at));
  return last?.by === DRIFT_WATCH ? last.id : undefined;
}

/** Nothing trades that no gate has passed, whoever names it (LEARN-9). */
function requirePromoted({ id, name, stage }: ModelVersion, strategy: string): void {
  const key = `config: strategies.${strategy}.model = ${id}`;
  if (name !== modelNameOf(strategy))
    throw new InputError(`${key}: is a model of ${name}; must be a version of ${modelNameOf(strategy)}`);
  if (stage === "shadow" || stage === "champion") return;
  throw new InputError(
    `${key}: is ${stage}; must be in shadow or champion: plimsoll models promote ${id}`,
    3,
  );
}

/** Lays the trees beside the run's terms. */
export function writeModelFiles(folder: string, { texts }: ResolvedModels): void {
  for (const [sha256, text] of texts) replaceFile(join(folder, `${sha256}.model`), text);
}

/** Digests of all models of a run. */
export const digestsOf = (models: RunModels = {}): readonly string[] => [
  ...new Set(Object.values(models).flatMap((of) => allOf(of).map(({ sha256 }) => sha256))),
];

const allOf = ({ decides, shadows }: StrategyModels): RunModel[] =>
  decides === undefined ? [...shadows] : [decides, ...shadows];

/**
 * With the trees that lie beside the run, else those of the registry at `base`: the name is the content's. Throws
 * InputError (exit 1) with the cure where neither has them (RM-1).
 */
export function readModelFiles(folder: string, base: string, models: RunModels = {}): EngineModels {
  const places = [join(folder), join(base, "models")];
  const data = ({ id, sha256, settings, reference }: RunModel): SignalModelData => ({
    ...{ id, settings, text: treesOf(places, id, sha256) },
    ...(reference === undefined ? {} : { reference }),
  });
  const entries = Object.entries(models);
  return {
    models: Object.fromEntries(
      entries.flatMap(([strategy, { decides }]) =>
        decides === undefined ? [] : [[strategy, data(decides)]],
      ),
    ),
    shadows: Object.fromEntries(
      entries.flatMap(([strategy, { shadows }]) =>
        shadows.length === 0 ? [] : [[strategy, shadows.map(data)]],
      ),
    ),
    scales: Object.fromEntries(
      entries.flatMap(([strategy, { scale }]) => (scale === undefined ? [] : [[strategy, scale]])),
    ),
  };
}

function treesOf(places: readonly string[], id: string, sha256: string): string {
  const file = `${sha256}.model`;
  let changed = false;
  for (const place of places) {
    const path = join(place, file);
    if (!existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    if (sha256OfText(text) === sha256) return text;
    changed = true;
  }
  const what = changed ? "not what the run began with" : "missing";
  throw new InputError(
    `model ${id}: ${join(places[0] ?? "", file)} is ${what}; nothing is ` +
      "entered without it: put it back from a backup, or close the positions and start a new run",
    1,
  );
}
