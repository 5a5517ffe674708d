/**
 * Names for the states of a fitted model. A fit numbers its states by chance, so the names come from what they are:
 * by default from their volatility. The mean return tells too little: on 2000-2004 the state with the highest mean is
 * the crisis, and no state's mean differs from 0 (QUANT c). `meanReturn` is the source document's reading.
 *
 * A refit keeps the names of the model that it replaces, by the assignment that moves the states least, unless that
 * would call the most volatile state Bull.
 */
import type { GaussianHmm } from "../../models/regime/gaussian-hmm.ts";
import { RETURN_INPUT, VOLATILITY_INPUT } from "../../models/regime/regime-inputs.ts";
import { REGIME_STATES, type RegimeLabel, type RegimeModel } from "../../models/regime/regime-model.ts";
import { restate } from "../../models/regime/standardisation.ts";
import { bhattacharyyaDistance } from "./bhattacharyya.ts";

export const labelOrders = ["volatility", "meanReturn"] as const;
type LabelOrder = (typeof labelOrders)[number];

/** A model of three states that has no names yet. */
type Unnamed = Omit<RegimeModel, "labels">;

/** Role of each state: 0 Bull, 1 Neutral, 2 Bear. */
type Roles = readonly number[];

const everyAssignment: readonly Roles[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const BULL: number = 0;
const NEUTRAL: number = 1;
const BEAR: number = 2;

export function labelStates(model: Unnamed, labelBy: LabelOrder, previous?: RegimeModel): RegimeLabel[] {
  if (labelBy === "meanReturn") return namesOf(rolesBy(model, RETURN_INPUT, "descending"));
  const byVolatility = rolesBy(model, VOLATILITY_INPUT, "ascending");
  const aligned = previous === undefined ? undefined : alignedRoles(model, previous);
  const mostVolatile = byVolatility.indexOf(BEAR);
  const roles = aligned === undefined || aligned[mostVolatile] === BULL ? byVolatility : aligned;
  const labels = namesOf(roles);
  const bear = roles.indexOf(BEAR);
  const [ofBear, ofBull] = [bear, roles.indexOf(BULL)].map((state) => returnTStat(model, state));
  if (!(ofBear! <= ofBull!)) labels[bear] = "Stress";
  return labels;
}

/** t statistic of a state's mean daily return against 0, with its share of the days as the number of them. */
function returnTStat({ hmm, standardisation, days, occupancy }: Unnamed, state: number): number {
  const { mean, deviation } = standardisation;
  const daily =
    hmm.means[state * hmm.inputs + RETURN_INPUT]! * deviation[RETURN_INPUT]! + mean[RETURN_INPUT]!;
  const diagonal = (state * hmm.inputs + RETURN_INPUT) * hmm.inputs + RETURN_INPUT;
  const spread = Math.sqrt(hmm.covariances[diagonal]!) * deviation[RETURN_INPUT]!;
  return daily / (spread / Math.sqrt(days * occupancy[state]!));
}

/** Standardising keeps the order, so the standardised means will do. Ties go to the lower state. */
function rolesBy({ hmm }: Unnamed, input: number, order: "ascending" | "descending"): Roles {
  const of = (state: number) => hmm.means[state * hmm.inputs + input]!;
  const sign = order === "ascending" ? 1 : -1;
  const sorted = [0, 1, 2].sort((a, b) => sign * (of(a) - of(b)) || a - b);
  return [0, 1, 2].map((state) => sorted.indexOf(state));
}

/** The assignment of least total distance to the states of `previous`; undefined where none is finite. */
function alignedRoles(model: Unnamed, previous: RegimeModel): Roles | undefined {
  const now = restate(model.hmm, model.standardisation, previous.standardisation);
  const roleBefore = previous.labels.map((label) =>
    label === "Bull" ? BULL : label === "Neutral" ? NEUTRAL : BEAR,
  );
  const distance = Array.from({ length: REGIME_STATES }, (_, state) =>
    Float64Array.from({ length: REGIME_STATES }, (_role, role) =>
      bhattacharyyaDistance(stateOf(now, state), stateOf(previous.hmm, roleBefore.indexOf(role))),
    ),
  );
  let best: Roles | undefined;
  let least = Infinity;
  for (const roles of everyAssignment) {
    const total = roles.reduce((sum, role, state) => sum + distance[state]![role]!, 0);
    if (total >= least) continue;
    least = total;
    best = roles;
  }
  return best;
}

function stateOf({ inputs, means, covariances }: GaussianHmm, state: number) {
  const cell = inputs * inputs;
  return {
    mean: means.subarray(state * inputs, (state + 1) * inputs),
    covariance: covariances.subarray(state * cell, (state + 1) * cell),
  };
}

function namesOf(roles: Roles): RegimeLabel[] {
  return roles.map((role) => (["Bull", "Neutral", "Bear"] as const)[role]!);
}
