import { expect, test } from "vitest";
import { nextIn, nextTime } from "./next-time.ts";

test("today a job has a time, another day has its date, and two o'clock stays two o'clock", () => {
  expect(nextTime("2026-11-19T21:30:00Z", "2026-11-19")).toBe("16:30");
  expect(nextTime("2026-11-20T07:00:00Z", "2026-11-19")).toBe("2026-11-20 02:00");
  expect(nextTime(null, "2026-11-19")).toBe("");
});

test("what should have begun is due, not some time ago", () => {
  const at = "2026-11-19T21:30:00Z";
  expect(nextIn(at, Date.parse(at) + 60_000)).toBe("due now");
  expect(nextIn(at, Date.parse(at) - 3_600_000)).toBe("in 1 h");
});
