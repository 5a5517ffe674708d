/**
 * Random rules: trees grown by kind, ramped half-and-half (Koza 1992; Poli, Langdon, McPhee 2008): half are full, half
 * end where chance ends them, over the depths in turn.
 */
import { call, type Expression, number, PRICES } from "../../features/formula/expression.ts";
import { type Kind, type Operator, operators, windows } from "../../features/formula/operators.ts";
import type { Rng } from "../../numerics/rng.ts";
import { type Genome, type GenomeBounds, isWithin } from "./genome.ts";

export interface Vocabulary {
  /** Names of features that stand for fractions. */
  readonly leaves: readonly string[];
  /** Quantiles of each on the days to breed on: levels that it is worth being compared with. */
  readonly levels: ReadonlyMap<string, readonly number[]>;
}

export const pick = <T>(rng: Rng, from: readonly T[]): T => from[rng.integer(from.length)] as T;

const byResult = (kind: Kind): readonly Operator[] => operators.filter(({ result }) => result === kind);
const makers: Readonly<Record<"price" | "ratio" | "bool", readonly Operator[]>> = {
  price: byResult("price"),
  ratio: byResult("ratio").filter(({ name }) => name !== "constant"),
  bool: byResult("bool"),
};

/** Smallest depth of a tree of that kind: a comparison needs something to compare. */
const least = (kind: Kind): number => (kind === "bool" ? 2 : 1);
const leastOf = ({ args }: Operator): number => 1 + Math.max(0, ...args.map(least));

/** Chance that growing ends at a place where it may. */
const ENDS = 0.35;
/** Chance that a fraction's leaf is a plain number. */
const PLAIN = 0.1;

/** A tree of that kind, no deeper than `depth` where one can be. `full`: every branch goes down as far as it may. */
export function grown(
  rng: Rng,
  kind: Kind,
  depth: number,
  full: boolean,
  vocabulary: Vocabulary,
): Expression {
  if (kind === "window") return number(pick(rng, windows));
  if (kind === "constant") return number(level(rng));
  const isLeaf = kind !== "bool" && (depth <= 1 || (!full && rng.uniform() < ENDS));
  if (isLeaf) return leaf(rng, kind, vocabulary);
  const fitting = makers[kind].filter((one) => leastOf(one) <= Math.max(depth, least(kind)));
  const chosen = pick(rng, fitting);
  const args: Expression[] = [];
  for (const arg of chosen.args) {
    const own = arg === "constant" ? vocabulary.levels.get(args[0]?.name ?? "") : undefined;
    args.push(own === undefined ? grown(rng, arg, depth - 1, full, vocabulary) : number(pick(rng, own)));
  }
  return call(chosen.name, args);
}

function leaf(rng: Rng, kind: "price" | "ratio", { leaves }: Vocabulary): Expression {
  if (kind === "price") return call(pick(rng, PRICES), []);
  if (leaves.length === 0 || rng.uniform() < PLAIN) return call("constant", [number(level(rng))]);
  return call(pick(rng, leaves), []);
}

/** Levels of the sizes that fractions have: returns, oscillators from 0 to 1, standard scores. */
function level(rng: Rng): number {
  const kind = rng.integer(3);
  return rounded(kind === 0 ? 0.05 * rng.normal() : kind === 1 ? rng.uniform() : rng.normal());
}

/** Quantiles of a feature from 2.5 % to 97.5 %; empty where it has no value. */
export function levelsOf(column: Float64Array): readonly number[] {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  const found = QUANTILES.map((q) => rounded(sorted[Math.floor(q * (sorted.length - 1))]!));
  return [...new Set(found)];
}

const QUANTILES = [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975];

/** Three digits: a rule that hangs on the fourth is no rule. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** Size of most random rules: the whole slot. A share that varies has to prove itself. */
const WHOLE_SLOT = 0.7;

/** `depth` of each tree; a rule within the bounds, for which it is drawn anew as often as it must be. */
export function grownGenome(
  rng: Rng,
  depth: number,
  full: boolean,
  vocabulary: Vocabulary,
  bounds: GenomeBounds,
): Genome {
  for (;;) {
    const size =
      rng.uniform() < WHOLE_SLOT
        ? call("constant", [number(1)])
        : grown(rng, "ratio", Math.min(depth, 3), full, vocabulary);
    const genome = {
      entry: grown(rng, "bool", depth, full, vocabulary),
      exit: grown(rng, "bool", depth, full, vocabulary),
      size,
    };
    if (isWithin(genome, bounds)) return genome;
  }
}
