/**
 * Trials: what the record keeps of a run, and what the record says about luck (LEARN-4, QUANT d6).
 *
 * A trial is its inputs and its outcome. The code that ran it is neither: the same figures after an edit that changed
 * nothing are the same try, and other figures from the same inputs are another one.
 */
import { createHash } from "node:crypto";
import type { TrialRow } from "../adapters/research-db.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { sampleDeviation } from "../numerics/moments.ts";
import { sharpeSample } from "../numerics/sharpe-inference.ts";
import type { Daily } from "./daily-series.ts";
import { isLongEnough } from "./enough-days.ts";
import type { RunScope } from "./run-result.ts";

/** What the record of trials wants to know of a run; Sharpe per period. */
export type Trial = Omit<TrialRow, "createdAt" | "strategies">;

/** One counted trial. The Sharpe ratio is per period and NaN where equity did not move. */
export type CountedTrial = Pick<Trial, "sharpe" | "observations" | "tries">;

export interface TrialFacts {
  readonly runId: string;
  readonly scope: RunScope;
  readonly snapshot: string;
  readonly configHash: string;
  readonly daily: Pick<Daily, "returns" | "equity">;
  /** Digest of the equity after each batch. */
  readonly equityDigest: string;
}

export function trialOf({ runId, scope, snapshot, configHash, daily, equityDigest }: TrialFacts): Trial {
  const { sharpe, observations } = sharpeSample(daily.returns);
  // The seed poisons the canary's futures and touches no order.
  const { seed: _, ...inputs } = scope;
  return {
    trialId: shortDigest("tr", { inputs, snapshot, configHash, equityDigest }),
    runId,
    timeframe: scope.timeframe,
    from: scope.from,
    to: scope.to,
    snapshot,
    configHash,
    sharpe,
    observations,
    totalReturn: (daily.equity.at(-1) ?? scope.cash) / scope.cash - 1,
  };
}

/** Like `bt-1f3a9c2e0b7d`: equal facts, equal id. */
export function shortDigest(prefix: string, facts: unknown): string {
  return `${prefix}-${createHash("sha256").update(canonicalJson(facts)).digest("hex").slice(0, 12)}`;
}

export interface TrialScatter {
  /** All that were made, at least this one. */
  readonly trials: number;
  /** Of those, how many ran long enough and moved enough for a Sharpe ratio. */
  readonly compared: number;
  /** Sample deviation of their Sharpe ratios per period, at least 0. */
  readonly sharpeDeviation: number;
}

/**
 * Every trial counts as a try; the scatter is of those whose Sharpe ratio means something. With fewer than two of
 * them it is what chance alone scatters over a record of this length, 1 / sqrt(n - 1): tries that left no ratio do
 * not make a run luckier than tries that did. Beside a search, whose tries leave none, the scatter of the few that
 * did says nothing of the many, and is never taken for less than chance's. `observations`: daily returns of the run
 * that is judged.
 */
export function trialScatter(trials: readonly CountedTrial[], observations: number): TrialScatter {
  const ratios = trials
    .filter((trial) => isLongEnough(trial.observations) && Number.isFinite(trial.sharpe))
    .map(({ sharpe }) => sharpe);
  const byChance = observations > 1 ? 1 / Math.sqrt(observations - 1) : 0;
  const made = Math.max(
    1,
    trials.reduce((sum, { tries = 1 }) => sum + tries, 0),
  );
  const scatter = ratios.length > 1 ? sampleDeviation(Float64Array.from(ratios)) : byChance;
  return {
    trials: made,
    compared: ratios.length,
    sharpeDeviation: trials.some(({ tries = 1 }) => tries > 1) ? Math.max(byChance, scatter) : scatter,
  };
}
