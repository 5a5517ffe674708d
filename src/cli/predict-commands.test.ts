/** Goal: the golden models predict and explain at the command line as where they were made, registered or as files. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden } from "../../test/golden-stock.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { stumpModel } from "../../test/stump-model.ts";

const folder = scratchFolder("plimsoll-predict-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const out = join(folder, "out.csv");
const input = join(folder, "rows.csv");
const run = (...words: string[]) => runLine(["--root", folder, ...words]);
const table = () =>
  readFileSync(out, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("a model file", () => {
  const model = join(folder, "stump.txt");
  writeFileSync(model, stumpModel("rsi_14", "adx_14"));

  it("answers for each row, by the names of its features, whatever else stands there", async () => {
    writeFileSync(input, "date,adx_14,rsi_14\n2024-01-02,,0.5\n2024-01-03,7,2\n");
    expect((await run("predict", "--model", model, "--input", input, "--out", out)).code).toBe(0);
    const [head, first, second] = table();
    expect(head).toEqual(["margin", "probability"]);
    expect([Number(first?.[0]), Number(second?.[0])]).toEqual([-0.5, 0.25]);
    expect(Number(second?.[1])).toBeCloseTo(1 / (1 + Math.exp(-0.25)), 15);
    expect((await run("explain", "--model", model, "--input", input, "--out", out)).code).toBe(0);
    expect(table()).toEqual([
      ["rsi_14", "adx_14", "bias"],
      ["-0.375", "0", "-0.125"],
      ["0.375", "0", "-0.125"],
    ]);
  });

  it("is registered, answers under its id, and no gate lets it trade", async () => {
    const said = await run("models", "import", model, "--name", "swing.meta", "--reason", "by hand");
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining("swing.meta@1 is a candidate") });
    writeFileSync(input, "rsi_14,adx_14\n2,2\n");
    expect((await run("predict", "--model", "swing.meta@1", "--input", input, "--out", out)).code).toBe(0);
    expect(Number(table()[1]?.[0])).toBe(0.25);
    expect(await run("models", "promote", "swing.meta@1", "--reason", "hope")).toMatchObject({
      code: 3,
      err: expect.stringContaining("judged by no gate"),
    });
  });

  it.each([
    ["rsi_14\n1\n", "has no column adx_14"],
    ["rsi_14,adx_14\n1,x\n", 'line 2, column adx_14: "x" is not a number'],
    ["rsi_14,adx_14\n1\n", "line 2 has 1 cells"],
  ])("refuses the rows %j", async (rows, says) => {
    writeFileSync(input, rows);
    const said = await run("predict", "--model", model, "--input", input, "--out", out);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining(says) });
  });

  it("that is none is named in one line", async () => {
    writeFileSync(join(folder, "bad.txt"), "hello");
    const said = await run("predict", "--model", join(folder, "bad.txt"), "--input", input, "--out", out);
    expect([said.code, said.err.trim().split("\n").length]).toEqual([2, 1]);
    expect((await run("predict", "--model", "nobody@1", "--input", input, "--out", out)).err).toContain(
      "nobody@1",
    );
  });
});

const golden = [
  ["xgb_hist_logistic.json", "margin"],
  ["lgb_binary.json", "raw"],
] as const;
describe.skipIf(goldenIsMissing).each(golden)("%s", (file, key) => {
  it("predicts and explains as it did where it was made", async () => {
    const { input: given, expected } = readGolden<{
      input: { model_file: string; features?: string[]; X: (number | null)[][] };
      expected: Readonly<Record<string, number[]>> & { contribs_last_is_bias: number[][] };
    }>(file);
    const model = join(goldenFolder, given.model_file);
    const names = given.features ?? given.X[0]?.map((_, k) => `f${k}`) ?? [];
    const rows = given.X.map((row) => row.map((cell) => cell ?? "").join(","));
    writeFileSync(input, [names.join(","), ...rows].join("\n"));
    expect((await run("predict", "--model", model, "--input", input, "--out", out)).err).toBe("");
    const margins = table()
      .slice(1)
      .map(([margin]) => Number(margin));
    const most = Math.max(
      ...margins.map((margin, row) => Math.abs(margin - (expected[key]?.[row] ?? Number.NaN))),
    );
    expect(most).toBeLessThan(1e-6);
    await run("explain", "--model", model, "--input", input, "--out", out);
    expect(Number(table()[1]?.at(-1))).toBeCloseTo(
      expected.contribs_last_is_bias[0]?.at(-1) ?? Number.NaN,
      5,
    );
  });
});
