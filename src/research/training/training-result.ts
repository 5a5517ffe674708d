/** What a training showed, as plain data for files and people: the walk, and what the last days bear. */
import type { SignalFit } from "../../learn/signal/fit-signal-model.ts";
import type { LeakReport } from "./leak-checks.ts";
import type { TrainerSettings } from "./model-jobs.ts";
import type { WalkResult } from "./walk-result.ts";

export interface LastModel {
  /** Null where the last days bear no model, and then `why` says so. */
  readonly model: string | null;
  readonly why: string | null;
  readonly trained: { readonly from: string; readonly to: string; readonly settings: TrainerSettings } | null;
  readonly fit: (Pick<SignalFit, "figures" | "reliability"> & { readonly threshold: number }) | null;
  readonly leaks: Pick<LeakReport, "findings" | "overlapping" | "shuffled"> | null;
  /** Mean size of each feature's part of the margin (TreeSHAP), largest first. */
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
}

export interface TrainingResult extends WalkResult, LastModel {
  readonly passed: boolean;
}
