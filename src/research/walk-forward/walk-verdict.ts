/**
 * What a walk-forward is worth (LEARN-4, LEARN-9): the stitched history's figures, deflated by every trial on record,
 * and how likely the choice among settings was luck; each against its gate.
 */
import { type CountedTrial, trialScatter } from "../../app/trials.ts";
import type { GateVerdict } from "../../domain/model-version.ts";
import { backtestOverfitting } from "../../learn/overfitting/backtest-overfitting.ts";
import { promotionLimits, promotionVerdict } from "../../learn/promotion/promotion-gates.ts";
import { drawdowns } from "../../numerics/drawdown.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { deflatedSharpe, sharpeSample } from "../../numerics/sharpe-inference.ts";
import { winsAndLosses } from "../../numerics/wins-and-losses.ts";
import type { WalkedForward } from "./stitched-walk.ts";

export interface WalkVerdict {
  /** Of a year, of daily net returns. */
  readonly sharpe: number;
  /** Negative fraction. */
  readonly maxDrawdown: number;
  readonly totalReturn: number;
  readonly trades: number;
  /** Of round trips that neither won nor lost nothing. */
  readonly winRate: number;
  /** NaN where there was no choice to be judged. */
  readonly overfitting: number;
  readonly deflatedSharpe: number;
  /** Trials on record with any of these strategies. */
  readonly counted: number;
  readonly passed: boolean;
  readonly gates: readonly GateVerdict[];
  /** A sentence for each gate that failed. */
  readonly reasons: readonly string[];
}

/** Parts of time that overfitting is judged in: the most that leave 20 sessions each. */
const PARTS = [16, 14, 12, 10, 8, 6, 4, 2] as const;
const PART_SESSIONS = 20;

export function walkVerdict(walked: WalkedForward, counted: readonly CountedTrial[]): WalkVerdict {
  const { returns, trades } = walked;
  const sample = sharpeSample(returns);
  const { trials, sharpeDeviation } = trialScatter(counted, returns.length);
  const figures = {
    sharpe: sharpeRatio(returns, { periodsPerYear: 252, riskFree: 0 }),
    maxDrawdown: drawdowns(returns).maxDrawdown,
    trades: trades.length,
    winRate: winsAndLosses(Float64Array.from(trades, ({ pnl }) => pnl)).winRate,
    overfitting: overfitting(walked.bySetting),
    deflatedSharpe: deflatedSharpe(sample, { trials, sharpeDeviation }).probability,
  };
  const depth = Math.abs(figures.maxDrawdown);
  const { passed, gates, reasons } = promotionVerdict(
    { ...figures, maxDrawdown: depth },
    promotionLimits.parse({}),
  );
  const totalReturn = returns.reduce((wealth, each) => wealth * (1 + each), 1) - 1;
  return { ...figures, totalReturn, counted: trials, passed, gates, reasons };
}

function overfitting(bySetting: readonly Float64Array[]): number {
  const sessions = bySetting[0]?.length ?? 0;
  const blocks = PARTS.find((parts) => sessions >= parts * PART_SESSIONS);
  return bySetting.length < 2 || blocks === undefined
    ? Number.NaN
    : backtestOverfitting(bySetting, { blocks }).probability;
}
