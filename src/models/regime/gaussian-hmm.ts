/**
 * A hidden Markov model whose states emit Gaussian vectors (Rabiner 1989; QUANT c): what it is made of, and what
 * a valid one looks like. All tables are row-major and one after another.
 */
import { z } from "zod";

export interface GaussianHmm {
  /** `diagonal`: every covariance is zero off its diagonal and is estimated so. */
  readonly covariance: "full" | "diagonal";
  /** K, the number of states. */
  readonly states: number;
  /** d, numbers in one observation. */
  readonly inputs: number;
  /** K probabilities of the first state. */
  readonly start: Float64Array;
  /** K x K: P(next = column | now = row). */
  readonly transition: Float64Array;
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, symmetric, whatever the kind. */
  readonly covariances: Float64Array;
}

const STATES_MAX = 16;
const INPUTS_MAX = 64;
/** How far probabilities that were written as decimals may be from adding up to 1. */
const SUM_TOLERANCE = 1e-9;

const numbers = (schema: z.ZodNumber) =>
  z.array(schema).transform((values): Float64Array => Float64Array.from(values));

/** A saved model, plain JSON, to a checked one: sizes agree and probabilities add up. */
export const savedHmm = z
  .strictObject({
    covariance: z.enum(["full", "diagonal"]),
    states: z.int().min(1).max(STATES_MAX),
    inputs: z.int().min(1).max(INPUTS_MAX),
    start: numbers(z.number().min(0).max(1)),
    transition: numbers(z.number().min(0).max(1)),
    means: numbers(z.number()),
    covariances: numbers(z.number()),
  })
  .superRefine((hmm, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const { states, inputs } = hmm;
    const sizes = {
      start: states,
      transition: states * states,
      means: states * inputs,
      covariances: states * inputs * inputs,
    };
    for (const [key, size] of Object.entries(sizes)) {
      const { length } = hmm[key as keyof typeof sizes];
      if (length !== size) refuse(key, `${length} numbers where ${states} states of ${inputs} need ${size}`);
    }
    for (let row = -1; row < states; row++) {
      const table = row < 0 ? hmm.start : hmm.transition.subarray(row * states, (row + 1) * states);
      const total = table.reduce((a, b) => a + b, 0);
      if (Math.abs(total - 1) <= SUM_TOLERANCE) continue;
      refuse(row < 0 ? "start" : "transition", `probabilities add up to ${total}, not to 1`);
    }
  });

/** Plain JSON that `savedHmm` reads back bit for bit. */
export function hmmToJson(hmm: GaussianHmm): z.input<typeof savedHmm> {
  return {
    covariance: hmm.covariance,
    states: hmm.states,
    inputs: hmm.inputs,
    start: Array.from(hmm.start),
    transition: Array.from(hmm.transition),
    means: Array.from(hmm.means),
    covariances: Array.from(hmm.covariances),
  };
}
