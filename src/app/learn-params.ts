/** Where the libraries of trainers are (LEARN-1), and when a model is too old or has drifted (LEARN-9): `learn`. */
import { z } from "zod";
import { driftParams } from "../models/drift/drift-watch.ts";

const libraryFile = z
  .string()
  .max(1000)
  .regex(/^(?:\/.*)?$/, "must be an absolute path, or empty for where systems and packages have it");

export const learnParams = z.strictObject({
  xgboost: z.strictObject({ library: libraryFile }),
  lightgbm: z.strictObject({ library: libraryFile }),
  /** Days after the last row of its fit from which on a model is told of as too old. */
  maxAgeDays: z.int().min(1).max(10_000),
  drift: driftParams,
});
export type LearnParams = z.infer<typeof learnParams>;
