/**
 * A fitted regime model: three states with the names they go by, the unit they were trained in, and the filter that
 * says each day how likely each is. Plain JSON on disk (REGIME-1).
 */
import { z } from "zod";
import { type GaussianHmm, hmmToJson, savedHmm } from "./gaussian-hmm.ts";
import { type FilterState, HmmFilter } from "./hmm-filter.ts";
import { REGIME_INPUTS } from "./regime-inputs.ts";
import { type Standardisation, standardise } from "./standardisation.ts";

export const REGIME_STATES = 3;

/**
 * `Stress` is the most volatile state where its days do not earn less than those of `Bull`: a crisis that pays is
 * one all the same, so for risk it is `Bear` (QUANT c).
 */
export const regimeLabels = ["Bull", "Neutral", "Bear", "Stress"] as const;
export type RegimeLabel = (typeof regimeLabels)[number];

export interface RegimeModel {
  /** In standardised units. */
  readonly hmm: GaussianHmm;
  readonly standardisation: Standardisation;
  /** Of each state: one Bull, one Neutral, and one Bear or Stress. */
  readonly labels: readonly RegimeLabel[];
  /** Days that it was trained on, and the share of them in each state. */
  readonly days: number;
  readonly occupancy: Float64Array;
  /** Nats, of those days. */
  readonly logLikelihood: number;
}

/** After the close of a day, from that day and those before it: they add up to 1. All NaN while nothing is known. */
export interface RegimeProbabilities {
  readonly bull: number;
  readonly neutral: number;
  /** Bear or Stress. */
  readonly bear: number;
}

export const UNKNOWN_REGIME: RegimeProbabilities = {
  bull: Number.NaN,
  neutral: Number.NaN,
  bear: Number.NaN,
};

const inputNumbers = (schema: z.ZodNumber) =>
  z
    .array(schema)
    .length(REGIME_INPUTS)
    .transform((values) => Float64Array.from(values));

/** A saved model, plain JSON, to a checked one. */
export const savedRegimeModel = z.strictObject({
  hmm: savedHmm.refine(({ states, inputs }) => states === REGIME_STATES && inputs === REGIME_INPUTS, {
    error: `allowed are ${REGIME_STATES} states of ${REGIME_INPUTS} inputs`,
  }),
  standardisation: z.strictObject({
    mean: inputNumbers(z.number()),
    deviation: inputNumbers(z.number().positive()),
  }),
  labels: z.array(z.enum(regimeLabels)).refine(
    (labels) =>
      labels
        .map((label) => (label === "Stress" ? "Bear" : label))
        .sort()
        .join() === "Bear,Bull,Neutral",
    { error: "allowed are one Bull, one Neutral, and one Bear or Stress" },
  ),
  days: z.int().positive(),
  occupancy: z
    .array(z.number().min(0).max(1))
    .length(REGIME_STATES)
    .transform((values) => Float64Array.from(values)),
  logLikelihood: z.number(),
});

/** Plain JSON that `savedRegimeModel` reads back bit for bit. */
export function regimeModelToJson(model: RegimeModel): z.input<typeof savedRegimeModel> {
  return {
    hmm: hmmToJson(model.hmm),
    standardisation: {
      mean: Array.from(model.standardisation.mean),
      deviation: Array.from(model.standardisation.deviation),
    },
    labels: [...model.labels],
    days: model.days,
    occupancy: Array.from(model.occupancy),
    logLikelihood: model.logLikelihood,
  };
}

/** The model at work, one day at a time. */
export class RegimeFilter {
  readonly #model: RegimeModel;
  readonly #filter: HmmFilter;

  constructor(model: RegimeModel) {
    this.#model = model;
    this.#filter = new HmmFilter(model.hmm);
  }

  /**
   * Takes days in order, rows of `regimeInputs`: one a day, or at its start those that the model was trained on. A row
   * that holds a NaN is a day unseen.
   */
  update(rows: Float64Array): void {
    const days = standardise(rows, this.#model.standardisation);
    for (let from = 0; from < days.length; from += REGIME_INPUTS) this.#filter.update(days, from);
  }

  /** After the last day taken. */
  get probabilities(): RegimeProbabilities {
    if (Number.isNaN(this.#filter.probabilities[0]!)) return UNKNOWN_REGIME;
    const sums = { bull: 0, neutral: 0, bear: 0 };
    this.#model.labels.forEach((label, state) => {
      const p = this.#filter.probabilities[state]!;
      if (label === "Bull") sums.bull += p;
      else if (label === "Neutral") sums.neutral += p;
      else sums.bear += p;
    });
    return sums;
  }

  save(): FilterState {
    return this.#filter.save();
  }

  /** Throws InputError on what `save` of the same model did not give. */
  load(saved: unknown): void {
    this.#filter.load(saved);
  }
}
