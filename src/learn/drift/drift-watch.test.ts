/**
 * Goal    what is like the rows of the fit is let be, what is not is found, and the outcomes find a model wanting no
 *         more often than they say (LEARN-9, QUANT b).
 * Method  seeded rows, far more than one run has; false alarms and detections are counted.
 */
import { describe, expect, it } from "vitest";
import { binOf, driftReference } from "../../models/drift/drift-reference.ts";
import { type DriftParams, DriftWatch } from "../../models/drift/drift-watch.ts";
import { populationStability } from "../../numerics/population-stability.ts";
import { createRng } from "../../numerics/rng.ts";
import { driftReferenceOf } from "./drift-reference-of.ts";

const params: DriftParams = {
  ...{ entries: 250, psi: 0.25, inputs: 0.3, trades: 250, significance: 0.01, demotedScale: 0.5 },
};
const FEATURES = 8;
const names = Array.from({ length: FEATURES }, (_, f) => `f${f}`);

/** `shift`: of the first half of the features, in standard deviations. A tenth of the second feature is missing. */
function rows(count: number, seed: number, shift = 0) {
  const rng = createRng(seed, "drift");
  const columns = names.map(() => new Float64Array(count));
  const probability = new Float64Array(count);
  const label = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    for (let f = 0; f < FEATURES; f++) columns[f]![row] = rng.normal() + (f < FEATURES / 2 ? shift : 0);
    if (rng.uniform() < 0.1) columns[1]![row] = Number.NaN;
    probability[row] = 0.3 + 0.4 * rng.uniform();
    label[row] = rng.uniform() < probability[row]! ? 1 : 0;
  }
  return { featureNames: names, columns, probability, label };
}

const known = rows(5000, 1);
const reference = driftReferenceOf(known);

/** At which entry it was found to have drifted; undefined: never. */
function driftsAt(given: ReturnType<typeof rows>, of: Partial<DriftParams> = {}): number | undefined {
  const watch = new DriftWatch(reference, { ...params, ...of });
  for (let row = 0; row < given.probability.length; row++) {
    const inputs = given.columns.map((column) => column[row]!);
    if (watch.asked(inputs, given.probability[row]!) !== undefined) return row;
  }
  return undefined;
}

describe("the reference", () => {
  it("is cut into deciles of the rows, with what is missing, and reads back as it was written", () => {
    expect(driftReference.parse(JSON.parse(JSON.stringify(reference)))).toEqual(reference);
    expect(reference.inputs[0]?.edges.length).toBe(9);
    for (const share of reference.inputs[0]?.shares ?? []) expect(share).toBeCloseTo(0.1, 2);
    expect(reference.inputs[1]?.missing).toBeCloseTo(0.1, 1);
    expect(reference.baseRate).toBeCloseTo(0.5, 1);
  });

  it("puts values where the index puts them: [a, b), with missing ones last", () => {
    const edges = [1, 2];
    expect(
      [0.9, 1, 1.9, 2, Number.NaN, Number.POSITIVE_INFINITY].map((value) => binOf({ edges }, value)),
    ).toEqual([0, 1, 1, 2, 3, 2]);
  });

  it.each([
    ["edges that do not ascend", { edges: [2, 1] }],
    ["a share too few", { shares: [1] }],
    ["shares that are not all", { missing: 0.5 }],
  ])("is refused with %s", (_, wrong) => {
    const [first, ...others] = reference.inputs;
    expect(
      driftReference.safeParse({ ...reference, inputs: [{ ...first, ...wrong }, ...others] }).success,
    ).toBe(false);
  });

  it("is not made of rows that cannot be compared", () => {
    expect(() => driftReferenceOf({ ...known, label: known.label.fill(1).slice() })).toThrow("base rate 1");
    expect(() => driftReferenceOf({ ...known, probability: new Float64Array(3) })).toThrow("as long");
  });
});

describe("what it is asked", () => {
  it("like the rows of the fit is let be: no false alarm in 100 000 entries", () => {
    expect(driftsAt(rows(100_000, 2))).toBeUndefined();
  });

  it("is judged as the index over the window judges it", () => {
    const late = rows(700, 3, 0.6);
    const last = (column: Float64Array) => column.slice(400, 650);
    const indices = late.columns.map(
      (column, f) => populationStability(known.columns[f]!, last(column)).index,
    );
    const limit = indices.toSorted((a, b) => a - b)[FEATURES - 3]!;
    const cut = {
      columns: late.columns.map((column) => column.slice(0, 650)),
      probability: late.probability.slice(0, 650),
    };
    const first = (psi: number) => driftsAt({ ...late, ...cut }, { psi, inputs: 0.3 });
    expect(first(limit * 10)).toBeUndefined();
    expect(first(limit - 1e-9)).toBeLessThanOrEqual(649);
  });

  it("too many inputs that moved are found as soon as the window is full of them, few of them never", () => {
    expect(driftsAt(rows(1000, 4, 1.2))).toBe(params.entries - 1);
    expect(driftsAt(rows(1000, 4, 1.2), { inputs: 0.5 })).toBeUndefined();
  });

  it("or what the model says of it", () => {
    const sure = rows(400, 5);
    expect(driftsAt({ ...sure, probability: sure.probability.map((p) => Math.min(1, p + 0.2)) })).toBe(249);
    expect(driftsAt({ ...sure, probability: sure.probability.map(() => Number.NaN) })).toBe(249);
  });
});

describe("what came of it", () => {
  /** Share of runs of `trades` trades in which the model was let go; outcomes pay with `chance(probability)`. */
  function letGo(runs: number, trades: number, chance: (p: number) => number): number {
    const rng = createRng(7, "outcomes");
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const watch = new DriftWatch(reference, params);
      let gone = false;
      for (let n = 0; n < trades && !gone; n++) {
        const p = 0.5 + 0.2 * rng.uniform();
        gone = watch.closed(p, rng.uniform() < chance(p)) !== undefined;
      }
      if (gone) found += 1;
    }
    return found / runs;
  }

  it("true probabilities are found wanting in at most one run of a hundred, at any number of looks", () => {
    expect(letGo(4000, 250, (p) => p)).toBeLessThan(0.01);
  });

  it("a model that knows nothing any more is let go, and one that is wrong sooner", () => {
    expect(letGo(500, 250, () => 0.45)).toBeGreaterThan(0.75);
    expect(letGo(500, 100, () => 0.3)).toBeGreaterThan(0.95);
  });

  it("says the log loss over that of the base rate, and begins anew after its span", () => {
    const watch = new DriftWatch(
      { ...reference, baseRate: 0.5 },
      { ...params, trades: 10, significance: 1e-4 },
    );
    let said: string | undefined;
    for (let n = 0; n < 10 && said === undefined; n++) said = watch.closed(0.9, false);
    const each = Math.log(0.5) - Math.log(0.1);
    expect(said).toContain(
      `over 6 closed trades its log loss is ${each.toFixed(3)} above that of its base rate 0.500`,
    );
    const mild = new DriftWatch(
      { ...reference, baseRate: 0.5 },
      { ...params, trades: 10, significance: 1e-4 },
    );
    for (let n = 0; n < 1000; n++) expect(mild.closed(0.75, false)).toBeUndefined();
    expect(mild.closed(Number.NaN, false)).toBeUndefined();
  });
});
