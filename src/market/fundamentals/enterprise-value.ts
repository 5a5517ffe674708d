/** A company cannot be worth less than nothing to all its owners (C-09); asked where all three figures are told. */
import type { Figures } from "./filing.ts";
import type { FilingRule } from "./filing-rule.ts";

const enterpriseValue = ({ marketCap, debt, cash }: Figures): number => marketCap + debt - cash;

export const enterpriseValueNotNegative: FilingRule = {
  id: "enterprise-value-not-negative",
  breaks: ({ figures }) => enterpriseValue(figures) < 0,
  explain: ({ figures }) => `enterprise value ${enterpriseValue(figures)} is below 0`,
};
