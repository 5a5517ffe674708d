/**
 * What a model's inputs and its word looked like in the rows that it was fitted on: kept with the model as
 * `params.reference`, and what the watch over it compares with (LEARN-9, QUANT b).
 */
import { z } from "zod";

const SUM_DUST = 1e-6;

/** One number, cut into bins: `shares[k]` lie in [edges[k - 1], edges[k]), the first and the last are open. */
const binned = z.strictObject({
  name: z.string().min(1),
  /** Inner edges, ascending and all different; none where every row had the same value. */
  edges: z
    .array(z.number())
    .max(100)
    .refine((edges) => edges.every((edge, k) => k === 0 || edge > edges[k - 1]!), {
      error: "edges do not ascend",
    }),
  /** Of all rows, one more than there are edges; with `missing` they sum to 1. */
  shares: z.array(z.number().min(0).max(1)).min(1),
  /** Share of rows without a value. */
  missing: z.number().min(0).max(1),
});
export type BinnedReference = z.infer<typeof binned>;

const whole = binned
  .refine(({ edges, shares }) => shares.length === edges.length + 1, {
    error: "shares must be one more than edges",
  })
  .refine(
    ({ shares, missing }) => Math.abs(shares.reduce((sum, share) => sum + share, missing) - 1) < SUM_DUST,
    { error: "shares and missing must sum to 1" },
  );

export const driftReference = z.strictObject({
  /** In the order of the model's columns. */
  inputs: z.array(whole).min(1),
  /** What the model said of rows that it was not fitted on. */
  probability: whole,
  /** Share of those rows that paid, in (0, 1). */
  baseRate: z.number().gt(0).lt(1),
});
export type DriftReference = z.infer<typeof driftReference>;

/** Which bin a value is in; NaN has the one behind the last. */
export function binOf({ edges }: Pick<BinnedReference, "edges">, value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  let bin = 0;
  while (bin < edges.length && edges[bin]! <= value) bin++;
  return bin;
}
