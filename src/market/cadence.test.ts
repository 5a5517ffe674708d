import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Session } from "../domain/session.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { FeedCadence } from "./cadence.ts";
import { nextSession, sessionOn } from "./calendar.ts";

const first = sessionOn(dayNumber(2026, 3, 2)) as Session;

/** Messages every `gapMs` of the middle of `count` sessions; returns the session after them. */
function teach(cadence: FeedCadence, count: number, gapMs: number, from = first): Session {
  let session = from;
  for (let n = 0; n < count; n += 1) {
    const start = session.open + 3_600_000_000;
    for (let k = 0; k < 300; k += 1) cadence.message((start + k * gapMs * 1000) as EpochMicros, session);
    cadence.endSession();
    session = nextSession(session.date) as Session;
  }
  return session;
}

const middleOf = (session: Session): EpochMicros => (session.open + 7_200_000_000) as EpochMicros;

describe("cadence of a feed", () => {
  it.each([
    ["sip", 10_000],
    ["iex", 20_000],
  ] as const)("%s: the seed holds until five sessions are known (CD-2)", (feed, seedMs) => {
    const cadence = new FeedCadence(feed);
    const next = teach(cadence, 4, 1000);
    expect(cadence.deadlineMs(middleOf(next), next)).toBe(seedMs);
    const after = teach(cadence, 1, 1000, next);
    expect(cadence.deadlineMs(middleOf(after), after)).toBeLessThan(4500);
  });

  it("the deadline is four times the largest usual gap, within a bin, in the part where it was learned", () => {
    const cadence = new FeedCadence("sip");
    const next = teach(cadence, 5, 2000);
    const deadline = cadence.deadlineMs(middleOf(next), next);
    expect(deadline).toBeGreaterThanOrEqual(8000);
    expect(deadline).toBeLessThanOrEqual(8000 * 1.1);
    expect(cadence.deadlineMs(next.open, next)).toBe(10_000);
  });

  it.each([
    [100, 3000],
    [60_000, 30_000],
  ])("gaps of %d ms clamp to %d ms (CD-1)", (gapMs, deadlineMs) => {
    const cadence = new FeedCadence("iex");
    const next = teach(cadence, 6, gapMs);
    expect(cadence.deadlineMs(middleOf(next), next)).toBe(deadlineMs);
  });

  it("an outage while frozen teaches nothing, nor does the gap that ends it (CD-3)", () => {
    const calm = new FeedCadence("sip");
    const struck = new FeedCadence("sip");
    const next = teach(calm, 5, 1000);
    teach(struck, 5, 1000);
    struck.message(middleOf(next), next);
    struck.freeze(true);
    struck.message((middleOf(next) + 25_000_000) as EpochMicros, next);
    struck.freeze(false);
    struck.message((middleOf(next) + 50_000_000) as EpochMicros, next);
    struck.endSession();
    expect(struck.deadlineMs(middleOf(next), next)).toBe(calm.deadlineMs(middleOf(next), next));
  });

  it("sessions beyond the last twenty are forgotten", () => {
    const cadence = new FeedCadence("sip");
    const next = teach(cadence, 5, 6000);
    const after = teach(cadence, 20, 1000, next);
    expect(cadence.deadlineMs(middleOf(after), after)).toBeLessThan(4500);
  });

  it("what was saved and loaded again gives the same deadlines, whatever was learned", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 24 }), (gaps) => {
        const cadence = new FeedCadence("iex");
        let session = first;
        for (const gapMs of gaps) session = teach(cadence, 1, gapMs, session);
        const loaded = new FeedCadence("iex");
        expect(loaded.load(JSON.parse(JSON.stringify(cadence.save())))).toBe(true);
        expect(loaded.deadlineMs(middleOf(session), session)).toBe(
          cadence.deadlineMs(middleOf(session), session),
        );
        expect(loaded.save()).toEqual(cadence.save());
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["nothing", null],
    ["another feed", { feed: "iex", sessions: [] }],
    ["a cell out of range", { feed: "sip", sessions: [[880, 1]] }],
    ["half a pair", { feed: "sip", sessions: [[1]] }],
    ["a negative count", { feed: "sip", sessions: [[1, -1]] }],
  ])("%s is refused and leaves the seeds", (_, value) => {
    const cadence = new FeedCadence("sip");
    expect(cadence.load(value)).toBe(false);
    expect(cadence.deadlineMs(middleOf(first), first)).toBe(10_000);
  });
});
