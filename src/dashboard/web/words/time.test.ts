/** DESIGN 5: how instants and lengths are written. */
import { expect, test } from "vitest";
import {
  age,
  ageOf,
  clockMinute,
  clockMs,
  clockTime,
  dateTime,
  duration,
  timeOn,
  untilText,
} from "./time.ts";

test("market times are Eastern, in winter and in summer", () => {
  expect(clockTime("2026-11-19T19:07:32.140Z")).toBe("14:07:32");
  expect(clockTime("2026-07-01T18:07:32Z")).toBe("14:07:32");
  expect(clockMs("2026-11-19T19:07:32.014Z")).toBe("14:07:32.014");
  expect(clockMinute("2026-11-19T14:30:00Z")).toBe("09:30");
  expect(dateTime("2026-11-19T19:07:32Z")).toBe("2026-11-19 14:07:32 ET");
  expect(clockTime("2026-11-19T05:00:00Z")).toBe("00:00:00");
});

test("a time of another day carries its date", () => {
  expect(timeOn("2026-11-19T19:07:32Z", "2026-11-19")).toBe("14:07:32");
  expect(timeOn("2026-11-18T19:07:32Z", "2026-11-19")).toBe("2026-11-18 14:07");
});

test("what is not an instant is an empty cell", () => {
  expect(clockTime(null)).toBe("");
  expect(clockTime("soon")).toBe("");
  expect(untilText(null, 0)).toBe("");
});

test("lengths show their two largest units", () => {
  expect(duration(38)).toBe("38 ms");
  expect(duration(9_400)).toBe("9 s");
  expect(duration(252_000)).toBe("4 m 12 s");
  expect(duration(6_720_000)).toBe("1 h 52 m");
  expect(duration(7_200_000)).toBe("2 h");
  expect(duration(11 * 86_400_000 + 6 * 3_600_000)).toBe("11 d 6 h");
});

test("ages show one unit, and the deadline where there is one", () => {
  expect(age(38)).toBe("38 ms");
  expect(age(14_200)).toBe("14.2 s");
  expect(age(26 * 60_000)).toBe("26 m");
  expect(ageOf(14_200, 10_000)).toBe("14.2 s of 10.0 s");
  expect(ageOf(41, 2000)).toBe("41 ms of 2,000 ms");
  expect(ageOf(110, 500)).toBe("0.1 s of 0.5 s");
  expect(ageOf(1_560_000, 1_200_000)).toBe("26 m of 20 m");
  expect(ageOf(null, 10_000)).toBe("no data");
});

test("until is said from now", () => {
  const now = Date.parse("2026-11-19T19:00:00Z");
  expect(untilText("2026-11-19T21:23:00Z", now)).toBe("in 2 h 23 m");
  expect(untilText("2026-11-19T18:56:00Z", now)).toBe("4 m ago");
});
