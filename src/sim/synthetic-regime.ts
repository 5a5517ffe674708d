/**
 * The weather of the synthetic market: three regimes that follow each other as a Markov chain, one step per
 * session. A regime sets the drift and the volatility of the market and how far everything else swings.
 */
import type { Rng } from "../numerics/rng.ts";

export const regimeNames = ["calm bull", "choppy", "stress"] as const;
export type RegimeName = (typeof regimeNames)[number];

export interface Regime {
  readonly name: RegimeName;
  /** Mean log return of the market per session. */
  readonly drift: number;
  /** Standard deviation of the market's log return per session. */
  readonly marketVolatility: number;
  /** Multiplies the volatility of sectors and companies. */
  readonly swing: number;
  /** Chance, per session, that minutes persist, and that they reverse; otherwise they do neither. */
  readonly trending: number;
  readonly reverting: number;
  /** Chances of the next session's regime, in the order of the names. */
  readonly next: readonly [number, number, number];
}

/** Mean stays of 40, 20 and 11 sessions; about 56, 31 and 13 % of the time. */
export const regimes: Readonly<Record<RegimeName, Regime>> = {
  "calm bull": {
    name: "calm bull",
    drift: 0.0005,
    marketVolatility: 0.0075,
    swing: 0.92,
    trending: 0.3,
    reverting: 0.15,
    next: [0.975, 0.02, 0.005],
  },
  choppy: {
    name: "choppy",
    drift: 0,
    marketVolatility: 0.0105,
    swing: 1,
    trending: 0.15,
    reverting: 0.35,
    next: [0.035, 0.95, 0.015],
  },
  stress: {
    name: "stress",
    drift: -0.001,
    marketVolatility: 0.019,
    swing: 1.35,
    trending: 0.35,
    reverting: 0.2,
    next: [0.03, 0.06, 0.91],
  },
};

export function nextRegime({ next }: Regime, rng: Rng): Regime {
  const drawn = rng.uniform();
  if (drawn < next[0]) return regimes["calm bull"];
  return drawn < next[0] + next[1] ? regimes.choppy : regimes.stress;
}
