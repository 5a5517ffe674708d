/**
 * How far probabilities can be taken at their word (LEARN-7, QUANT k): Brier score, calibration error, reliability
 * bins.
 */
import { InputError } from "../../domain/assert.ts";
import { wholeWithin } from "../allowed.ts";
import { byScore, requireOutcomes, type ScoredOutcomes } from "./scored-outcomes.ts";

/** Rows of like probability. */
export interface ReliabilityBin {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  /** Mean probability said, and share that came true; equal when calibrated. */
  readonly said: number;
  readonly came: number;
}

export interface Reliability {
  /** Mean squared distance of probability and outcome (Brier 1950), in [0, 1], lower is better. */
  readonly brier: number;
  /** Expected calibration error: |said - came| averaged over rows, bin by bin. */
  readonly calibrationError: number;
  /** By ascending probability; fewer than asked for when rows are few or alike. */
  readonly bins: readonly ReliabilityBin[];
}

/**
 * `score` holds probabilities in [0, 1]. Bins hold equal weight as nearly as whole rows allow, and rows of one
 * probability are never parted, so the answer does not hang on the order of rows. Throws InputError on bad rows or
 * bin count.
 */
export function reliability(data: ScoredOutcomes, bins = 10): Reliability {
  requireOutcomes(data);
  wholeWithin("bins", bins, { from: 1, to: 1_000 });
  const outside = data.score.find((value) => value < 0 || value > 1);
  if (outside !== undefined)
    throw new InputError(`score ${outside} is no probability; it must be from 0 to 1`);
  const groups = tieGroups(data);
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);

  const found: ReliabilityBin[] = [];
  let error = 0;
  let seen = 0;
  for (let from = 0; from < groups.length; ) {
    // Rounding may leave `seen` a hair under the edge it has reached.
    const edge = ((Math.floor((seen * bins) / total + 1e-9) + 1) * total) / bins;
    const bin = { rows: 0, weight: 0, positive: 0, said: 0 };
    let to = from;
    while (to < groups.length && (to === from || seen + groups[to]!.weight / 2 <= edge)) {
      const group = groups[to++]!;
      seen += group.weight;
      bin.rows += group.rows;
      bin.weight += group.weight;
      bin.positive += group.positive;
      bin.said += group.weight * group.probability;
    }
    error += Math.abs(bin.said - bin.positive);
    found.push({
      rows: bin.rows,
      from: groups[from]!.probability,
      to: groups[to - 1]!.probability,
      said: bin.said / bin.weight,
      came: bin.positive / bin.weight,
    });
    from = to;
  }
  return { brier: brierOf(groups) / total, calibrationError: error / total, bins: found };
}

/** Rows of one probability, which no bin may part: their order would decide what it says. */
interface TieGroup {
  readonly probability: number;
  rows: number;
  weight: number;
  positive: number;
}

function tieGroups(data: ScoredOutcomes): TieGroup[] {
  const groups: TieGroup[] = [];
  for (const row of byScore(data)) {
    const probability = data.score[row]!;
    const weight = data.weight?.[row] ?? 1;
    if (groups.at(-1)?.probability !== probability)
      groups.push({ probability, rows: 0, weight: 0, positive: 0 });
    const group = groups[groups.length - 1]!;
    group.rows += 1;
    group.weight += weight;
    group.positive += weight * data.outcome[row]!;
  }
  return groups;
}

/** Sum of weight times squared distance from the outcome: p - 1 where it came true, p where not. */
function brierOf(groups: readonly TieGroup[]): number {
  return groups.reduce(
    (sum, { probability: p, weight, positive }) =>
      sum + positive * (p - 1) ** 2 + (weight - positive) * p ** 2,
    0,
  );
}
