/**
 * A model beside a strategy's rules, from entries whose outcome is known (STRAT-2, LEARN-7, QUANT d9). All that is
 * fitted after the trees stands on what folds said of rows they never saw: the calibration, the threshold, and the win
 * and loss that Kelly reckons with. The trees themselves are grown on all rows at the end.
 */
import { type Calibrator, calibrated } from "../../models/calibration/calibrator.ts";
import type { ModelUses, SignalSettings } from "../../models/signal/signal-model.ts";
import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { mean, quantile } from "../../numerics/moments.ts";
import { winsorisedMean } from "../../numerics/winsorised-mean.ts";
import { fitCalibrator } from "../calibration/fit-calibrator.ts";
import { type Reliability, reliability } from "../calibration/reliability.ts";
import { chooseThreshold, metaLabels } from "../labels/meta-labels.ts";
import type { Split } from "../validation/purging.ts";
import type { LabelledEntries } from "./labelled-entries.ts";
import { type FoldTerms, type GrowTerms, grownOn, outOfFold, weightsOf } from "./out-of-fold.ts";
import { areaByFold, baseRateOf, skillOf } from "./signal-skill.ts";

export interface SignalFitTerms {
  readonly folds: FoldTerms;
  readonly grow: GrowTerms;
  readonly uses: ModelUses;
  /** Share of equity on each trade when the threshold is chosen, in (0, 1]. */
  readonly stake: number;
}

/** Out of fold; losses and errors weighted by uniqueness. */
export interface SignalFigures {
  readonly events: number;
  /** Share of entries that paid. */
  readonly baseRate: number;
  /** Mean over folds; 0.5 knows nothing. */
  readonly areaUnderCurve: number;
  /** Part of the log loss of knowing the base rate alone that the model takes away; 0 or less: it knows nothing. */
  readonly skill: number;
  readonly brier: number;
  /** Mean distance between what was said and what came, in [0, 1]. */
  readonly calibrationError: number;
  readonly rounds: number;
  /** Share of entries at or above the threshold. */
  readonly followed: number;
  /** Mean net return of all entries, and of the followed ones, which flatters: the threshold was chosen on them. */
  readonly meanNet: number;
  readonly meanNetFollowed: number;
}

export interface SignalFit {
  readonly model: TreeEnsembleData;
  readonly settings: SignalSettings;
  readonly figures: SignalFigures;
  readonly reliability: Reliability;
  /** Of each row, by trees and a calibration that never saw it. */
  readonly probability: Float64Array;
  readonly splits: readonly Split[];
}

/** A threshold on fewer of the entries picks out the luckiest few. */
const FOLLOWED_MIN = 0.1;
const FOLLOWED_LEAST = 20;
/** Where not trading is best: no probability reaches it. */
const NEVER = 2;
const SURE_QUANTILE = 0.9;
const WINSOR = 0.05;

/** Why no model can be learned from these entries, in a sentence; undefined when one can (QUANT d9). */
export const whyNoModel = ({ netReturn }: LabelledEntries): string | undefined =>
  metaLabels(netReturn, new Float64Array(netReturn.length)).disabled;

/** Throws InputError on entries, settings or folds that nothing can be learned with. */
export function fitSignalModel(entries: LabelledEntries, terms: SignalFitTerms): SignalFit {
  const { folds, grow, uses, stake } = terms;
  const { margins, splits, rounds } = outOfFold(entries, folds, grow);
  const weight = weightsOf(entries);
  const outcomes = { score: margins, outcome: entries.label, weight };
  const probability = crossCalibrated(outcomes, splits);
  const calibration = fitCalibrator(outcomes);
  const count = entries.label.length;
  const minTrades = Math.min(count, Math.max(FOLLOWED_LEAST, Math.ceil(FOLLOWED_MIN * count)));
  const threshold = chooseThreshold(probability, entries.netReturn, { stake, minTrades }).probability;
  const settings: SignalSettings = {
    calibration,
    threshold: Number.isFinite(threshold) ? threshold : NEVER,
    sure: quantile(probability, SURE_QUANTILE),
    ...edgeOf(entries, uses.filter ? (row) => probability[row]! >= threshold : () => true),
    uses,
  };
  const judged = reliability({ ...outcomes, score: probability });
  const { model } = grownOn(entries, rounds, grow, weight);
  return {
    ...{ model, settings, probability, splits },
    reliability: judged,
    figures: {
      events: count,
      baseRate: mean(Float64Array.from(entries.label)),
      areaUnderCurve: areaByFold(probability, entries.label, splits),
      skill: skillOf(probability, entries.label, weight, baseRateOf(entries.label, weight)),
      ...{ brier: judged.brier, calibrationError: judged.calibrationError, rounds },
      followed: followedOf(probability, threshold).length / count,
      meanNet: mean(entries.netReturn),
      meanNetFollowed: mean(
        Float64Array.from(followedOf(probability, threshold), (row) => entries.netReturn[row]!),
      ),
    },
  };
}

const followedOf = (probability: Float64Array, threshold: number): number[] =>
  Array.from(probability.keys()).filter((row) => probability[row]! >= threshold);

/** Each fold is calibrated by the others: else a step of the calibration would have seen the row that it judges. */
function crossCalibrated(
  { score, outcome, weight }: { score: Float64Array; outcome: Uint8Array; weight: Float64Array },
  splits: readonly Split[],
): Float64Array {
  const probability = new Float64Array(score.length);
  for (const { train, test } of splits) {
    const pick = (values: Float64Array) => Float64Array.from(train, (row) => values[row]!);
    const by: Calibrator = fitCalibrator({
      score: pick(score),
      outcome: Uint8Array.from(train, (row) => outcome[row]!),
      weight: pick(weight),
    });
    for (const row of test) probability[row] = calibrated(by, score[row]!);
  }
  return probability;
}

/** Of the entries that would be followed, and of all where that is none. */
function edgeOf({ netReturn }: LabelledEntries, isFollowed: (row: number) => boolean) {
  const chosen = netReturn.filter((_, row) => isFollowed(row));
  const counted = chosen.length > 0 ? chosen : netReturn;
  const average = (values: Float64Array) => (values.length === 0 ? 0 : winsorisedMean(values, WINSOR));
  return {
    events: counted.length,
    win: average(counted.filter((value) => value > 0)),
    loss: average(counted.filter((value) => !(value > 0)).map((value) => -value)),
  };
}
