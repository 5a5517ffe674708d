/**
 * Goal    show that the live code, with its real client, keeps its invariants under every fault the live storm knows,
 *         and that the storm would say so if it did not.
 * Method  a batch of seeds that must pass and must have reached every fault; the same seed twice; planted bugs, each of
 *         which must be reported within a few seeds.
 */
import { describe, expect, it } from "vitest";
import { addCounts } from "../src/sim/storm/reach.ts";
import { runLiveStorm } from "./storm-live/live-storm.ts";
import { missedLive } from "./storm-live/reach.ts";
import { liveRegressionSeeds, openFindings } from "./storm-live/regression-seeds.ts";
import { plantedLiveBugs } from "./storm-live-bugs.ts";

const SEEDS = 60;
/** A bug that needs more seeds than this is not caught. */
const SEEDS_PER_BUG = 40;

const open = new Set(openFindings.map(({ seed }) => seed));
const seeds = (count: number) => Array.from({ length: count }, (_, n) => n + 1).filter((seed) => !open.has(seed));

describe("the live storm", () => {
  it("every invariant holds after every step and request, and every fault happened", async () => {
    const failed: string[] = [];
    const counts = [];
    for (const seed of seeds(SEEDS)) {
      const { violation, counts: each } = await runLiveStorm({ seed });
      if (violation !== undefined) failed.push(`${seed}: ${violation.message}`);
      counts.push(each);
    }
    expect(failed).toEqual([]);
    expect(missedLive(addCounts(counts))).toEqual([]);
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
  it.each(plantedLiveBugs)("$name: caught by $caughtBy", async ({ caughtBy, plant }) => {
    let reported: string | undefined;
    for (let seed = 1; seed <= SEEDS_PER_BUG && reported === undefined; seed++) {
      const id = (await runLiveStorm({ seed, sabotage: plant() })).violation?.id;
      if (id !== undefined && caughtBy.includes(id)) reported = id;
    }
    expect(reported).toBeDefined();
  });
});
