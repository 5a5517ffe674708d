/** Where the trainers' libraries are (LEARN-1): `learn`. */
import { z } from "zod";

const libraryFile = z
  .string()
  .max(1000)
  .regex(/^(?:\/.*)?$/, "must be an absolute path, or empty for where systems and packages have it");

export const learnParams = z.strictObject({
  xgboost: z.strictObject({ library: libraryFile }),
  lightgbm: z.strictObject({ library: libraryFile }),
});
export type LearnParams = z.infer<typeof learnParams>;
