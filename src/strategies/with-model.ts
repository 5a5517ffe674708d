/**
 * A strategy with a model beside its rules (STRAT-2). The rules decide as ever; each entry they ask for is shown to the
 * model, which may only take away. Exits and stops that follow the price never pass through here.
 */
import { type FeatureRef, output } from "../features/feature.ts";
import { features as catalogue } from "../features/registry.ts";
import type { SignalModel } from "../models/signal/signal-model.ts";
import type { Advice, BoundStrategy, Entry, FeatureReader } from "./strategy.ts";

/** Before the names of the model's inputs, which a strategy of its own may have too. */
const INPUT = "model.";

/** Throws RangeError for a model of a feature that is not in the catalogue. */
export function withModel(strategy: BoundStrategy, model: SignalModel): BoundStrategy {
  const inputs = model.features.map((name) => [`${INPUT}${name}`, refOf(name, model.id)] as const);
  const row = new Float64Array(inputs.length);
  const advise = (entry: Entry, close: number, feature: Readonly<Record<string, FeatureReader>>): Entry => {
    for (const [k, [name]] of inputs.entries()) row[k] = feature[name]?.at(entry.instrument) ?? Number.NaN;
    return advised(entry, close, model, model.probability(row));
  };
  return {
    ...strategy,
    features: [...strategy.features, ...inputs],
    // Trees know what to do with a missing value: it keeps no instrument from being looked at.
    mayBeMissing: [...(strategy.mayBeMissing ?? []), ...inputs.map(([name]) => name)],
    advise,
  };
}

function advised(entry: Entry, close: number, model: SignalModel, probability: number): Entry {
  const { settings, id } = model;
  const { events, win, loss, threshold } = settings;
  const follows = model.follows(probability);
  const advice: Advice = { model: id, probability, threshold, follows, events, win, loss };
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
