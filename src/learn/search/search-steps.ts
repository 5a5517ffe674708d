/**
 * The steps of a search (LEARN-5): what to try next, and taking in what came of it. Pure: whoever runs the trials
 * may do so on one thread or many, and writes the state down after each.
 */
import { InputError } from "../../domain/assert.ts";
import { createRng } from "../../numerics/rng.ts";
import { ranked, type SearchPlan, type SearchState, type TrialResult } from "./search-state.ts";
import { type Dimension, namesOf, type PointOf, pointAt, type Space, settled } from "./space.ts";
import { treeParzen } from "./tree-parzen.ts";

/** One trial to be run. */
export interface Trial<S extends Space = Space> {
  /** From 0 up, in the order they were thought of. */
  readonly number: number;
  readonly point: PointOf<S>;
  /** What the objective may spend, as the plan counts it. */
  readonly budget: number;
  readonly coordinates: readonly number[];
}

/** Larger is better; NaN or an infinity says that the trial failed. */
export type Objective<S extends Space> = (point: PointOf<S>, budget: number) => number;

/** The trials that may run now, in any order and at once; none when the search is over. */
export function nextTrials<S extends Space>(state: SearchState<S>): Trial<S>[] {
  const { space } = state.plan;
  const known = new Set(state.results.map(({ number }) => number));
  const planned = state.plan.method.kind === "halving" ? halvingRound(state) : nextBatch(state);
  return planned
    .filter(({ number }) => !known.has(number))
    .map((trial) => ({ ...trial, point: pointAt(space, trial.coordinates) }));
}

/** The state with one more result. Throws InputError for a number that is not among the next trials. */
export function withResult<S extends Space>(
  state: SearchState<S>,
  number: number,
  value: number,
): SearchState<S> {
  const trial = nextTrials(state).find((next) => next.number === number);
  if (trial === undefined)
    throw new InputError(`trial ${number} is not among the next ones; ask for those first`);
  return told(state, trial, value);
}

/** Runs trials one after another until the search is over, or `most` of them have run. */
export function runSearch<S extends Space>(
  state: SearchState<S>,
  objective: Objective<S>,
  most = Infinity,
): SearchState<S> {
  let now = state;
  let ran = 0;
  for (let trials = nextTrials(now); trials.length > 0 && ran < most; trials = nextTrials(now)) {
    for (const trial of trials) {
      if (ran === most) break;
      now = told(now, trial, objective(trial.point, trial.budget));
      ran += 1;
    }
  }
  return now;
}

type Planned = Omit<Trial, "point">;

function told<S extends Space>(
  state: SearchState<S>,
  { number, coordinates, budget }: Planned,
  value: number,
): SearchState<S> {
  // JSON has no NaN, no infinity and no negative zero, and what is read back must equal what was written.
  const result: TrialResult = {
    number,
    coordinates,
    budget,
    value: Number.isFinite(value) ? value + 0 : null,
  };
  const results = [...state.results, result].toSorted((a, b) => a.number - b.number);
  return { plan: state.plan, results };
}

const dimensionsOf = (space: Space): Dimension[] => namesOf(space).map((name) => space[name]!);

const chanceOf = ({ seed }: SearchPlan, number: number) => createRng(seed, `trial ${number}`);

function randomCoordinates(plan: SearchPlan, number: number): number[] {
  const rng = chanceOf(plan, number);
  return dimensionsOf(plan.space).map((dimension) => settled(dimension, rng.uniform()));
}

/** The batch that is not all told yet; it knows the results of the batches before it and no others. */
function nextBatch({ plan, results }: SearchState): Planned[] {
  const { method, batch } = plan;
  if (method.kind === "halving") return [];
  const from = Math.floor(results.length / batch) * batch;
  const before = results.slice(0, from);
  if (method.patience > 0 && isStale(before, method.patience)) return [];
  const isGuided = method.kind === "tpe" && from >= method.startup;
  return Array.from({ length: Math.max(0, Math.min(batch, method.trials - from)) }, (_, i) => {
    const number = from + i;
    const coordinates = isGuided
      ? treeParzen(dimensionsOf(plan.space), before, chanceOf(plan, number))
      : randomCoordinates(plan, number);
    return { number, coordinates, budget: method.budget };
  });
}

function isStale(results: readonly TrialResult[], patience: number): boolean {
  const best = ranked(results)[0];
  return best !== undefined && results.length - 1 - best.number >= patience;
}

/** The round that is not all told yet. */
function halvingRound({ plan, results }: SearchState): Planned[] {
  const { method } = plan;
  if (method.kind !== "halving") return [];
  let budget = method.minBudget;
  let from = 0;
  let round: Planned[] = Array.from({ length: method.trials }, (_, number) => ({
    number,
    coordinates: randomCoordinates(plan, number),
    budget,
  }));
  while (results.length >= from + round.length && round.length > 0) {
    if (budget >= method.maxBudget) return [];
    const told = ranked(results.slice(from, from + round.length)).filter(({ value }) => value !== null);
    const kept = told.slice(0, Math.max(1, Math.floor(round.length / method.factor)));
    budget = Math.min(method.maxBudget, budget * method.factor);
    from += round.length;
    const next = { from, budget };
    round = kept.map(({ coordinates }, i) => ({ number: next.from + i, coordinates, budget: next.budget }));
  }
  return round;
}
