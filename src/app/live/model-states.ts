/** Who decides on each strategy's entries now: a model beside the rules, or the rules alone, and why (STRAT-2). */
import type { Demotion } from "../../engine/model-watch.ts";
import type { RunTerms } from "./run-terms.ts";

export interface ModelState {
  readonly strategy: string;
  /** The version that decides; null: rules alone. */
  readonly decides: string | null;
  /** Versions that are asked and change nothing. */
  readonly shadows: readonly string[];
  /** The version that decided until it had drifted; null: none. */
  readonly demoted: Pick<Demotion, "model" | "reason"> | null;
  /** For people. */
  readonly why: string;
}

/** What is said where nobody has promoted anything. */
export const RULES_ALONE = "rules alone";

export function modelStates(
  { models = {}, strategyIds }: Pick<RunTerms, "models" | "strategyIds">,
  demotions: readonly Demotion[],
): ModelState[] {
  return strategyIds.map((strategy, index) => {
    const { decides, shadows = [], why = RULES_ALONE } = models[strategy] ?? {};
    const demoted = demotions.find((demotion) => demotion.strategy === index);
    const names = shadows.map(({ id }) => id);
    if (demoted === undefined)
      return { strategy, decides: decides?.id ?? null, shadows: names, demoted: null, why };
    const { model, reason, scale } = demoted;
    return {
      ...{ strategy, decides: null, shadows: [model, ...names], demoted: { model, reason } },
      why: `rules alone at ${scale} of their conviction: ${model} has drifted, ${reason}`,
    };
  });
}
