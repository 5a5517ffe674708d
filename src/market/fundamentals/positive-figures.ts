/** Figures of which there is none at or below zero: who sells nothing and has no shares is no company to value. */
import type { FigureName } from "./filing.ts";
import type { FilingRule } from "./filing-rule.ts";

const positive = (name: FigureName, id: string, words: string): FilingRule => ({
  id,
  breaks: ({ told, figures }) => told.has(name) && !(figures[name] > 0 && figures[name] < Infinity),
  explain: ({ figures }) => `${words} must be above 0 and finite, was ${figures[name]}`,
});

export const revenuePositive = positive("revenue", "revenue-positive", "revenue");
export const sharesPositive = positive("shares", "shares-positive", "shares outstanding");
export const marketCapPositive = positive("marketCap", "market-cap-positive", "market value");
