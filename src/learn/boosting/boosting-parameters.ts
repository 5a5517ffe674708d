/** What a boosted model is trained with: names and meanings follow LightGBM's and XGBoost's. */
import { InputError } from "../../domain/assert.ts";

export interface BoostingParameters {
  /** Log-loss of labels 0 and 1, squared error, or pinball loss at `quantile`. */
  readonly objective: "logistic" | "squared" | "quantile";
  /** In (0, 1); read by the quantile objective alone. */
  readonly quantile: number;
  /** Whether the model starts from the best constant or from a margin of 0. */
  readonly boostFromAverage: boolean;
  /** Most trees, 1 or more. */
  readonly rounds: number;
  /** In (0, 1]; each tree's outputs are multiplied by it. */
  readonly learningRate: number;
  /** Which leaf splits next: the one that gains most, or the one nearest to the root. */
  readonly growth: "leaf-wise" | "depth-wise";
  /** Most leaves of a tree, 2 or more. */
  readonly leavesMost: number;
  /** Most splits between the root and a leaf, 1 to 64. */
  readonly depthMost: number;
  /** Most bins of a feature's values, 2 to 255; missing values have one more. */
  readonly binsMost: number;
  /** Rows that bins are found from, evenly spread; 0 = all. */
  readonly binRowsMost: number;
  /** L1 and L2 penalties of a leaf's output. */
  readonly lambda1: number;
  readonly lambda2: number;
  /** A split must save more loss than this (XGBoost's gamma, without the factor 1/2). */
  readonly gamma: number;
  /** Least sum of hessians of a leaf. */
  readonly minChildWeight: number;
  /** Least rows of a leaf. */
  readonly minDataInLeaf: number;
  /** Most that a leaf may move the margin before the learning rate; 0 = any. */
  readonly maxDeltaStep: number;
  /** Shares drawn without replacement, in (0, 1]. */
  readonly rowsPerTree: number;
  readonly columnsPerTree: number;
  readonly columnsPerNode: number;
  /** By feature: 1 the margin may only rise with it, -1 only fall, 0 either. Empty = none. */
  readonly monotone: readonly number[];
  /** Features whose values are categories: whole numbers from 0. */
  readonly categorical: readonly number[];
  /** LightGBM's cat_smooth, cat_l2, max_cat_threshold, min_data_per_group and max_cat_to_onehot. */
  readonly categorySmoothing: number;
  readonly categoryLambda2: number;
  readonly categoriesMost: number;
  readonly minDataPerGroup: number;
  readonly oneHotCategoriesMost: number;
  /** Rounds without a better validation loss before training ends; 0 = train all. */
  readonly patience: number;
  /** Where chance begins: a string of the run's seed. */
  readonly seed: number;
}

export const defaultBoosting: BoostingParameters = {
  objective: "logistic",
  quantile: 0.5,
  boostFromAverage: true,
  rounds: 100,
  learningRate: 0.1,
  growth: "leaf-wise",
  leavesMost: 31,
  depthMost: 64,
  binsMost: 255,
  binRowsMost: 200_000,
  lambda1: 0,
  lambda2: 1,
  gamma: 0,
  minChildWeight: 1e-3,
  minDataInLeaf: 20,
  maxDeltaStep: 0,
  rowsPerTree: 1,
  columnsPerTree: 1,
  columnsPerNode: 1,
  monotone: [],
  categorical: [],
  categorySmoothing: 10,
  categoryLambda2: 10,
  categoriesMost: 32,
  minDataPerGroup: 100,
  oneHotCategoriesMost: 4,
  patience: 50,
  seed: 0,
};

/** Key, least, most, and whether it must be whole. */
const ranges: readonly (readonly [keyof BoostingParameters, number, number, "whole" | "any"])[] = [
  ["rounds", 1, 1e6, "whole"],
  ["learningRate", 1e-9, 1, "any"],
  ["leavesMost", 2, 65_536, "whole"],
  ["depthMost", 1, 64, "whole"],
  ["binsMost", 2, 255, "whole"],
  ["binRowsMost", 0, 2 ** 31, "whole"],
  ["lambda1", 0, 1e300, "any"],
  ["lambda2", 0, 1e300, "any"],
  ["gamma", 0, 1e300, "any"],
  ["minChildWeight", 0, 1e300, "any"],
  ["minDataInLeaf", 1, 2 ** 31, "whole"],
  ["maxDeltaStep", 0, 1e300, "any"],
  ["rowsPerTree", 1e-9, 1, "any"],
  ["columnsPerTree", 1e-9, 1, "any"],
  ["columnsPerNode", 1e-9, 1, "any"],
  ["quantile", 1e-9, 1 - 1e-9, "any"],
  ["categorySmoothing", 0, 1e300, "any"],
  ["categoryLambda2", 0, 1e300, "any"],
  ["categoriesMost", 1, 255, "whole"],
  ["minDataPerGroup", 1, 2 ** 31, "whole"],
  ["oneHotCategoriesMost", 0, 255, "whole"],
  ["patience", 0, 1e6, "whole"],
  ["seed", 0, Number.MAX_SAFE_INTEGER, "whole"],
];

/** Throws InputError naming the first parameter that is out of its range. */
export function checkBoosting(parameters: BoostingParameters, features: number): void {
  for (const [key, least, most, kind] of ranges) {
    const value = parameters[key] as number;
    if (value >= least && value <= most && (kind === "any" || Number.isInteger(value))) continue;
    throw new InputError(
      `${key}: ${value}; allowed is ${kind === "whole" ? "a whole number " : ""}${least} to ${most}`,
    );
  }
  const { monotone, categorical, objective } = parameters;
  if (
    monotone.length > 0 &&
    (monotone.length !== features || monotone.some((sign) => ![-1, 0, 1].includes(sign)))
  ) {
    throw new InputError(
      `monotone: [${monotone.join(", ")}]; allowed is none, or -1, 0 or 1 for each of ${features}`,
    );
  }
  const isUnknown = (feature: number) => !(Number.isInteger(feature) && feature >= 0 && feature < features);
  if (categorical.some((feature) => isUnknown(feature) || (monotone[feature] ?? 0) !== 0)) {
    throw new InputError(
      `categorical: [${categorical.join(", ")}]; allowed are 0 to ${features - 1} not monotone`,
    );
  }
  // Its leaves are set to quantiles afterwards, which no bound survives.
  if (objective === "quantile" && monotone.some((sign) => sign !== 0)) {
    throw new InputError("monotone: not with the quantile objective; allowed is none");
  }
}
