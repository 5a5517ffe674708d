/** Covers DB-4: an unknown level is never drawn as a known one. */
import { expect, test } from "vitest";
import { type Ages, figuresAge, freshness } from "./freshness.ts";

const ages = (given: Partial<Ages> = {}): Ages => ({
  silentMs: 100,
  engine: { state: "ok", ageMs: 40, why: "" },
  hasLevel: true,
  ...given,
});

test("fresh up to two seconds of execute's age and the page's silence together, then stale", () => {
  expect(freshness(ages())).toBe("fresh");
  expect(freshness(ages({ silentMs: 1900 }))).toBe("fresh");
  expect(freshness(ages({ silentMs: 1970 }))).toBe("stale");
  expect(freshness(ages({ engine: { state: "late", ageMs: 2500, why: "" } }))).toBe("stale");
  expect(figuresAge(ages({ silentMs: 1000 }))).toBe(1040);
});

test("DB-4 lost when pictures stop, when execute is down, when it told no level", () => {
  expect(freshness(ages({ silentMs: 5001 }))).toBe("lost");
  expect(freshness(ages({ engine: { state: "down", ageMs: 100, why: "" } }))).toBe("lost");
  expect(freshness(ages({ hasLevel: false }))).toBe("lost");
});

test("before the first picture nothing is claimed", () => {
  expect(freshness(ages({ silentMs: null }))).toBe("first");
  expect(freshness(ages({ engine: null }))).toBe("first");
});
