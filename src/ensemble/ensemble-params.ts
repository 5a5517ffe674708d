/** Settings of the coordinator that stands between the strategies and the market (ENS-1). */
import { z } from "zod";
import { adaptiveParams } from "./adaptive-weights.ts";
import { performanceParams } from "./performance-weight.ts";

export const ensembleParams = z.strictObject({
  trailing: performanceParams.prefault({}),
  adaptive: adaptiveParams.prefault({}),
  /** Opposite demands cross at the middle of a quote no older than this, else at the close they were decided at. */
  crossQuoteSeconds: z.number().min(0).max(3600).default(10),
});
export type EnsembleParams = z.infer<typeof ensembleParams>;
