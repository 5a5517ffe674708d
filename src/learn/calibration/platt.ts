/**
 * Platt's calibration (LEARN-7, QUANT k; Platt 1999): a logistic curve of two parameters, for when rows are few.
 *
 * Fitted to (N+ + 1) / (N+ + 2) and 1 / (N- + 2) instead of 1 and 0, so that scores that separate the classes do
 * not run to infinity, by Newton's method with a line search after Lin, Lin and Weng, "A note on Platt's
 * probabilistic outputs" (2007).
 */
import { InputError } from "../../domain/assert.ts";
import type { PlattCalibrator } from "../../models/calibration/calibrator.ts";
import { requireOutcomes, type ScoredOutcomes } from "./scored-outcomes.ts";

const STEPS_MAX = 100;
/** Both parts of the gradient under this share of the total weight: as near as doubles get to the minimum. */
const GRADIENT_MIN = 1e-12;
/** Added to the diagonal: the curvature vanishes where every probability is 0 or 1. */
const RIDGE = 1e-12;
const STEP_MIN = 1e-10;
/** Of the fall that the gradient promises, the share that a step must deliver. */
const SUFFICIENT = 1e-4;

/** The parameters, and the targets of both classes. */
interface Curve {
  readonly a: number;
  readonly b: number;
}
interface Targets {
  readonly positive: number;
  readonly negative: number;
}

/**
 * Throws InputError on bad rows and when no row has a weight. One class alone is allowed; the targets keep it finite.
 */
export function fitPlatt(data: ScoredOutcomes): PlattCalibrator {
  requireOutcomes(data);
  let positives = 0;
  let total = 0;
  for (let i = 0; i < data.score.length; i++) {
    const weight = data.weight?.[i] ?? 1;
    total += weight;
    positives += weight * data.outcome[i]!;
  }
  if (!(total > 0))
    throw new InputError("weight is 0 in every row; calibration needs at least one that counts");
  const negatives = total - positives;
  const targets = { positive: (positives + 1) / (positives + 2), negative: 1 / (negatives + 2) };

  let curve: Curve = { a: 0, b: Math.log((negatives + 1) / (positives + 1)) };
  let loss = lossOf(data, targets, curve);
  for (let step = 0; step < STEPS_MAX; step++) {
    const { gradientA, gradientB, aa, ab, bb } = slopesOf(data, targets, curve);
    if (Math.max(Math.abs(gradientA), Math.abs(gradientB)) <= GRADIENT_MIN * total) break;
    const determinant = aa * bb - ab * ab;
    const moveA = -(bb * gradientA - ab * gradientB) / determinant;
    const moveB = -(aa * gradientB - ab * gradientA) / determinant;
    const promised = gradientA * moveA + gradientB * moveB;
    const next = lineSearch(data, targets, curve, { a: moveA, b: moveB }, loss, promised);
    if (next === undefined) break;
    curve = next.curve;
    loss = next.loss;
  }
  return { kind: "platt", ...curve };
}

/**
 * Halves the step until it delivers; undefined when even the shortest does not, at the minimum as far as doubles go.
 */
function lineSearch(
  data: ScoredOutcomes,
  targets: Targets,
  from: Curve,
  move: Curve,
  loss: number,
  promised: number,
): { curve: Curve; loss: number } | undefined {
  for (let share = 1; share >= STEP_MIN; share /= 2) {
    const curve = { a: from.a + share * move.a, b: from.b + share * move.b };
    const there = lossOf(data, targets, curve);
    if (there < loss + SUFFICIENT * share * promised) return { curve, loss: there };
  }
  return undefined;
}

/** Cross-entropy against the targets. */
function lossOf({ score, outcome, weight }: ScoredOutcomes, targets: Targets, { a, b }: Curve): number {
  let loss = 0;
  for (let i = 0; i < score.length; i++) {
    const x = a * score[i]! + b;
    const target = outcome[i] === 1 ? targets.positive : targets.negative;
    // ln(1 + exp(x)) - (1 - target) x, with the exponential always of a number that is not positive.
    const term = x >= 0 ? target * x + Math.log1p(Math.exp(-x)) : (target - 1) * x + Math.log1p(Math.exp(x));
    loss += (weight?.[i] ?? 1) * term;
  }
  return loss;
}

interface Slopes {
  readonly gradientA: number;
  readonly gradientB: number;
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
}

function slopesOf({ score, outcome, weight }: ScoredOutcomes, targets: Targets, { a, b }: Curve): Slopes {
  let gradientA = 0;
  let gradientB = 0;
  let aa = RIDGE;
  let ab = 0;
  let bb = RIDGE;
  for (let i = 0; i < score.length; i++) {
    const s = score[i]!;
    const counts = weight?.[i] ?? 1;
    const x = a * s + b;
    const small = Math.exp(-Math.abs(x));
    const p = x >= 0 ? small / (1 + small) : 1 / (1 + small);
    const target = outcome[i] === 1 ? targets.positive : targets.negative;
    const error = counts * (target - p);
    const curvature = counts * p * (1 - p);
    gradientA += s * error;
    gradientB += error;
    aa += s * s * curvature;
    ab += s * curvature;
    bb += curvature;
  }
  return { gradientA, gradientB, aa, ab, bb };
}
