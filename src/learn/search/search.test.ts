/**
 * Goal    a search cut off anywhere ends as one that was not; threads cannot change it; what is learned is used.
 * Method  properties over plans of all three methods with the state sent through JSON, and seeded comparisons.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean } from "../../numerics/moments.ts";
import { purgedKFold } from "../validation/purged-k-fold.ts";
import { crossValidated } from "./cross-validated.ts";
import { bestTrial, resumeSearch, type SearchPlan, type SearchState, startSearch } from "./search-state.ts";
import { nextTrials, type Objective, runSearch, withResult } from "./search-steps.ts";
import { type PointOf, pointAt } from "./space.ts";

const space = {
  rate: { kind: "log-float", from: 0.001, to: 1 },
  share: { kind: "float", from: -1, to: 2 },
  leaves: { kind: "int", from: 2, to: 63 },
  growth: { kind: "choice", values: ["leaf", "depth"] },
} as const;
type Plan = SearchPlan<typeof space>;

/** Best at rate 0.05, share 0.3, 31 leaves, by leaf; larger budgets see less noise of the point's own. */
const objective: Objective<typeof space> = ({ rate, share, leaves, growth }, budget) =>
  -((Math.log10(rate) - Math.log10(0.05)) ** 2) -
  (share - 0.3) ** 2 -
  ((leaves - 31) / 60) ** 2 -
  (growth === "leaf" ? 0 : 0.5) +
  Math.sin(1e4 * rate) / (5 * budget);

/** Fails for some points, as a training that does not converge. */
const fallible: Objective<typeof space> = (point, budget) =>
  point.leaves % 7 === 0 ? Number.NaN : objective(point, budget);

const anyPlan: fc.Arbitrary<Plan> = fc.record({
  space: fc.constant(space),
  seed: fc.integer({ min: 0, max: 1_000 }),
  batch: fc.integer({ min: 1, max: 5 }),
  method: fc.oneof(
    fc.record({
      kind: fc.constant("random" as const),
      trials: fc.integer({ min: 1, max: 30 }),
      budget: fc.integer({ min: 1, max: 5 }),
      patience: fc.constantFrom(0, 8),
    }),
    fc.record({
      kind: fc.constant("tpe" as const),
      trials: fc.integer({ min: 10, max: 30 }),
      budget: fc.integer({ min: 1, max: 5 }),
      patience: fc.constantFrom(0, 12),
      startup: fc.integer({ min: 2, max: 8 }),
    }),
    fc.record({
      kind: fc.constant("halving" as const),
      trials: fc.integer({ min: 1, max: 20 }),
      factor: fc.integer({ min: 2, max: 4 }),
      minBudget: fc.integer({ min: 1, max: 3 }),
      maxBudget: fc.integer({ min: 3, max: 30 }),
    }),
  ),
});

const throughJson = (state: SearchState): SearchState => JSON.parse(JSON.stringify(state));

describe("resume", () => {
  it("cut anywhere, also inside a batch, and sent through JSON, a search ends as the uncut one", () => {
    fc.assert(
      fc.property(
        anyPlan,
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
        (plan, cuts) => {
          const whole = runSearch(startSearch(plan), fallible);
          let state = startSearch(plan);
          for (const cut of cuts) state = resumeSearch(plan, throughJson(runSearch(state, fallible, cut)));
          expect(runSearch(state, fallible)).toEqual(whole);
          expect(nextTrials(whole)).toEqual([]);
          expect(whole.results.map(({ number }) => number)).toEqual(whole.results.map((_, i) => i));
        },
      ),
      { numRuns: 80 },
    );
  });

  it("results told in any order within a batch change nothing", () => {
    fc.assert(
      fc.property(anyPlan, fc.infiniteStream(fc.nat()), (plan, picks) => {
        let state = startSearch(plan);
        for (let trials = nextTrials(state); trials.length > 0; trials = nextTrials(state)) {
          const trial = trials[picks.next().value! % trials.length]!;
          state = withResult(state, trial.number, fallible(trial.point, trial.budget));
        }
        expect(state).toEqual(runSearch(startSearch(plan), fallible));
      }),
      { numRuns: 40 },
    );
  });

  it("a value of negative zero, which JSON has not, is kept as zero", () => {
    const plan: Plan = {
      space,
      seed: 1,
      batch: 1,
      method: { kind: "random", trials: 1, budget: 1, patience: 0 },
    };
    const state = runSearch(startSearch(plan), () => -0);
    expect(throughJson(state)).toEqual(state);
  });

  it("another plan's results are refused, and so is a trial that nobody asked for", () => {
    const plan: Plan = {
      space,
      seed: 1,
      batch: 2,
      method: { kind: "random", trials: 4, budget: 1, patience: 0 },
    };
    const state = runSearch(startSearch(plan), objective, 2);
    expect(() => resumeSearch({ ...plan, seed: 2 }, state)).toThrow("another plan");
    expect(() => withResult(state, 0, 1)).toThrow("trial 0 is not among the next ones");
  });
});

describe("methods", () => {
  const tpe = (seed: number): Plan => ({
    space,
    seed,
    batch: 1,
    method: { kind: "tpe", trials: 60, budget: 1, patience: 0, startup: 12 },
  });
  const bestOf = (plan: Plan, of = objective): number =>
    bestTrial(runSearch(startSearch(plan), of))?.value ?? -Infinity;

  it("TPE learns: on average over seeds it ends nearer to the best than chance with as many trials", () => {
    const seeds = Array.from({ length: 24 }, (_, seed) => seed);
    const far = (plan: (seed: number) => Plan) =>
      mean(Float64Array.from(seeds, (seed) => -bestOf(plan(seed), smooth)));
    const smooth: typeof objective = (point) => objective(point, Infinity);
    const guided = far(tpe);
    const blind = far((seed) => ({
      ...tpe(seed),
      method: { kind: "random", trials: 60, budget: 1, patience: 0 },
    }));
    expect(guided).toBeLessThan(0.6 * blind);
  });

  it("halving spends little on the bad and the whole budget on the best", () => {
    const plan: Plan = {
      space,
      seed: 3,
      batch: 1,
      method: { kind: "halving", trials: 27, factor: 3, minBudget: 1, maxBudget: 20 },
    };
    const state = runSearch(startSearch(plan), objective);
    const counts = Object.groupBy(state.results, ({ budget }) => budget);
    expect(Object.entries(counts).map(([budget, trials]) => [Number(budget), trials?.length])).toEqual([
      [1, 27],
      [3, 9],
      [9, 3],
      [20, 1],
    ]);
    const first = state.results.slice(0, 27).toSorted((a, b) => b.value! - a.value!);
    const second = state.results.slice(27, 36).map(({ coordinates }) => coordinates);
    expect(second).toEqual(first.slice(0, 9).map(({ coordinates }) => coordinates));
    // What a small budget says does not compare, however good it looks.
    expect(bestTrial(runSearch(startSearch(plan), (_, budget) => -budget))?.budget).toBe(20);
    expect(runSearch(startSearch(plan), () => Number.NaN).results.length).toBe(27);
  });

  it("patience stops a search that no longer improves", () => {
    const plan: Plan = {
      space,
      seed: 1,
      batch: 3,
      method: { kind: "random", trials: 500, budget: 1, patience: 10 },
    };
    const flat = runSearch(startSearch(plan), () => 1);
    expect(flat.results.length).toBe(12);
    let value = 0;
    expect(runSearch(startSearch(plan), () => value++).results.length).toBe(500);
  });

  it("equal seeds give equal trials, other seeds others, and failed ones are never the best", () => {
    expect(runSearch(startSearch(tpe(5)), objective)).toEqual(runSearch(startSearch(tpe(5)), objective));
    expect(nextTrials(startSearch(tpe(5)))).not.toEqual(nextTrials(startSearch(tpe(6))));
    const best = bestTrial(runSearch(startSearch(tpe(5)), fallible))!;
    expect(pointAt(space, best.coordinates).leaves % 7).not.toBe(0);
    expect(bestTrial(startSearch(tpe(5)))).toBeUndefined();
  });
});

describe("inside purged validation", () => {
  const rows = {
    start: Int32Array.from({ length: 60 }, (_, i) => i),
    end: Int32Array.from({ length: 60 }, (_, i) => i),
  };
  const splits = purgedKFold(rows, { folds: 6, embargo: 0, lookback: 0 });

  it("a budget of splits is spread over time, the whole is all of them, and one failure fails the point", () => {
    const seen: number[] = [];
    const of = crossValidated<typeof space>(splits, ({ share }, { test }) => {
      seen.push(test[0]!);
      return share * test[0]!;
    });
    const point = pointAt(space, [0, 0, 0, 1]);
    expect(of(point, 2)).toBe(2 * 25);
    expect(seen).toEqual([10, 40]);
    expect(of(point, 6)).toBe(2 * 25);
    expect(new Set(seen).size).toBe(6);
    expect(crossValidated(splits, (_, { test }) => (test[0] === 30 ? Number.NaN : 1))(point, 6)).toBeNaN();
    expect(() => of(point, 7)).toThrow("budget 7");
  });

  it("halving over splits gives the whole validation to the best points only", () => {
    const plan: Plan = {
      space,
      seed: 1,
      batch: 1,
      method: { kind: "halving", trials: 9, factor: 3, minBudget: 2, maxBudget: 6 },
    };
    const state = runSearch(
      startSearch(plan),
      crossValidated(splits, (point) => objective(point, Infinity)),
    );
    expect(state.results.map(({ budget }) => budget)).toEqual([...new Array(9).fill(2), 6, 6, 6]);
  });
});

describe("space", () => {
  it("every point lies within its bounds, integers are whole, and both ends can be reached", () => {
    const plan: Plan = {
      space,
      seed: 9,
      batch: 2_000,
      method: { kind: "random", trials: 2_000, budget: 1, patience: 0 },
    };
    const points: PointOf<typeof space>[] = nextTrials(startSearch(plan)).map(({ point }) => point);
    for (const { rate, share, leaves } of points) {
      expect(rate >= 0.001 && rate <= 1 && share >= -1 && share <= 2).toBe(true);
      expect(Number.isInteger(leaves) && leaves >= 2 && leaves <= 63).toBe(true);
    }
    expect(new Set(points.map(({ leaves }) => leaves)).size).toBe(62);
    expect(new Set(points.map(({ growth }) => growth)).size).toBe(2);
    // A third of a log scale lies in each decade.
    const lowest = points.filter(({ rate }) => rate < 0.01).length / 2_000;
    expect(Math.abs(lowest - 1 / 3)).toBeLessThan(0.04);
    expect(pointAt(space, [1, 1, 1, 1])).toEqual({ growth: "depth", leaves: 63, rate: 1, share: 2 });
    expect(pointAt(space, [0, 0, 0, 0])).toEqual({ growth: "leaf", leaves: 2, rate: 0.001, share: -1 });
  });

  it("the order in which a space is written does not matter", () => {
    const turned = { growth: space.growth, leaves: space.leaves, share: space.share, rate: space.rate };
    const plan = {
      seed: 4,
      batch: 1,
      method: { kind: "random", trials: 3, budget: 1, patience: 0 },
    } as const;
    expect(runSearch(startSearch({ ...plan, space: turned }), objective).results).toEqual(
      runSearch(startSearch({ ...plan, space }), objective).results,
    );
  });

  it("what cannot be searched is refused by name", () => {
    const plan = {
      seed: 4,
      batch: 1,
      method: { kind: "random", trials: 3, budget: 1, patience: 0 },
    } as const;
    const start = (wrong: SearchPlan["space"]) => () => startSearch({ ...plan, space: wrong });
    expect(start({})).toThrow("space names no parameter");
    expect(start({ a: { kind: "float", from: 2, to: 1 } })).toThrow("space.a.to 1");
    expect(start({ a: { kind: "log-float", from: 0, to: 1 } })).toThrow("space.a.from 0");
    expect(start({ a: { kind: "int", from: 0.5, to: 3 } })).toThrow("space.a.from 0.5 is not a whole number");
    expect(start({ a: { kind: "choice", values: [1, 1] } })).toThrow("space.a.values");
    expect(() => startSearch({ ...plan, space, batch: 0 })).toThrow("batch 0");
    expect(() => startSearch({ ...plan, space, seed: -1 })).toThrow("seed -1");
  });
});
