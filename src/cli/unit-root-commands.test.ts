/** Goal: unit roots and cointegration at the command line are those of the golden files, and wrong lines are told. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden } from "../../test/golden-stock.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const folder = scratchFolder("plimsoll-unit-root-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, lines: readonly string[]) => {
  const file = join(folder, name);
  writeFileSync(file, lines.join("\n"));
  return file;
};

const panel = () =>
  written(
    "panel.csv",
    readFileSync(join(goldenFolder, "prices_panel.csv"), "utf8").split("\n").slice(0, 501),
  );

it.skipIf(goldenIsMissing)("coint has the figures of the golden pair, by AIC and with one lag", async () => {
  const { expected } = readGolden<{ expected: Record<string, Record<string, number>> }>("cointegration.json");
  const want = expected["AAPL~AMZN"]!;
  const line = ["stats", "coint", "--input", panel(), "--y", "AAPL", "--x", "AMZN", "--log"];
  const found = JSON.parse((await runLine(line)).out);
  expect(found).toMatchObject({
    statistic: expect.closeTo(want.eg_stat_aic!, 7),
    p: expect.closeTo(want.eg_p_aic!, 7),
    hedgeRatio: expect.closeTo(want.ols_beta!, 7),
    tlsHedgeRatio: expect.closeTo(want.tls_beta!, 7),
    halfLife: expect.closeTo(want.half_life_exact_minus_ln2_over_ln1pb!, 4),
    n: 500,
  });
  expect(found.crit["5%"]).toBeCloseTo((want.eg_crit_1_5_10 as unknown as number[])[1]!, 7);
  expect(JSON.parse((await runLine([...line, "--lag", "1"])).out).p).toBeCloseTo(want.eg_p_lag1!, 7);
});

it.skipIf(goldenIsMissing)("adf has the figures of the golden series", async () => {
  const { expected } = readGolden<{ expected: Record<string, Record<string, number>> }>("adf.json");
  const want = expected["log_px0|ct|lag5"]!;
  const file = join(goldenFolder, "prices_panel.csv");
  const { out } = await runLine(["stats", "adf", "--input", file, "--log", "--trend", "ct", "--lag", "5"]);
  expect(JSON.parse(out)).toMatchObject({
    column: "AAPL",
    statistic: expect.closeTo(want.stat!, 7),
    p: expect.closeTo(want.p!, 7),
    lag: 5,
    n: want.nobs,
  });
});

const rows = Array.from({ length: 40 }, (_, n) => `${n},${1 + (n % 7)},${n - 5},3`);
const wrong: readonly (readonly [string, string, number, string])[] = [
  ["coint", "", 2, "--x is missing"],
  ["coint", "--x a", 2, "--y is missing"],
  ["coint", "--x a --y a", 2, "give two columns"],
  ["coint", "--x a --y none", 2, '--y "none" is no column of the file; it has a, b, c'],
  ["coint", "--x a --y b --log", 2, "column b has values that are not above zero"],
  ["coint", "--x a --y b --lag 18", 2, "--lag 18: is too long for 40 rows; give at most 17"],
  ["adf", "--x a --trend t", 2, '--trend "t" is not known; give n, c, ct'],
];
it.each(wrong)("stats %s %s is told in one line", async (name, rest, code, says) => {
  const file = written("rows.csv", ["date,a,b,c", ...rows]);
  const said = await runLine(["stats", name, "--input", file, ...rest.split(" ").filter((w) => w !== "")]);
  expect([said.code, said.err.trim().split("\n").length]).toEqual([code, 1]);
  expect(said.err).toContain(says);
});

it("too few rows are told, and a column that does not move has no statistic", async () => {
  const short = written("short.csv", ["date,a,b", "1,1,2", "2,2,1"]);
  const said = await runLine(["stats", "adf", "--input", short]);
  expect([said.code, said.err]).toEqual([1, expect.stringContaining("needs at least 20")]);
  const file = written("rows.csv", ["date,a,b,c", ...rows]);
  const { out } = await runLine(["stats", "coint", "--input", file, "--x", "c", "--y", "a"]);
  expect(JSON.parse(out)).toMatchObject({ statistic: null, p: null });
});
