/** Reference table `fundamentals`: see `about`, and what each column means beside it. */
import type { ReferenceTable } from "../../domain/reference-table.ts";

export const fundamentalsTable = {
  id: "fundamentals",
  scope: "instrument",
  about: "Last annual report as filed (RES-4), known from the day after its filing on.",
  columns: {
    shares: { meaning: "shares outstanding", unit: "shares" },
    book: { meaning: "equity, dollars" },
    ebit: { meaning: "earnings before interest and tax of the year, dollars" },
    debt: { meaning: "debt, dollars" },
    cash: { meaning: "cash and equivalents, dollars" },
    gross_profitability: { meaning: "gross profit over assets of the year" },
    accruals: { meaning: "income less operating cash flow, over assets" },
    leverage: { meaning: "debt over assets" },
    age_days: { meaning: "days since the filing when this was told" },
  },
} as const satisfies ReferenceTable;
