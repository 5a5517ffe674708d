/** The models that a backtest has beside its rules: the versions that its configuration names, and no champion. */
import { ModelRegistry } from "../../adapters/models/model-registry.ts";
import type { SignalModelData } from "../../models/signal/signal-model.ts";
import type { Config } from "../config.ts";
import { loadRunModel } from "./run-models.ts";

/** A model as a report has to know it. */
export interface TestedModel {
  readonly strategy: string;
  readonly id: string;
  /** ISO date of the last row that it was fitted on; absent: it does not say. */
  readonly trainedTo?: string | undefined;
}

export interface BacktestModels {
  readonly models: Readonly<Record<string, SignalModelData>>;
  readonly tested: readonly TestedModel[];
}

/** Any stage will do: nothing is traded. Throws InputError for a version not known, of other features, or sick. */
export function backtestModels(
  root: string,
  { strategies }: Pick<Config, "strategies">,
  strategyIds: readonly string[],
): BacktestModels {
  const named = strategyIds.flatMap((strategy) => {
    const id = strategies[strategy]?.model ?? "";
    return id.includes("@") ? [{ strategy, id }] : [];
  });
  // A registry that cannot be opened is nobody's matter who wants none of it.
  if (named.length === 0) return { models: {}, tested: [] };
  const registry = new ModelRegistry(root, "reads");
  try {
    const loaded = named.map(({ strategy, id }) => ({ strategy, ...loadRunModel(registry, id) }));
    return {
      models: Object.fromEntries(
        loaded.map(({ strategy, text, model: { id, settings, reference } }) => [
          strategy,
          { id, text, settings, reference },
        ]),
      ),
      tested: loaded.map(({ strategy, model: { id, trainedTo } }) => ({ strategy, id, trainedTo })),
    };
  } finally {
    registry.close();
  }
}

/** What a reader must know of them; `dates` are the run's sessions, ISO, ascending. Each is "Fact. Consequence." */
export function modelWarnings(tested: readonly TestedModel[], dates: readonly string[]): string[] {
  return tested.flatMap(({ strategy, id, trainedTo }) => {
    if (trainedTo === undefined)
      return [
        `Model ${id} of ${strategy} does not say on what it was trained. It may have seen these very bars.`,
      ];
    const seen = dates.filter((date) => date <= trainedTo).length;
    const share = `${seen} of the ${dates.length} sessions here`;
    return seen === 0
      ? []
      : [
          `Model ${id} of ${strategy} was trained on days up to ${trainedTo}, ${share}. ` +
            "What it made of them is what it had learned of them, which flatters every figure.",
        ];
  });
}
