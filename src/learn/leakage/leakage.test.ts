/**
 * Goal    planted leaks are found and honest features are not.
 * Method  seeded markets of noise with one leak planted in each way, and the pairwise definition of overlap.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "../../numerics/rank-statistics.ts";
import { createRng } from "../../numerics/rng.ts";
import { purgedKFold } from "../validation/purged-k-fold.ts";
import { foresightOf } from "./foresight.ts";
import { implausibleForClasses, implausibleForNumbers } from "./implausible-columns.ts";
import { leakingRows } from "./leaking-rows.ts";
import { shuffledScores } from "./shuffled-labels.ts";

const ROWS = 1_000;
const limits = { areaUnderCurve: 0.7, rankCorrelation: 0.3 };

function normals(name: string, count = ROWS): Float64Array {
  const rng = createRng(20, name);
  return Float64Array.from({ length: count }, () => rng.normal());
}

describe("implausible columns", () => {
  const label = normals("label");
  const outcome = Uint8Array.from(label, (value) => (value > 0 ? 1 : 0));
  const noise = normals("noise");
  const weak = noise.map((value, i) => value + 0.1 * label[i]!);
  const leak = noise.map((value, i) => (i % 10 === 0 ? Number.NaN : value + 2 * label[i]!));
  const upsideDown = leak.map((value) => -value);
  const columns = [
    { name: "noise", values: noise },
    { name: "weak", values: weak },
    { name: "leak", values: leak },
    { name: "upside down", values: upsideDown },
    { name: "missing", values: new Float64Array(ROWS).fill(Number.NaN) },
    { name: "constant", values: new Float64Array(ROWS) },
  ];

  it("what holds the label is found, either way up and with gaps; what hints at it is not", () => {
    const found = implausibleForClasses(columns, outcome, limits);
    expect(found.map(({ column }) => column)).toEqual(["leak", "upside down"]);
    expect(found[0]!.value).toBeGreaterThan(0.85);
    expect(implausibleForNumbers(columns, label, limits).map(({ column }) => column)).toEqual([
      "leak",
      "upside down",
    ]);
  });

  it("a handful of rows that happen to agree is no finding", () => {
    const few = [{ name: "lucky", values: Float64Array.of(1, 2, 3, 4, 5, 6) }];
    expect(implausibleForClasses(few, Uint8Array.of(0, 0, 0, 1, 1, 1), limits)).toEqual([]);
    expect(implausibleForNumbers(few, Float64Array.of(1, 2, 3, 4, 5, 6), limits)).toEqual([]);
    expect(() => implausibleForClasses(few, outcome, limits)).toThrow(
      "column lucky has 6 values and outcome 1000",
    );
    expect(() => implausibleForClasses([], outcome, { ...limits, areaUnderCurve: 0.4 })).toThrow(
      "areaUnderCurve 0.4",
    );
  });
});

describe("foresight", () => {
  const returns = normals("returns").map((value) => 0.01 * value);
  const momentum = returns.map((_, bar) =>
    bar < 5 ? Number.NaN : returns.slice(bar - 4, bar + 1).reduce((a, b) => a + b),
  );
  const late = momentum.map((_, bar) => momentum[bar + 2] ?? Number.NaN);
  const terms = { lags: 5, limit: 0.1 };

  it("a feature of the past is not found, and the same one joined two bars early is", () => {
    const found = foresightOf(
      [
        { name: "momentum", values: momentum },
        { name: "noise", values: normals("other") },
        { name: "next return", values: returns.map((_, bar) => returns[bar + 1] ?? Number.NaN) },
      ],
      returns,
      terms,
    );
    expect(found.map(({ column }) => column)).toEqual(["next return"]);
    expect(found[0]!.value).toBeCloseTo(1, 12);
    // Three of its five returns are past and two to come, each as strong as the other: more past lags do not excuse
    // it.
    const weighted = late.map((value, bar) => value + 2 * (returns[bar + 1] ?? Number.NaN));
    expect(foresightOf([{ name: "late", values: weighted }], returns, terms).length).toBe(1);
  });

  it("the very next bar is future and this one is past", () => {
    const next = { name: "next", values: returns.map((_, bar) => returns[bar + 1] ?? Number.NaN) };
    const now = { name: "now", values: returns };
    const found = foresightOf([next, now], returns, { lags: 1, limit: 0.1 });
    expect(found.map(({ column }) => column)).toEqual(["next"]);
  });

  it("returns that trend make honest features go with the future, but more so with the past", () => {
    let last = 0;
    const trending = returns.map((value) => {
      last = 0.5 * last + value;
      return last;
    });
    expect(foresightOf([{ name: "last return", values: trending }], trending, terms)).toEqual([]);
  });

  it("what chance does with so few bars is no finding, even where nothing is allowed", () => {
    const noises = Array.from({ length: 40 }, (_, i) => ({ name: `${i}`, values: normals(`noise ${i}`) }));
    expect(foresightOf(noises, returns, { lags: 5, limit: 0 })).toEqual([]);
  });

  it("terms that make no sense are refused", () => {
    expect(() => foresightOf([], returns, { lags: 0, limit: 0.1 })).toThrow("lags 0");
    expect(() => foresightOf([{ name: "short", values: new Float64Array(3) }], returns, terms)).toThrow(
      "column short",
    );
  });
});

describe("rows that leak", () => {
  const anySplit = fc
    .array(
      fc.tuple(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 3 }),
      ),
      {
        minLength: 5,
        maxLength: 50,
      },
    )
    .map((rows) => {
      let bar = 0;
      const start = Int32Array.from(rows, ([step]) => {
        bar += step;
        return bar;
      });
      const pick = (bit: number) =>
        Int32Array.from(rows.flatMap(([, , both], i) => ((both & bit) === 0 ? [] : [i])));
      return {
        spans: { start, end: start.map((from, i) => from + rows[i]![1]) },
        split: { train: pick(1), test: pick(2) },
      };
    });

  it("are those that share a bar with a tested one, pair by pair", () => {
    fc.assert(
      fc.property(anySplit, ({ spans: { start, end }, split: { train, test } }) => {
        const expected = Array.from(train).filter((i) =>
          Array.from(test).some((j) => start[i]! <= end[j]! && end[i]! >= start[j]!),
        );
        expect(Array.from(leakingRows({ train, test }, { start, end }))).toEqual(expected);
      }),
    );
  });

  it("none in purged folds, some where folds are only cut", () => {
    const spans = {
      start: Int32Array.from({ length: 100 }, (_, i) => i),
      end: Int32Array.from({ length: 100 }, (_, i) => i + 5),
    };
    for (const split of purgedKFold(spans, { folds: 5, embargo: 0, lookback: 0 })) {
      expect(leakingRows(split, spans).length).toBe(0);
    }
    const cut = {
      train: Int32Array.from({ length: 80 }, (_, i) => i + 20),
      test: Int32Array.from({ length: 20 }, (_, i) => i),
    };
    expect(Array.from(leakingRows(cut, spans))).toEqual([20, 21, 22, 23, 24]);
    expect(() => leakingRows({ train: Int32Array.of(100), test: cut.test }, spans)).toThrow("train row 100");
  });
});

describe("shuffled labels", () => {
  const rows = 200;
  const spans = {
    start: Int32Array.from({ length: rows }, (_, i) => i),
    end: Int32Array.from({ length: rows }, (_, i) => i),
  };
  const folds = purgedKFold(spans, { folds: 4, embargo: 1, lookback: 0 });
  const columns = Array.from({ length: 30 }, (_, c) => normals(`column ${c}`, rows));
  const rest = normals("rest", rows);
  const labels = columns[0]!.map((value, i) => (value + 1.5 * rest[i]! > 0 ? 1 : 0));
  const terms = { rounds: 30, seed: 1, chance: 0.5 };

  /** The column that tells the classes apart best on `chosenOn`, either way up, used out of fold. */
  const pipeline = (chosenOn: (fold: number) => Int32Array) => (given: Float64Array) => {
    const score = new Float64Array(rows);
    const classes = Uint8Array.from(given);
    folds.forEach(({ test }, fold) => {
      const seen = chosenOn(fold);
      const areas = columns.map((column) =>
        areaUnderCurve(
          Float64Array.from(seen, (row) => column[row]!),
          Uint8Array.from(seen, (row) => classes[row]!),
        ),
      );
      const best = areas.reduce(
        (a, area, c) => (Math.abs(area - 0.5) > Math.abs(areas[a]! - 0.5) ? c : a),
        0,
      );
      for (const row of test) score[row] = (areas[best]! > 0.5 ? 1 : -1) * columns[best]![row]!;
    });
    return areaUnderCurve(score, classes);
  };
  const everyRow = Int32Array.from({ length: rows }, (_, i) => i);

  it("choosing inside the fold is at chance on shuffled labels, and true ones beat it", () => {
    const found = shuffledScores(
      labels,
      pipeline((fold) => folds[fold]!.train),
      terms,
    );
    expect(found.isAtChance).toBe(true);
    expect(found.score).toBeGreaterThan(0.6);
    // No shuffle of thirty does better, which is all that thirty can say.
    expect(found.pValue).toBe(1 / 31);
  });

  it("choosing features on all rows first is caught: labels without meaning score too", () => {
    const found = shuffledScores(
      labels,
      pipeline(() => everyRow),
      terms,
    );
    expect(found.isAtChance).toBe(false);
    expect(found.shuffledMean).toBeGreaterThan(0.55);
  });

  it("the p-value counts the true order among the shuffles, and the same seed shuffles alike", () => {
    const constant = shuffledScores(labels, () => 0.5, terms);
    expect(constant).toMatchObject({ pValue: 1, isAtChance: true });
    const first = shuffledScores(labels, (given) => given[0]! + given[7]! / 2, terms);
    expect(shuffledScores(labels, (given) => given[0]! + given[7]! / 2, terms)).toEqual(first);
    expect(() => shuffledScores(labels, () => 0, { ...terms, rounds: 1 })).toThrow("rounds 1");
  });
});
