/** How much a setting knows of one fold (LEARN-5): what the objective of a search averages over purged splits. */
import { TreeEnsemble } from "../../models/trees/tree-ensemble.ts";
import type { Split } from "../validation/purging.ts";
import { chosenEntries, type LabelledEntries } from "./labelled-entries.ts";
import { type FoldTerms, type GrowTerms, grownWatched, weightsOf } from "./out-of-fold.ts";
import { baseRateOf, skillOf } from "./signal-skill.ts";

/**
 * Of rows that the trees never saw, the part of the log loss that is taken away from who knows only how often those
 * paid that the trees did see. What the judged rows themselves paid nobody knew, and where they all came out alike
 * nothing could be taken away from it; NaN without any row.
 */
export function foldSkill(entries: LabelledEntries, terms: FoldTerms, grow: GrowTerms, split: Split): number {
  const tested = chosenEntries(entries, split.test);
  const learned = chosenEntries(entries, split.train);
  const { model } = grownWatched(learned, terms, grow);
  const trees = new TreeEnsemble(model);
  const row = new Float64Array(entries.columns.length);
  const probability = Float64Array.from(tested.label, (_, n) => {
    for (let f = 0; f < row.length; f++) row[f] = tested.columns[f]![n]!;
    return trees.probability(row);
  });
  return skillOf(probability, tested.label, weightsOf(tested), baseRateOf(learned.label, weightsOf(learned)));
}
