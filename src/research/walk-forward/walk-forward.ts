/**
 * Walk-forward: in each window every setting is tried on the days to train, and the best of them is what trades the
 * days to test. Put together, the tests are one history that no setting was chosen on. Runs go to all cores, each is
 * kept as soon as it is there, and each setting is a trial in the record that deflates every Sharpe ratio.
 *
 * WW-1  The result is the same whatever the number of workers, and however often it was interrupted.
 */
import type { RunSetup } from "../../app/engine-run.ts";
import { sharedSetup } from "../../app/variants.ts";
import { type JobFanOut, type JobTerms, recordedJobs } from "./recorded-jobs.ts";
import { sharpeOf, stitchedWalk, type WalkedForward } from "./stitched-walk.ts";
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
  /** Where windows are run instead of here. */
  readonly fanOut?: JobFanOut<WindowJob, WindowOutcome> | undefined;
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
    fanOut: request.fanOut,
  });
  const at = (w: number, s: number, offset: number) => outcomes[offset + w * settings.length + s]!;
  return stitchedWalk(windows, settings.length, {
    tested: (w, s) => at(w, s, trains.length),
    score: (w, s) => (isChoice ? sharpeOf(at(w, s, 0).returns) : Number.NaN),
  });
}
