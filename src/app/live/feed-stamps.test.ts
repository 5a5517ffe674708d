import { describe, expect, it } from "vitest";
import { FeedStamps } from "./feed-stamps.ts";

const AT = 1_772_548_200_000_000;
/** Micros of a lag in milliseconds. */
const ago = (ms: number): number => AT - ms * 1000;

describe("the freshest stamp", () => {
  it("of the last second counts, whatever comes late beside it", () => {
    const stamps = new FeedStamps(1_000_000);
    expect(stamps.told).toEqual({ stamps: 0, stampLagMs: 0 });
    stamps.heard(ago(900_000), AT, 0);
    expect(stamps.told).toEqual({ stamps: 1, stampLagMs: 900_000 });
    stamps.heard(ago(30), AT, 500);
    stamps.heard(ago(900_000), AT, 900);
    expect(stamps.told).toEqual({ stamps: 3, stampLagMs: 30 });
  });

  it("is forgotten within two seconds: a feed that falls behind is seen at once", () => {
    const stamps = new FeedStamps(1_000_000);
    stamps.heard(ago(30), AT, 900);
    for (let mono = 1000; mono <= 2900; mono += 100) stamps.heard(ago(900_000), AT, mono);
    expect(stamps.told.stampLagMs).toBe(900_000);
    stamps.heard(ago(30), AT, 3000);
    stamps.heard(ago(900_000), AT, 60_000);
    expect(stamps.told.stampLagMs).toBe(900_000);
  });

  it("is none that cannot be read or has not come yet, but for a little skew of the clocks", () => {
    const stamps = new FeedStamps(1_000_000);
    stamps.heard(Number.NaN, AT, 0);
    stamps.heard(ago(-1001), AT, 0);
    expect(stamps.told.stamps).toBe(0);
    stamps.heard(ago(-900), AT, 0);
    expect(stamps.told).toEqual({ stamps: 1, stampLagMs: 0 });
  });
});
