/**
 * What a rule is bred by (QUANT n): the median over walk-forward windows of its Sharpe ratio after costs and in excess
 * of holding, less half the spread of these ratios, less a charge for nodes and for turnover. Nothing is fitted on the
 * days to train: they are the warm-up, and each day after them is tested once.
 */
import { quantileOfSorted } from "../../numerics/moments.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { walkForwardWindows } from "../validation/walk-forward.ts";
import type { PaperTrades } from "./paper-trading.ts";

export interface FitnessTerms {
  /** Periods of a year. */
  readonly perYear: number;
  /** Periods before the first window, and periods of a window. */
  readonly train: number;
  readonly test: number;
  /** Of the spread between the quartiles of the windows' ratios. */
  readonly spreadWeight: number;
  readonly perNode: number;
  /** Per capital turned over in a year. */
  readonly perTurnover: number;
  readonly leastTrades: number;
  readonly leastExposure: number;
}

export const fitnessTerms = {
  train: 252,
  test: 63,
  spreadWeight: 0.5,
  perNode: 0.002,
  perTurnover: 0.002,
  leastTrades: 30,
  leastExposure: 0.01,
} as const;

export interface Fitness {
  /** -Infinity for a rule that trades too little to be judged. */
  readonly fitness: number;
  /** Yearly Sharpe ratio of each window, in excess of holding; 0 where nothing moved. */
  readonly windows: readonly number[];
  /** The same per period, over all windows. */
  readonly sharpe: number;
}

/** Throws InputError where not one window fits. */
export function fitnessOf(
  { excess, trades, exposure, turnover }: Pick<PaperTrades, "excess" | "trades" | "exposure" | "turnover">,
  nodes: number,
  terms: FitnessTerms,
): Fitness {
  const { train, test, perYear } = terms;
  const tested = walkForwardWindows(excess.length, { train, test, step: test, gap: 0 });
  const years = { periodsPerYear: perYear, riskFree: 0 };
  const windows = tested.map(({ test: { from, to } }) => {
    const sharpe = sharpeRatio(excess.subarray(from, to), years);
    return Number.isFinite(sharpe) ? sharpe : 0;
  });
  const sharpe = sharpeRatio(excess.subarray(train), { periodsPerYear: 1, riskFree: 0 });
  if (trades < terms.leastTrades || !(exposure >= terms.leastExposure) || Number.isNaN(sharpe))
    return { fitness: Number.NEGATIVE_INFINITY, windows, sharpe: Number.isNaN(sharpe) ? 0 : sharpe };
  const sorted = Float64Array.from(windows).sort();
  const spread = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
  const yearly = (turnover * perYear) / excess.length;
  const charge = terms.perNode * nodes + terms.perTurnover * yearly;
  return { fitness: quantileOfSorted(sorted, 0.5) - terms.spreadWeight * spread - charge, windows, sharpe };
}

/** Standard error of the mean difference between two rules over the same windows. */
export function differenceError(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  if (n < 2) return 0;
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[k]! - b[k]!;
  let squares = 0;
  for (let k = 0; k < n; k++) squares += (a[k]! - b[k]! - sum / n) ** 2;
  return Math.sqrt(squares / (n - 1) / n);
}
