/** Rules on a fundamental record (C-09): a company cannot be worth less than nothing to all its owners. */
import type { FundamentalRow, Rule } from "./rule.ts";

export const fundamentalFinite: Rule<FundamentalRow> = {
  id: "fundamental-finite",
  outcome: "reject",
  breaks: (row) => !Number.isFinite(row.enterpriseValue),
  explain: (row) => `enterprise value must be finite, was ${row.enterpriseValue}`,
};

export const enterpriseValueNotNegative: Rule<FundamentalRow> = {
  id: "enterprise-value-not-negative",
  outcome: "reject",
  breaks: (row) => !(row.enterpriseValue >= 0),
  explain: (row) => `enterprise value ${row.enterpriseValue} is below 0`,
};
