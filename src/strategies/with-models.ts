/**
 * A strategy with models beside its rules (STRAT-2, LEARN-8). The rules decide as ever; each entry they ask for is
 * shown to the model, which may only take away, and to those in shadow, which change nothing. Exits and stops that
 * follow the price never pass through here.
 */
import { type FeatureRef, output } from "../features/feature.ts";
import { features as catalogue } from "../features/registry.ts";
import type { SignalModel } from "../models/signal/signal-model.ts";
import type { Advice, BoundStrategy, Entry, FeatureReader, Opinion } from "./strategy.ts";

/** Before the names of a model's inputs, which a strategy of its own may have too. */
const INPUT = "model.";

export interface ModelsBeside {
  /** Absent: rules alone. */
  readonly decides?: SignalModel | undefined;
  readonly shadows?: readonly SignalModel[] | undefined;
  /** In (0, 1]: of the conviction of the rules; below 1 where a model was let go and nobody has decided since. */
  readonly scale?: number | undefined;
}

type Features = Readonly<Record<string, FeatureReader>>;

/** Throws RangeError for a model of a feature that is not in the catalogue. */
export function withModels(
  strategy: BoundStrategy,
  { decides, shadows = [], scale = 1 }: ModelsBeside,
): BoundStrategy {
  const models = decides === undefined ? shadows : [decides, ...shadows];
  if (models.length === 0 && scale === 1) return strategy;
  const inputs = new Map(
    models.flatMap((model) =>
      model.features.map((name) => [`${INPUT}${name}`, refOf(name, model.id)] as const),
    ),
  );
  const advise = (asked: Entry, close: number, feature: Features): Entry => {
    const entry = scale === 1 ? asked : { ...asked, conviction: asked.conviction * scale };
    const beside = shadows.map((model) => opinionOf(model, entry, feature));
    const shown = beside.length === 0 ? entry : { ...entry, beside };
    return decides === undefined ? shown : advised(shown, close, decides, rowOf(decides, entry, feature));
  };
  return {
    ...strategy,
    features: [...strategy.features, ...inputs],
    // Trees know what to do with a missing value: it keeps no instrument from being looked at.
    mayBeMissing: [...(strategy.mayBeMissing ?? []), ...inputs.keys()],
    ...(decides === undefined ? {} : { model: { id: decides.id, reference: decides.reference } }),
    advise,
  };
}

function rowOf({ features }: SignalModel, { instrument }: Entry, feature: Features): Float64Array {
  return Float64Array.from(features, (name) => feature[`${INPUT}${name}`]?.at(instrument) ?? Number.NaN);
}

function opinionOf(model: SignalModel, entry: Entry, feature: Features): Opinion {
  const probability = model.probability(rowOf(model, entry, feature));
  return { model: model.id, probability, follows: model.follows(probability) };
}

function advised(entry: Entry, close: number, model: SignalModel, inputs: Float64Array): Entry {
  const probability = model.probability(inputs);
  const { settings, id } = model;
  const { events, win, loss, threshold } = settings;
  const follows = model.follows(probability);
  const figures = { threshold, events, win, loss, inputs, rules: entry };
  const advice: Advice = { model: id, probability, follows, ...figures };
  if (!follows) return { ...entry, advice };
  const conviction = entry.conviction * model.strength(probability);
  const stop = entry.stop === undefined ? {} : { stop: model.stop(probability, close, entry.stop) };
  return { ...entry, conviction, ...stop, advice };
}

function refOf(name: string, model: string): FeatureRef {
  const feature = catalogue.find(({ outputs }) => outputs.includes(name));
  if (feature === undefined)
    throw new RangeError(`model ${model} reads ${name}, which is no feature of the catalogue`);
  return output(feature, name);
}
