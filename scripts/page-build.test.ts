import { expect, test } from "vitest";
import { isStale } from "./page-build.ts";

test("the page is built when there is none, or when a source is newer; else not", () => {
  expect(isStale(undefined, [1])).toBe(true);
  expect(isStale(10, [9, 11])).toBe(true);
  expect(isStale(10, [9, 10, undefined])).toBe(false);
});
