/** Which models the open runs of a root have beside their rules: a champion of today may not be that of a run. */
import { InputError } from "../../domain/assert.ts";
import { stateRoot } from "./active-run.ts";
import { isClosed } from "./open-run.ts";
import { type RunTerms, readRunTerms, runPlaces } from "./run-terms.ts";

export interface ModelUse {
  /** The version. */
  readonly id: string;
  readonly run: string;
  readonly role: "decides" | "shadow";
}

export const modelsInUse = (base: string): ModelUse[] =>
  [stateRoot(base, "live"), stateRoot(base, "demo")].flatMap((root) => {
    const terms = openTerms(root);
    return terms === undefined ? [] : usesOf(terms);
  });

const usesOf = ({ run, models = {} }: RunTerms): ModelUse[] =>
  Object.values(models).flatMap(({ decides, shadows }): ModelUse[] => [
    ...(decides === undefined ? [] : [{ id: decides.id, run, role: "decides" as const }]),
    ...shadows.map(({ id }) => ({ id, run, role: "shadow" as const })),
  ]);

function openTerms(root: string): RunTerms | undefined {
  try {
    const terms = readRunTerms(runPlaces(root));
    return terms === undefined || isClosed(root, terms) ? undefined : terms;
  } catch (error) {
    // Whoever starts it says what is wrong with it.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
