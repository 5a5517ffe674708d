/**
 * From a classifier's score to a probability that means what it says (LEARN-7, QUANT k). Only the application:
 * fitting belongs to the trainers, and to rows that the classifier was not trained on.
 */
import { z } from "zod";

const ascending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value >= values[i - 1]!);

/** Straight lines between corners, flat beyond the first and the last (Zadrozny and Elkan, 2002). */
const isotonic = z
  .strictObject({
    kind: z.literal("isotonic"),
    /** Scores of the corners, ascending and all different. */
    scores: z.array(z.number()).min(1),
    /** Probabilities there, never descending. */
    probabilities: z.array(z.number().min(0).max(1)).min(1),
  })
  .refine(({ scores, probabilities }) => scores.length === probabilities.length, {
    error: "scores and probabilities differ in length",
  })
  .refine(({ scores }) => ascending(scores) && new Set(scores).size === scores.length, {
    error: "scores do not ascend",
  })
  .refine(({ probabilities }) => ascending(probabilities), { error: "probabilities descend" });

/** p = 1 / (1 + exp(a * score + b)); `a` is negative where a higher score is likelier (Platt, 1999). */
const platt = z.strictObject({ kind: z.literal("platt"), a: z.number(), b: z.number() });

/** Plain data, as it is kept with a model. */
export const calibrator = z.union([isotonic, platt]);
export type Calibrator = z.infer<typeof calibrator>;
export type IsotonicCalibrator = z.infer<typeof isotonic>;
export type PlattCalibrator = z.infer<typeof platt>;

/** Probability of the positive class, in [0, 1]; NaN for a score that is NaN. */
export function calibrated(by: Calibrator, score: number): number {
  return by.kind === "platt" ? sigmoid(-(by.a * score + by.b)) : interpolated(by, score);
}

function interpolated({ scores, probabilities }: IsotonicCalibrator, score: number): number {
  if (Number.isNaN(score)) return Number.NaN;
  const last = scores.length - 1;
  if (score <= scores[0]!) return probabilities[0]!;
  if (score >= scores[last]!) return probabilities[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!);
  return probabilities[low]! + share * (probabilities[high]! - probabilities[low]!);
}

/** exp of a large positive number would overflow, so each sign has its form. */
function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
