import { describe, expect, it } from "vitest";
import { RoundTrips } from "./round-trips.ts";

/** So many answers, `everyMs` apart, the last one at the returned moment. */
function answer(trips: RoundTrips, from: number, count: number, ms: number, everyMs = 1000): number {
  for (let n = 1; n <= count; n += 1) trips.answered(from + n * everyMs, ms);
  return from + count * everyMs;
}
const level = (trips: RoundTrips, mono: number): string => trips.judge(mono).level;

describe("the broker's round trip", () => {
  it("of a second is allowed, and one of twenty may be longer", () => {
    const trips = new RoundTrips();
    const mono = answer(trips, 0, 19, 1000);
    trips.answered(mono + 10, 5000);
    expect(trips.judge(mono + 20)).toEqual({ level: "well", reason: "" });
    trips.answered(mono + 30, 1001);
    expect(trips.judge(mono + 40)).toEqual({
      level: "hold",
      reason: "the broker answers within 1001 ms (p95), 1000 allowed",
    });
  });

  it("is judged by the last minute: what was slow before counts no more, if it never held", () => {
    const trips = new RoundTrips();
    trips.answered(0, 5000);
    expect(level(trips, 100)).toBe("well");
    trips.answered(60_500, 5000);
    expect(level(trips, 60_600)).toBe("well");
    trips.answered(61_000, Number.NaN);
    expect(trips.judge(61_100).level).toBe("hold");
  });

  it("is free again after three prompt answers over four seconds, not after two, not after a burst", () => {
    const trips = new RoundTrips();
    let mono = answer(trips, 0, 10, 3000);
    const later = (ms: number, tookMs: number): void => {
      mono += ms;
      trips.answered(mono, tookMs);
    };
    expect(level(trips, mono)).toBe("hold");
    for (let n = 0; n < 50; n += 1) later(10, 100);
    expect(level(trips, mono)).toBe("hold");
    later(100, 501);
    later(100, 500);
    later(3900, 500);
    expect(level(trips, mono)).toBe("hold");
    later(100, 500);
    expect(level(trips, mono)).toBe("well");
    later(100, 5000);
    expect(level(trips, mono)).toBe("well");
  });

  it("that is held stays so while no answer comes, for however long", () => {
    const trips = new RoundTrips();
    const mono = answer(trips, 0, 5, 3000);
    expect(level(trips, mono)).toBe("hold");
    expect(level(trips, mono + 3_600_000)).toBe("hold");
  });
});
