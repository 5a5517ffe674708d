/** How much a setting knows of one fold (LEARN-5): what the objective of a search averages over purged splits. */
import { TreeEnsemble } from "../../models/trees/tree-ensemble.ts";
import type { Split } from "../validation/purging.ts";
import { skillOf } from "./fit-signal-model.ts";
import { chosenEntries, type LabelledEntries } from "./labelled-entries.ts";
import { type FoldTerms, type GrowTerms, grownWatched, weightsOf } from "./out-of-fold.ts";

/** Part of the log loss of the base rate that is taken away, of rows that the trees never saw; NaN without any. */
export function foldSkill(entries: LabelledEntries, terms: FoldTerms, grow: GrowTerms, split: Split): number {
  const tested = chosenEntries(entries, split.test);
  const { model } = grownWatched(chosenEntries(entries, split.train), terms, grow);
  const trees = new TreeEnsemble(model);
  const row = new Float64Array(entries.columns.length);
  const probability = Float64Array.from(tested.label, (_, n) => {
    for (let f = 0; f < row.length; f++) row[f] = tested.columns[f]![n]!;
    return trees.probability(row);
  });
  return skillOf(probability, tested.label, weightsOf(tested));
}
