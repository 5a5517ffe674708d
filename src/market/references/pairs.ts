/** Reference table `pairs`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

/** The spread of a pair is ln(y / anchor_y) - hedge x ln(x / anchor_x); this instrument is y, its partner x. */
export const pairsTable = {
  id: "pairs",
  scope: "instrument",
  about:
    "Pairs found on bars before the day (RES-1, QUANT h), parameters frozen at the end of their formation.",
  columns: {
    partner: { meaning: "instrument number of x" },
    hedge: { meaning: "dollars of x for one dollar of y" },
    anchor_y: { meaning: "price of y at the end of the formation", unit: "usd_per_share" },
    mean: { meaning: "mean of the spread over the formation, log price" },
    deviation: { meaning: "standard deviation of the spread over the formation, log price, above 0" },
    half_life: { meaning: "sessions in which half of a deviation is gone" },
    formation: { meaning: "day number of the last session of the formation; another one is another pair" },
  },
} as const satisfies ReferenceTable;
