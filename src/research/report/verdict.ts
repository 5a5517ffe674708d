/**
 * The verdict of a run: a function of its gates and of nothing else, so that no author of a template can
 * soften it (DESIGN 9).
 *
 *   canary moved a decision         Failed: look-ahead, every figure is void
 *   lost money, or PSR under 0.5    Failed
 *   only survivors in the data      Not proven, whatever the gates say
 *   every gate passes               Passes
 *   otherwise                       Not proven
 */
import { isLongEnough } from "../../app/enough-days.ts";
import type { RunResult } from "../../app/run-result.ts";
import { YEAR_DAYS } from "./series.ts";

export const PROBABILITY_GATE = 0.95;
export const TRADES_GATE = 100;
/** Under even odds that the Sharpe is above zero. */
export const EVEN_ODDS = 0.5;
/** Standard normal quantile of 0.95. */
const Z_95 = 1.6448536269514722;

/** `void`: look-ahead was found, so the figure means nothing whatever it says. */
export type GateState = "pass" | "short" | "no data" | "void";
type FailureCause = "look-ahead" | "loss" | "odds";

interface Gates {
  readonly deflated: GateState;
  readonly probabilistic: GateState;
  readonly trackRecord: GateState;
  readonly trades: GateState;
  readonly canary: GateState;
}

export interface Verdict {
  readonly kind: "passes" | "not proven" | "failed";
  /** Undefined unless failed. */
  readonly cause: FailureCause | undefined;
  readonly gates: Gates;
}

const VOID_GATES: Gates = {
  deflated: "void",
  probabilistic: "void",
  trackRecord: "void",
  trades: "void",
  canary: "short",
};

export function judge(result: RunResult): Verdict {
  const cause = failureOf(result);
  const gates = cause === "look-ahead" ? VOID_GATES : gatesOf(result);
  if (cause !== undefined) return { kind: "failed", cause, gates };
  const passes = Object.values(gates).every((state) => state === "pass") && !result.honesty.survivorsOnly;
  return { kind: passes ? "passes" : "not proven", cause: undefined, gates };
}

export const hasEnoughDays = ({ honesty }: RunResult): boolean => isLongEnough(honesty.observations);

/** True when nothing was closed and equity never moved: there is nothing to judge. */
export const isIdle = ({ metrics }: RunResult): boolean =>
  metrics.trades === 0 && (metrics.totalReturn === 0 || Number.isNaN(metrics.totalReturn));

/** Variance factor of a daily Sharpe estimate; Mertens 2002, as in Bailey and Lopez de Prado 2012. */
export function sharpeVariance({ metrics }: RunResult): number {
  const daily = metrics.sharpe / Math.sqrt(YEAR_DAYS);
  return 1 - metrics.skew * daily + ((metrics.kurtosis - 1) / 4) * daily * daily;
}

/**
 * Daily observations at this Sharpe until the deflated probability would reach 0.95; Infinity when the
 * Sharpe does not exceed what luck shows, NaN when a figure is missing.
 */
export function deflatedTrackRecord(result: RunResult): number {
  const edge = (result.metrics.sharpe - result.honesty.expectedMaxSharpe) / Math.sqrt(YEAR_DAYS);
  const variance = sharpeVariance(result);
  if (Number.isNaN(edge) || !(variance > 0)) return Number.NaN;
  return edge > 0 ? Math.ceil(1 + variance * (Z_95 / edge) ** 2) : Number.POSITIVE_INFINITY;
}

function failureOf({ metrics, honesty }: RunResult): FailureCause | undefined {
  if (canaryState(honesty.canary) === "short") return "look-ahead";
  if (metrics.totalReturn < 0) return "loss";
  return isLongEnough(honesty.observations) && honesty.psr < EVEN_ODDS ? "odds" : undefined;
}

function gatesOf(result: RunResult): Gates {
  const { metrics, honesty } = result;
  const figure = (value: number, gate: number): GateState => {
    if (!hasEnoughDays(result) || Number.isNaN(value)) return "no data";
    return value >= gate ? "pass" : "short";
  };
  return {
    deflated: figure(honesty.dsr, PROBABILITY_GATE),
    probabilistic: figure(honesty.psr, PROBABILITY_GATE),
    trackRecord: Number.isNaN(honesty.minTrackRecord)
      ? "no data"
      : figure(honesty.observations, honesty.minTrackRecord),
    trades: metrics.trades >= TRADES_GATE ? "pass" : "short",
    canary: canaryState(honesty.canary),
  };
}

/** A canary that compared nothing has proved nothing. */
function canaryState({ passed, moved, decisions }: RunResult["honesty"]["canary"]): GateState {
  if (!passed || moved > 0) return "short";
  return decisions > 0 ? "pass" : "no data";
}
