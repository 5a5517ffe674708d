/** A rule as evolution breeds it: entry, exit and size, bounded in depth, nodes and look-back, named by its text. */
import {
  canonical,
  depthOf,
  type Expression,
  kindOf,
  nodesOf,
  textOf,
} from "../../features/formula/expression.ts";
import { type FormulaRule, type ParsedRule, ruleWarmup } from "../../features/formula/formula.ts";
import type { Kind } from "../../features/formula/operators.ts";
import { sha256Hex } from "../../numerics/sha256.ts";

export type Genome = ParsedRule;

const PARTS = ["entry", "exit", "size"] as const;
type Part = (typeof PARTS)[number];
const kinds: Readonly<Record<Part, Kind>> = { entry: "bool", exit: "bool", size: "ratio" };

export interface GenomeBounds {
  /** Of each tree. */
  readonly depth: number;
  /** Of the three trees together. */
  readonly nodes: number;
  /** Bars until all is known. */
  readonly warmup: number;
}

export const genomeBounds: GenomeBounds = { depth: 7, nodes: 40, warmup: 252 };

export const genomeNodes = ({ entry, exit, size }: Genome): number =>
  nodesOf(entry) + nodesOf(exit) + nodesOf(size);

export const isWithin = (genome: Genome, { depth, nodes, warmup }: GenomeBounds): boolean =>
  PARTS.every((part) => depthOf(genome[part]) <= depth) &&
  genomeNodes(genome) <= nodes &&
  ruleWarmup(genome) <= warmup;

export const canonicalGenome = ({ entry, exit, size }: Genome): Genome => ({
  entry: canonical(entry),
  exit: canonical(exit),
  size: canonical(size),
});

export const ruleOf = ({ entry, exit, size }: Genome): FormulaRule => ({
  entry: textOf(entry),
  exit: textOf(exit),
  size: textOf(size),
});

/** Equal for rules that are written alike once commutative arguments are sorted. */
export const genomeHash = (genome: Genome): string => {
  const { entry, exit, size } = ruleOf(genome);
  return sha256Hex(`${entry} | ${exit} | ${size}`).slice(0, 16);
};

/** Where a node stands: the tree, and the way down from its root. */
export interface Place {
  readonly part: Part;
  readonly path: readonly number[];
  readonly kind: Kind;
  readonly node: Expression;
}

/** Every node of the three trees with the kind that its place asks for, parents before children. */
export function placesOf(genome: Genome): Place[] {
  return PARTS.flatMap((part) => below({ part, path: [], kind: kinds[part], node: genome[part] }));
}

function below(place: Place): Place[] {
  const { part, path, node } = place;
  const args = node.args.flatMap((arg, n) =>
    below({ part, path: [...path, n], kind: kindAt(node, n, arg), node: arg }),
  );
  return [place, ...args];
}

/** The second argument of an operator is a number where it asks for a window or a constant. */
function kindAt(parent: Expression, n: number, arg: Expression): Kind {
  return arg.name === "" ? numberKind(parent, n) : kindOf(arg, "ratio");
}

const numberKind = ({ name }: Expression, n: number): Kind =>
  name === "constant" || ((name === "above" || name === "below") && n === 1) ? "constant" : "window";

/** The same rule with another node at a place. */
export function replaced(genome: Genome, { part, path }: Place, node: Expression): Genome {
  return { ...genome, [part]: within(genome[part], path, node) };
}

function within(root: Expression, [next, ...rest]: readonly number[], node: Expression): Expression {
  if (next === undefined) return node;
  return { ...root, args: root.args.map((arg, n) => (n === next ? within(arg, rest, node) : arg)) };
}
