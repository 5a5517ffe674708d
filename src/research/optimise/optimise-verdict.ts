/**
 * Whether parameters that a search found may be proposed (RES-6): their walk-forward against every gate, deflated by
 * all that was ever tried, and the days held back, which the search has not seen.
 */
import type { CountedTrial } from "../../app/trials.ts";
import type { GateVerdict } from "../../domain/model-version.ts";
import { gateVerdict } from "../../learn/promotion/gate-verdict.ts";
import { drawdowns } from "../../numerics/drawdown.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { stitchedWalk, type WalkFindings } from "../walk-forward/stitched-walk.ts";
import { type WalkVerdict, walkVerdict } from "../walk-forward/walk-verdict.ts";
import type { WalkWindow } from "../walk-forward/walk-windows.ts";
import type { WindowOutcome } from "../walk-forward/window-run.ts";

/** Out of what the search has seen. */
export interface HeldFigures {
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  /** Of a year. */
  readonly sharpe: number;
  /** Negative fraction. */
  readonly maxDrawdown: number;
  readonly totalReturn: number;
  readonly trades: number;
}

export interface Judged {
  readonly walk: WalkVerdict;
  readonly held: HeldFigures;
}

export interface Permission {
  readonly passed: boolean;
  readonly gates: readonly GateVerdict[];
  /** A sentence for each gate that said no. */
  readonly reasons: readonly string[];
}

/** The s-th of the settings in all windows, judged among all of them. */
export function judgedWalk(
  windows: readonly WalkWindow[],
  settings: number,
  tested: WalkFindings["tested"],
  { chosen, counted }: { readonly chosen: number; readonly counted: readonly CountedTrial[] },
): WalkVerdict {
  const walked = stitchedWalk(windows, settings, { tested, score: (_, s) => (s === chosen ? 1 : 0) });
  return walkVerdict(walked, counted);
}

export function heldFigures(
  windows: readonly WalkWindow[],
  tested: readonly WindowOutcome[],
  days: { readonly from: string; readonly to: string },
): HeldFigures {
  const { returns, trades } = stitchedWalk(windows, 1, { tested: (w) => tested[w]!, score: () => 1 });
  return {
    ...days,
    sessions: returns.length,
    sharpe: sharpeRatio(returns, { periodsPerYear: 252, riskFree: 0 }),
    maxDrawdown: drawdowns(returns).maxDrawdown,
    totalReturn: returns.reduce((wealth, each) => wealth * (1 + each), 1) - 1,
    trades: trades.length,
  };
}

/** `configured`: what is traded now. To be proposed, the best must be better than it where nobody has looked. */
export function permission(best: Judged, configured: Judged): Permission {
  const held = gateVerdict({
    ...{ gate: "held", title: "Sharpe ratio of the days held back", side: "above", limit: 0 },
    value: best.held.sharpe,
  });
  const advance = gateVerdict({
    ...{ gate: "advance", title: "what it is above the parameters of now there", side: "above", limit: 0 },
    value: best.held.sharpe - configured.held.sharpe,
  });
  const own = [held, advance].filter((gate) => !gate.passed);
  return {
    passed: best.walk.passed && own.length === 0,
    gates: [...best.walk.gates, held, advance],
    reasons: [...best.walk.reasons, ...own.map(sentence)],
  };
}

const sentence = ({ title, value, limit }: GateVerdict): string =>
  Number.isNaN(value)
    ? `${title} is not known, it must be above ${limit}`
    : `${title} is ${value.toFixed(2)}, it must be above ${limit}`;
