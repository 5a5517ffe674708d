/**
 * Regime probabilities of the past as they could have been known: each month is judged by a model that was fitted on
 * the days before it, and each day by itself and those before it. Nothing that comes later changes them (QUANT c).
 */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { REGIME_INPUTS } from "../../models/regime/regime-inputs.ts";
import {
  RegimeFilter,
  type RegimeLabel,
  type RegimeModel,
  type RegimeProbabilities,
  UNKNOWN_REGIME,
} from "../../models/regime/regime-model.ts";
import { fitRegimeModel, regimeFitParams } from "./fit-regime-model.ts";

export const pointInTimeParams = regimeFitParams
  .extend({
    /** Days that a model is fitted on, the last ones; all there are when it is not given. */
    windowDays: z.int().min(100).optional(),
    /** Days that the first model needs. */
    daysMin: z.int().min(100).default(504),
  })
  .refine(({ windowDays = Infinity, daysMin }) => windowDays >= daysMin, {
    error: "windowDays must not be below daysMin: no model would ever be fitted",
    path: ["windowDays"],
  });
export type PointInTimeParams = z.infer<typeof pointInTimeParams>;

/** One attempt to replace the model. */
export interface Refit {
  /** Row of the first day that it judges; it knows the days before that one only. */
  readonly at: number;
  /** Undefined where no start was fit for use: the model before it stays at work. */
  readonly model: RegimeModel | undefined;
  readonly labels: readonly RegimeLabel[];
}

export interface RegimeHistory {
  /** One a day, after its close: to be acted on from the next open. Unknown before the first model. */
  readonly days: readonly RegimeProbabilities[];
  readonly refits: readonly Refit[];
}

/**
 * The model of the days in `window`, T x 3 of `regimeInputs`, and of nothing else but `params` and the model before
 * it; undefined where no start was fit for use. Who keeps fits answers with the same.
 */
export type MonthFit = (
  window: Float64Array,
  params: PointInTimeParams,
  previous: RegimeModel | undefined,
) => RegimeModel | undefined;

export const fitMonth: MonthFit = (window, params, previous) =>
  fitRegimeModel(window, params, previous).model;

/**
 * `rows` is T x 3 of `regimeInputs`; `months` holds a number for each day that changes with the month, and with it
 * the model. Throws InputError where the two do not match.
 */
export function pointInTimeRegimes(
  rows: Float64Array,
  months: ArrayLike<number>,
  params: PointInTimeParams,
  fitter: MonthFit = fitMonth,
): RegimeHistory {
  if (rows.length !== months.length * REGIME_INPUTS) {
    throw new InputError(
      `months: ${months.length} days; allowed are as many as rows, ${rows.length / REGIME_INPUTS}`,
    );
  }
  const days: RegimeProbabilities[] = [];
  const refits: Refit[] = [];
  let model: RegimeModel | undefined;
  let filter: RegimeFilter | undefined;
  for (let t = 0; t < months.length; t++) {
    if (t > 0 && months[t] !== months[t - 1]) {
      const window = trainingRows(rows, t, params);
      if (window !== undefined) {
        const fitted = fitter(window, params, model);
        refits.push({ at: t, model: fitted, labels: fitted?.labels ?? [] });
        if (fitted !== undefined) {
          model = fitted;
          filter = new RegimeFilter(fitted);
          filter.update(window);
        }
      }
    }
    filter?.update(rows.subarray(t * REGIME_INPUTS, (t + 1) * REGIME_INPUTS));
    days.push(filter?.probabilities ?? UNKNOWN_REGIME);
  }
  return { days, refits };
}

/** The days before `t` that a model may know, from the first one with inputs; undefined while they are too few. */
function trainingRows(
  rows: Float64Array,
  t: number,
  { windowDays, daysMin }: Pick<PointInTimeParams, "windowDays" | "daysMin">,
): Float64Array | undefined {
  let first = windowDays === undefined ? 0 : Math.max(0, t - windowDays);
  while (first < t && Number.isNaN(rows[first * REGIME_INPUTS]!)) first += 1;
  let known = 0;
  for (let day = first; day < t; day++) if (!Number.isNaN(rows[day * REGIME_INPUTS]!)) known += 1;
  return known < daysMin ? undefined : rows.subarray(first * REGIME_INPUTS, t * REGIME_INPUTS);
}
