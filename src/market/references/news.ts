/** Reference table `news`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const newsTable = {
  id: "news",
  scope: "instrument",
  about: "News of the symbol, scored (RES-3), as known when told; not listed: no news of it in the window.",
  fades: true,
  columns: {
    stories: { meaning: "stories since the close before" },
    score: { meaning: "mean sentiment of those, -1 to 1" },
    z: { meaning: "the score against the ticker's own last 756 readings, standard deviations" },
    surprise: { meaning: "reported less expected earnings per share over price; null without a report" },
  },
} as const satisfies ReferenceTable;
