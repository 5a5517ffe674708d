/**
 * What does it cost to fit the regime model?
 *
 * Question  100 rounds of expectation-maximisation, three states, 5000 days of two inputs, diagonal and full.
 * Budget    diagonal at most 0.67 of hmmlearn's time, and never more than all of it; full at most twice diagonal;
 *           the log-likelihood that of the rival to 1e-8 (PERFORMANCE.md).
 * Rivals    the limit loop, by turns in this process, and the same fit in numpy where Python and the data folder are
 *           there. hmmlearn enters by its stored ratio to the limit loop, 0.22 s to 0.087 s on one machine.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { baumWelch } from "../src/learn/regime/baum-welch.ts";
import { trainingSeries } from "../src/learn/regime/training-series.ts";
import type { GaussianHmm } from "../src/models/regime/gaussian-hmm.ts";
import { createRng } from "../src/numerics/rng.ts";
import { type HmmLoopStart, hmmLoop } from "./rivals/hmm-loop.ts";
import { takeTurns } from "./timing.ts";

const DAYS = 5000;
const INPUTS = 2;
const ROUNDS = 100;
const TURNS = 7;
const GOAL = 0.67;
const FULL_GOAL = 2;
const HMMLEARN_TO_LIMIT = 0.22 / 0.087;
const NUMPY = "../shared/peers/hmm_numpy.py";
/** Numbers per day in the generated file. */
const STORED_INPUTS = 4;

export interface HmmFigures {
  readonly bench: "hmm";
  readonly days: number;
  readonly rounds: number;
  /** CPU seconds of the best turn. */
  readonly diagonalSeconds: number;
  readonly fullSeconds: number;
  readonly limitSeconds: number;
  readonly ratioToLimit: number;
  /** Of hmmlearn's time, by its stored ratio to the limit. */
  readonly ratioToHmmlearn: number;
  readonly fullToDiagonal: number;
  /** Seconds by the clock; null where it could not run. */
  readonly numpySeconds: number | null;
  readonly numpy: string;
  readonly logLikelihood: number;
  /** Of the limit loop's. */
  readonly logLikelihoodError: number;
  readonly goal: number;
  readonly fullGoal: number;
  readonly verdict: "goal reached" | "above the floor" | "below the floor" | "wrong result";
}

/** `directory` holds hmm.X.f64 of the generator, or is empty: then the same kind of days is made here. */
export function hmmBench(directory: string): HmmFigures {
  const rows = directory === "" ? madeDays() : storedDays(directory);
  const start = splitBySize(rows);
  const series = trainingSeries(rows, INPUTS);
  const everyRound = { iterationsMax: ROUNDS, gainMin: 0, relativeGainMin: 0 };
  const timed = takeTurns(
    {
      limit: () => hmmLoop(rows, INPUTS, start, ROUNDS),
      diagonal: () => baumWelch(series, modelOf(start, "diagonal"), everyRound).logLikelihood,
      full: () => baumWelch(series, modelOf(start, "full"), everyRound).logLikelihood,
    },
    TURNS,
  );
  const limit = timed.limit!.seconds;
  const diagonal = timed.diagonal!.seconds;
  const ratioToHmmlearn = diagonal / limit / HMMLEARN_TO_LIMIT;
  const fullToDiagonal = timed.full!.seconds / diagonal;
  const wanted = timed.limit!.result;
  const logLikelihoodError = Math.abs(timed.diagonal!.result / wanted - 1);
  return {
    bench: "hmm",
    days: DAYS,
    rounds: ROUNDS,
    diagonalSeconds: diagonal,
    fullSeconds: timed.full!.seconds,
    limitSeconds: limit,
    ratioToLimit: diagonal / limit,
    ratioToHmmlearn,
    fullToDiagonal,
    ...numpyFit(directory),
    logLikelihood: timed.diagonal!.result,
    logLikelihoodError,
    goal: GOAL,
    fullGoal: FULL_GOAL,
    verdict:
      logLikelihoodError > 1e-8
        ? "wrong result"
        : ratioToHmmlearn > 1
          ? "below the floor"
          : ratioToHmmlearn <= GOAL && fullToDiagonal <= FULL_GOAL
            ? "goal reached"
            : "above the floor",
  };
}

function numpyFit(directory: string): Pick<HmmFigures, "numpySeconds" | "numpy"> {
  if (directory === "") return { numpySeconds: null, numpy: "not run: it needs --data" };
  if (!existsSync(NUMPY)) return { numpySeconds: null, numpy: `not run: ${NUMPY} is missing` };
  const { status, stdout } = spawnSync("python3", [NUMPY, directory, String(INPUTS), String(ROUNDS)], {
    encoding: "utf8",
  });
  if (status !== 0) return { numpySeconds: null, numpy: "not run: python3 with numpy is missing" };
  return { numpySeconds: (JSON.parse(stdout) as { fit_s: number }).fit_s, numpy: "own numpy, no numba" };
}

function storedDays(directory: string): Float64Array {
  const path = join(directory, "hmm.X.f64");
  if (!existsSync(path))
    throw new Error(`--data: ${path} not found; make it with the generator: gen.mjs DIR hmm`);
  const bytes = readFileSync(path);
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  return Float64Array.from({ length: DAYS * INPUTS }, (_, k) => {
    const day = Math.floor(k / INPUTS);
    return all[day * STORED_INPUTS + (k % INPUTS)]!;
  });
}

/** Three regimes that stay for about thirty days, from a seed. */
function madeDays(): Float64Array {
  const rng = createRng(91, "hmm bench");
  const means = [8e-4, 0.01, 0, 0.015, -2e-3, 0.03];
  const deviations = [0.006, 0.003, 0.011, 0.004, 0.024, 0.009];
  let state = 0;
  const rows = new Float64Array(DAYS * INPUTS);
  for (let k = 0; k < rows.length; k++) {
    if (k % INPUTS === 0 && rng.uniform() > 0.97) state = (state + 1 + rng.integer(2)) % 3;
    const at = state * INPUTS + (k % INPUTS);
    rows[k] = means[at]! + deviations[at]! * rng.normal();
  }
  return rows;
}

/** The rivals' start: the days in three parts by the size of their first input. */
function splitBySize(rows: Float64Array): HmmLoopStart {
  const order = Array.from({ length: DAYS }, (_, t) => t);
  order.sort((a, b) => Math.abs(rows[a * INPUTS]!) - Math.abs(rows[b * INPUTS]!));
  const means = new Float64Array(3 * INPUTS);
  const variances = new Float64Array(3 * INPUTS);
  let from = 0;
  for (let s = 0; s < 3; s++) {
    const size = Math.floor(DAYS / 3) + (s < DAYS % 3 ? 1 : 0);
    const part = order.slice(from, from + size);
    from += size;
    for (let k = 0; k < INPUTS; k++) {
      const mean = part.reduce((sum, t) => sum + rows[t * INPUTS + k]!, 0) / size;
      means[s * INPUTS + k] = mean;
      variances[s * INPUTS + k] =
        part.reduce((sum, t) => sum + (rows[t * INPUTS + k]! - mean) ** 2, 0) / size + 1e-6;
    }
  }
  return {
    start: new Float64Array(3).fill(1 / 3),
    transition: Float64Array.of(0.9, 0.05, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9),
    means,
    variances,
  };
}

function modelOf(
  { start, transition, means, variances }: HmmLoopStart,
  covariance: GaussianHmm["covariance"],
): GaussianHmm {
  const cell = INPUTS * INPUTS;
  const covariances = new Float64Array(3 * cell);
  variances.forEach((variance, n) => {
    const state = Math.floor(n / INPUTS);
    covariances[state * cell + (n % INPUTS) * (INPUTS + 1)] = variance;
  });
  return { covariance, states: 3, inputs: INPUTS, start, transition, means, covariances };
}
