/** Who breeds: tournaments in which a rule that is not clearly better gives way to a smaller one (QUANT n). */
import type { Rng } from "../../numerics/rng.ts";
import { differenceError } from "./fitness.ts";

export interface Contestant {
  readonly id: number;
  /** -Infinity where it cannot be judged. */
  readonly fitness: number;
  /** In [0, 1]. */
  readonly novelty: number;
  readonly windows: readonly number[];
  readonly nodes: number;
  /** Equal for rules that trade alike. */
  readonly semantic: string;
}

const NOVELTY_WEIGHT = 0.2;

const scoreOf = ({ fitness, novelty }: Contestant): number => fitness + NOVELTY_WEIGHT * novelty;

/**
 * Lexicographic parsimony: within one standard error of the difference between both over the same windows, the smaller
 * one wins.
 */
function beats(challenger: Contestant, holder: Contestant): boolean {
  if (challenger.fitness === Number.NEGATIVE_INFINITY) return false;
  if (holder.fitness === Number.NEGATIVE_INFINITY) return true;
  const lead = scoreOf(challenger) - scoreOf(holder);
  if (Math.abs(lead) > differenceError(challenger.windows, holder.windows)) return lead > 0;
  if (challenger.nodes !== holder.nodes) return challenger.nodes < holder.nodes;
  return lead !== 0 ? lead > 0 : challenger.id < holder.id;
}

export function tournament<Member extends Contestant>(
  rng: Rng,
  members: readonly Member[],
  size: number,
): Member {
  let best = members[rng.integer(members.length)] as Member;
  for (let k = 1; k < size; k++) {
    const next = members[rng.integer(members.length)] as Member;
    if (beats(next, best)) best = next;
  }
  return best;
}

/** The fittest first; of equals the smaller, then the older. */
export const byFitness = (a: Contestant, b: Contestant): number =>
  (a.fitness === b.fitness ? 0 : b.fitness - a.fitness) || a.nodes - b.nodes || a.id - b.id;

/** Of those that trade alike, the smallest alone, in their order. */
export function distinct<Member extends Contestant>(members: readonly Member[]): Member[] {
  const kept = new Map<string, Member>();
  for (const member of members) {
    const known = kept.get(member.semantic);
    if (
      known === undefined ||
      member.nodes < known.nodes ||
      (member.nodes === known.nodes && member.id < known.id)
    )
      kept.set(member.semantic, member);
  }
  return members.filter((member) => kept.get(member.semantic) === member);
}
