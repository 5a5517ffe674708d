/** Which calibration a set of out-of-fold scores can bear (LEARN-7, QUANT k). */
import type { Calibrator } from "../../models/calibration/calibrator.ts";
import { fitIsotonic } from "./isotonic.ts";
import { fitPlatt } from "./platt.ts";
import type { ScoredOutcomes } from "./scored-outcomes.ts";

/** Rows from which isotonic steps are more shape than noise. */
const ISOTONIC_ROWS_MIN = 1_000;
/** One row of each outcome beside a step's own (Laplace): what a few rows never showed is rare, not impossible. */
const STEP_PRIOR = 1;

/**
 * Isotonic from 1,000 rows, Platt below. Fit on out-of-fold scores only: on scores of rows that the model was
 * trained on every probability comes out too sure, and the Kelly fraction with it (SIZE-1). Neither ever falls where
 * the score rises: scores that rank the wrong way round know nothing, and turning them over would be one more choice
 * made on the rows that judge it. Throws InputError on bad rows.
 */
export function fitCalibrator(data: ScoredOutcomes): Calibrator {
  if (data.score.length >= ISOTONIC_ROWS_MIN) return fitIsotonic(data, STEP_PRIOR);
  const curve = fitPlatt(data);
  return curve.a <= 0 ? curve : fitPlatt({ ...data, score: new Float64Array(data.score.length) });
}
