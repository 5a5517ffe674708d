/**
 * Goal    show that wall-clock arithmetic agrees with the time-zone database the runtime ships.
 * Method  the changes of clock by hand, then a property against Temporal over the whole range.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DayNumber,
  dayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_MINUTE,
} from "../domain/time.ts";
import {
  firstDaylightDay,
  firstStandardDay,
  fromNewYork,
  newYorkDay,
  newYorkMinuteOfDay,
  newYorkOffsetMinutes,
} from "./us-eastern.ts";

const from = (Date.UTC(1987, 0, 1, 5) * 1000) as EpochMicros;
const until = (Date.UTC(2031, 0, 1, 5) * 1000) as EpochMicros;
const instant = fc.integer({ min: from, max: until - 1 }).map((at) => at as EpochMicros);
const micros = (iso: string) => (Date.parse(iso) * 1000) as EpochMicros;

describe("New York time", () => {
  it.each([
    [1990, "1990-04-01", "1990-10-28"],
    [2006, "2006-04-02", "2006-10-29"],
    [2007, "2007-03-11", "2007-11-04"],
    [2026, "2026-03-08", "2026-11-01"],
    [2027, "2027-03-14", "2027-11-07"],
  ])("changes its clocks in %i on %s and %s", (year, spring, autumn) => {
    expect(isoDate(firstDaylightDay(year))).toBe(spring);
    expect(isoDate(firstStandardDay(year))).toBe(autumn);
  });

  it.each([
    ["2026-03-08T06:59:59.999Z", -300],
    ["2026-03-08T07:00:00Z", -240],
    ["2026-11-01T05:59:59.999Z", -240],
    ["2026-11-01T06:00:00Z", -300],
    ["2027-03-14T07:00:00Z", -240],
    ["1999-12-31T23:30:00Z", -300],
    ["2000-01-01T00:30:00Z", -300],
  ])("at %s stands %i minutes from UTC", (iso, offset) => {
    expect(newYorkOffsetMinutes(micros(iso))).toBe(offset);
  });

  it("agrees with the time-zone database at every instant from 1987 to 2030", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000)).toZonedDateTimeISO(
          "America/New_York",
        );
        expect(newYorkOffsetMinutes(at)).toBe(zoned.offsetNanoseconds / 60e9);
        expect(isoDate(newYorkDay(at))).toBe(zoned.toPlainDate().toString());
        expect(newYorkMinuteOfDay(at)).toBe(zoned.hour * 60 + zoned.minute);
      }),
      { numRuns: 5000 },
    );
  });

  it("agrees with the database around every change of clock", () => {
    for (let year = 1987; year <= 2030; year += 1) {
      for (const day of [firstDaylightDay(year), firstStandardDay(year)]) {
        for (let minute = 0; minute < 600; minute += 15) {
          const plain = Temporal.PlainDate.from(isoDate(day)).toPlainDateTime({
            hour: Math.floor(minute / 60),
            minute: minute % 60,
          });
          const expected = plain.toZonedDateTime("America/New_York").epochMilliseconds * 1000;
          expect(fromNewYork(day, minute)).toBe(expected);
        }
      }
    }
  });

  it("goes to the wall clock and back without loss outside the repeated hour", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const minute = (Math.floor(at / MICROS_PER_MINUTE) * MICROS_PER_MINUTE) as EpochMicros;
        const back = fromNewYork(newYorkDay(minute), newYorkMinuteOfDay(minute));
        expect([0, 60 * MICROS_PER_MINUTE]).toContain(minute - back);
        expect(newYorkMinuteOfDay(back)).toBe(newYorkMinuteOfDay(minute));
      }),
    );
  });

  it("reads minute 1440 as the next midnight", () => {
    expect(isoInstant(fromNewYork(dayNumber(2026, 7, 1), 1440))).toBe("2026-07-02T04:00:00Z");
  });

  it("refuses a year whose rule it does not know, and says which years it knows", () => {
    expect(() => newYorkDay((from - 1) as EpochMicros)).toThrow(/1987 to 2030/);
    expect(() => newYorkDay(until)).toThrow(/1987 to 2030/);
    expect(() => newYorkDay(Number.NaN as EpochMicros)).toThrow(/NaN/);
    expect(() => fromNewYork(dayNumber(2031, 1, 1), 570)).toThrow(/2031-01-01/);
    expect(() => fromNewYork((dayNumber(1987, 1, 1) - 1) as DayNumber, 0)).toThrow(/1986-12-31/);
  });
});
