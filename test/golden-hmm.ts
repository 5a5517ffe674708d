/** The golden files of one hidden Markov model: its input, and its parameters as ours are written. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GaussianHmm, savedHmm } from "../src/models/regime/gaussian-hmm.ts";
import { goldenFolder } from "./golden-stock.ts";

/** As hmmlearn names them. */
export interface GoldenParameters {
  readonly startprob: readonly number[];
  readonly transmat: readonly (readonly number[])[];
  readonly means: readonly (readonly number[])[];
  readonly covars: readonly (readonly (readonly number[])[])[];
}

export function goldenModel(given: GoldenParameters): GaussianHmm {
  return savedHmm.parse({
    covariance: "full",
    states: given.startprob.length,
    inputs: given.means[0]?.length ?? 0,
    start: [...given.startprob],
    transition: given.transmat.flat(),
    means: given.means.flat(),
    covariances: given.covars.flat(2),
  });
}

/** 1000 days of standardised log return, 20-day volatility and VIX, row-major. */
export function goldenObservations(): Float64Array {
  return Float64Array.from(goldenRows("hmm_input.csv").flat());
}

/** The numbers of a csv, without its first column, which is a date. */
export function goldenRows(file: string): number[][] {
  const [, ...lines] = readFileSync(join(goldenFolder, file), "utf8").trim().split("\n");
  return lines.map((line) => line.split(",").slice(1).map(Number));
}
