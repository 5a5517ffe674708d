/**
 * What the fittest rule is worth on days that evolution never saw (QUANT n): its deflated Sharpe ratio there, with all
 * unique rules that were tried as trials, and how likely it is that choosing the best of what was tried finds nothing.
 * All of it in excess of holding: where everything rises, every long rule has a good ratio (ADR 0025). What the rule
 * earned outright is asked as well, so that one which lost less than holding does not pass by that.
 */
import { quantileOfSorted, sampleDeviation } from "../../numerics/moments.ts";
import {
  averageCorrelation,
  deflatedSharpe,
  effectiveTrials,
  probabilisticSharpe,
  sharpeSample,
} from "../../numerics/sharpe-inference.ts";
import { backtestOverfitting } from "../overfitting/backtest-overfitting.ts";

export const vaultGates = { deflatedSharpe: 0.95, overfitting: 0.2 } as const;

export interface VaultFacts {
  /** Of the rule, per period, in excess of holding, on the days of the vault, and on those that it was bred on. */
  readonly returns: Float64Array;
  readonly chosenOn: Float64Array;
  /** All that it earned on the days of the vault. */
  readonly outright: Float64Array;
  /** In excess of holding, of an even sample of what was tried, on the days of evolution and on those of the vault. */
  readonly bred: readonly Float64Array[];
  readonly held: readonly Float64Array[];
  /** Ratios in excess of holding of the first generation, which nothing was selected for, on the days of evolution. */
  readonly sharpes: readonly number[];
  /** The same of the last one. */
  readonly last: readonly number[];
  /** Rules that were tried, in this search and in others on some of the same days. */
  readonly tried: number;
}

export interface VaultVerdict {
  /** Per period, in excess of holding as are all that follow unless they say otherwise. */
  readonly sharpe: number;
  readonly observations: number;
  /** Against zero, as if nothing else had been tried. */
  readonly probabilisticSharpe: number;
  readonly deflatedSharpe: number;
  /** Ratio per period of all that it earned, and that held against the same luck. */
  readonly sharpeOutright: number;
  readonly deflatedOutright: number;
  /** The first on the days that it was chosen on: what it is worth there once all trials are counted. No gate. */
  readonly deflatedWhereBred: number;
  /** Best ratio that luck would show among the trials, per period. */
  readonly expectedMaximum: number;
  /** How far luck scatters the trials' ratios, per period. */
  readonly sharpeDeviation: number;
  /**
   * The deflated Sharpe ratio if the plain deviation of the last generation stood for luck. No gate asks it: where
   * there is something to find, most of what tells that generation's rules apart is how much of it they have found.
   */
  readonly deflatedByLast: number;
  readonly averageCorrelation: number;
  readonly effectiveTrials: number;
  /** NaN where the vault is too short or fewer than two rules traded in it. */
  readonly overfitting: number;
  readonly passed: boolean;
  /** A sentence for each gate that said no. */
  readonly reasons: readonly string[];
}

export function vaultVerdict({
  returns,
  outright,
  chosenOn,
  bred,
  held,
  sharpes,
  last,
  tried,
}: VaultFacts): VaultVerdict {
  const sample = sharpeSample(returns);
  const moving = bred.filter((series) => sampleDeviation(series) > 0);
  const correlation = moving.length < 2 ? 0 : averageCorrelation(moving);
  const trials = effectiveTrials(tried, Math.max(0, correlation));
  const sharpeDeviation = Math.max(robustDeviation(sharpes), byChance(chosenOn.length));
  const { probability, expectedMaximum } = deflatedSharpe(sample, { trials, sharpeDeviation });
  const ofLast = last.length > 1 ? sampleDeviation(Float64Array.from(last)) : 0;
  const whole = sharpeSample(outright);
  const deflatedOutright = deflatedSharpe(whole, { trials, sharpeDeviation }).probability;
  const overfitting = overfittingOf([returns, ...held]);
  const reasons = [
    ...tooLow("in excess of holding", probability),
    ...tooLow("outright", deflatedOutright),
    ...(overfitting < vaultGates.overfitting
      ? []
      : [`overfitting ${shown(overfitting)} is not below ${vaultGates.overfitting}`]),
  ];
  return {
    ...{ sharpe: sample.sharpe, observations: returns.length },
    probabilisticSharpe: probabilisticSharpe(sample, 0),
    ...{ deflatedSharpe: probability, expectedMaximum, sharpeDeviation },
    ...{ sharpeOutright: whole.sharpe, deflatedOutright },
    deflatedWhereBred: deflatedSharpe(sharpeSample(chosenOn), { trials, sharpeDeviation }).probability,
    deflatedByLast: deflatedSharpe(sample, { trials, sharpeDeviation: ofLast }).probability,
    ...{ averageCorrelation: correlation, effectiveTrials: trials, overfitting },
    ...{ passed: reasons.length === 0, reasons },
  };
}

const tooLow = (of: string, probability: number): readonly string[] =>
  probability >= vaultGates.deflatedSharpe
    ? []
    : [`deflated Sharpe ${of} ${shown(probability)} is below ${vaultGates.deflatedSharpe}`];

/** Quartiles of a normal are this many deviations apart. */
const QUARTILES_APART = 1.349;

/** Of the middle half: a few rules that met something real do not make luck look wider. */
function robustDeviation(values: readonly number[]): number {
  if (values.length < 4) return 0;
  const sorted = Float64Array.from(values).sort();
  return (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / QUARTILES_APART;
}

/** What chance alone scatters over a record of this length: too few first rules must not make luck small. */
const byChance = (observations: number): number => (observations > 1 ? 1 / Math.sqrt(observations - 1) : 0);

/** Parts of time that overfitting is judged in: the most that leave 20 periods each. */
const PARTS = [16, 14, 12, 10, 8, 6, 4, 2] as const;
const PART_PERIODS = 20;

function overfittingOf(trials: readonly Float64Array[]): number {
  const periods = trials[0]?.length ?? 0;
  const blocks = PARTS.find((parts) => periods >= parts * PART_PERIODS);
  const moving = trials.filter((series) => sampleDeviation(series) > 0);
  return blocks === undefined || moving.length < 2
    ? Number.NaN
    : backtestOverfitting(moving, { blocks }).probability;
}

const shown = (value: number): string => (Number.isNaN(value) ? "not known" : value.toFixed(3));
