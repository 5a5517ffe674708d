/** Reference table `vix`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const vixTable = {
  id: "vix",
  scope: "market",
  about: "Closes of the VIX and of the VIX three months out, as known when the session began.",
  columns: {
    vix: { meaning: "VIX at the last close, index points" },
    vix3m: { meaning: "VIX3M at the last close, index points" },
    vix_mean_63: { meaning: "mean of the last 63 closes of the VIX, index points" },
  },
} as const satisfies ReferenceTable;
