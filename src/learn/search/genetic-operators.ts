/**
 * How a genetic search makes a new point of old ones, and how often it takes each way (RES-6): a way that made better
 * points of late is taken more often, none is ever given up (probability matching, Goldberg 1990; Thierens 2005).
 */
import type { Rng } from "../../numerics/rng.ts";
import { cellsOf, type Dimension } from "./space.ts";

/**
 * `blend`: between two parents and a little beyond (BLX, Eshelman and Schaffer 1993). `mix`: each parameter from one of
 * two parents. `nudge`: a parent with some parameters moved a little. `jump`: a parent with one parameter drawn anew.
 * `fresh`: all drawn anew.
 */
export const operators = ["blend", "mix", "nudge", "jump", "fresh"] as const;
export type Operator = (typeof operators)[number];
export type OperatorRates = Readonly<Record<Operator, number>>;

/** What one child came to; better than the best of its parents, or of a fresh one than half of what was known. */
export interface OperatorTrial {
  readonly operator: Operator;
  readonly isBetter: boolean;
}

/** No rate falls below it. */
const LEAST_RATE = 0.08;
/** Weight of the newest generation in what is thought of an operator. */
const MEMORY = 0.3;
/** Before anything is known, and all the same for each. */
const FIRST_QUALITY = 0.5;
const LEAST_QUALITY = 0.01;

/** Rates for the next generation, which sum to 1. `generations`: what the children of each came to, oldest first. */
export function operatorRates(generations: readonly (readonly OperatorTrial[])[]): OperatorRates {
  const quality = operators.map((operator) => {
    let now = FIRST_QUALITY;
    for (const children of generations) {
      const own = children.filter((child) => child.operator === operator);
      if (own.length === 0) continue;
      const share = own.filter(({ isBetter }) => isBetter).length / own.length;
      now += MEMORY * (share - now);
    }
    return Math.max(LEAST_QUALITY, now);
  });
  const sum = quality.reduce((total, each) => total + each, 0);
  const free = 1 - operators.length * LEAST_RATE;
  const rates = operators.map((operator, n) => [operator, LEAST_RATE + (free * quality[n]!) / sum]);
  return Object.fromEntries(rates) as OperatorRates;
}

export function drawnOperator(rates: OperatorRates, rng: Rng): Operator {
  let left = rng.uniform();
  for (const operator of operators) {
    left -= rates[operator];
    if (left < 0) return operator;
  }
  return "fresh";
}

/** Reach of a blend beyond its parents, as a share of their distance. */
const BEYOND = 0.3;
/** Bounds of a nudge, as a share of the whole dimension; drawn on a log scale between them. */
const NUDGE_LEAST = 0.02;
const NUDGE_MOST = 0.3;

/** Coordinates in [0, 1], not yet settled. `first` is the better parent. */
export function childOf(
  operator: Operator,
  [first, second]: readonly [readonly number[], readonly number[]],
  dimensions: readonly Dimension[],
  rng: Rng,
): number[] {
  switch (operator) {
    case "blend":
      return dimensions.map((dimension, d) => {
        const [one, other] = [first[d]!, second[d]!];
        if (dimension.kind === "choice") return rng.uniform() < 0.5 ? one : other;
        return within(one + (other - one) * ((1 + 2 * BEYOND) * rng.uniform() - BEYOND));
      });
    case "mix":
      return dimensions.map((_, d) => (rng.uniform() < 0.5 ? first : second)[d]!);
    case "nudge":
      return nudged(first, dimensions, rng);
    case "jump": {
      const jumping = rng.integer(dimensions.length);
      return first.map((coordinate, d) => (d === jumping ? rng.uniform() : coordinate));
    }
    case "fresh":
      return dimensions.map(() => rng.uniform());
  }
}

/** At least one moves, by at least one step where it has steps. */
function nudged(parent: readonly number[], dimensions: readonly Dimension[], rng: Rng): number[] {
  const surely = rng.integer(dimensions.length);
  return dimensions.map((dimension, d) => {
    const coordinate = parent[d]!;
    if (rng.uniform() >= 1 / dimensions.length && d !== surely) return coordinate;
    if (dimension.kind === "choice") return rng.uniform();
    const scale = NUDGE_LEAST * (NUDGE_MOST / NUDGE_LEAST) ** rng.uniform();
    const by = scale * rng.normal();
    const cells = cellsOf(dimension);
    return within(coordinate + (cells === 0 ? by : Math.sign(by) * Math.max(Math.abs(by), 1 / cells)));
  });
}

const within = (coordinate: number): number => Math.max(0, Math.min(1, coordinate));
