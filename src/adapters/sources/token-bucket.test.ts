/** Goal: whatever is asked and when, no minute holds more requests than the provider allows; order is by priority. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../net/virtual-clock.ts";
import type { Asking } from "./bar-source.ts";
import { TokenBucket } from "./token-bucket.ts";

describe("a token bucket", () => {
  it("lets no minute have more than its budget, and serves all in the end", () => {
    const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9_000 })), {
      minLength: 40,
      maxLength: 60,
    });
    return fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 25 }), pauses, async (perMinute, waits) => {
        const clock = new VirtualClock(8);
        const bucket = new TokenBucket(clock, perMinute);
        const left: number[] = [];
        for (const wait of waits) {
          void bucket.take("asked").then(() => left.push(clock.now()));
          await clock.advance(wait);
        }
        await clock.advance(3_600_000);
        expect(left).toHaveLength(waits.length);
        for (const at of left)
          expect(left.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(
            perMinute,
          );
      }),
      { numRuns: 60 },
    );
  });

  it("serves what was asked for before a probe, and a probe before the work of the night", async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(clock, 6);
    const served: string[] = [];
    await bucket.take("asked");
    for (const asking of ["background", "probe", "asked", "background", "asked"] satisfies Asking[])
      void bucket.take(asking).then(() => served.push(asking));
    await clock.advance(120_000);
    expect(served).toEqual(["asked", "asked", "probe", "background", "background"]);
  });

  it("is shut for as long as the provider asked", async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(clock, 600);
    bucket.close(45_000);
    let at = Number.NaN;
    void bucket.take("asked").then(() => {
      at = clock.now();
    });
    await clock.advance(120_000);
    expect(at).toBe(45_000);
  });
});
