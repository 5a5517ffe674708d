/**
 * Goal    show that the live code, with its real client, keeps its invariants under every fault the live storm knows,
 *         and that the storm would say so if it did not.
 * Method  a batch of seeds that must pass (the bench runs more, and asks that every fault happened); the same seed
 *         twice; planted bugs, each of which must be reported within a few seeds.
 */
import { describe, expect, it } from "vitest";
import { runLiveStorm } from "./storm-live/live-storm.ts";
import { liveRegressionSeeds, openFindings } from "./storm-live/regression-seeds.ts";
import { plantedLiveBugs } from "./storm-live-bugs.ts";

const SEEDS = 24;
/** A bug that needs more seeds than this is not caught. */
const SEEDS_PER_BUG = 40;

const open = new Set(openFindings.map(({ seed }) => seed));
const seeds = (count: number) =>
  Array.from({ length: count }, (_, n) => n + 1).filter((seed) => !open.has(seed));

describe("the live storm", () => {
  it("every invariant holds after every step and request", async () => {
    const failed: string[] = [];
    let requests = 0;
    let crashes = 0;
    for (const seed of seeds(SEEDS)) {
      const { violation, ...result } = await runLiveStorm({ seed });
      if (violation !== undefined) failed.push(`${seed}: ${violation.message}`);
      requests += result.requests;
      crashes += result.crashes;
    }
    expect(failed).toEqual([]);
    expect(requests).toBeGreaterThan(2_000);
    expect(crashes).toBeGreaterThan(10);
  });

  it.each(liveRegressionSeeds)("seed $seed: $found", async ({ seed }) => {
    expect((await runLiveStorm({ seed })).violation).toBeUndefined();
  });

  it("the same seed is the same run to the last line", async () => {
    const lines: string[][] = [[], []];
    for (const into of lines) await runLiveStorm({ seed: 3, trace: (line) => into.push(line) });
    expect(lines[0]?.length).toBeGreaterThan(1_000);
    expect(lines[1]).toEqual(lines[0]);
  });
});

describe("planted bugs of a live engine", () => {
  it.each(plantedLiveBugs)("$name: caught by $caughtBy", async ({ seed: first, caughtBy, plant }) => {
    let reported: string | undefined;
    for (const seed of [first, ...seeds(SEEDS_PER_BUG)]) {
      if (reported !== undefined) break;
      const id = (await runLiveStorm({ seed, sabotage: plant() })).violation?.id;
      if (id !== undefined && caughtBy.includes(id)) reported = id;
    }
    expect(reported).toBeDefined();
  });
});
