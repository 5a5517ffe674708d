/** Figures that must be there; what is owed and what is held in cash are never below zero besides. */
import type { FigureName } from "./filing.ts";
import type { FilingRule } from "./filing-rule.ts";

const finite = (name: FigureName, id: string, words: string): FilingRule => ({
  id,
  breaks: ({ told, figures }) => told.has(name) && !Number.isFinite(figures[name]),
  explain: ({ figures }) => `${words} must be finite, was ${figures[name]}`,
});

const notNegative = (name: FigureName, id: string, words: string): FilingRule => ({
  id,
  breaks: ({ figures }) => figures[name] < 0,
  explain: ({ figures }) => `${words} ${figures[name]} is below 0`,
});

export const ebitFinite = finite("ebit", "ebit-finite", "EBIT");
export const debtFinite = finite("debt", "debt-finite", "debt");
export const cashFinite = finite("cash", "cash-finite", "cash");
export const debtNotNegative = notNegative("debt", "debt-not-negative", "debt");
export const cashNotNegative = notNegative("cash", "cash-not-negative", "cash");
