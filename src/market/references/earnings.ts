/** Reference table `earnings`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const earningsTable = {
  id: "earnings",
  scope: "instrument",
  about:
    "The last earnings report of the company, as known when told; not listed: none in the last 60 sessions.",
  fades: true,
  columns: {
    surprise: {
      meaning: "earnings per share less what was expected, in deviations of earlier such differences",
    },
    sessions: { meaning: "since the report was known: 0 on the first that can act on it" },
  },
} as const satisfies ReferenceTable;
