/**
 * A pipeline that finds something in shuffled labels finds itself (LEARN-3): whatever it scores on labels without
 * meaning is leakage. The same shuffles say how often chance would have scored as well as the true labels
 * (permutation test, Ojala and Garriga 2010).
 */
import { mean, sampleDeviation } from "../../numerics/moments.ts";
import { createRng } from "../../numerics/rng.ts";
import { wholeWithin } from "../allowed.ts";
import { SURE } from "./finding.ts";

export interface ShuffleTerms {
  /** Times to shuffle and score, from 2 up; 30 tell a leak, a p-value of 0.01 takes 100. */
  readonly rounds: number;
  readonly seed: number;
  /** What scores without knowledge: 0.5 for an area under the curve, 0 for a correlation. */
  readonly chance: number;
}

export interface ShuffledScores {
  /** With the labels as they are. */
  readonly score: number;
  readonly shuffledMean: number;
  readonly shuffledDeviation: number;
  /** Share of shuffles that scored as well or better, the true order counted among them; never 0. */
  readonly pValue: number;
  /** False when the mean of the shuffled scores is off chance by more than shuffling explains: something leaks. */
  readonly isAtChance: boolean;
}

/**
 * `score` fits and judges the whole pipeline out of sample with the labels it is given; larger is better. It is
 * called once per round and once more, and must not keep the array. Throws InputError on bad terms.
 */
export function shuffledScores(
  labels: Float64Array,
  score: (labels: Float64Array) => number,
  { rounds, seed, chance }: ShuffleTerms,
): ShuffledScores {
  wholeWithin("rounds", rounds, { from: 2, to: 100_000 });
  const rng = createRng(seed, "shuffled labels");
  const scores = Float64Array.from({ length: rounds }, () => {
    const shuffled = labels.slice();
    for (let i = shuffled.length - 1; i > 0; i--) {
      const other = rng.integer(i + 1);
      const value = shuffled[i]!;
      shuffled[i] = shuffled[other]!;
      shuffled[other] = value;
    }
    return score(shuffled);
  });
  const trueScore = score(labels.slice());
  const shuffledMean = mean(scores);
  const shuffledDeviation = sampleDeviation(scores);
  const asGood = scores.reduce((count, value) => count + (value >= trueScore ? 1 : 0), 0);
  return {
    score: trueScore,
    shuffledMean,
    shuffledDeviation,
    pValue: (asGood + 1) / (rounds + 1),
    isAtChance: Math.abs(shuffledMean - chance) <= (SURE * shuffledDeviation) / Math.sqrt(rounds),
  };
}
