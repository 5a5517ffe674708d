/** What looks after the models of a root: reads of the registry, and the one way out of use that needs no operator. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DRIFT_WATCH, ModelRegistry } from "../../adapters/models/model-registry.ts";
import { InputError } from "../../domain/assert.ts";
import type { ModelStage } from "../../domain/model-version.ts";
import { loadRunModel, modelNameOf } from "./run-models.ts";

export interface WatchedModel {
  readonly id: string;
  readonly strategy: string;
  readonly stage: ModelStage;
  /** ISO date of the last row that it was fitted on; where it does not say, of the day that it was registered. */
  readonly knowsTo: string;
  /** Why it cannot stand beside a strategy now: its features, its file, its parameters; null: it can. */
  readonly problem: string | null;
}

export interface ModelDoor {
  /** Champions and shadows of the strategies. */
  watched(strategyIds: readonly string[]): readonly WatchedModel[];
  /** Out of use, with the reason on record; false where it is already, or is not known. */
  retire(id: string, reason: string): boolean;
}

/** `base` is the folder of all state. Both throw InputError (exit 1) where the registry cannot be read. */
export function modelDoor(base: string, nowIso: () => string): ModelDoor {
  const within = <Found>(work: (registry: ModelRegistry) => Found): Found => {
    const registry = new ModelRegistry(base, existsSync(join(base, "db", "models.db")) ? "writes" : "reads");
    try {
      return work(registry);
    } finally {
      registry.close();
    }
  };
  return {
    watched: (strategyIds) =>
      within((registry) =>
        strategyIds.flatMap((strategy) =>
          registry
            .list(modelNameOf(strategy))
            .filter(({ stage }) => stage === "champion" || stage === "shadow")
            .map(({ id, stage, createdAt }) => {
              const { problem, trainedTo } = looked(registry, id);
              return { id, strategy, stage, problem, knowsTo: trainedTo ?? createdAt.slice(0, 10) };
            }),
        ),
      ),
    retire: (id, reason) =>
      within((registry) => {
        const version = registry.list().find((each) => each.id === id);
        if (version === undefined || version.stage === "retired") return false;
        registry.move(id, "retired", { by: DRIFT_WATCH, reason, at: nowIso() });
        return true;
      }),
  };
}

function looked(
  registry: ModelRegistry,
  id: string,
): { readonly problem: string | null; readonly trainedTo?: string | undefined } {
  try {
    return { problem: null, trainedTo: loadRunModel(registry, id).model.trainedTo };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { problem: error.message };
  }
}
