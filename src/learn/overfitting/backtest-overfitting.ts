/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (LEARN-4, QUANT d5; Bailey,
 * Borwein, López de Prado, Zhu, "The probability of backtest overfitting", 2017).
 *
 * Time is cut into S blocks. For each choice of half of them the trial with the best Sharpe ratio there is looked
 * up in the other half: its rank among all trials says whether choosing the best found anything. Sums of returns
 * and of their squares are kept per block and trial, so a Sharpe ratio costs S additions and not T.
 *
 * Pure noise gives about a half on average and scatters widely about it: one figure is an estimate, not a proof.
 */
import { InputError } from "../../domain/assert.ts";
import { combinationCount, combinations } from "../../numerics/combinations.ts";
import { mean } from "../../numerics/moments.ts";
import { sameLength, wholeWithin } from "../allowed.ts";

export interface OverfittingTerms {
  /** S: even, from 2 to 20; 16 is usual and gives 12,870 combinations. */
  readonly blocks: number;
}

export interface Overfitting {
  /** Share of combinations whose best trial ranks in the lower half outside, in [0, 1]. */
  readonly probability: number;
  /** Share of combinations whose best trial has a negative Sharpe ratio outside. */
  readonly lossProbability: number;
  /** Line of the Sharpe ratio outside on the one inside, of the best trials; NaN when they do not vary. */
  readonly slope: number;
  readonly intercept: number;
  /** ln(w / (1 - w)) per combination in lexicographic order, w = rank outside / (trials + 1), 1 the worst. */
  readonly logits: Float64Array;
  /**
   * Per-period Sharpe ratio of the best trial, inside and outside, per combination; -Infinity where it stood still.
   */
  readonly inside: Float64Array;
  readonly outside: Float64Array;
  /** Periods at the head that did not fill blocks of equal length. */
  readonly droppedPeriods: number;
}

/** Under this many periods a block's Sharpe ratio is all noise. */
const PERIODS_PER_BLOCK_MIN = 20;
/** A variance below this share of the mean square is what rounding leaves of a series that stands still. */
const STILL = 1e-13;

/**
 * `returns` holds one series of per-period net returns per trial, at least two and all of one length: every trial
 * that was made, also those that looked bad. Of equally good trials inside, the first is taken; ties outside share
 * their average rank. Throws InputError on bad terms, differing lengths, returns that are not numbers, and too few
 * periods.
 */
export function backtestOverfitting(returns: readonly Float64Array[], terms: OverfittingTerms): Overfitting {
  const table = blockTable(returns, terms);
  const { blocks, trials } = table;
  const count = combinationCount(blocks, blocks / 2);
  const logits = new Float64Array(count);
  const inside = new Float64Array(count);
  const outside = new Float64Array(count);
  const isChosen = new Uint8Array(blocks);
  const sharpeIn = new Float64Array(trials);
  const sharpeOut = new Float64Array(trials);
  let c = 0;
  for (const chosen of combinations(blocks, blocks / 2)) {
    isChosen.fill(0);
    for (const block of chosen) isChosen[block] = 1;
    sharpeRatios(table, isChosen, sharpeIn, sharpeOut);
    const best = firstLargest(sharpeIn);
    const share = averageRank(sharpeOut, best) / (trials + 1);
    logits[c] = Math.log(share / (1 - share));
    inside[c] = sharpeIn[best]!;
    outside[c] = sharpeOut[best]!;
    c += 1;
  }
  return {
    probability: shareOf(logits, (logit) => logit <= 0),
    lossProbability: shareOf(outside, (sharpe) => sharpe < 0),
    ...lineThrough(inside, outside),
    logits,
    inside,
    outside,
    droppedPeriods: table.droppedPeriods,
  };
}

/** Sums about each trial's own mean, so that a square of sums never swallows a small spread. */
interface BlockTable {
  readonly blocks: number;
  readonly trials: number;
  readonly periodsPerBlock: number;
  readonly droppedPeriods: number;
  /** Mean of each trial over all its periods. */
  readonly centre: Float64Array;
  /** Sum of r - centre, and of its square, at block * trials + trial. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function blockTable(returns: readonly Float64Array[], terms: OverfittingTerms): BlockTable {
  const blocks = wholeWithin("blocks", terms.blocks, { from: 2, to: 20 });
  if (blocks % 2 !== 0)
    throw new InputError(`blocks ${blocks} is not even; half of them are chosen at a time`);
  const trials = returns.length;
  if (trials < 2)
    throw new InputError(`returns of ${trials} trials; overfitting is a choice among at least 2`);
  const periods = returns[0]!.length;
  const periodsPerBlock = Math.floor(periods / blocks);
  if (periodsPerBlock < PERIODS_PER_BLOCK_MIN) {
    const least = PERIODS_PER_BLOCK_MIN * blocks;
    throw new InputError(`returns of ${periods} periods in ${blocks} blocks; at least ${least} are needed`);
  }
  const droppedPeriods = periods - periodsPerBlock * blocks;
  const centre = new Float64Array(trials);
  const sums = new Float64Array(blocks * trials);
  const squares = new Float64Array(blocks * trials);
  returns.forEach((series, trial) => {
    sameLength(`returns of trial ${trial}`, series.length, "those of trial 0", periods);
    centre[trial] = mean(series.subarray(droppedPeriods));
    if (!Number.isFinite(centre[trial]!)) {
      throw new InputError(`returns of trial ${trial} hold a value that is not a number`);
    }
    for (let t = 0; t < periodsPerBlock * blocks; t++) {
      const at = Math.floor(t / periodsPerBlock) * trials + trial;
      const distance = series[droppedPeriods + t]! - centre[trial]!;
      sums[at]! += distance;
      squares[at]! += distance * distance;
    }
  });
  return { blocks, trials, periodsPerBlock, droppedPeriods, centre, sums, squares };
}

/** Fills the Sharpe ratio of every trial over the chosen blocks, and over the others. */
function sharpeRatios(
  { blocks, trials, periodsPerBlock, centre, sums, squares }: BlockTable,
  isChosen: Uint8Array,
  sharpeIn: Float64Array,
  sharpeOut: Float64Array,
): void {
  const periods = (blocks / 2) * periodsPerBlock;
  for (let trial = 0; trial < trials; trial++) {
    let sumIn = 0;
    let sumOut = 0;
    let squareIn = 0;
    let squareOut = 0;
    for (let block = 0; block < blocks; block++) {
      const at = block * trials + trial;
      if (isChosen[block] === 1) {
        sumIn += sums[at]!;
        squareIn += squares[at]!;
      } else {
        sumOut += sums[at]!;
        squareOut += squares[at]!;
      }
    }
    sharpeIn[trial] = sharpeOf(sumIn, squareIn, centre[trial]!, periods);
    sharpeOut[trial] = sharpeOf(sumOut, squareOut, centre[trial]!, periods);
  }
}

function sharpeOf(sum: number, square: number, centre: number, periods: number): number {
  const spread = square - (sum * sum) / periods;
  if (!(spread > STILL * square)) return -Infinity;
  return (centre + sum / periods) / Math.sqrt(spread / (periods - 1));
}

function firstLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** From 1 for the smallest; equal values share the mean of their ranks. */
function averageRank(values: Float64Array, of: number): number {
  const value = values[of]!;
  let below = 0;
  let equal = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < value) below += 1;
    else if (values[i]! === value) equal += 1;
  }
  return below + (equal + 1) / 2;
}

function shareOf(values: Float64Array, holds: (value: number) => boolean): number {
  return values.reduce((count, value) => count + (holds(value) ? 1 : 0), 0) / values.length;
}

/** Least squares; combinations with an infinite ratio have no place on a line. */
function lineThrough(x: Float64Array, y: Float64Array): { slope: number; intercept: number } {
  const isPoint = (_: number, i: number) => Number.isFinite(x[i]!) && Number.isFinite(y[i]!);
  const across = x.filter(isPoint);
  const up = y.filter(isPoint);
  const acrossMean = mean(across);
  const upMean = mean(up);
  let products = 0;
  let squares = 0;
  for (let i = 0; i < across.length; i++) {
    products += (across[i]! - acrossMean) * (up[i]! - upMean);
    squares += (across[i]! - acrossMean) ** 2;
  }
  const slope = squares > 0 ? products / squares : Number.NaN;
  return { slope, intercept: upMean - slope * acrossMean };
}
