/**
 * What the prices of a run hold and what they lack. Dividends that are in no price and paid by no action are missing
 * from the run and from holding alike, and holding would have earned more of them (DATA-6).
 */
import type { Adjustment } from "../domain/bars.ts";
import type { CorporateAction } from "../domain/corporate-action.ts";
import type { PriceBasis } from "./run-result.ts";

export interface StoredSeries {
  readonly symbol: string;
  /** As the source has it. */
  readonly adjustment: Adjustment;
}

/** `adjust`: what raw prices were brought to; `actions`: those that positions lived through. */
export function priceBasis(
  series: readonly StoredSeries[],
  adjust: Adjustment,
  actions: readonly Pick<CorporateAction, "symbol" | "kind">[],
): PriceBasis {
  const raw = series.filter(({ adjustment }) => adjustment === "raw");
  const adjustments = new Set(series.map(({ adjustment }) => (adjustment === "raw" ? adjust : adjustment)));
  // One company without a dividend pays none; when none of them has one, they are not known.
  const isKnown = actions.some(({ kind }) => kind === "dividend");
  const unpaid = adjust !== "full" && !isKnown ? raw.length : 0;
  const lacking = unpaid + series.filter(({ adjustment }) => adjustment === "split").length;
  return {
    adjustments: [...adjustments].toSorted(),
    symbols: series.length,
    symbolsWithoutDividends: lacking,
    arePaid: unpaid === 0 && raw.length > 0 && adjust !== "full",
  };
}

/** Warnings of a run in which something can be held over night; empty where every dividend has its place. */
export function dividendWarnings(basis: PriceBasis | undefined, sessions: number): string[] {
  if (basis === undefined || basis.symbolsWithoutDividends === 0 || sessions < 2) return [];
  const { symbols, symbolsWithoutDividends: lacking } = basis;
  const whose = lacking === symbols ? "" : ` of ${lacking} of ${symbols} symbols`;
  const why = basis.adjustments.includes("split")
    ? `Prices${whose} are adjusted for splits only, not for dividends.`
    : `Prices${whose} are raw, and no dividend of theirs is known.`;
  return [
    `${why} What they paid is missing from this run and from holding, which would have been paid all of it.`,
  ];
}
