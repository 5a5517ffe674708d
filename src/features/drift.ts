/**
 * Does a feature still look as it did when a model was trained on it (FEAT-4, QUANT b)? The stability index
 * decides; the Kolmogorov-Smirnov p-value stands beside it, and is far too small for values that overlap.
 */
import { kolmogorovSmirnov } from "../numerics/kolmogorov-smirnov.ts";
import { populationStability } from "../numerics/population-stability.ts";

export type DriftVerdict = "stable" | "watch" | "drift" | "no data";

export interface FeatureDrift {
  readonly feature: string;
  /** Population stability index and the value that chance alone exceeds in 5 % of cases. */
  readonly psi: number;
  readonly psiCritical: number;
  /** Kolmogorov-Smirnov distance and p-value. */
  readonly ks: number;
  readonly p: number;
  readonly verdict: DriftVerdict;
}

/** Rules of thumb (Siddiqi 2006). */
const WATCH = 0.1;
const DRIFT = 0.25;

/** One value per row, NaN where missing. */
export function featureDrift(feature: string, reference: Float64Array, current: Float64Array): FeatureDrift {
  const { index, critical } = populationStability(reference, current);
  const { distance, p } = kolmogorovSmirnov(reference, current);
  return {
    feature,
    psi: index,
    psiCritical: critical,
    ks: distance,
    p,
    verdict: verdictOf(index, critical),
  };
}

/** Below the critical value it may be chance: in small samples the rules of thumb alone cry wolf. */
function verdictOf(index: number, critical: number): DriftVerdict {
  if (Number.isNaN(index)) return "no data";
  if (index < WATCH || index <= critical) return "stable";
  return index > DRIFT ? "drift" : "watch";
}
