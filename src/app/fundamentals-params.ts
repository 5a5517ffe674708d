/** Settings of company reports (RES-4): `fundamentals`. */
import { z } from "zod";

export const fundamentalsParams = z.strictObject({
  /** Whose figures are read; empty: those of the only source there is. */
  source: z.string().regex(/^([a-z0-9][a-z0-9_.-]{0,31})?$/, "must be the name of a source, or empty"),
});
