/** Goal: dates by arithmetic are the dates of the calendar. Method: agreement with Temporal over 2,000 years. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  civilDate,
  type DayNumber,
  dayNumber,
  dayOf,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_DAY,
  parseIsoDate,
  startOfDay,
  weekday,
} from "./time.ts";

const epoch = Temporal.PlainDate.from("1970-01-01");
/** Years 1 to 9999: what four digits can write. */
const day = fc.integer({ min: -719_162, max: 2_932_896 });

it("agrees with Temporal on every part of a date", () => {
  fc.assert(
    fc.property(day, (n) => {
      const date = epoch.add({ days: n });
      expect(civilDate(n as DayNumber)).toEqual({ year: date.year, month: date.month, day: date.day });
      expect(dayNumber(date.year, date.month, date.day)).toBe(n);
      expect(weekday(n as DayNumber)).toBe(date.dayOfWeek - 1);
      expect(isoDate(n as DayNumber)).toBe(date.toString());
      expect(parseIsoDate(date.toString())).toBe(n);
    }),
    { numRuns: 2000 },
  );
});

it("agrees with Temporal on instants, to the microsecond, before 1970 too", () => {
  const micros = fc.integer({ min: -60_000_000_000_000_000 / 10, max: 8_900_000_000_000_000 });
  fc.assert(
    fc.property(micros, (at) => {
      const text = isoInstant(at as EpochMicros);
      expect(Temporal.Instant.from(text).epochNanoseconds).toBe(BigInt(at) * 1000n);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/);
      const start = startOfDay(dayOf(at as EpochMicros));
      expect(at - start).toBeGreaterThanOrEqual(0);
      expect(at - start).toBeLessThan(MICROS_PER_DAY);
    }),
    { numRuns: 2000 },
  );
});

describe("parseIsoDate", () => {
  it.each([
    "2023-02-29",
    "2024-02-30",
    "2024-13-01",
    "2024-00-10",
    "2024-1-5",
    "24-01-05",
    "2024-01-05 ",
    "2024-01-05T00:00:00Z",
    "",
  ])("refuses %j", (text) => expect(parseIsoDate(text)).toBeUndefined());
});
