/**
 * A model beside a strategy's rules (STRAT-2, QUANT d9): the rules say where and when, the model how likely it is to
 * pay after costs. It can keep an entry out, make it smaller and bring its stop nearer; never more, larger or wider.
 */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { calibrated, calibrator } from "../calibration/calibrator.ts";
import type { DriftReference } from "../drift/drift-reference.ts";
import { readTreeModel } from "../trees/read-model.ts";
import type { TreeEnsemble } from "../trees/tree-ensemble.ts";

/** What the model may do with an entry. Sizing reads the probability in any case. */
export const modelUses = z.strictObject({
  /** Entries below the threshold are not made. */
  filter: z.boolean().default(true),
  /** Conviction is the part of the way from the probability that breaks even to one that is sure. */
  scale: z.boolean().default(false),
  /** The largest part of the stop's distance that is taken away, from an entry that only breaks even. */
  tightenStop: z.number().min(0).max(0.9).default(0),
});
export type ModelUses = z.infer<typeof modelUses>;

/** Kept with the model's trees; plain data. Everything in it comes from rows that the model was not fitted on. */
export const signalSettings = z.strictObject({
  /** From the model's margin to the chance that an entry pays. */
  calibration: calibrator,
  /** Entries are followed from this probability on; 2 where following none was best. */
  threshold: z.number().min(0).max(2),
  /** The probability that counts as sure: of ten entries one has more. */
  sure: z.number().min(0).max(1),
  /** Entries that the figures below come from. */
  events: z.int().min(0),
  /** Mean win and mean loss of an entry as fractions of the stake, net of costs, both from 0 up. */
  win: z.number().min(0),
  loss: z.number().min(0),
  uses: modelUses,
});
export type SignalSettings = z.infer<typeof signalSettings>;

/** All of a signal model: crosses threads and files as it is. */
export interface SignalModelData {
  /** Version in the registry, or what a walk-forward calls it. */
  readonly id: string;
  /** In the format of LightGBM or XGBoost. */
  readonly text: string;
  readonly settings: SignalSettings;
  /** What its inputs looked like when it was fitted; without it nobody watches whether they still do. */
  readonly reference?: DriftReference | undefined;
}

/** Conviction never falls to nothing by scaling: what is not worth a tenth is for the filter to keep out. */
const LEAST_STRENGTH = 0.1;

export class SignalModel {
  readonly id: string;
  readonly settings: SignalSettings;
  readonly reference: DriftReference | undefined;
  readonly #trees: TreeEnsemble;
  /** Where an entry earns nothing and loses nothing. */
  readonly #breakEven: number;

  /** Throws InputError for a text that is no model, or a reference that is of other inputs. */
  constructor({ id, text, settings, reference }: SignalModelData) {
    this.id = id;
    this.settings = settings;
    this.reference = reference;
    this.#trees = readTreeModel(text, id).trees;
    requireSameInputs(id, this.features, reference);
    const { win, loss } = settings;
    this.#breakEven = win + loss > 0 ? loss / (win + loss) : 0.5;
  }

  /** Names of the columns of a row, in their order. */
  get features(): readonly string[] {
    return this.#trees.data.featureNames;
  }

  /** Chance in [0, 1] that the entry pays after costs. NaN in the row is a missing value. */
  probability(row: Float64Array): number {
    return calibrated(this.settings.calibration, this.#trees.margin(row));
  }

  /** False for a probability that is no number: what adds risk needs a yes. */
  follows(probability: number): boolean {
    const { uses, threshold } = this.settings;
    return uses.filter ? probability >= threshold : !Number.isNaN(probability);
  }

  /** In (0, 1]: what conviction is multiplied by. */
  strength(probability: number): number {
    return this.settings.uses.scale ? Math.max(LEAST_STRENGTH, this.#worth(probability)) : 1;
  }

  /** Dollars per share, between `stop` and `price`; NaN stays NaN. */
  stop(probability: number, price: number, stop: number): number {
    const { tightenStop } = this.settings.uses;
    return stop + tightenStop * (1 - this.#worth(probability)) * (price - stop);
  }

  /** From 0 where it breaks even to 1 where it is sure. */
  #worth(probability: number): number {
    const span = this.settings.sure - this.#breakEven;
    const worth = span > 0 ? (probability - this.#breakEven) / span : 0;
    return worth > 0 ? Math.min(1, worth) : 0;
  }
}

function requireSameInputs(id: string, names: readonly string[], reference?: DriftReference): void {
  const known = reference?.inputs.map(({ name }) => name) ?? names;
  if (known.join(" ") === names.join(" ")) return;
  throw new InputError(`model ${id}: reference.inputs are ${known.join(", ")}; must be ${names.join(", ")}`);
}
