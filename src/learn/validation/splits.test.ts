/**
 * Goal    no training row knows of the rows it is tested on, and every row is tested as often as promised.
 * Method  the definition of QUANT d2 written out the slow way, over label spans in any order and several rows a bar.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../domain/assert.ts";
import type { LabelSpans } from "../labels/label-spans.ts";
import { combinatorialPurged } from "./combinatorial-purged.ts";
import { purgedKFold } from "./purged-k-fold.ts";
import { defaultEmbargo, type PurgeTerms, type Split } from "./purging.ts";
import { walkForward, walkForwardWindows } from "./walk-forward.ts";

/** At least 60 rows, so that folds of short labels keep something to train on; ends in no order. */
const anySpans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 9 })), {
    minLength: 60,
    maxLength: 120,
  })
  .map((rows): LabelSpans => {
    let bar = 0;
    const start = Int32Array.from(rows, ([step]) => {
      bar += step;
      return bar;
    });
    return { start, end: start.map((from, i) => from + rows[i]![1]) };
  });
const anyTerms = fc.record({
  embargo: fc.integer({ min: 0, max: 6 }),
  lookback: fc.integer({ min: 0, max: 8 }),
});

/** QUANT d2, one pair of a row and a block at a time. */
function trainByDefinition(spans: LabelSpans, test: Int32Array, { embargo, lookback }: PurgeTerms): number[] {
  const tested = new Set(test);
  const blocks: number[][] = [];
  for (const row of test) {
    if (blocks.at(-1)?.at(-1) === row - 1) blocks.at(-1)?.push(row);
    else blocks.push([row]);
  }
  return Array.from(spans.start, (_, i) => i).filter((i) => {
    if (tested.has(i)) return false;
    return blocks.every((block) => {
      const s = spans.start[block[0]!]!;
      const e = Math.max(...block.map((row) => spans.end[row]!));
      const meets = spans.start[i]! <= e && spans.end[i]! >= s;
      const isAfter = i > block.at(-1)!;
      return !meets && !(isAfter && (spans.start[i]! <= e + embargo || spans.start[i]! - lookback <= e));
    });
  });
}

function expectPure(spans: LabelSpans, { train, test }: Split): void {
  const meets = (i: number, j: number) =>
    spans.start[i]! <= spans.end[j]! && spans.end[i]! >= spans.start[j]!;
  expect(train.filter((i) => test.some((j) => meets(i, j))).length).toBe(0);
}

/** The splits, or undefined where a fold was left with nothing, which is a refusal and not a wrong split. */
function orRefused<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return undefined;
  }
}

describe("purged k-fold", () => {
  it("trains on exactly what the definition allows, and tests every row once", () => {
    let made = 0;
    fc.assert(
      fc.property(anySpans, anyTerms, fc.integer({ min: 2, max: 6 }), (spans, terms, folds) => {
        const splits = orRefused(() => purgedKFold(spans, { ...terms, folds }));
        if (splits === undefined) return;
        made += 1;
        for (const split of splits) {
          expect(Array.from(split.train)).toEqual(trainByDefinition(spans, split.test, terms));
          expectPure(spans, split);
        }
        const tested = splits.flatMap(({ test }) => Array.from(test));
        expect(tested).toEqual(Array.from(spans.start, (_, i) => i));
      }),
      { numRuns: 40 },
    );
    expect(made).toBeGreaterThan(20);
  });

  it("nothing to train on is an error, and so are folds, spans and terms that make no sense", () => {
    const long = { start: Int32Array.of(0, 1, 2, 3), end: Int32Array.of(9, 9, 9, 9) };
    const none = { folds: 2, embargo: 0, lookback: 0 };
    expect(() => purgedKFold(long, none)).toThrow("fold 1 of 2: purging leaves no row to train on");
    expect(() => purgedKFold(long, { ...none, folds: 5 })).toThrow("folds 5");
    expect(() => purgedKFold(long, { ...none, folds: 1 })).toThrow("folds 1");
    expect(() => purgedKFold(long, { ...none, embargo: -1 })).toThrow("embargo -1");
    expect(() => purgedKFold({ start: Int32Array.of(1, 0), end: Int32Array.of(2, 2) }, none)).toThrow(
      "sort rows",
    );
    expect(() => purgedKFold({ start: Int32Array.of(1), end: Int32Array.of(2, 2) }, none)).toThrow(
      "spans.end has 2",
    );
  });

  it("the embargo is rounded up, and never shorter than a label", () => {
    const every = (n: number, h: number) => ({
      start: Int32Array.from({ length: n }, (_, i) => i),
      end: Int32Array.from({ length: n }, (_, i) => i + h),
    });
    expect(defaultEmbargo(every(150, 0))).toBe(2);
    expect(defaultEmbargo(every(150, 5))).toBe(5);
    expect(defaultEmbargo(every(0, 0))).toBe(0);
  });
});

describe("combinatorial purged", () => {
  it("trains on exactly what the definition allows; each path tests every row once, by splits that held it out", () => {
    let made = 0;
    fc.assert(
      fc.property(anySpans, anyTerms, fc.integer({ min: 3, max: 6 }), (spans, terms, groups) => {
        const found = orRefused(() => combinatorialPurged(spans, { ...terms, groups, testGroups: 2 }));
        if (found === undefined) return;
        made += 1;
        expect(found.splits.length).toBe((groups * (groups - 1)) / 2);
        expect(found.paths.length).toBe(groups - 1);
        for (const split of found.splits) {
          expect(Array.from(split.train)).toEqual(trainByDefinition(spans, split.test, terms));
        }
        const used = new Set<string>();
        for (const path of found.paths) {
          expect(path.flatMap(({ rows }) => Array.from(rows))).toEqual(Array.from(spans.start, (_, i) => i));
          for (const { split, rows } of path) {
            const held = new Set(found.splits[split]!.test);
            expect(rows.every((row) => held.has(row))).toBe(true);
            used.add(`${split}:${rows[0]}`);
          }
        }
        // No prediction stands in two paths, and none is left over.
        expect(used.size).toBe(groups * (groups - 1));
      }),
      { numRuns: 25 },
    );
    expect(made).toBeGreaterThan(8);
  });

  it("ten groups, two at a time, are 45 splits and 9 paths", () => {
    const spans = {
      start: Int32Array.from({ length: 500 }, (_, i) => i),
      end: Int32Array.from({ length: 500 }, (_, i) => i + 5),
    };
    const { splits, paths } = combinatorialPurged(spans, {
      groups: 10,
      testGroups: 2,
      embargo: 5,
      lookback: 0,
    });
    expect([splits.length, paths.length]).toEqual([45, 9]);
    expect(() => combinatorialPurged(spans, { groups: 10, testGroups: 10, embargo: 5, lookback: 0 })).toThrow(
      "testGroups 10",
    );
    expect(() => combinatorialPurged(spans, { groups: 30, testGroups: 15, embargo: 0, lookback: 0 })).toThrow(
      "155117520 splits",
    );
  });
});

describe("walk-forward", () => {
  const terms = { train: 20, test: 8, step: 4, gap: 3 };

  it("never trains on what a test sees, and the stitched rows come once each", () => {
    let made = 0;
    fc.assert(
      fc.property(anySpans, (spans) => {
        const splits = orRefused(() => walkForward(spans, terms));
        if (splits === undefined) return;
        made += 1;
        for (const split of splits) {
          expectPure(spans, split);
          expect(Math.max(...Array.from(split.train, (i) => spans.start[i]!))).toBeLessThan(
            spans.start[split.test[0]!]! - terms.gap,
          );
        }
        const stitched = splits.flatMap(({ stitched: rows }) => Array.from(rows));
        expect(new Set(stitched).size).toBe(stitched.length);
        expect(stitched).toEqual(stitched.map((_, i) => stitched[0]! + i));
      }),
      { numRuns: 40 },
    );
    expect(made).toBeGreaterThan(12);
  });

  it("only complete windows count, and none at all is an error", () => {
    expect(walkForwardWindows(31, terms).length).toBe(1);
    expect(walkForwardWindows(34, terms).length).toBe(1);
    expect(walkForwardWindows(35, terms).length).toBe(2);
    expect(() => walkForwardWindows(30, terms)).toThrow("bars 30 hold no window");
    expect(() => walkForwardWindows(100, { ...terms, step: 0 })).toThrow("step 0");
  });
});
