/** Goal: the splits of the command line are those of independent implementations, and a slip is named in one line. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { goldenIsMissing, readGolden } from "../../test/golden-stock.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const folder = scratchFolder("plimsoll-cv-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cv = (line: string) => runLine(["--json", "cv", ...line.split(" ")]);
const answer = async (line: string) => JSON.parse((await cv(line)).out);

describe("splits", () => {
  it("purge both ends of the test and add the embargo behind", async () => {
    const splits = await answer("splits --n 100 --k 4 --horizon 5 --embargo 0.02");
    expect(splits).toHaveLength(4);
    expect(splits[1]).toEqual({
      train: [
        [0, 20],
        [57, 100],
      ],
      test: [[25, 50]],
    });
  });

  it("take the spans of a file, which need not end in order", async () => {
    const spans = join(folder, "spans.csv");
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${row + (row === 5 ? 20 : 1)}`);
    writeFileSync(spans, ["start,end", ...rows].join("\n"));
    const [, second] = await answer(`splits --k 4 --embargo 0 --spans ${spans}`);
    expect(second).toEqual({
      train: [
        [0, 5],
        [6, 9],
        [21, 40],
      ],
      test: [[10, 20]],
    });
  });

  it.skipIf(goldenIsMissing)("are the golden ones: k-fold and combinatorial", async () => {
    type Found = { readonly train: unknown; readonly test: unknown };
    const { params, expected } = readGolden<{
      params: { n: number; n_splits: number; embargo: number; horizon: number };
      expected: Readonly<Record<"n_test_1" | "n_test_2", readonly Found[]>>;
    }>("purged_splits_fixed.json");
    const { n, n_splits: k, embargo, horizon } = params;
    const rows = `--n ${n} --horizon ${horizon} --embargo ${embargo}`;
    const plain = (splits: readonly Found[]) =>
      splits.map(({ train, test }) => JSON.stringify([train, test]));
    const folds = plain(await answer(`splits --k ${k} ${rows}`));
    expect(folds.toSorted()).toEqual(plain(expected.n_test_1).toSorted());
    const pairs = plain(await answer(`cpcv --groups ${k} --test 2 ${rows}`));
    expect(pairs.toSorted()).toEqual(plain(expected.n_test_2).toSorted());
  });

  it.each([
    ["splits --k 4", "--n is missing"],
    ["splits --n 10 --k 1", '--k "1" is not allowed'],
    ["splits --n 10 --k 4 --embargo -1", '--embargo "-1" is not allowed'],
    ["splits --n 10 --k 4 --horizon 20", "purging leaves no row to train on"],
    ["cpcv --groups 4 --test 4", '--test "4" is not allowed'],
    ["walk-forward --n 100", "hold no window"],
    ["splits --spans /nowhere.csv --k 4", "--spans /nowhere.csv: cannot be read"],
  ])("%s is refused", async (line, says) => {
    expect(await cv(line)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(says) });
  });
});

it("combinations are C(N, k), each group as often as every other", async () => {
  const splits = await answer("cpcv --groups 6 --test 2 --n 240 --horizon 4 --embargo 3");
  expect(splits).toHaveLength(15);
  expect(splits[1].test).toEqual([
    [0, 40],
    [80, 120],
  ]);
  expect(await answer("cpcv --groups 5 --test 1")).toHaveLength(5);
});

it("walk-forward leaves a label's length before the test, and no window is half a one", async () => {
  const windows = await answer("walk-forward --n 1000 --horizon 5");
  expect(windows).toHaveLength(33);
  expect(windows.at(-1)).toEqual({ train: [[672, 924]], test: [[929, 992]] });
});
