/**
 * Goal    show that rules plus exceptions give exactly the exchange's sessions and closing times.
 * Method  dates worth remembering in a table; then every row of the reference files, where they exist.
 */
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DayNumber, dayNumber, isoDate, isoInstant, parseIsoDate, weekday } from "../domain/time.ts";
import {
  CALENDAR_FIRST_DAY,
  CALENDAR_LAST_DAY,
  closureReason,
  earlyCloseReason,
  isCalendarDay,
  isEarlyClose,
  nextSession,
  sessionAt,
  sessionOn,
  sessionRowOn,
  sessionsBetween,
  xnysSessions,
} from "./calendar.ts";
import { easterSunday } from "./holidays.ts";

const reference = `${process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data"}/reference`;
const day = (iso: string): DayNumber => parseIsoDate(iso) ?? (Number.NaN as DayNumber);
const anyDay = fc.integer({ min: CALENDAR_FIRST_DAY, max: CALENDAR_LAST_DAY }).map((n) => n as DayNumber);

describe("sessions", () => {
  it.each([
    ["1990-01-02", "1990-01-02T14:30:00Z", "1990-01-02T21:00:00Z"],
    ["1990-12-24", "1990-12-24T14:30:00Z", "1990-12-24T19:00:00Z"],
    ["1992-11-27", "1992-11-27T14:30:00Z", "1992-11-27T19:00:00Z"],
    ["1993-11-26", "1993-11-26T14:30:00Z", "1993-11-26T18:00:00Z"],
    ["1999-12-31", "1999-12-31T14:30:00Z", "1999-12-31T18:00:00Z"],
    ["2002-07-05", "2002-07-05T13:30:00Z", "2002-07-05T17:00:00Z"],
    ["2013-07-03", "2013-07-03T13:30:00Z", "2013-07-03T17:00:00Z"],
    ["2024-02-29", "2024-02-29T14:30:00Z", "2024-02-29T21:00:00Z"],
    ["2026-03-06", "2026-03-06T14:30:00Z", "2026-03-06T21:00:00Z"],
    ["2026-03-09", "2026-03-09T13:30:00Z", "2026-03-09T20:00:00Z"],
    ["2026-10-30", "2026-10-30T13:30:00Z", "2026-10-30T20:00:00Z"],
    ["2026-11-02", "2026-11-02T14:30:00Z", "2026-11-02T21:00:00Z"],
    ["2026-11-27", "2026-11-27T14:30:00Z", "2026-11-27T18:00:00Z"],
    ["2027-03-15", "2027-03-15T13:30:00Z", "2027-03-15T20:00:00Z"],
    ["2027-11-08", "2027-11-08T14:30:00Z", "2027-11-08T21:00:00Z"],
    ["2021-12-31", "2021-12-31T14:30:00Z", "2021-12-31T21:00:00Z"],
  ])("%s opens at %s and closes at %s", (date, open, close) => {
    const session = sessionOn(day(date));
    expect(session && [isoDate(session.date), isoInstant(session.open), isoInstant(session.close)]).toEqual([
      date,
      open,
      close,
    ]);
    expect(isEarlyClose(day(date))).toBe(session !== undefined && session.close - session.open < 6.5 * 3.6e9);
  });

  it.each([
    ["1994-04-27", "Special: mourning for Richard Nixon"],
    ["1998-01-19", "Martin Luther King Jr. Day"],
    ["2001-09-11", "Special: September 11 attacks"],
    ["2001-09-14", "Special: September 11 attacks"],
    ["2012-10-29", "Special: Hurricane Sandy"],
    ["2012-10-30", "Special: Hurricane Sandy"],
    ["2018-12-05", "Special: mourning for George H. W. Bush"],
    ["2025-01-09", "Special: mourning for Jimmy Carter"],
    ["2022-06-20", "Juneteenth"],
    ["2027-06-18", "Juneteenth"],
    ["2023-01-02", "New Year's Day"],
    ["2024-03-29", "Good Friday"],
    ["2010-12-24", "Christmas"],
    ["2027-07-05", "Independence Day"],
  ])("%s is shut: %s", (date, reason) => {
    expect(sessionOn(day(date))).toBeUndefined();
    expect(closureReason(day(date))).toBe(reason);
  });

  it.each([
    "1991-07-05",
    "1991-11-29",
    "2013-07-05",
    "1997-01-20",
    "2021-06-18",
    "2001-09-10",
    "2001-09-17",
    "2012-10-31",
    "2018-12-04",
  ])("%s is a full session", (date) => {
    expect(sessionOn(day(date))).toBeDefined();
    expect(isEarlyClose(day(date))).toBe(false);
  });

  it("a Saturday New Year shuts no day", () => {
    for (const year of [1994, 2000, 2005, 2011, 2022, 2028]) {
      expect(sessionOn((dayNumber(year, 1, 1) - 1) as DayNumber)).toBeDefined();
      expect(sessionOn((dayNumber(year, 1, 1) + 2) as DayNumber)).toBeDefined();
    }
  });

  it.each([
    [1990, "1990-04-15"],
    [2000, "2000-04-23"],
    [2008, "2008-03-23"],
    [2011, "2011-04-24"],
    [2024, "2024-03-31"],
    [2025, "2025-04-20"],
    [2030, "2030-04-21"],
  ])("Easter of %i falls on %s", (year, date) => {
    expect(isoDate(easterSunday(year))).toBe(date);
  });

  it("ascend, never overlap, and fall on weekdays", () => {
    const { date, open, close } = xnysSessions();
    for (let row = 0; row < date.length; row += 1) {
      expect(weekday(date[row]! as DayNumber)).toBeLessThan(5);
      expect(open[row]!).toBeLessThan(close[row]!);
      if (row > 0) expect(open[row]!).toBeGreaterThan(close[row - 1]!);
    }
  });
});

describe("ranges of sessions", () => {
  it("hold each session of the range, ends included, and nothing else", () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 400 }), (from, length) => {
        const to = Math.min(from + length, CALENDAR_LAST_DAY) as DayNumber;
        const got = sessionsBetween(from, to);
        const expected: number[] = [];
        for (let d = from; d <= to; d = (d + 1) as DayNumber) if (sessionOn(d)) expected.push(d);
        expect([...got.date]).toEqual(expected);
        for (let row = 0; row < expected.length; row += 1) {
          expect(sessionAt(got, row)).toEqual(sessionOn(expected[row] as DayNumber));
        }
      }),
    );
  });

  it("the next session is the first one after the day", () => {
    expect(isoDate(nextSession(day("2026-11-25"))!.date)).toBe("2026-11-27");
    expect(isoDate(nextSession(day("2026-11-28"))!.date)).toBe("2026-11-30");
    expect(nextSession(CALENDAR_LAST_DAY)).toBeUndefined();
  });

  it("days outside 1990 to 2030 are refused where a list is asked for, and are no session elsewhere", () => {
    expect(() => sessionsBetween(day("1989-12-29"), day("1990-02-01"))).toThrow(/1989-12-29.*1990-01-01/);
    expect(() => sessionsBetween(day("2030-12-01"), day("2031-01-02"))).toThrow(/2031-01-02/);
    expect(isCalendarDay(day("2031-01-02"))).toBe(false);
    expect(sessionRowOn(day("2031-01-02"))).toBe(-1);
    expect(sessionOn(day("1989-12-29"))).toBeUndefined();
  });
});

const isReferenceHere = existsSync(`${reference}/xnys_sessions_1990_2030.csv`);
const without = isReferenceHere ? "" : " (skipped: PLIMSOLL_MARKET_DATA/reference/xnys_*.csv is missing)";

describe.skipIf(!isReferenceHere)(`against the reference files${without}`, () => {
  const rows = (name: string): string[][] =>
    readFileSync(`${reference}/xnys_${name}_1990_2030.csv`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map((cell) => cell.replaceAll('"', "")));

  it("every session, opening and closing time is identical", () => {
    const table = xnysSessions();
    const ours = Array.from(table.date, (date, row) => {
      const { open, close } = sessionAt(table, row);
      return [
        isoDate(date as DayNumber),
        isoInstant(open),
        isoInstant(close),
        isEarlyClose(date as DayNumber) ? "1" : "0",
      ];
    });
    expect(ours).toEqual(rows("sessions"));
  });

  it("every weekday closure is identical, with its reason", () => {
    const ours: string[][] = [];
    for (let d = CALENDAR_FIRST_DAY; d <= CALENDAR_LAST_DAY; d = (d + 1) as DayNumber) {
      const reason = closureReason(d);
      if (reason !== undefined) ours.push([isoDate(d), reason]);
    }
    const theirs = rows("holidays").map((r) => [r[0], r[2]?.replace(" (observed Monday)", "")]);
    expect(ours).toEqual(theirs);
  });

  it("every early close is identical", () => {
    const ours: string[][] = [];
    for (let d = CALENDAR_FIRST_DAY; d <= CALENDAR_LAST_DAY; d = (d + 1) as DayNumber) {
      if (earlyCloseReason(d) !== undefined) ours.push([isoDate(d), isoInstant(sessionOn(d)!.close)]);
    }
    expect(ours).toEqual(rows("early_closes").map((r) => [r[0], r[3]]));
  });
});
