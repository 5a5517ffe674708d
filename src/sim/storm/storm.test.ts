/**
 * Goal    show that the engine keeps its invariants under every fault the storm knows, and that the storm would say
 *         so if it did not.
 * Method  a batch of seeds that must pass and must have reached every fault and every order transition; then planted
 *         bugs, each of which the named checker must report within a few seeds.
 */
import { describe, expect, it } from "vitest";
import { plantedBugs } from "../../../test/storm-bugs.ts";
import { faultKinds, type KnownLimits, knownLimits } from "./plan.ts";
import { addCounts, missed } from "./reach.ts";
import { regressionSeeds } from "./regression-seeds.ts";
import { simplify } from "./simplify.ts";
import { runStorm } from "./storm.ts";

const SEEDS = 150;
/** A bug that needs more seeds than this is not caught. */
const SEEDS_PER_BUG = 150;
/** A limit that shows in none of these is none any more. */
const SEEDS_PER_LIMIT = 300;

const seeds = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe("the storm", () => {
  it("every invariant holds after every event, and every fault and order transition happened", () => {
    const results = seeds(SEEDS).map((seed) => runStorm({ seed }));
    expect(
      results.flatMap(({ seed, violation }) => (violation ? [`${seed}: ${violation.message}`] : [])),
    ).toEqual([]);
    expect(missed(addCounts(results.map(({ counts }) => counts)))).toEqual([]);
  });

  it.each(regressionSeeds)("seed $seed: $found", ({ seed }) => {
    expect(runStorm({ seed }).violation).toBeUndefined();
  });

  it("holds with thirty symbols and with an hour", () => {
    for (const size of [
      { symbols: 30, minutes: 20 },
      { symbols: 2, minutes: 60 },
    ]) {
      for (const seed of seeds(3)) expect(runStorm({ seed, size }).violation).toBeUndefined();
    }
  });

  it("the same seed is the same run to the last line and the last bit of state", () => {
    const runs = seeds(6).map((seed) => {
      const lines: string[][] = [[], []];
      const results = lines.map((into) => runStorm({ seed, trace: (line) => into.push(line) }));
      expect(lines[1]).toEqual(lines[0]);
      expect(results[1]).toEqual(results[0]);
      return results[0]?.digest;
    });
    expect(new Set(runs).size).toBe(runs.length);
  });

  const limits = Object.entries(knownLimits).flatMap(([name, isOn]) =>
    isOn ? [name as keyof KnownLimits] : [],
  );
  it.each(limits)("the known limit %s is still one: without its switch a seed fails", (name) => {
    const fails = (seed: number) => runStorm({ seed, known: { [name]: false } }).violation !== undefined;
    expect(seeds(SEEDS_PER_LIMIT).some(fails), `set ${name} to false in plan.ts`).toBe(true);
  });
});

describe("planted bugs", () => {
  it.each(plantedBugs)("$name: caught by $caughtBy", ({ caughtBy, plant }) => {
    const reported = seeds(SEEDS_PER_BUG).find((seed) => {
      const id = runStorm({ seed, sabotage: plant() }).violation?.id;
      return id !== undefined && caughtBy.includes(id);
    });
    expect(reported).toBeDefined();
  });

  it("each checker has a bug to its name", () => {
    const caught = new Set(plantedBugs.flatMap(({ caughtBy }) => caughtBy));
    const checked = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 16, 17, 18, 20, 25, 27, 28, 29, 33, 34, 36,
    ].map((n) => `I-${n}`);
    expect(checked.filter((id) => !caught.has(id))).toEqual([]);
  });

  it("a failing seed is brought down to the faults it needs", () => {
    const lost = plantedBugs.find(({ name }) => name.startsWith("commands of a crashed step"));
    const sabotage = () => lost?.plant() ?? {};
    const failing = seeds(SEEDS_PER_BUG).filter((seed) => runStorm({ seed, sabotage: sabotage() }).violation);
    const needed = failing.slice(0, 4).map((seed) => simplify({ seed, sabotage: sabotage() }) ?? []);
    expect(needed.length).toBe(4);
    for (const without of needed) expect(without).not.toContain("crash");
    expect(needed).toContainEqual(faultKinds.filter((kind) => kind !== "crash"));
    const sound = seeds(SEEDS_PER_BUG).find((seed) => !failing.includes(seed)) ?? 0;
    expect(simplify({ seed: sound })).toBeUndefined();
  });
});
