/**
 * Goal    an order for an auction leaves only while the broker takes it, on half days and around the change of clocks
 *         too, and is never meant for a later auction than the one it was decided for.
 * Method  a table of New York times on the exchange's own calendar, then properties over every minute of a year.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../test/property-seed.ts";
import { table } from "../../test/table.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE, parseIsoDate } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { fromNewYork } from "../market/us-eastern.ts";
import { auctionWindow } from "./auction-window.ts";

const sessions = xnysSessions();

/** `2026-11-27_09:30`, New York time. */
function newYork(text: string | undefined): EpochMicros {
  const [date, time] = (text ?? "").split("_");
  const [hours = 0, minutes = 0] = (time ?? "").split(":").map(Number);
  return fromNewYork(parseIsoDate(date ?? "") as DayNumber, hours * 60 + minutes);
}

describe("the window of an auction", () => {
  it.each(
    table(`
      auction  decided            mode      opens              closes             why
      open     2026-11-18_16:00   evening   2026-11-18_19:00   2026-11-19_09:28   decided at the close
      open     2026-11-18_16:00   09:00     2026-11-19_09:00   2026-11-19_09:28   sent in the morning
      open     2026-11-18_21:00   evening   2026-11-18_19:00   2026-11-19_09:28   open already
      open     2026-11-19_09:29   evening   2026-11-18_19:00   2026-11-19_09:28   missed, not for the day after
      open     2026-11-19_09:30   evening   2026-11-19_19:00   2026-11-20_09:28   the next one from the open on
      open     2026-11-20_16:00   evening   2026-11-22_19:00   2026-11-23_09:28   over a weekend: on Sunday evening
      open     2026-11-25_16:00   evening   2026-11-26_19:00   2026-11-27_09:28   over Thanksgiving
      open     2026-11-27_13:00   evening   2026-11-29_19:00   2026-11-30_09:28   after a half day
      open     2026-03-06_16:00   evening   2026-03-08_19:00   2026-03-09_09:28   clocks went forward on Sunday
      open     2026-10-30_16:00   evening   2026-11-01_19:00   2026-11-02_09:28   clocks went back on Sunday
      close    2026-11-18_10:00   evening   2026-11-17_19:00   2026-11-18_15:50   sent at once
      close    2026-11-18_15:55   evening   2026-11-17_19:00   2026-11-18_15:50   missed
      close    2026-11-18_16:00   evening   2026-11-18_19:00   2026-11-19_15:50   for the day after
      close    2026-11-27_10:00   evening   2026-11-26_19:00   2026-11-27_12:50   of a half day
      close    2026-11-18_16:00   09:00     2026-11-18_19:00   2026-11-19_15:50   the mode is about the open alone
    `),
  )("$auction, decided $decided, $mode: $why", (row) => {
    const at = newYork(row.decided);
    const mode = row.mode === "09:00" ? "09:00" : "evening";
    const auction = row.auction === "open" ? "open" : "close";
    expect(auctionWindow(auction, at, sessions, mode)).toEqual({
      opensAt: newYork(row.opens),
      closesAt: newYork(row.closes),
    });
  });

  it("is not known beyond the calendar", () => {
    const last = sessions.close.at(-1) as EpochMicros;
    expect(auctionWindow("open", last, sessions, "evening")).toBeUndefined();
    expect(auctionWindow("close", last, sessions, "evening")).toBeUndefined();
  });

  it("lies within the hours in which the broker takes such orders, and ends before an auction that is to come", () => {
    const first = newYork("2026-01-05_00:00");
    const minutes = fc.integer({ min: 0, max: 365 * 1440 });
    const modes = fc.constantFrom("evening" as const, "09:00" as const);
    fc.assert(
      fc.property(minutes, modes, (minute, mode) => {
        const at = (first + minute * MICROS_PER_MINUTE) as EpochMicros;
        const { opensAt, closesAt } = auctionWindow("open", at, sessions, mode) ?? {
          opensAt: 0,
          closesAt: 0,
        };
        const open = closesAt + 2 * MICROS_PER_MINUTE;
        expect(sessions.open).toContain(open);
        expect(open).toBeGreaterThan(at);
        expect(sessions.open.some((other) => other > at && other < open)).toBe(false);
        expect(opensAt).toBeLessThan(closesAt);
        expect(sessions.close.some((close) => close > opensAt && close < closesAt)).toBe(false);
      }),
    );
  });
});
