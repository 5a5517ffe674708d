/**
 * Jobs of a training for other machines: trials of its search and windows of its walk. The training's words cross the
 * network once; a worker makes its entries of its own lake, and works only where that is the same data.
 */
import { z } from "zod";
import { Unfit } from "../../adapters/nats/job-worker.ts";
import { StandingThreads } from "../../adapters/worker-pool.ts";
import { checked } from "../../app/config.ts";
import type { LearnParams } from "../../app/learn-params.ts";
import { openTrainer } from "../../app/models/trainers.ts";
import { sharedSetup } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import type { ModelJob, TrialOutcome, WindowModelOutcome } from "../training/model-jobs.ts";
import type { ModelWorkerData } from "../training/model-worker.ts";
import { type TrainingConfig, trainingConfig } from "../training/training-config.ts";
import { setupRequestOf, trainingGround } from "../training/training-ground.ts";
import type { FanOutStudy } from "./job-fan-out.ts";
import { type Study, type StudyKind, setupOfStudy } from "./study-workshop.ts";
import { readWindowOutcome } from "./window-study.ts";

/** Kind of the jobs. */
export const MODEL_KIND = "training";

/** All that an answer depends on beside the job. */
export interface TrainingFacts {
  readonly snapshot: string;
  readonly hash: string;
  readonly code: string;
  readonly training: TrainingConfig;
  readonly cash: number;
  /** Name and version. */
  readonly trainer: readonly [string, string];
}

export interface ModelStudy extends Study {
  readonly facts: TrainingFacts;
}

type Outcome = TrialOutcome | WindowModelOutcome;

const studyShape = z.strictObject({
  config: z.unknown(),
  facts: z.strictObject({
    snapshot: z.string().max(200),
    hash: z.string().max(200),
    code: z.string().max(200),
    training: trainingConfig,
    cash: z.number().positive(),
    trainer: z.tuple([z.string().max(100), z.string().max(100)]),
  }),
});

const day = z.int().min(-100_000).max(100_000);
const range = z.strictObject({ from: day, to: day });
const settings = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
const jobShape = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("trial"),
    ...{ train: range, before: day, settings, budget: z.int().min(1).max(1_000) },
  }),
  z.strictObject({ kind: z.literal("window"), train: range, test: range, settings: settings.nullable() }),
]);

const trialShape = z.strictObject({ skill: z.number().nullable() });
const besideShape = z.looseObject({
  figures: z.record(z.string(), z.number().nullable()).nullable(),
  why: z.string().max(1_000).nullable(),
});

/** `shared` as it crosses the network, and who judges what comes back. */
export const modelStudy = (shared: ModelStudy): FanOutStudy<Outcome> => ({
  kind: MODEL_KIND,
  shared,
  read: readOutcome,
});

/** Throws InputError (exit 1) for what is no outcome of a training's job. */
function readOutcome(value: unknown): Outcome {
  const trial = trialShape.safeParse(value);
  if (trial.success) return trial.data;
  const beside = besideShape.safeParse(value);
  if (!beside.success) throw new InputError("a worker answered with what is no outcome of a training", 1);
  const { figures, why, ...window } = beside.data;
  return { ...readWindowOutcome(window), figures: figures as WindowModelOutcome["figures"], why };
}

/** `entry`: thread entry of trainings, from the table of tasks. `own`: where this machine has its libraries. */
export const modelStudies = (entry: URL, own: LearnParams): StudyKind<ModelStudy, ModelJob, Outcome> => ({
  kind: MODEL_KIND,
  readStudy: (given) => {
    const parsed = studyShape.safeParse(given);
    if (!parsed.success) throw new InputError("the shared terms of the training cannot be read");
    return { facts: parsed.data.facts, config: checked(parsed.data.config) };
  },
  readJob: (payload) => {
    const job = jobShape.safeParse(payload);
    if (job.success) return job.data as ModelJob;
    throw new InputError("the job of the training cannot be read");
  },
  threads: async (root, study) => {
    const { config, facts } = study;
    const { training } = facts;
    await requireTrainer(facts, own);
    const walk = await setupOfStudy(root, setupRequestOf(training, config), study);
    const { setup, entries } = trainingGround(walk, training);
    const learn = { ...config.learn, xgboost: own.xgboost, lightgbm: own.lightgbm };
    const shared: ModelWorkerData = { ...sharedSetup(setup), training, entries, learn };
    return new StandingThreads(entry, shared);
  },
});

/**
 * Another version of a library trains other models. Throws Unfit where it is not here: a file that a job names is
 * never loaded, only that of this machine.
 */
async function requireTrainer({ training, trainer: [name, version] }: TrainingFacts, own: LearnParams) {
  const here = await openTrainer(training.trainer.name, { learn: own }).catch((error: unknown) => {
    throw error instanceof InputError ? new Unfit(error.message) : error;
  });
  if (here.name === name && here.version === version) return;
  throw new Unfit(`it is of the trainer ${name} ${version}, this machine has ${here.name} ${here.version}`);
}
