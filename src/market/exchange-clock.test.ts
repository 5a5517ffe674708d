/** The exchange's clock against plain arithmetic: a property over terms and moments, and the days that matter. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND, parseIsoDate } from "../domain/time.ts";
import { sessionOn, xnysSessions } from "./calendar.ts";
import { AFTER_CLOSE_MICROS, BEFORE_OPEN_MICROS, ExchangeClock } from "./exchange-clock.ts";

const table = xnysSessions();
const session = (date: string) => {
  const day = parseIsoDate(date);
  const found = day === undefined ? undefined : sessionOn(day);
  if (found === undefined) throw new Error(`no session on ${date}`);
  return found;
};
const MACHINE = 1_795_000_000_000;
const clockFrom = (exchangeAt: number, speed: number, skipsClosedHours: boolean) =>
  new ExchangeClock(
    { machineMs: MACHINE, exchangeAt: exchangeAt as EpochMicros, speed, skipsClosedHours },
    table,
  );

describe("the exchange's clock", () => {
  it("XC-1: at speed 1 without skipping it is the machine's", () => {
    const { open } = session("2026-11-18");
    const clock = clockFrom(open, 1, false);
    expect(clock.exchangeAt(MACHINE + 86_400_000)).toBe(open + 86_400 * MICROS_PER_SECOND);
    expect(clock.machineAt((open + MICROS_PER_SECOND) as EpochMicros)).toBe(MACHINE + 1000);
  });

  it("XC-2: from the end of one session's day it goes straight to the next, over a half day and a weekend too", () => {
    // The day after Thanksgiving closes at 13:00; the next session is Monday.
    const friday = session("2026-11-27");
    const monday = session("2026-11-30");
    const clock = clockFrom(friday.close, 60, true);
    const endMs = MACHINE + AFTER_CLOSE_MICROS / 1000 / 60;
    expect(clock.exchangeAt(endMs - 1)).toBe(friday.close + AFTER_CLOSE_MICROS - 60_000);
    expect(clock.exchangeAt(endMs)).toBe(monday.open - BEFORE_OPEN_MICROS);
    expect(clock.machineAt(monday.open)).toBeCloseTo(endMs + BEFORE_OPEN_MICROS / 1000 / 60, 6);
  });

  it("runs at the machine's pace before its anchor, and fast behind it", () => {
    const { open } = session("2026-11-18");
    const clock = clockFrom(open, 60, true);
    expect(clock.exchangeAt(MACHINE - 5000)).toBe(open - 5 * MICROS_PER_SECOND);
    expect(clock.machineAt((open - 5 * MICROS_PER_SECOND) as EpochMicros)).toBe(MACHINE - 5000);
    expect(clock.exchangeAt(MACHINE + 1000)).toBe(open + MICROS_PER_MINUTE);
  });

  it("XC-1: never falls, and machineAt finds the moment again", () => {
    const { open } = session("2026-11-18");
    const offset = fc.integer({ min: -7200, max: 26_000 });
    const speed = fc.constantFrom(0.5, 1, 7, 60, 600);
    const moments = fc.array(fc.integer({ min: -60_000, max: 40_000_000 }), { minLength: 2, maxLength: 20 });
    let skipped = 0;
    fc.assert(
      fc.property(offset, speed, fc.boolean(), moments, (seconds, times, skips, offsets) => {
        const clock = clockFrom(open + seconds * MICROS_PER_SECOND, times, skips);
        const sorted = offsets.toSorted((a, b) => a - b);
        const told = sorted.map((ms) => clock.exchangeAt(MACHINE + ms));
        expect(told).toEqual(told.toSorted((a, b) => a - b));
        for (const [n, ms] of sorted.entries()) {
          const back = clock.machineAt(told[n] as EpochMicros);
          expect(Math.abs(back - (MACHINE + ms))).toBeLessThan(0.01);
          if (skips && (told[n] ?? 0) > open + 86_400 * MICROS_PER_SECOND) skipped += 1;
        }
      }),
    );
    expect(skipped).toBeGreaterThan(10);
  });
});
