/** The state of an evolution as plain JSON and back, bit by bit: JSON keeps doubles but no infinity. */
import { type FormulaRule, parseRule } from "../../features/formula/formula.ts";
import type { EvolutionState, Member } from "../../learn/evolution/evolution.ts";
import { ruleOf } from "../../learn/evolution/genome.ts";
import type { Rates } from "../../learn/evolution/variation.ts";

interface SavedMember extends Omit<Member, "genome" | "fitness" | "signal"> {
  readonly rule: FormulaRule;
  /** Null: trades too little. */
  readonly fitness: number | null;
  readonly signal: string;
}

export interface SavedEvolution {
  readonly generation: number;
  readonly nextId: number;
  readonly tried: number;
  readonly islands: readonly (readonly SavedMember[])[];
  readonly archive: readonly string[];
  readonly worth: Rates;
  readonly firstSharpes: readonly number[];
  readonly sample: readonly { readonly hash: string; readonly rule: FormulaRule }[];
}

export function savedEvolution(state: EvolutionState): SavedEvolution {
  return {
    ...state,
    islands: state.islands.map((members) =>
      members.map(({ genome, fitness, signal, ...figures }) => ({
        ...figures,
        rule: ruleOf(genome),
        fitness: Number.isFinite(fitness) ? fitness : null,
        signal: hexOf(signal),
      })),
    ),
    archive: state.archive.map(hexOf),
    sample: state.sample.map(({ hash, genome }) => ({ hash, rule: ruleOf(genome) })),
  };
}

export function restoredEvolution(saved: SavedEvolution): EvolutionState {
  return {
    ...saved,
    islands: saved.islands.map((members) =>
      members.map(({ rule, fitness, signal, ...figures }) => ({
        ...figures,
        genome: parseRule(rule),
        fitness: fitness ?? Number.NEGATIVE_INFINITY,
        signal: wordsOf(signal),
      })),
    ),
    archive: saved.archive.map(wordsOf),
    sample: saved.sample.map(({ hash, rule }) => ({ hash, genome: parseRule(rule) })),
  };
}

const hexOf = (signal: Uint32Array): string =>
  Array.from(signal, (word) => word.toString(16).padStart(8, "0")).join("");

const wordsOf = (text: string): Uint32Array =>
  Uint32Array.from({ length: text.length / 8 }, (_, n) => Number.parseInt(text.slice(8 * n, 8 * n + 8), 16));
