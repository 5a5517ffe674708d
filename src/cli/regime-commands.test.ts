/** Goal: the regime of the command line is that of the library, past days never change, and bad input is one line. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden } from "../../test/golden-stock.ts";
import { regimeDays } from "../../test/regime-days.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const folder = scratchFolder("plimsoll-regime-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [input, model, out] = ["days.csv", "model.json", "out.csv"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const run = (...words: string[]) => runLine(["regime", ...words]);
const days = () => readFileSync(out, "utf8").trim().split("\n").slice(1);

it("fits a model, filters days by it, and a day's answer does not move when the future is cut off", async () => {
  const text = regimeDays(1500);
  writeFileSync(input, text);
  const fitted = await run("fit", "--input", input, "--out", model);
  expect([fitted.code, fitted.out]).toEqual([0, expect.stringMatching(/Bull[\s\S]*log|log[\s\S]*Bull/)]);
  expect((await run("filter", "--model", model, "--input", input, "--out", out)).code).toBe(0);
  const whole = days();
  expect(whole).toHaveLength(1500);
  const sums = whole.slice(30).map((line) =>
    line
      .split(",")
      .slice(1)
      .reduce((sum, p) => sum + Number(p), 0),
  );
  expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-12);
  writeFileSync(input, text.split("\n").slice(0, 801).join("\n"));
  await run("filter", "--model", model, "--input", input, "--out", out);
  expect(days()).toEqual(whole.slice(0, 800));
});

it("tells the past as it could have been known: a day's answer does not move when the future is cut off", async () => {
  const text = regimeDays(700);
  const picture = join(folder, "regimes.svg");
  writeFileSync(input, text);
  const said = await run("history", "--input", input, "--window", "504", "--out", out, "--picture", picture);
  expect([said.code, said.out]).toEqual([
    0,
    expect.stringMatching(/^700 days, \d+ refits, 0 of them refused/),
  ]);
  const whole = days();
  expect(whole.filter((line) => !line.includes("NaN")).length).toBeGreaterThan(100);
  writeFileSync(input, text.split("\n").slice(0, 651).join("\n"));
  await run("history", "--input", input, "--window", "504", "--out", out);
  expect(days()).toEqual(whole.slice(0, 650));
  const svg = readFileSync(picture, "utf8");
  expect(svg).toMatch(/^<svg [^>]*viewBox[\s\S]*<polyline[\s\S]*<\/svg>$/);
  expect(svg).not.toContain("NaN");
  for (const word of ["Bull", "Neutral", "Bear"]) expect(svg).toContain(word);
});

it.each([
  [["fit", "--input", "/nowhere.csv", "--out", model], "/nowhere.csv: cannot be read"],
  [["fit", "--input", input, "--out", model, "--states", "4"], '--states "4" is not allowed'],
  [["filter", "--model", "/nowhere.json", "--input", input, "--out", out], "/nowhere.json: is no model"],
])("%j is refused", async (words, says) => {
  writeFileSync(input, regimeDays(100));
  expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(says) });
});

it.skipIf(goldenIsMissing)("finds as likely a model as the independent one", async () => {
  const { expected } = readGolden<{ expected: { loglik?: number; log_likelihood?: number } }>("hmm_fit.json");
  const theirs = expected.loglik ?? expected.log_likelihood ?? Number.NaN;
  await run("fit", "--input", join(goldenFolder, "hmm_input.csv"), "--out", model);
  expect(JSON.parse(readFileSync(model, "utf8")).logLikelihood).toBeGreaterThan(theirs - 0.05);
});
