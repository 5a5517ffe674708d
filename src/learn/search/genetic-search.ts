/**
 * An adaptive genetic search as a pure function of what was found so far (RES-6): parents are the best of all that were
 * evaluated, children are made by operators whose rates follow their success, and no point is evaluated twice.
 *
 * GO-1  The next generation is a function of the plan and of the results, whoever found them and in what order.
 * GO-2  No two candidates of a search are the same point.
 */
import { InputError } from "../../domain/assert.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import { wholeWithin } from "../allowed.ts";
import {
  childOf,
  drawnOperator,
  type Operator,
  type OperatorRates,
  type OperatorTrial,
  operatorRates,
} from "./genetic-operators.ts";
import {
  cellsOf,
  coordinatesOf,
  type Dimension,
  namesOf,
  type PointOf,
  pointAt,
  requireSpace,
  type Space,
  settled,
} from "./space.ts";

export interface GeneticPlan<S extends Space = Space> {
  readonly space: S;
  /** Points of each generation, from 4 up. */
  readonly population: number;
  /** From 1 up; the first one is drawn blindly. */
  readonly generations: number;
  readonly seed: number;
  /** Evaluated first and as it is, whether or not the space has it. */
  readonly start: PointOf<S>;
}

export interface Candidate<S extends Space = Space> {
  /** From 0 up, in the order they were thought of. */
  readonly number: number;
  readonly generation: number;
  readonly operator: Operator | "start" | "drawn";
  /** Numbers of the points that it was made of. */
  readonly parents: readonly number[];
  readonly coordinates: readonly number[];
  readonly point: PointOf<S>;
}

/** `value`: larger is better; null for a point that failed, which is nobody's parent. */
export interface Evaluated<S extends Space = Space> extends Candidate<S> {
  readonly value: number | null;
}

/** Tries for a child that is new, before it is drawn anew. */
const TRIES = 40;
/** Spaces of as many points are gone through to the last one; larger ones are given up where no draw is new. */
const COUNTED_MOST = 200_000;
const CONTESTANTS = 3;

/** The points to be evaluated now; none when the search is over, or the space is used up. Throws InputError. */
export function nextGeneration<S extends Space>(
  plan: GeneticPlan<S>,
  known: readonly Evaluated<S>[],
  isAllowed: (point: PointOf<S>) => boolean,
): Candidate<S>[] {
  requirePlan(plan);
  const generation = (known.at(-1)?.generation ?? -1) + 1;
  if (generation >= plan.generations) return [];
  const maker = new Maker(plan, known, isAllowed, generation);
  const made: Candidate<S>[] = [];
  for (let child = 0; child < plan.population; child++) {
    const candidate =
      generation === 0 && child === 0 ? maker.start() : maker.child(known.length + made.length);
    if (candidate === undefined) break;
    made.push(candidate);
  }
  return made;
}

/** As they are after all that is known. */
export function ratesAfter(known: readonly Evaluated[]): OperatorRates {
  const count = (known.at(-1)?.generation ?? -1) + 1;
  return operatorRates(
    Array.from({ length: count }, (_, generation) =>
      known
        .filter((each) => each.generation === generation)
        .flatMap((child): OperatorTrial[] => {
          const { operator } = child;
          if (operator === "start" || operator === "drawn") return [];
          return [{ operator, isBetter: isBetter(child, known) }];
        }),
    ),
  );
}

/** Best first: by value, then by number; without those that failed. */
export function bestFirst<S extends Space>(known: readonly Evaluated<S>[]): Evaluated<S>[] {
  return known
    .filter(({ value }) => value !== null)
    .toSorted((a, b) => b.value! - a.value! || a.number - b.number);
}

function isBetter({ value, parents, generation }: Evaluated, known: readonly Evaluated[]): boolean {
  if (value === null) return false;
  if (parents.length > 0) return parents.every((parent) => value > (known[parent]!.value ?? -Infinity));
  const before = bestFirst(known.filter((each) => each.generation < generation));
  return value > (before[Math.floor(before.length / 2)]?.value ?? -Infinity);
}

class Maker<S extends Space> {
  readonly #plan: GeneticPlan<S>;
  readonly #dimensions: readonly Dimension[];
  readonly #isAllowed: (point: PointOf<S>) => boolean;
  readonly #generation: number;
  readonly #seen: Set<string>;
  readonly #pool: readonly Evaluated<S>[];
  readonly #rates: OperatorRates;

  constructor(
    plan: GeneticPlan<S>,
    known: readonly Evaluated<S>[],
    isAllowed: (point: PointOf<S>) => boolean,
    generation: number,
  ) {
    this.#plan = plan;
    this.#dimensions = namesOf(plan.space).map((name) => plan.space[name]!);
    this.#isAllowed = isAllowed;
    this.#generation = generation;
    this.#seen = new Set(known.map(({ point }) => canonicalJson(point)));
    this.#pool = bestFirst(known).slice(0, plan.population);
    this.#rates = ratesAfter(known);
  }

  start(): Candidate<S> {
    const { space, start } = this.#plan;
    const coordinates = coordinatesOf(space, start);
    return this.#candidate({ number: 0, operator: "start", parents: [], coordinates, point: start });
  }

  /** Undefined where no point is left. */
  child(number: number): Candidate<S> | undefined {
    const rng = createRng(this.#plan.seed, `candidate ${number}`);
    const isDrawn = this.#pool.length === 0;
    const operator = isDrawn ? "drawn" : drawnOperator(this.#rates, rng);
    for (let tries = 0; tries < TRIES; tries++) {
      const [first, second] = isDrawn ? [] : [this.#winner(rng), this.#winner(rng)];
      const made = this.#made(operator, first, second, rng);
      const point = pointAt(this.#plan.space, made);
      if (!this.#isNew(point)) continue;
      const parents = parentsOf(operator, first, second);
      return this.#candidate({ number, operator, parents, coordinates: made, point });
    }
    return this.#anyOther(number, isDrawn ? "drawn" : "fresh", rng);
  }

  #made(
    operator: Operator | "drawn",
    first: Evaluated<S> | undefined,
    second: Evaluated<S> | undefined,
    rng: Rng,
  ): number[] {
    if (operator === "drawn" || first === undefined || second === undefined)
      return this.#dimensions.map((dimension) => settled(dimension, rng.uniform()));
    const better = first.value! >= second.value! ? first : second;
    const parents = [better.coordinates, (better === first ? second : first).coordinates] as const;
    const child = childOf(operator, parents, this.#dimensions, rng);
    return child.map((coordinate, d) => settled(this.#dimensions[d]!, coordinate));
  }

  #winner(rng: Rng): Evaluated<S> {
    // The pool is sorted: the smallest of some places is the best of some.
    let place = this.#pool.length - 1;
    for (let n = 0; n < CONTESTANTS; n++) place = Math.min(place, rng.integer(this.#pool.length));
    return this.#pool[place]!;
  }

  /** Drawn; where even that finds nothing new and the space can be counted, the next one that nobody has tried. */
  #anyOther(number: number, operator: "drawn" | "fresh", rng: Rng): Candidate<S> | undefined {
    const found = (coordinates: number[]) => {
      const point = pointAt(this.#plan.space, coordinates);
      if (!this.#isNew(point)) return undefined;
      return this.#candidate({ number, operator, parents: [], coordinates, point });
    };
    for (let tries = 0; tries < TRIES; tries++) {
      const drawn = found(this.#dimensions.map((dimension) => settled(dimension, rng.uniform())));
      if (drawn !== undefined) return drawn;
    }
    const cells = this.#dimensions.map(cellsOf);
    const points = cells.reduce((product, count) => product * count, 1);
    if (points === 0 || points > COUNTED_MOST) return undefined;
    const from = rng.integer(points);
    for (let n = 0; n < points; n++) {
      const next = found(coordinatesAt((from + n) % points, cells));
      if (next !== undefined) return next;
    }
    return undefined;
  }

  #isNew(point: PointOf<S>): boolean {
    return !this.#seen.has(canonicalJson(point)) && this.#isAllowed(point);
  }

  #candidate(facts: Omit<Candidate<S>, "generation">): Candidate<S> {
    this.#seen.add(canonicalJson(facts.point));
    return { ...facts, generation: this.#generation };
  }
}

const parentsOf = (
  operator: Operator | "drawn",
  first: Evaluated | undefined,
  second: Evaluated | undefined,
): number[] => {
  if (first === undefined || second === undefined || operator === "fresh" || operator === "drawn") return [];
  if (operator === "blend" || operator === "mix") return [...new Set([first.number, second.number])];
  return [(first.value! >= second.value! ? first : second).number];
};

/** Of the n-th point, counted through the cells of each dimension in turn. */
function coordinatesAt(n: number, cells: readonly number[]): number[] {
  let left = n;
  return cells.map((count) => {
    const cell = left % count;
    left = Math.floor(left / count);
    return (cell + 0.5) / count;
  });
}

function requirePlan({ space, population, generations, seed, start }: GeneticPlan): void {
  requireSpace(space);
  wholeWithin("population", population, { from: 4, to: 1000 });
  wholeWithin("generations", generations, { from: 1, to: 1000 });
  wholeWithin("seed", seed, { from: 0, to: Number.MAX_SAFE_INTEGER });
  const missing = namesOf(space).find((name) => !(name in start));
  if (missing !== undefined) throw new InputError(`start has no ${missing}; it must be a whole point`);
}
