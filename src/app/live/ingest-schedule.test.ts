/** Goal: how long a minute waits is what the feed needs at real speed, and what a busy machine needs at any other. */
import { describe, expect, it } from "vitest";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { decisionAgeMicros, minuteGrace, minutesOver } from "./ingest-schedule.ts";

const at = (iso: string): EpochMicros => (Date.parse(iso) * 1000) as EpochMicros;
const pace = (feed: "iex" | "sip", speed: number) => ({ feed, clock: { speed } });

describe("the grace of a minute", () => {
  it("is 5 s on iex and 2 s on sip at real speed, by either clock", () => {
    for (const [feed, seconds] of [
      ["iex", 5],
      ["sip", 2],
    ] as const) {
      const { byFeedMicros, byClockMicros } = minuteGrace(pace(feed, 1));
      expect([byFeedMicros, byClockMicros]).toEqual([
        seconds * MICROS_PER_SECOND,
        seconds * MICROS_PER_SECOND,
      ]);
    }
  });

  it("is as long by the feed's time at any speed, and two seconds of the machine by the clock", () => {
    const { byFeedMicros, byClockMicros } = minuteGrace(pace("iex", 600));
    expect(byFeedMicros).toBe(5 * MICROS_PER_SECOND);
    expect(byClockMicros / 600).toBe(2 * MICROS_PER_SECOND);
  });
});

it("a decision ages as the settings say at real speed, and more slowly on a fast exchange", () => {
  expect(decisionAgeMicros(pace("iex", 1), 10)).toBe(10 * MICROS_PER_SECOND);
  expect(decisionAgeMicros(pace("sip", 1), 10)).toBe(10 * MICROS_PER_SECOND);
  expect(decisionAgeMicros(pace("iex", 60), 10)).toBe(65 * MICROS_PER_SECOND);
});

describe("minutes that are over", () => {
  it("begin behind the last one told and end with the clock, closed hours left out", () => {
    // The half day after Thanksgiving ends at 18:00 UTC.
    const from = at("2026-11-27T17:58:00Z");
    const ends = minutesOver(xnysSessions(), from, at("2026-11-30T14:32:30Z"));
    expect(ends.map((end) => new Date(end / 1000).toISOString())).toEqual([
      "2026-11-27T17:59:00.000Z",
      "2026-11-27T18:00:00.000Z",
      "2026-11-30T14:31:00.000Z",
      "2026-11-30T14:32:00.000Z",
    ]);
  });

  it("are none before the first has ended, and one at its very end", () => {
    const open = at("2026-11-30T14:30:00Z");
    const first = (open + MICROS_PER_MINUTE) as EpochMicros;
    expect(minutesOver(xnysSessions(), open, (first - 1) as EpochMicros)).toEqual([]);
    expect(minutesOver(xnysSessions(), open, first)).toEqual([first]);
  });
});
