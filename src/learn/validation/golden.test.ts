/**
 * Goal    splits equal those of timeseriescv, skfolio and the brute-force definition, row by row.
 * Method  read the golden files; without them skip by name.
 */
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden } from "../../../test/golden-stock.ts";
import { combinatorialPurged } from "./combinatorial-purged.ts";
import { purgedKFold } from "./purged-k-fold.ts";
import type { Split } from "./purging.ts";
import { walkForwardWindows } from "./walk-forward.ts";

type Run = readonly [number, number];
interface GoldenSplit {
  readonly test: readonly Run[];
  readonly train: readonly Run[];
}
interface Purged {
  readonly params: { readonly n: number; readonly n_splits: number; readonly embargo: number };
  readonly input: { readonly t1: readonly number[] };
  readonly expected: { readonly n_test_1: readonly GoldenSplit[]; readonly n_test_2: readonly GoldenSplit[] };
}

/** Rows as half-open runs, as the files write them. */
function runsOf(rows: Int32Array): Run[] {
  const runs: [number, number][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

const asRuns = ({ train, test }: Split): GoldenSplit => ({ train: runsOf(train), test: runsOf(test) });
/** The files list combinations in two different orders. */
const byTest = (splits: readonly GoldenSplit[]): GoldenSplit[] =>
  splits
    .map(({ train, test }) => ({ train, test }))
    .toSorted((a, b) => (JSON.stringify(a.test) < JSON.stringify(b.test) ? -1 : 1));

const everyBar = (t1: readonly number[]) => ({
  start: Int32Array.from(t1, (_, i) => i),
  end: Int32Array.from(t1),
});

describe.skipIf(goldenIsMissing)(
  `splits${goldenIsMissing ? ` (skipped: ${goldenFolder} is missing)` : ""}`,
  () => {
    it.each(["fixed", "variable", "unsorted"])("purged k-fold and combinations, %s label spans", (kind) => {
      const { params, input, expected } = readGolden<Purged>(`purged_splits_${kind}.json`);
      const spans = everyBar(input.t1);
      const terms = { embargo: params.embargo, lookback: 0 };
      const folds = purgedKFold(spans, { ...terms, folds: params.n_splits });
      expect(byTest(folds.map(asRuns))).toEqual(byTest(expected.n_test_1));
      const { splits } = combinatorialPurged(spans, { ...terms, groups: params.n_splits, testGroups: 2 });
      expect(splits.length).toBe(10);
      expect(byTest(splits.map(asRuns))).toEqual(byTest(expected.n_test_2));
    });

    it("combinations and paths of skfolio", () => {
      const { params, expected } = readGolden<{
        params: {
          n: number;
          n_folds: number;
          n_test_folds: number;
          purged_size: number;
          embargo_size: number;
        };
        expected: {
          splits: { train: Run[]; tests: Run[][] }[];
          n_paths: number;
          path_ids: number[][];
        };
      }>("cpcv_index.json");
      const spans = everyBar(Array.from({ length: params.n }, (_, i) => i + params.purged_size));
      const { splits, paths } = combinatorialPurged(spans, {
        groups: params.n_folds,
        testGroups: params.n_test_folds,
        embargo: params.embargo_size,
        lookback: 0,
      });
      expect(splits.map(({ train }) => runsOf(train))).toEqual(expected.splits.map(({ train }) => train));
      expect(splits.map(({ test }) => Array.from(test))).toEqual(
        expected.splits.map(({ tests }) =>
          tests.flat().flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
        ),
      );
      expect(paths.length).toBe(expected.n_paths);
      const pathIds = splits.map(({ groups }, split) =>
        groups.map((group) => paths.findIndex((path) => path[group]?.split === split)),
      );
      expect(pathIds).toEqual(expected.path_ids);
    });

    it("walk-forward windows", () => {
      const { params, expected } = readGolden<{
        params: { n: number; train: number; test: number; step: number; gap: number };
        expected: { n_windows: number; windows: { train: Run; test: Run }[] };
      }>("walk_forward.json");
      const windows = walkForwardWindows(params.n, params);
      expect(windows.length).toBe(expected.n_windows);
      expect(
        windows.map(({ train, test }) => ({ train: [train.from, train.to], test: [test.from, test.to] })),
      ).toEqual(expected.windows);
    });

    it("the rows that the naive purge leaves in, ours leaves out; the rows it never tests, ours tests", () => {
      const { expected } = readGolden<{
        expected: {
          cases: {
            n: number;
            k: number;
            gap: number;
            folds: { test: Run; leaked_train_rows_after_test: Run[] }[];
            never_tested: Run;
          }[];
        };
      }>("naive_purge_counterexample.json");
      expect(expected.cases.length).toBeGreaterThan(1);
      for (const { n, k, gap, folds, never_tested } of expected.cases) {
        const spans = everyBar(Array.from({ length: n }, (_, i) => i + gap));
        const ours = purgedKFold(spans, { folds: k, embargo: 0, lookback: 0 });
        for (const [fold, { leaked_train_rows_after_test: leaked }] of folds.entries()) {
          const { test, train } = ours[fold]!;
          const lastLabel = test.at(-1)! + gap;
          // Our folds are cut elsewhere, so the leak is looked up by its distance from the block.
          for (const [, to] of leaked) expect(to).toBeLessThanOrEqual(folds[fold]!.test[1] + gap);
          expect(Array.from(train).filter((row) => row > test.at(-1)! && row <= lastLabel)).toEqual([]);
        }
        const tested = new Set(ours.flatMap(({ test }) => Array.from(test)));
        for (let row = never_tested[0]; row < never_tested[1]; row++) expect(tested.has(row)).toBe(true);
      }
    });
  },
);
