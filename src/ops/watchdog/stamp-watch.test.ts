import { describe, expect, it } from "vitest";
import { StampWatch } from "./stamp-watch.ts";

/** A message each `everyMs` with that lag. */
function hear(watch: StampWatch, from: number, until: number, lagMs: number, everyMs = 200): void {
  for (let mono = from; mono <= until; mono += everyMs) watch.stamped(mono, lagMs);
}

describe("stamps of the exchange", () => {
  it("are stale after two seconds without a fresh one, and what has no reading counts as old", () => {
    for (const lagMs of [5001, 900_000, Number.NaN]) {
      const watch = new StampWatch();
      hear(watch, 1000, 2800, lagMs);
      expect(watch.miss()).toBeUndefined();
      hear(watch, 3000, 3000, lagMs);
      expect(watch.miss()).toEqual({ ageMs: lagMs, deadlineMs: 5000 });
    }
  });

  it("of one fresh message among old ones are fresh", () => {
    const watch = new StampWatch();
    for (let mono = 0; mono < 60_000; mono += 1500) {
      watch.stamped(mono, 900_000);
      watch.stamped(mono + 700, 40);
    }
    expect(watch.miss()).toBeUndefined();
  });

  it("are judged by what comes alone: one old message, and silence after it, is no delay", () => {
    const watch = new StampWatch();
    watch.stamped(0, 40);
    watch.stamped(1000, 20_000);
    watch.settle(true);
    expect(watch.miss()).toBeUndefined();
    // A quiet list, twenty seconds between two messages, both of them late.
    watch.stamped(21_000, 900_000);
    expect(watch.miss()).toBeDefined();
  });

  it("are judged in the session alone, and not for the time in which we slept", () => {
    const watch = new StampWatch();
    hear(watch, 0, 10_000, 900_000);
    watch.settle(false);
    expect(watch.miss()).toBeUndefined();
    watch.stamped(20_000, 900_000);
    watch.excuse(30_000, 10_000);
    watch.stamped(30_000, 900_000);
    expect(watch.miss()).toBeUndefined();
  });

  it("are well again when they were fresh for long enough", () => {
    const watch = new StampWatch();
    hear(watch, 0, 10_000, 900_000);
    expect(watch.isWell(10_000, 5000)).toBe(false);
    watch.stamped(10_200, 40);
    expect(watch.miss()).toBeUndefined();
    expect(watch.isWell(15_100, 5000)).toBe(false);
    expect(watch.isWell(15_200, 5000)).toBe(true);
  });
});
