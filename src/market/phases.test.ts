/**
 * Goal    show that the hour's name follows the session, on full days, half days, changes of clock and holidays.
 * Method  a table in New York wall-clock time, then the order of phases over random days.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE, parseIsoDate } from "../domain/time.ts";
import { CALENDAR_FIRST_DAY, CALENDAR_LAST_DAY, sessionAt, sessionOn, xnysSessions } from "./calendar.ts";
import { phaseAt, phaseIn, phaseStart, phases, toxicWindow } from "./phases.ts";
import { fromNewYork } from "./us-eastern.ts";

const wall = (text: string): EpochMicros => {
  const [date = "", clock = ""] = text.split(" ");
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return fromNewYork(parseIsoDate(date) as DayNumber, hour * 60 + minute);
};

describe("phases", () => {
  it.each([
    ["2026-03-06 06:29", "OVERNIGHT"],
    ["2026-03-06 06:30", "PRE_MARKET"],
    ["2026-03-06 09:29", "PRE_MARKET"],
    ["2026-03-09 09:30", "MARKET_OPEN"],
    ["2026-03-09 09:34", "MARKET_OPEN"],
    ["2026-03-09 09:35", "TRADING"],
    ["2026-11-02 15:44", "TRADING"],
    ["2026-11-02 15:45", "MARKET_CLOSE"],
    ["2026-11-02 15:59", "MARKET_CLOSE"],
    ["2026-11-02 16:00", "AFTER_HOURS"],
    ["2026-11-02 17:59", "AFTER_HOURS"],
    ["2026-11-02 18:00", "OVERNIGHT"],
    ["2026-11-27 12:44", "TRADING"],
    ["2026-11-27 12:45", "MARKET_CLOSE"],
    ["2026-11-27 13:00", "AFTER_HOURS"],
    ["2026-11-27 15:00", "OVERNIGHT"],
    ["2026-11-26 10:00", "OVERNIGHT"],
    ["2026-11-28 10:00", "OVERNIGHT"],
    ["2025-01-09 10:00", "OVERNIGHT"],
    ["2026-03-08 10:00", "OVERNIGHT"],
  ])("at %s it is %s", (text, phase) => {
    expect(phaseAt(wall(text))).toBe(phase);
  });

  it.each([
    ["2026-11-27 09:29", undefined],
    ["2026-11-27 09:30", "open"],
    ["2026-11-27 09:34", "open"],
    ["2026-11-27 09:35", undefined],
    ["2026-11-27 12:54", undefined],
    ["2026-11-27 12:55", "close"],
    ["2026-11-27 12:59", "close"],
    ["2026-11-27 13:00", undefined],
    ["2026-11-25 12:55", undefined],
  ])("at %s the toxic window is %s", (text, window) => {
    const at = wall(text);
    expect(toxicWindow(at, sessionOn(parseIsoDate(text.slice(0, 10)) as DayNumber)!)).toBe(window);
  });

  it("every phase of a session begins where the one before it ends", () => {
    const row = fc.integer({ min: 0, max: xnysSessions().date.length - 1 });
    fc.assert(
      fc.property(row, (r) => {
        const session = sessionAt(xnysSessions(), r);
        for (const [i, phase] of phases.entries()) {
          const start = phaseStart(phase, session);
          expect(phaseAt(start)).toBe(phase);
          expect(phaseAt((start - 1) as EpochMicros)).toBe(phases.at(i - 1));
        }
      }),
    );
  });

  it("the calendar's answer is that of the day's own session, at any minute", () => {
    const day = fc.integer({ min: CALENDAR_FIRST_DAY, max: CALENDAR_LAST_DAY });
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 1439 }), (d, minute) => {
        const at = (fromNewYork(d as DayNumber, 0) + minute * MICROS_PER_MINUTE) as EpochMicros;
        const session = sessionOn(d as DayNumber);
        expect(phaseAt(at)).toBe(session ? phaseIn(at, session) : "OVERNIGHT");
      }),
    );
  });

  it("a day the calendar does not cover is refused, not called overnight", () => {
    expect(() => phaseAt((Date.UTC(1989, 5, 1, 15) * 1000) as EpochMicros)).toThrow(/1989-06-01.*1990/);
  });
});
