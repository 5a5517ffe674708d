/**
 * Goal    a night is no day's worth of the journal, and nothing that is due waits for it.
 * Method  a beat each second over two days of the exchange's calendar, counted.
 */
import { expect, it } from "vitest";
import {
  type DayNumber,
  dayNumber,
  type EpochMicros,
  MICROS_PER_SECOND,
  parseIsoDate,
} from "../../domain/time.ts";
import { sessionsBetween, xnysSessions } from "../../market/calendar.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import { TimeKeeper } from "./time-keeper.ts";

const NEVER = { at: Number.POSITIVE_INFINITY, mono: Number.POSITIVE_INFINITY };
const newYork = (date: string, minutes: number): number =>
  fromNewYork(parseIsoDate(date) as DayNumber, minutes);

/** Beats that pass between two minutes of New York's day, one a second. */
function passed(from: number, to: number, due = NEVER, sessions = xnysSessions()): number {
  const keeper = new TimeKeeper(sessions);
  let count = 0;
  for (let at = from; at < to; at += MICROS_PER_SECOND)
    if (keeper.passes({ at: at as EpochMicros, mono: at / 1000 }, due)) count += 1;
  return count;
}

it("every beat passes in a session and half an hour around it", () => {
  expect(passed(newYork("2026-11-18", 540), newYork("2026-11-18", 990))).toBe(450 * 60);
});

it("on a half day, too, and no longer", () => {
  const close = newYork("2026-11-27", 13 * 60 + 30);
  expect(passed(newYork("2026-11-27", 540), close)).toBe(270 * 60);
  expect(passed(close + MICROS_PER_SECOND, newYork("2026-11-27", 16 * 60))).toBe(150 * 4);
});

it("at night and on holidays one in fifteen passes", () => {
  expect(passed(newYork("2026-11-18", 17 * 60), newYork("2026-11-19", 0))).toBe((7 * 3600) / 15);
  expect(passed(newYork("2026-11-26", 0), newYork("2026-11-26", 24 * 60))).toBe((24 * 3600) / 15);
});

it("what is due passes at once, by either clock", () => {
  const night = newYork("2026-11-18", 20 * 60) as EpochMicros;
  const keeper = new TimeKeeper(xnysSessions());
  const beat = (seconds: number, due: { at: number; mono: number }) =>
    keeper.passes({ at: (night + seconds * MICROS_PER_SECOND) as EpochMicros, mono: seconds * 1000 }, due);
  expect(beat(0, NEVER)).toBe(true);
  expect(beat(1, NEVER)).toBe(false);
  expect(beat(2, { ...NEVER, mono: 2000 })).toBe(true);
  expect(beat(3, { ...NEVER, at: night + 3 * MICROS_PER_SECOND })).toBe(true);
  expect(beat(4, NEVER)).toBe(false);
});

it("behind the end of the calendar every beat passes: nobody knows the sessions", () => {
  const known = sessionsBetween(dayNumber(2026, 11, 18), dayNumber(2026, 11, 18));
  expect(passed(newYork("2026-11-20", 0), newYork("2026-11-20", 1), NEVER, known)).toBe(60);
});
