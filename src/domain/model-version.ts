/** A model as the registry knows it: what it was made of, what it showed, and where it may be used (LEARN-8). */

/** `candidate`: made. `shadow`: predicts beside the champion, trades nothing. `champion`: in use. `retired`: was. */
export type ModelStage = "candidate" | "shadow" | "champion" | "retired";

/** One promotion gate as it was judged (LEARN-9). */
export interface GateVerdict {
  readonly gate: string;
  /** As the figure is called, for people. */
  readonly title: string;
  /** NaN where it could not be measured, which never passes; written as null. */
  readonly value: number;
  readonly limit: number;
  /** `above`: the value must be greater than the limit; equal never passes. */
  readonly side: "above" | "below";
  readonly passed: boolean;
}

export type ModelFormat = "lightgbm-text" | "xgboost-json";

/** What is known of a model when it is made; none of it changes afterwards. */
export interface ModelFacts {
  /** Versions of one name stand for each other: `swing_trend_following.meta`. */
  readonly name: string;
  readonly format: ModelFormat;
  /** Snapshot of the lake that it was trained on. */
  readonly snapshot: string;
  /** In the order of the columns that it reads. */
  readonly features: readonly string[];
  /** SHA-256 over definitions of these features: of another version they are other numbers. */
  readonly featureVersion: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Out of sample. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly gates: readonly GateVerdict[];
}

export interface ModelVersion extends ModelFacts {
  /** `name@number`. */
  readonly id: string;
  /** From 1, per name. */
  readonly number: number;
  readonly stage: ModelStage;
  /** ISO instant. */
  readonly createdAt: string;
  /** Of the model's file. */
  readonly sha256: string;
}

/** What happened to a version; `refused` where a gate said no. */
export interface ModelChange {
  readonly id: string;
  readonly at: string;
  readonly from: ModelStage | null;
  readonly to: ModelStage;
  readonly by: string;
  readonly reason: string;
  readonly refused: boolean;
}
