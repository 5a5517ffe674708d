/**
 * Whether a model may become champion (LEARN-9): every gate with its value, its limit and what it said, so that a
 * rejection can be read and not only obeyed.
 *
 * All figures are out of sample and net of costs. A figure that is not known fails its gate: a model is promoted
 * for what it has shown, not for what nobody looked at.
 */
import { z } from "zod";
import type { GateVerdict } from "../../domain/model-version.ts";
import { gateVerdict } from "./gate-verdict.ts";

export const promotionLimits = z.strictObject({
  /** Yearly Sharpe ratio must be above it. */
  sharpe: z.number().min(0).max(10).default(1),
  /** Largest fall from a peak, as a fraction of it, must be below it. */
  maxDrawdown: z.number().positive().max(1).default(0.1),
  /** There must be more trades than this. */
  trades: z.int().min(0).max(1_000_000).default(100),
  /** Share of trades that won must be above it. */
  winRate: z.number().min(0).max(1).default(0.45),
  /** Probability of backtest overfitting must be below it. */
  overfitting: z.number().positive().max(1).default(0.5),
  /** Probability that the Sharpe ratio beats the luck of all trials counted must be above it. */
  deflatedSharpe: z.number().min(0).max(1).default(0.95),
});
export type PromotionLimits = z.infer<typeof promotionLimits>;

/** One figure per gate, in the units of its limit; NaN where it is not known. */
export type PromotionFigures = { readonly [Gate in keyof PromotionLimits]: number };

export interface PromotionVerdict {
  readonly passed: boolean;
  /** All gates, in a fixed order. */
  readonly gates: readonly GateVerdict[];
  /** A sentence for each gate that failed; empty when the model may be promoted. */
  readonly reasons: readonly string[];
}

interface Gate {
  readonly gate: keyof PromotionLimits;
  readonly title: string;
  readonly side: "above" | "below";
  readonly write: (value: number) => string;
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const plain = (value: number): string => value.toFixed(2);
const whole = (value: number): string => String(value);
const probability = (value: number): string => value.toFixed(3);

const gates: readonly Gate[] = [
  { gate: "sharpe", title: "out-of-sample Sharpe ratio", side: "above", write: plain },
  { gate: "maxDrawdown", title: "largest drawdown", side: "below", write: percent },
  { gate: "trades", title: "number of trades", side: "above", write: whole },
  { gate: "winRate", title: "win rate", side: "above", write: percent },
  { gate: "overfitting", title: "probability of backtest overfitting", side: "below", write: probability },
  { gate: "deflatedSharpe", title: "deflated Sharpe probability", side: "above", write: probability },
];

/** Asks every gate, also after one has failed: who mends a model wants to know all that is wrong with it. */
export function promotionVerdict(figures: PromotionFigures, limits: PromotionLimits): PromotionVerdict {
  const asked = gates.map(({ gate, title, side, write }) => {
    const value = figures[gate];
    const limit = limits[gate];
    const said = Number.isNaN(value) ? "is not known" : `is ${write(value)}`;
    const reason = `${title} ${said}, it must be ${side} ${write(limit)}`;
    return { verdict: gateVerdict({ gate, title, value, limit, side }), reason };
  });
  const failed = asked.filter(({ verdict }) => !verdict.passed);
  return {
    passed: failed.length === 0,
    gates: asked.map(({ verdict }) => verdict),
    reasons: failed.map(({ reason }) => reason),
  };
}
