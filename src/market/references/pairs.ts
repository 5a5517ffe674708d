/** Reference table `pairs`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

/** Each leg has a row. The spread of a pair is ln(y / anchor of y) - hedge x ln(x / anchor of x). */
export const pairsTable = {
  id: "pairs",
  scope: "instrument",
  about:
    "Pairs found on bars before the day (RES-1, QUANT h), parameters frozen at the end of their formation.",
  // Formed every 21 sessions; one more for a formation that is late.
  holds: 22,
  columns: {
    partner: { meaning: "instrument number of the other leg" },
    role: { meaning: "1 for y, -1 for x" },
    hedge: { meaning: "dollars of x for one dollar of y, above 0" },
    anchor: { meaning: "own price at the end of the formation", unit: "usd_per_share" },
    mean: { meaning: "mean of the spread over the formation, log price" },
    deviation: { meaning: "standard deviation of the spread over the formation, log price, above 0" },
    half_life: { meaning: "sessions in which half of a deviation is gone" },
    formation: { meaning: "day number of the last session of the formation; another one is another pair" },
  },
} as const satisfies ReferenceTable;
