/** Goal: the probability of overfitting at the command line is that of the independent implementation. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden } from "../../test/golden-stock.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { createRng } from "../numerics/rng.ts";

const folder = scratchFolder("plimsoll-pbo-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("is nothing where one trial is better everywhere, and says how many ways were tried", async () => {
  const rng = createRng(7, "trials");
  const rows = Array.from({ length: 160 }, (_, day) => {
    const noise = Array.from({ length: 5 }, () => rng.uniform() - 0.5);
    return `${day},${(noise[0] ?? 0) + 1},${noise.slice(1).join(",")}`;
  });
  const file = join(folder, "trials.csv");
  writeFileSync(file, ["date,good,a,b,c,d", ...rows].join("\n"));
  const { code, out } = await runLine(["stats", "pbo", "--input", file, "--splits", "8"]);
  expect([code, JSON.parse(out)]).toEqual([
    0,
    expect.objectContaining({ pbo: 0, combinations: 70, trials: 5 }),
  ]);
  const said = await runLine(["stats", "pbo", "--input", file, "--splits", "7"]);
  expect([said.code, said.err]).toEqual([2, expect.stringContaining("blocks 7 is not even")]);
});

it.skipIf(goldenIsMissing).each([6, 10])("is that of the golden trials in %i parts", async (splits) => {
  const { expected } = readGolden<{
    expected: Readonly<
      Record<string, { n_combos: number; pbo: number; prob_oos_loss: number; slope: number }>
    >;
  }>("pbo_cscv.json");
  const file = join(goldenFolder, "trials_returns.csv");
  const { out } = await runLine(["stats", "pbo", "--input", file, "--splits", String(splits)]);
  const [found, golden] = [JSON.parse(out), expected[`S${splits}`]];
  expect(found.combinations).toBe(golden?.n_combos);
  for (const [ours, theirs] of [
    [found.pbo, golden?.pbo],
    [found.lossProbability, golden?.prob_oos_loss],
    [found.slope, golden?.slope],
  ])
    expect(ours).toBeCloseTo(theirs, 9);
});
