/**
 * What a model says of entries that it was not fitted on (LEARN-3, QUANT d2): each fold is judged by trees of the
 * others, purged by the time that labels span. Early stopping looks at the last part of what a fold trains on, never
 * at what it is judged on.
 */
import { TreeEnsemble } from "../../models/trees/tree-ensemble.ts";
import { mean } from "../../numerics/moments.ts";
import type { Trainer, TrainingTask } from "../boosting/trainer.ts";
import { uniquenessWeights } from "../labels/sample-weights.ts";
import { purgedKFold } from "../validation/purged-k-fold.ts";
import { type PurgeTerms, purgedSplit, type Split } from "../validation/purging.ts";
import { chosenEntries, type LabelledEntries, trainingRowsOf } from "./labelled-entries.ts";

export interface FoldTerms extends PurgeTerms {
  readonly folds: number;
}

/** How trees are grown: who grows them, with which settings, from which chance. */
export interface GrowTerms {
  readonly trainer: Trainer;
  readonly settings: TrainingTask["settings"];
  /** Most rounds; early stopping may take fewer. */
  readonly rounds: number;
  /** Rounds without a better loss before growing ends; 0: all rounds are taken, nothing is held back. */
  readonly patience: number;
  readonly seed: number;
}

export interface OutOfFold {
  readonly splits: readonly Split[];
  /** Margin of each row, by trees that never saw it, all folds brought to one level. */
  readonly margins: Float64Array;
  /** Rounds that the folds stopped at, on average, from 1. */
  readonly rounds: number;
}

/** The part of a fold's training rows, last in time, that early stopping watches. */
const WATCHED = 0.2;

/** Throws InputError on bad spans or terms and where a fold is left with nothing to train on. */
export function outOfFold(entries: LabelledEntries, terms: FoldTerms, grow: GrowTerms): OutOfFold {
  const splits = purgedKFold(entries.spans, terms);
  const margins = new Float64Array(entries.label.length);
  const levels = new Float64Array(splits.length);
  let rounds = 0;
  for (const [fold, { train, test }] of splits.entries()) {
    const grown = grownWatched(chosenEntries(entries, train), terms, grow);
    const trees = new TreeEnsemble(grown.model);
    levels[fold] = mean(marginsOf(trees, entries, train));
    const asked = marginsOf(trees, entries, test);
    for (const [k, row] of test.entries()) margins[row] = asked[k]!;
    rounds += grown.rounds;
  }
  // Trees start from how often what they learned from paid, which is high where what they are asked about paid little:
  // left in, the level of a fold would tell the labels that it was held away from, the wrong way round.
  const level = mean(levels);
  for (const [fold, { test }] of splits.entries())
    for (const row of test) margins[row] = margins[row]! - levels[fold]! + level;
  return { splits, margins, rounds: Math.max(1, Math.round(rounds / splits.length)) };
}

/** On all rows, with exactly so many rounds. */
export function grownOn(
  entries: LabelledEntries,
  rounds: number,
  grow: GrowTerms,
  weights = weightsOf(entries),
) {
  return grow.trainer.train({
    rows: trainingRowsOf(entries, weights),
    goal: { objective: "logistic", rounds, patience: 0, seed: grow.seed },
    settings: grow.settings,
  });
}

/** On these rows, stopped early by the last of them in time. */
export function grownWatched(entries: LabelledEntries, terms: PurgeTerms, grow: GrowTerms) {
  const { trainer, settings, rounds, patience, seed } = grow;
  const count = entries.label.length;
  const from = Math.floor((1 - WATCHED) * count);
  if (patience === 0 || from < 2 || from >= count) return grownOn(entries, rounds, grow);
  const { train, test } = purgedSplit("early stopping", entries.spans, [{ from, to: count }], terms);
  const learned = chosenEntries(entries, train);
  const watched = chosenEntries(entries, test);
  return trainer.train({
    rows: trainingRowsOf(learned, weightsOf(learned)),
    validation: trainingRowsOf(watched, weightsOf(watched)),
    goal: { objective: "logistic", rounds, patience, seed },
    settings,
  });
}

/** Labels that share days share what they teach (QUANT d7). */
export function weightsOf({ spans }: LabelledEntries): Float64Array {
  let bars = 0;
  for (const end of spans.end) bars = Math.max(bars, end + 1);
  return uniquenessWeights(spans, bars);
}

function marginsOf(trees: TreeEnsemble, { columns }: LabelledEntries, rows: Int32Array): Float64Array {
  const line = new Float64Array(columns.length);
  return Float64Array.from(rows, (row) => {
    for (let f = 0; f < columns.length; f++) line[f] = columns[f]![row]!;
    return trees.margin(line);
  });
}
