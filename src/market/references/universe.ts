/** Reference table `universe`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const universeTable = {
  id: "universe",
  scope: "instrument",
  about: "Where an instrument stands in the universe of the day (UNIV-1); not listed: in none of its tiers.",
  columns: {
    tier: { meaning: "1 Core, 2 Extended, 0 in neither" },
    score: { meaning: "liquidity score in [0, 1], 1 the most liquid" },
    bucket: { meaning: "volatility: 0 low, 1 medium, 2 high" },
    shortable: { meaning: "1 easy to borrow, 0 not" },
    earnings_days: { meaning: "sessions to the nearest known earnings report, negative once it is past" },
    sector: { meaning: "GICS sector, 10 to 60" },
  },
} as const satisfies ReferenceTable;
