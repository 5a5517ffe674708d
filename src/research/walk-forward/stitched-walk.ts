/** Windows put together to one history that nothing in it was chosen on. */
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import type { WalkWindow } from "./walk-windows.ts";
import type { WindowOutcome } from "./window-run.ts";

export interface WalkedWindow {
  readonly window: WalkWindow;
  /** Number of the setting that was chosen on the days to train. */
  readonly chosen: number;
  /** What it was chosen by, on the days to train; NaN where nothing was to be chosen. */
  readonly score: number;
  readonly sharpeTest: number;
  /** What the chosen one did in the stitched days. */
  readonly returns: Float64Array;
  readonly trades: WindowOutcome["trades"];
}

export interface WalkedForward {
  readonly windows: readonly WalkedWindow[];
  /** Net returns per session of the stitched history. */
  readonly returns: Float64Array;
  /** The same of each setting by itself, as if it had been chosen in every window. */
  readonly bySetting: readonly Float64Array[];
  readonly trades: WindowOutcome["trades"];
}

/** What was found of the n-th window with the s-th setting. */
export interface WalkFindings {
  /** In its days to test. */
  readonly tested: (w: number, s: number) => WindowOutcome;
  /** On its days to train: the setting with the most is chosen. */
  readonly score: (w: number, s: number) => number;
}

export function stitchedWalk(
  windows: readonly WalkWindow[],
  settings: number,
  { tested, score }: WalkFindings,
): WalkedForward {
  const all = Array.from({ length: settings }, (_, s) => s);
  const walked = windows.map((window, w): WalkedWindow => {
    const scores = all.map((s) => score(w, s));
    const chosen = bestOf(scores);
    const outcome = tested(w, chosen);
    return {
      window,
      chosen,
      score: scores[chosen]!,
      sharpeTest: sharpeOf(outcome.returns),
      returns: Float64Array.from(outcome.returns.slice(0, window.stitched)),
      trades: stitchedTrades(outcome, windows[w + 1]),
    };
  });
  return {
    windows: walked,
    returns: joined(walked.map(({ returns }) => Array.from(returns))),
    bySetting: all.map((s) => stitchedReturns(windows, (w) => tested(w, s))),
    trades: walked.flatMap(({ trades }) => trades),
  };
}

/** Of one setting by itself, as if it had been chosen in every window. */
export const stitchedReturns = (
  windows: readonly WalkWindow[],
  tested: (w: number) => WindowOutcome,
): Float64Array => joined(windows.map(({ stitched }, w) => tested(w).returns.slice(0, stitched)));

/**
 * Those that were entered before the next window's test begins, whenever they ended. Each window begins flat: of those
 * that ended so soon most were stopped, and the share that won would be of them.
 */
function stitchedTrades({ trades }: WindowOutcome, next: WalkWindow | undefined): WindowOutcome["trades"] {
  if (next === undefined) return trades;
  return trades.filter(({ openedAt }) => Date.parse(openedAt) / MS_PER_DAY < next.test.from);
}

/** Days are numbered from 1970-01-01. */
const MS_PER_DAY = 86_400_000;

/** Per period. */
export const sharpeOf = (returns: readonly number[]): number =>
  sharpeSample(Float64Array.from(returns)).sharpe;

/** The first of equals; a setting without a score is no choice while another one has one. */
function bestOf(scores: readonly number[]): number {
  let best = 0;
  for (let s = 1; s < scores.length; s++)
    if (scores[s]! > scores[best]! || (Number.isNaN(scores[best]!) && !Number.isNaN(scores[s]!))) best = s;
  return best;
}

const joined = (parts: readonly (readonly number[])[]): Float64Array => Float64Array.from(parts.flat());
