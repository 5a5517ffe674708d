/** From days of inputs to a named regime model, or to none where no start gave one that is fit for use (REGIME-1). */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { REGIME_INPUTS } from "../../models/regime/regime-inputs.ts";
import { REGIME_STATES, type RegimeModel } from "../../models/regime/regime-model.ts";
import { restate, standardisationOf, standardise } from "../../models/regime/standardisation.ts";
import { fitHmm, type HmmFit, hmmFitParams } from "./fit-hmm.ts";
import { labelOrders, labelStates } from "./state-labels.ts";

export const regimeFitParams = hmmFitParams.omit({ states: true }).extend({
  /** What names the states: their volatility, or their mean return, which is the source document's reading. */
  labelBy: z.enum(labelOrders).default("volatility"),
});
export type RegimeFitParams = z.infer<typeof regimeFitParams>;

export interface RegimeFit {
  /** Undefined where every start was refused: `starts` says why. */
  readonly model: RegimeModel | undefined;
  readonly starts: HmmFit["starts"];
}

/** Fewer days than this have no three regimes to find. */
const DAYS_MIN = 60;

/**
 * `rows` is T x 3 of `regimeInputs`, row-major; rows that hold a NaN are left out. `previous` is the model to be
 * replaced: it gives the names, and one more start. Throws InputError on fewer than 60 days and on an
 * input that never changes.
 */
export function fitRegimeModel(
  rows: Float64Array,
  params: RegimeFitParams,
  previous?: RegimeModel,
): RegimeFit {
  const known = knownRows(rows);
  const days = known.length / REGIME_INPUTS;
  if (days < DAYS_MIN) throw new InputError(`regime inputs: ${days} days; allowed are ${DAYS_MIN} or more`);
  const standardisation = standardisationOf(known, REGIME_INPUTS);
  const earlier =
    previous === undefined ? undefined : restate(previous.hmm, previous.standardisation, standardisation);
  const standardised = standardise(known, standardisation);
  const { best, starts } = fitHmm(standardised, REGIME_INPUTS, { ...params, states: REGIME_STATES }, earlier);
  if (best === undefined) return { model: undefined, starts };
  const { hmm, occupancy, logLikelihood } = best;
  const unnamed = { hmm, standardisation, days, occupancy, logLikelihood };
  return { model: { ...unnamed, labels: labelStates(unnamed, params.labelBy, previous) }, starts };
}

function knownRows(rows: Float64Array): Float64Array {
  const kept = new Float64Array(rows.length);
  let end = 0;
  for (let from = 0; from + REGIME_INPUTS <= rows.length; from += REGIME_INPUTS) {
    const row = rows.subarray(from, from + REGIME_INPUTS);
    if (!row.every(Number.isFinite)) continue;
    kept.set(row, end);
    end += REGIME_INPUTS;
  }
  return kept.slice(0, end);
}
