/**
 * Backtests, honesty first: what failed is not hidden behind what looks well, and a Sharpe ratio never stands without
 * its deflated twin and the number of trials that it took.
 */
import type { ResearchAnswer } from "../../../contract/running-answers.ts";
import { upperFirst } from "../orders/order-words.ts";

export type Backtest = ResearchAnswer["backtests"][number];
export type VerdictKind = "passes" | "unproven" | "failed";

export interface VerdictWord {
  readonly kind: VerdictKind;
  readonly text: string;
}

/** The verdict is the report's own; here it is only read. What is not understood is not proven. */
export function verdictOf({ verdict }: Pick<Backtest, "verdict">): VerdictWord {
  const text = verdict.trim();
  if (/^fail/i.test(text)) return { kind: "failed", text };
  if (/\bpass(?:es|ed)?\b/i.test(text) && !/\bnot\b/i.test(text)) return { kind: "passes", text };
  return { kind: "unproven", text: text === "" ? "Not proven" : upperFirst(text) };
}

/** The gate of the deflated Sharpe probability, as in the report. */
export const deflatedGate = 0.95;

export const counts = (runs: readonly Backtest[]): Readonly<Record<VerdictKind, number>> => {
  const found = { passes: 0, unproven: 0, failed: 0 };
  for (const run of runs) found[verdictOf(run).kind] += 1;
  return found;
};

/** The first sentence: how much of what was tried may be believed. */
export function backtestAnswer(runs: readonly Backtest[]): string {
  if (runs.length === 0) return "No backtest has been kept.";
  const { passes, unproven, failed } = counts(runs);
  const head =
    passes === 0
      ? `None of ${runs.length} is proven`
      : `${passes} of ${runs.length} ${passes === 1 ? "passes" : "pass"}`;
  const parts = [unproven > 0 ? `${unproven} not proven` : "", failed > 0 ? `${failed} failed` : ""].filter(
    Boolean,
  );
  return parts.length === 0 || (passes === 0 && failed === 0) ? `${head}.` : `${head}: ${parts.join(", ")}.`;
}
