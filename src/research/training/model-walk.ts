/**
 * Models walked forward (LEARN-9, STRAT-2): in each window every candidate of the search learns from the days to train,
 * the one that knows most of them out of fold is taken, and the strategy trades the days to test with it beside its
 * rules, through the engine and all its costs. Rules alone go over the same days, for comparison.
 *
 * MW-1  No fit, search or choice has seen a label that ends on or after the first day it is tested on.
 */
import { join } from "node:path";
import { codeVersion } from "../../app/code-version.ts";
import { type Config, resultHash } from "../../app/config.ts";
import { openTrainer } from "../../app/models/trainers.ts";
import { shortDigest } from "../../app/trials.ts";
import { sharedSetup } from "../../app/variants.ts";
import type { Trainer } from "../../learn/boosting/trainer.ts";
import { type FanOutTerms, fanOutJobs } from "../fan-out/job-fan-out.ts";
import { modelStudy, type TrainingFacts } from "../fan-out/model-study.ts";
import { loadSetup } from "../walk-forward/load-setup.ts";
import { type JobPlaces, recordedJobs } from "../walk-forward/recorded-jobs.ts";
import { stitchedReturns, stitchedWalk, type WalkedForward } from "../walk-forward/stitched-walk.ts";
import { countTrials } from "../walk-forward/walk-records.ts";
import { type WalkVerdict, walkVerdict } from "../walk-forward/walk-verdict.ts";
import type { WalkWindow } from "../walk-forward/walk-windows.ts";
import {
  type ModelJob,
  ModelJobs,
  type TrainerSettings,
  type TrainingGround,
  type TrialOutcome,
  type WindowModelOutcome,
} from "./model-jobs.ts";
import type { ModelWorkerData } from "./model-worker.ts";
import { type SearchOutcome, searchSettings } from "./search-settings.ts";
import type { TrainingConfig } from "./training-config.ts";
import { setupRequestOf, trainingGround } from "./training-ground.ts";

export interface ModelWalkRun {
  readonly root: string;
  readonly config: Config;
  readonly training: TrainingConfig;
  readonly workers: number;
  /** Thread entry, from the table of tasks. */
  readonly entry: URL;
  /** Workers on other machines; without it the cores of this one. */
  readonly bus?: FanOutTerms | undefined;
  /** ISO instant for the record of trials. */
  readonly now: string;
  readonly progress: (step: string) => void;
}

export interface ModelWalk {
  readonly runId: string;
  readonly snapshot: string;
  readonly hash: string;
  readonly code: string;
  readonly ground: TrainingGround;
  readonly trainer: Trainer;
  readonly jobs: ModelJobs;
  readonly windows: readonly WalkWindow[];
  readonly search: SearchOutcome;
  readonly walked: WalkedForward;
  /** By window and candidate. */
  readonly outcomes: readonly (readonly WindowModelOutcome[])[];
  /** Net returns per session of rules alone, over the same stitched days. */
  readonly rules: Float64Array;
  readonly verdict: WalkVerdict;
}

/** Throws InputError where the lake has no such bars, they hold no window, or nothing is ever entered. */
export async function walkModel(request: ModelWalkRun): Promise<ModelWalk> {
  const { root, config, training, workers, entry, bus, now, progress } = request;
  const trainer = await openTrainer(training.trainer.name, { learn: config.learn });
  progress("reading bars");
  const cash = training.cash ?? config.account.capital;
  const strategyIds = [training.strategy];
  const { setup, windows, snapshot } = await loadSetup(root, setupRequestOf(training, config));
  progress("asking the rules for entries");
  const ground = trainingGround({ setup, windows }, training);
  const { entries } = ground;
  progress(`${entries.label.length} entries with a label, ${entries.columns.length} features`);
  const jobs = new ModelJobs(ground, trainer);
  const hash = resultHash(config);
  const code = codeVersion();
  const facts: TrainingFacts = {
    ...{ snapshot, hash, code, training, cash },
    trainer: [trainer.name, trainer.version],
  };
  const runId = shortDigest("tn", facts);
  const record = join(root, "run", "training", `${runId}.jsonl`);
  const places: JobPlaces<ModelJob, TrialOutcome | WindowModelOutcome> = {
    entry,
    shared: (): ModelWorkerData => ({ ...sharedSetup(setup), training, entries, learn: config.learn }),
    here: (job) => jobs.run(job),
    fanOut: bus && fanOutJobs(bus, modelStudy({ config, facts })),
  };
  const run = (what: string, list: readonly ModelJob[]) => {
    const told = (done: number, all: number) => progress(`${what}: ${done} of ${all}`);
    return recordedJobs({ workers, record, facts, progress: told }, list, places);
  };
  const { train, test } = windows[0]!;
  const search = await searchSettings(
    training,
    { train, before: test.from },
    async (trials) => (await run("search", trials)) as TrialOutcome[],
  );
  const settings: readonly (TrainerSettings | null)[] = [...search.candidates, null];
  const list = windows.flatMap((window) =>
    settings.map(
      (each): ModelJob => ({ kind: "window", train: window.train, test: window.test, settings: each }),
    ),
  );
  const found = (await run("windows", list)) as WindowModelOutcome[];
  const outcomes = windows.map((_, w) => found.slice(w * settings.length, (w + 1) * settings.length));
  const walked = stitchedWalk(windows, search.candidates.length, {
    tested: (w, s) => outcomes[w]![s]!,
    score: (w, s) => outcomes[w]![s]!.figures?.skill ?? Number.NaN,
  });
  const counted = countTrials(walked, {
    ...{ root, runId, strategyIds, timeframe: training.bars.timeframe, snapshot, hash, now },
    traded: { training, cash },
    settings: search.candidates,
    tries: search.state.results.map(({ coordinates, budget }) => ({ coordinates, budget })),
  });
  return {
    ...{ runId, snapshot, hash, code, ground, trainer, jobs, windows, search, walked, outcomes },
    rules: stitchedReturns(windows, (w) => outcomes[w]!.at(-1)!),
    verdict: walkVerdict(walked, counted),
  };
}
