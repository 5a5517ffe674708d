/**
 * Goal    a genetic search finds a planted optimum with far fewer evaluations than the grid has points, evaluates no
 *         point twice, keeps to what is allowed, uses up a small space and no more, and what works is used more.
 * Method  seeded searches over spaces of steps, and properties over plans with the results sent through JSON.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { operators } from "./genetic-operators.ts";
import { bestFirst, type Evaluated, type GeneticPlan, nextGeneration, ratesAfter } from "./genetic-search.ts";
import { cellsOf, coordinatesOf, type PointOf, pointAt } from "./space.ts";

const space = {
  fast: { kind: "int", from: 5, to: 40 },
  slow: { kind: "int", from: 30, to: 150, step: 5 },
  stop: { kind: "float", from: 1, to: 4, step: 0.25 },
  side: { kind: "choice", values: ["long", "both"] },
} as const;
type Point = PointOf<typeof space>;
const POINTS = Object.values(space)
  .map(cellsOf)
  .reduce((all, cells) => all * cells, 1);

const start: Point = { fast: 20, slow: 50, stop: 2, side: "long" };
const planted: Point = { fast: 11, slow: 120, stop: 3.25, side: "both" };
const nearness = ({ fast, slow, stop, side }: Point): number =>
  -Math.abs(fast - planted.fast) / 35 -
  Math.abs(slow - planted.slow) / 120 -
  Math.abs(stop - planted.stop) / 3 -
  (side === planted.side ? 0 : 0.2);

type Plan = GeneticPlan<typeof space>;
const plan = (over: Partial<Plan> = {}): Plan => ({
  ...{ space, population: 20, generations: 25, seed: 1, start },
  ...over,
});

type Known = readonly Evaluated<typeof space>[];
function searched(
  given: Plan,
  value: (point: Point) => number | null,
  isAllowed: (point: Point) => boolean = () => true,
  between: (known: Known) => Known = (known) => known,
): Known {
  let known: Known = [];
  for (;;) {
    const next = nextGeneration(given, known, isAllowed);
    if (next.length === 0) return known;
    known = between([...known, ...next.map((each) => ({ ...each, value: value(each.point) }))]);
  }
}

it("finds a planted optimum among 23,400 points with at most 500 evaluations, whatever the seed", () => {
  expect(POINTS).toBe(36 * 25 * 13 * 2);
  for (let seed = 0; seed < 6; seed++) {
    const known = searched(plan({ seed }), nearness);
    expect(known.length).toBeLessThanOrEqual(500);
    expect([seed, bestFirst(known)[0]?.point]).toEqual([seed, planted]);
  }
});

it("does better than as many blind draws", () => {
  const best = (known: Known) => bestFirst(known)[0]!.value!;
  for (let seed = 0; seed < 8; seed++) {
    const blind = searched(plan({ seed, population: 200, generations: 1 }), nearness);
    expect(best(searched(plan({ seed, generations: 10 }), nearness))).toBeGreaterThan(best(blind));
  }
});

it("GO-1, GO-2: cut and sent through JSON after each generation it is the same, and no point comes twice", () => {
  const anyPlan = fc.record({
    seed: fc.nat(1000),
    population: fc.integer({ min: 4, max: 12 }),
    generations: fc.integer({ min: 1, max: 8 }),
  });
  const allowed = ({ fast, slow }: Point) => fast < slow;
  const fallible = (point: Point) => (point.fast % 7 === 0 ? null : nearness(point));
  fc.assert(
    fc.property(anyPlan, (over) => {
      const whole = searched(plan(over), fallible, allowed);
      const cut = searched(plan(over), fallible, allowed, (known) => JSON.parse(JSON.stringify(known)));
      expect(cut).toEqual(whole);
      expect(new Set(whole.map(({ point }) => canonicalJson(point))).size).toBe(whole.length);
      expect(whole.every(({ point }) => allowed(point))).toBe(true);
      expect(whole.map(({ number }) => number)).toEqual(whole.map((_, n) => n));
      expect(whole[0]?.point).toEqual(start);
      expect(bestFirst(whole).every(({ value }) => value !== null)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it("a space of twelve points is used up, and the search is over", () => {
  const small = { a: { kind: "int", from: 1, to: 4 }, b: { kind: "choice", values: [1, 2, 3] } } as const;
  const few: GeneticPlan<typeof small> = {
    ...{ space: small, population: 5, generations: 50, seed: 3, start: { a: 9, b: 1 } },
  };
  let known: Evaluated<typeof small>[] = [];
  for (;;) {
    const next = nextGeneration(few, known, () => true);
    if (next.length === 0) break;
    known = [...known, ...next.map((each) => ({ ...each, value: 0 }))];
  }
  // And the start, which is not one of them: it is tried as it is.
  expect(known.map(({ point }) => canonicalJson(point)).toSorted()).toHaveLength(13);
  expect(known[0]?.point).toEqual({ a: 9, b: 1 });
});

it("where all fails it goes on drawing, and names no best", () => {
  const known = searched(plan({ generations: 3 }), () => null);
  expect([known.length, bestFirst(known)]).toEqual([60, []]);
});

it("operators that make better points are used more, and none is given up", () => {
  const rates = ratesAfter(searched(plan({ seed: 5 }), nearness));
  expect(operators.reduce((sum, operator) => sum + rates[operator], 0)).toBeCloseTo(1, 12);
  expect(Math.min(...operators.map((operator) => rates[operator]))).toBeGreaterThanOrEqual(0.08);
  // Of two ways with as many children, one of which always succeeds.
  const child = (number: number, operator: "nudge" | "jump", value: number): Evaluated<typeof space> => ({
    ...{ number, operator, value, generation: 1, parents: [0], coordinates: [], point: start },
  });
  const first = { ...child(0, "jump", 0), generation: 0, operator: "start" as const, parents: [] };
  const four = [1, 2, 3, 4].flatMap((generation) => [
    { ...child(2 * generation - 1, "nudge", 1), generation },
    { ...child(2 * generation, "jump", -1), generation },
  ]);
  const after = ratesAfter([first, ...four]);
  expect(after.nudge).toBeGreaterThan(1.5 * after.jump);
  expect(after.blend).toBeLessThan(after.nudge);
});

it("coordinates of a point of the space give it back, and of another one the nearest", () => {
  const anyOf = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(anyOf, (drawn) => {
      const point = pointAt(space, drawn);
      expect(pointAt(space, coordinatesOf(space, point))).toEqual(point);
      expect(Number.isInteger((point.stop - 1) / 0.25)).toBe(true);
      expect(point.slow % 5).toBe(0);
    }),
  );
  expect(pointAt(space, coordinatesOf(space, { fast: 99, slow: 52, stop: 0, side: "long" }))).toEqual({
    ...{ fast: 40, slow: 50, stop: 1, side: "long" },
  });
});

it("a plan that cannot be carried out is refused by name", () => {
  const next = (over: Partial<Plan>) => () => nextGeneration(plan(over), [], () => true);
  expect(next({ population: 3 })).toThrow("population 3");
  expect(next({ generations: 0 })).toThrow("generations 0");
  expect(next({ seed: -1 })).toThrow("seed -1");
  expect(next({ start: { fast: 3 } as unknown as Point })).toThrow("start has no side");
  const steps = { ...space, stop: { kind: "float", from: 1, to: 4, step: 0 } } as const;
  expect(next({ space: steps as unknown as typeof space })).toThrow("space.stop.step 0");
});
