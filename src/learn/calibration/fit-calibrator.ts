/** Which calibration a set of out-of-fold scores can bear (LEARN-7, QUANT k). */
import type { Calibrator } from "../../models/calibration/calibrator.ts";
import { fitIsotonic } from "./isotonic.ts";
import { fitPlatt } from "./platt.ts";
import type { ScoredOutcomes } from "./scored-outcomes.ts";

/** Rows from which isotonic steps are more shape than noise. */
const ISOTONIC_ROWS_MIN = 1_000;

/**
 * Isotonic from 1,000 rows, Platt below. Fit on out-of-fold scores only: on scores of rows that the model was
 * trained on every probability comes out too sure, and the Kelly fraction with it (SIZE-1). Throws InputError on
 * bad rows.
 */
export function fitCalibrator(data: ScoredOutcomes): Calibrator {
  return data.score.length >= ISOTONIC_ROWS_MIN ? fitIsotonic(data) : fitPlatt(data);
}
