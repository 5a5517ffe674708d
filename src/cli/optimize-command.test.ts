/** Goal: weights by the command line are those of the library, with their figures; a wrong word gets one line. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plimsoll } from "../../test/plimsoll-process.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { createRng } from "../numerics/rng.ts";

const folder = scratchFolder("plimsoll-optimize-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

/** Three assets with deviations of 1, 2 and 4 % a day, and hardly a correlation. */
beforeAll(() => {
  const rng = createRng(1, "prices");
  const prices = [100, 100, 100];
  const lines = ["date,AAA,BBB,CCC"];
  for (let day = 0; day < 400; day++) {
    for (const [i, scale] of [0.01, 0.02, 0.04].entries()) prices[i]! *= Math.exp(scale * rng.normal());
    const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
    lines.push(`${date},${prices.join(",")}`);
  }
  writeFileSync(at("prices.csv"), `${lines.join("\n")}\n`);
  writeFileSync(at("views.csv"), "view,return,confidence\nAAA,0.5,0.9\nBBB-CCC,0.05,\n");
  writeFileSync(at("sectors.csv"), "symbol,sector\nAAA,one\nBBB,one\nCCC,two\n");
});

const run = (...args: string[]) =>
  plimsoll(["--json", "optimize", "--input", at("prices.csv"), ...args], { cwd: folder });
async function weights(...args: string[]) {
  const { code, out, err } = await run(...args);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe("optimize", () => {
  it("least variance goes with the inverse variances, equal risk with the inverse deviations", async () => {
    const least = await weights("--method", "min-variance", "--shrinkage", "none");
    expect(least.weights.AAA).toBeGreaterThan(0.7);
    expect(least.shrinkage).toBe(0);
    expect(least.objective.volatility).toBeGreaterThan(0.1);
    const parity = await weights("--method", "risk-parity");
    expect(parity.weights.AAA / parity.weights.CCC).toBeGreaterThan(2.5);
    expect(parity.weights.AAA + parity.weights.BBB + parity.weights.CCC).toBeCloseTo(1, 12);
  });

  it("keeps the box and the sectors", async () => {
    const bound = await weights(
      ...[
        "--method",
        "min-variance",
        "--most",
        "0.45",
        "--sectors",
        at("sectors.csv"),
        "--sector-most",
        "0.6",
      ],
    );
    expect(bound.weights.AAA).toBeCloseTo(0.45, 12);
    expect(bound.weights.AAA + bound.weights.BBB).toBeCloseTo(0.6, 9);
  });

  it("views move the prior towards them, and the weights after it", async () => {
    const {
      prior,
      posterior,
      weights: found,
    } = await weights("--method", "black-litterman", "--views", at("views.csv"));
    expect(posterior.AAA).toBeGreaterThan(prior.AAA);
    expect(found.AAA).toBeGreaterThan(0.5);
    expect((await weights("--method", "hrp")).order).toHaveLength(3);
  });

  it("says in one line what is wrong", async () => {
    const said = async (...args: string[]) => {
      const { code, err } = await run(...args);
      expect(err.trim().split("\n")).toHaveLength(1);
      return `${code} ${err.trim()}`;
    };
    expect(await said("--method", "magic")).toMatch(/^2 .*--method "magic" is not known; give min-variance/);
    expect(await said("--method", "min-variance", "--most", "0.2")).toMatch(/^1 .*no weights that sum to 1/);
    expect(await said("--method", "hrp", "--most", "0.5")).toMatch(/^2 .*--method hrp: takes no --least/);
    writeFileSync(at("strange.csv"), "view,return\nZZZ,0.1\n");
    const strange = await said("--method", "black-litterman", "--views", at("strange.csv"));
    expect(strange).toMatch(/^2 .*line 2: ZZZ is no column/);
  });
});
