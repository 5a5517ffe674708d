/** Offspring: typed crossover and three mutations; how often each is used follows from what each has given (RES-2). */
import { call, leafFeature, number, operatorOf } from "../../features/formula/expression.ts";
import { operators, windows } from "../../features/formula/operators.ts";
import type { Rng } from "../../numerics/rng.ts";
import { type Genome, type GenomeBounds, isWithin, type Place, placesOf, replaced } from "./genome.ts";
import { grown, pick, rounded, type Vocabulary } from "./growing.ts";

export const variations = ["crossover", "subtree", "point", "jitter"] as const;
export type Variation = (typeof variations)[number];

/** Where rates begin (QUANT n). */
export const firstRates: Readonly<Record<Variation, number>> = {
  crossover: 0.7,
  subtree: 0.1,
  point: 0.1,
  jitter: 0.1,
};

/** No kind of offspring dies out. */
const LEAST_RATE = 0.05;
/** Weight of the newest generation. */
const LEARNING = 0.1;

export type Rates = Readonly<Record<Variation, number>>;

/** Share of its offspring that were fitter than their parents, before any were made. */
export const firstWorth: Rates = { crossover: 0.2, subtree: 0.2, point: 0.2, jitter: 0.2 };

/** The running mean of these shares, after a generation in which `made` were made and `gained` were fitter. */
export const learned = (worth: Rates, gained: Rates, made: Rates): Rates =>
  mapped((kind) =>
    made[kind] === 0 ? worth[kind] : (1 - LEARNING) * worth[kind] + (LEARNING * gained[kind]) / made[kind],
  );

/** Probability matching: a first rate counts as much more as its offspring gained more often than the others'. */
export function ratesOf(worth: Rates): Rates {
  const weight = (kind: Variation) => firstRates[kind] * worth[kind];
  const total = variations.reduce((sum, kind) => sum + weight(kind), 0);
  if (!(total > 0)) return firstRates;
  const free = 1 - variations.length * LEAST_RATE;
  return mapped((kind) => LEAST_RATE + (free * weight(kind)) / total);
}

const mapped = (of: (kind: Variation) => number): Rates => ({
  crossover: of("crossover"),
  subtree: of("subtree"),
  point: of("point"),
  jitter: of("jitter"),
});

export function drawnVariation(rng: Rng, rates: Rates): Variation {
  let left = rng.uniform();
  for (const kind of variations) {
    left -= rates[kind];
    if (left < 0) return kind;
  }
  return "crossover";
}

/** Share of crossover points that are inner nodes. */
const INNER = 0.9;
const TRIES = 12;
const NEW_DEPTH = 4;

export interface Breeding {
  readonly vocabulary: Vocabulary;
  readonly bounds: GenomeBounds;
}

/** A child of both, or of the first alone; undefined where chance found none within the bounds. */
export function offspring(
  rng: Rng,
  kind: Variation,
  [first, second]: readonly [Genome, Genome],
  { vocabulary, bounds }: Breeding,
): Genome | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const child =
      kind === "crossover"
        ? crossed(rng, first, second)
        : kind === "subtree"
          ? regrown(rng, first, vocabulary)
          : kind === "point"
            ? renamed(rng, first, vocabulary)
            : jittered(rng, first);
    if (child !== undefined && isWithin(child, bounds)) return child;
  }
  return undefined;
}

function crossingPlace(rng: Rng, places: readonly Place[]): Place | undefined {
  const inner = places.filter(({ node }) => node.args.length > 0);
  const outer = places.filter(({ node }) => node.args.length === 0);
  const wanted = rng.uniform() < INNER ? inner : outer;
  const from = wanted.length > 0 ? wanted : places;
  return from.length === 0 ? undefined : pick(rng, from);
}

/** A subtree of the second in a place of the first that asks for the same kind. */
function crossed(rng: Rng, first: Genome, second: Genome): Genome | undefined {
  const place = crossingPlace(rng, placesOf(first));
  if (place === undefined) return undefined;
  const donor = crossingPlace(
    rng,
    placesOf(second).filter(({ kind }) => kind === place.kind),
  );
  return donor === undefined ? undefined : replaced(first, place, donor.node);
}

function regrown(rng: Rng, genome: Genome, vocabulary: Vocabulary): Genome {
  const place = pick(rng, placesOf(genome));
  const full = rng.uniform() < 0.5;
  return replaced(genome, place, grown(rng, place.kind, 1 + rng.integer(NEW_DEPTH), full, vocabulary));
}

/** Another operator of the same signature, another leaf, the next window. */
function renamed(rng: Rng, genome: Genome, vocabulary: Vocabulary): Genome | undefined {
  const place = pick(rng, placesOf(genome));
  const { node, kind } = place;
  if (kind === "constant") return replaced(genome, place, number(nudged(rng, node.value)));
  if (kind === "window") {
    const at = windows.indexOf(node.value);
    const next = windows[at + (rng.uniform() < 0.5 ? -1 : 1)];
    return next === undefined ? undefined : replaced(genome, place, number(next));
  }
  const operator = operatorOf(node);
  if (operator === undefined) {
    const isFeature = leafFeature(node.name) !== undefined;
    const names = (isFeature ? vocabulary.leaves : PRICE_LEAVES).filter((name) => name !== node.name);
    return names.length === 0 ? undefined : replaced(genome, place, call(pick(rng, names), []));
  }
  const alike = operators.filter(
    ({ name, result, args }) =>
      name !== operator.name &&
      result === operator.result &&
      args.length === operator.args.length &&
      args.every((arg, n) => arg === operator.args[n]),
  );
  return alike.length === 0 ? undefined : replaced(genome, place, call(pick(rng, alike).name, node.args));
}

const PRICE_LEAVES: readonly string[] = ["open", "high", "low", "close"];

/** One constant moved a little. */
function jittered(rng: Rng, genome: Genome): Genome | undefined {
  const constants = placesOf(genome).filter(({ kind }) => kind === "constant");
  if (constants.length === 0) return undefined;
  const place = pick(rng, constants);
  return replaced(genome, place, number(nudged(rng, place.node.value)));
}

/** N(0, 0.1) of its size, or of a hundredth where it is smaller: levels of returns and of scores alike. */
function nudged(rng: Rng, value: number): number {
  return rounded(value + 0.1 * rng.normal() * Math.max(0.01, Math.abs(value)));
}
