/**
 * Walk-forward: in each window every setting is tried on the days to train, and the best of them is what trades the
 * days to test. Put together, the tests are one history that no setting was chosen on. Runs go to all cores, each is
 * kept as soon as it is there, and each setting is a trial in the record that deflates every Sharpe ratio.
 *
 * WW-1  The result is the same whatever the number of workers, and however often it was interrupted.
 */
import type { RunSetup } from "../../app/engine-run.ts";
import { sharedSetup } from "../../app/variants.ts";
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import { type JobTerms, recordedJobs } from "./recorded-jobs.ts";
import type { WalkWindow } from "./walk-windows.ts";
import { runWindow, type WindowJob, type WindowOutcome } from "./window-run.ts";

/** Parameters over those of the configuration, by strategy. */
export type Setting = WindowJob["params"];

export interface WalkForwardRequest extends JobTerms {
  readonly setup: RunSetup;
  readonly windows: readonly WalkWindow[];
  /** At least one; the first is taken where training cannot tell them apart. */
  readonly settings: readonly Setting[];
  /** Thread entry, from the table of tasks. */
  readonly entry: URL;
}

export interface WalkedWindow {
  readonly window: WalkWindow;
  /** Number of the setting that was chosen on the days to train. */
  readonly chosen: number;
  /** Per period, of the chosen one; NaN where nothing was to be chosen. */
  readonly sharpeTrain: number;
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

export async function walkForward(request: WalkForwardRequest): Promise<WalkedForward> {
  const { windows, settings } = request;
  const isChoice = settings.length > 1;
  const jobsOf = (range: "train" | "test") =>
    windows.flatMap((window) => settings.map((params): WindowJob => ({ ...window[range], params })));
  const trains = isChoice ? jobsOf("train") : [];
  const outcomes = await recordedJobs(request, [...trains, ...jobsOf("test")], {
    entry: request.entry,
    shared: () => sharedSetup(request.setup),
    here: (job: WindowJob) => runWindow(request.setup, job),
  });
  const at = (w: number, s: number, offset: number) => outcomes[offset + w * settings.length + s]!;
  const walked = windows.map((window, w): WalkedWindow => {
    const sharpes = isChoice ? settings.map((_, s) => sharpeOf(at(w, s, 0).returns)) : [Number.NaN];
    const chosen = bestOf(sharpes);
    const outcome = at(w, chosen, trains.length);
    return {
      window,
      chosen,
      sharpeTrain: sharpes[chosen]!,
      sharpeTest: sharpeOf(outcome.returns),
      returns: Float64Array.from(outcome.returns.slice(0, window.stitched)),
      trades: stitchedTrades(outcome, windows[w + 1]),
    };
  });
  const bySetting = settings.map((_, s) =>
    joined(windows.map(({ stitched }, w) => at(w, s, trains.length).returns.slice(0, stitched))),
  );
  return {
    windows: walked,
    returns: joined(walked.map(({ returns }) => Array.from(returns))),
    bySetting,
    trades: walked.flatMap(({ trades }) => trades),
  };
}

/** Those that ended before the next window's test begins: the rest of this test is told by that one. */
function stitchedTrades({ trades }: WindowOutcome, next: WalkWindow | undefined): WindowOutcome["trades"] {
  if (next === undefined) return trades;
  return trades.filter(({ closedAt }) => Date.parse(closedAt) / MS_PER_DAY < next.test.from);
}

/** Days are numbered from 1970-01-01. */
const MS_PER_DAY = 86_400_000;

const sharpeOf = (returns: readonly number[]): number => sharpeSample(Float64Array.from(returns)).sharpe;

/** The first of equals; a setting that never moved is no choice while another one did. */
function bestOf(sharpes: readonly number[]): number {
  let best = 0;
  for (let s = 1; s < sharpes.length; s++)
    if (sharpes[s]! > sharpes[best]! || (Number.isNaN(sharpes[best]!) && !Number.isNaN(sharpes[s]!)))
      best = s;
  return best;
}

const joined = (parts: readonly (readonly number[])[]): Float64Array => Float64Array.from(parts.flat());
