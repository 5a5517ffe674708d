/** Goal: nobody finds the one archive that is needed removed, and no disk fills with what nobody needs. */
import { expect, it } from "vitest";
import { removableArchives } from "./backup-retention.ts";

const HOUR_MS = 3_600_000;
const nameAt = (ms: number): string =>
  `plimsoll-${new Date(ms).toISOString().replaceAll(/[-:.]/g, "")}-p1k2.tar.sealed`;
const start = Date.parse("2026-01-01T00:10:00Z");

it("of a year of hourly archives 24 hours, 30 days and 12 months stay, the newest of each", () => {
  const year = Array.from({ length: 365 * 24 }, (_, hour) => nameAt(start + hour * HOUR_MS));
  const removed = new Set(removableArchives(year, { hourly: 24, nightly: 30, monthly: 12 }));
  const left = year.filter((name) => !removed.has(name));
  expect(left.slice(-24)).toEqual(year.slice(-24));
  // The last hour of each day; the newest day is among the hours, the newest month among the days.
  expect(left).toHaveLength(24 + 29 + 11);
  expect(left[0]).toBe(nameAt(Date.parse("2026-01-31T23:10:00Z")));
  expect(left.filter((name) => name.includes("T23"))).toHaveLength(1 + 29 + 11);
});

it("BK-5 the newest stays whatever is asked, and a name that is none of ours is never removed", () => {
  const names = ["mine.tar", nameAt(start), nameAt(start + 1), "plimsoll-notes.tar"];
  expect(removableArchives(names, { hourly: 0, nightly: 0, monthly: 0 })).toEqual([nameAt(start)]);
  expect(removableArchives([], { hourly: 1, nightly: 1, monthly: 1 })).toEqual([]);
});

it("hours without a backup use up nothing: after a stop of a month the day before it is still there", () => {
  const before = Array.from({ length: 48 }, (_, hour) => nameAt(start + hour * HOUR_MS));
  const after = nameAt(start + 40 * 24 * HOUR_MS);
  const removed = removableArchives([...before, after], { hourly: 24, nightly: 2, monthly: 0 });
  expect(removed).not.toContain(before.at(-1));
  expect(removed).toHaveLength(25);
});
