/**
 * The work of a training, in pieces that any thread can do: one trial of the search, or one window learned and traded.
 * A job is plain JSON, and its answer is a function of it and of what all jobs share.
 */
import type { RunSetup } from "../../app/engine-run.ts";
import type { Trainer, TrainingTask } from "../../learn/boosting/trainer.ts";
import { crossValidated } from "../../learn/search/cross-validated.ts";
import {
  fitSignalModel,
  type SignalFigures,
  type SignalFit,
  whyNoModel,
} from "../../learn/signal/fit-signal-model.ts";
import { foldSkill } from "../../learn/signal/fold-skill.ts";
import { chosenEntries } from "../../learn/signal/labelled-entries.ts";
import type { FoldTerms, GrowTerms } from "../../learn/signal/out-of-fold.ts";
import { purgedKFold } from "../../learn/validation/purged-k-fold.ts";
import { defaultEmbargo } from "../../learn/validation/purging.ts";
import { writeLightgbmText } from "../../models/trees/lightgbm-text.ts";
import type { TreeEnsembleData } from "../../models/trees/tree-ensemble-data.ts";
import { writeXgboostJson } from "../../models/trees/xgboost-json.ts";
import type { DayRange } from "../walk-forward/walk-windows.ts";
import { runWindow, type WindowOutcome } from "../walk-forward/window-run.ts";
import { daysOfBatches, rowsToLearn } from "./entry-rows.ts";
import type { Labelled } from "./label-entries.ts";
import type { TrainingConfig } from "./training-config.ts";

/** Under the trainer's own names. */
export type TrainerSettings = TrainingTask["settings"];

/** What all jobs share. */
export interface TrainingGround {
  readonly setup: RunSetup;
  readonly training: TrainingConfig;
  readonly entries: Labelled;
}

export interface TrialJob {
  readonly kind: "trial";
  readonly train: DayRange;
  readonly before: number;
  readonly settings: TrainerSettings;
  /** Folds that it is judged on. */
  readonly budget: number;
}

export interface WindowModelJob {
  readonly kind: "window";
  readonly train: DayRange;
  readonly test: DayRange;
  /** Null: rules alone, for comparison. */
  readonly settings: TrainerSettings | null;
}
export type ModelJob = TrialJob | WindowModelJob;

/** Null where it failed: JSON has no NaN. */
export interface TrialOutcome {
  readonly skill: number | null;
}

export interface WindowModelOutcome extends WindowOutcome {
  /** On the days to train, out of fold; null where nothing could be fitted. */
  readonly figures: SignalFigures | null;
  /** Why rules went alone, in a sentence; null where the model was asked. */
  readonly why: string | null;
}

/** Everything a thread needs to do jobs. */
export class ModelJobs {
  readonly #ground: TrainingGround;
  readonly #trainer: Trainer;
  readonly #days: Int32Array;

  constructor(ground: TrainingGround, trainer: Trainer) {
    this.#ground = ground;
    this.#trainer = trainer;
    this.#days = daysOfBatches(ground.setup.columns, ground.setup.sessions);
  }

  run(job: ModelJob): TrialOutcome | WindowModelOutcome {
    return job.kind === "trial" ? this.#trial(job) : this.#window(job);
  }

  /** On all entries of these days whose label is due before a day; a sentence where nothing can be learned. */
  fit(train: DayRange, before: number, settings: TrainerSettings): SignalFit | string {
    const entries = this.entriesOf(train, before);
    const why = whyNoModel(entries);
    if (why !== undefined) return why;
    const { uses, stake } = this.#ground.training;
    return fitSignalModel(entries, { folds: this.folds(entries), grow: this.grow(settings), uses, stake });
  }

  entriesOf(train: DayRange, before: number) {
    const { entries } = this.#ground;
    return chosenEntries(entries, rowsToLearn(entries, this.#days, train, before));
  }

  folds({ spans }: Pick<Labelled, "spans">): FoldTerms {
    const { folds, embargo } = this.#ground.training.validation;
    return { folds, embargo: embargo ?? defaultEmbargo(spans), lookback: 0 };
  }

  grow(settings: TrainerSettings): GrowTerms {
    const { training } = this.#ground;
    const { rounds, patience, settings: own } = training.trainer;
    return {
      trainer: this.#trainer,
      settings: { ...own, ...settings },
      rounds,
      patience,
      seed: training.seed,
    };
  }

  #trial({ train, before, settings, budget }: TrialJob): TrialOutcome {
    const entries = this.entriesOf(train, before);
    if (whyNoModel(entries) !== undefined) return { skill: null };
    const folds = this.folds(entries);
    const score = crossValidated(purgedKFold(entries.spans, folds), (_, split) =>
      foldSkill(entries, folds, this.grow(settings), split),
    );
    const skill = score({}, budget);
    return { skill: Number.isFinite(skill) ? skill : null };
  }

  /** A model that knows nothing would only keep out at random what the rules would have made of it. */
  #whyUseless({ figures: { skill } }: SignalFit): string | null {
    const { leastSkill } = this.#ground.training.validation;
    return skill > leastSkill ? null : `nothing learned, skill ${skill.toFixed(4)} out of fold`;
  }

  #window({ train, test, settings }: WindowModelJob): WindowModelOutcome {
    const { setup, training } = this.#ground;
    const fit = settings === null ? "rules alone" : this.fit(train, test.from, settings);
    const why = typeof fit === "string" ? fit : this.#whyUseless(fit);
    if (typeof fit === "string" || why !== null) {
      const figures = typeof fit === "string" ? null : fit.figures;
      return { ...runWindow(setup, { ...test, params: {} }), figures, why };
    }
    const model = { id: `window of ${test.from}`, text: modelText(fit.model), settings: fit.settings };
    const outcome = runWindow({ ...setup, models: { [training.strategy]: model } }, { ...test, params: {} });
    return { ...outcome, figures: fit.figures, why: null };
  }
}

/** In the format of the library whose arithmetic the trees follow. */
export const modelText = (model: TreeEnsembleData): string =>
  model.comparison === "float32-below" ? writeXgboostJson(model) : writeLightgbmText(model);
