/** Reference table `regime`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const regimeTable = {
  id: "regime",
  scope: "market",
  about: "Filtered probabilities of the regime detector for the coming session (REGIME-1).",
  columns: {
    bull: { meaning: "probability in [0, 1]" },
    neutral: { meaning: "probability in [0, 1]" },
    bear: { meaning: "probability in [0, 1]" },
  },
} as const satisfies ReferenceTable;
