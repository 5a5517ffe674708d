/** Another feature, told by where each instrument stands among all of them at the same instant. */
import { CrossSection } from "../numerics/cross-section.ts";
import type { Feature, FeatureRef, FeatureSnapshot, FeatureState } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** Sets the columns of the source apart from ours in a snapshot. */
const SOURCE = "source.";

/**
 * `cs_rank_<label>`: (average rank - 1) / (valid - 1) in [0, 1], ties averaged; `cs_z_<label>`: standard score
 * of the values winsorised at median +- 5 * 1.4826 * MAD, NaN when they are equal. Both over the instruments
 * with a bar at this instant, the market's among them, whose source has a value; NaN for the others and when
 * fewer than five have one. The universe is as point-in-time as the bars are. Source: QUANT a5 #51-52.
 *
 * The one exception to O(1): ranking k instruments sorts them, O(log k) for each.
 */
export function crossSectional(source: FeatureRef, label: string): Feature {
  const { feature } = source;
  const of = feature.outputs[source.output];
  if (of === undefined) throw new RangeError(`feature ${feature.key} has no output ${source.output}`);
  return {
    key: `cross_sectional(${of} of ${feature.key} as ${label})`,
    name: "cross_sectional",
    family: "cross-sectional",
    inputs: feature.inputs,
    params: feature.params,
    outputs: [`cs_rank_${label}`, `cs_z_${label}`],
    units: ["ratio", "ratio"],
    warmup: feature.warmup,
    reference: `QUANT a5 #51-52, of ${of}: ${feature.reference}`,
    peers: "all",
    perSession: feature.perSession ?? false,
    start: (world) => ranking(feature.start(world), source.output, world.instruments),
  };
}

function ranking(source: FeatureState, output: number, instruments: number): FeatureState {
  const values = source.outputs[output] ?? new Float64Array(instruments);
  const present = new Float64Array(instruments);
  const section = new CrossSection(instruments);
  const state = stateColumns(instruments, { rank: 1, score: 1 });
  const { rank, score } = state;
  rank.fill(Number.NaN);
  score.fill(Number.NaN);
  return {
    outputs: [rank, score],
    update(batch) {
      source.update(batch);
      const { instrument } = batch.columns;
      const { from, to } = batch;
      for (let row = from; row < to; row++) present[row - from] = values[instrument[row]!]!;
      section.take(present, to - from);
      for (let row = from; row < to; row++) {
        const i = instrument[row]!;
        rank[i] = section.rank(values[i]!);
        score[i] = section.score(values[i]!);
      }
    },
    ...(source.quote && { quote: source.quote.bind(source) }),
    ...(source.trade && { trade: source.trade.bind(source) }),
    save: () => ({ ...saveColumns(state), ...renamed(source.save(), (name) => SOURCE + name) }),
    load(snapshot) {
      const isSource = (name: string) => name.startsWith(SOURCE);
      const before = saveColumns(state);
      loadColumns(
        state,
        kept(snapshot, (name) => !isSource(name)),
      );
      try {
        source.load(renamed(kept(snapshot, isSource), (name) => name.slice(SOURCE.length)));
      } catch (error) {
        loadColumns(state, before);
        throw error;
      }
    },
  };
}

function kept(snapshot: FeatureSnapshot, keep: (name: string) => boolean): FeatureSnapshot {
  return Object.fromEntries(Object.entries(snapshot).filter(([name]) => keep(name)));
}

function renamed(snapshot: FeatureSnapshot, name: (before: string) => string): FeatureSnapshot {
  return Object.fromEntries(Object.entries(snapshot).map(([key, column]) => [name(key), column]));
}
