/**
 * Goal    the page of controls tells the truth: it is what the code generates, every file it names exists, nothing
 *         that runs is left out, and nothing that is said to exist comes without a test.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { breakers } from "../src/risk/breaker-registry.ts";
import { rules } from "../src/risk/registry.ts";
import { completeControls, controlsPage } from "./controls.ts";

const ROOT = join(import.meta.dirname, "..");
const all = completeControls();

it("docs/controls.md is what the code says; after a change: npm run controls", () => {
  expect(readFileSync(join(ROOT, "docs", "controls.md"), "utf8")).toBe(controlsPage());
});

it("there are 65, each once and in order", () => {
  expect(all.map(({ id }) => id)).toEqual(
    Array.from({ length: 65 }, (_, n) => `C-${String(n + 1).padStart(2, "0")}`),
  );
});

it("every rule and every breaker is on the page: as many files as there are of them", () => {
  const where = new Set(all.flatMap((control) => control.where ?? []));
  const filesIn = (folder: string) => [...where].filter((file) => file.startsWith(`src/risk/${folder}/`));
  expect(filesIn("rules")).toHaveLength(rules.length);
  expect(filesIn("breakers")).toHaveLength(breakers.length);
});

it.each(all)("$id $name: files exist, what exists is tested, what is missing is said", (control) => {
  const { state, where = [], tests = [], missing } = control;
  for (const file of [...where, ...tests]) expect(existsSync(join(ROOT, file)), file).toBe(true);
  for (const test of tests) expect(test).toMatch(/\.test\.ts$/);
  expect(where.length > 0).toBe(state !== "later");
  expect(tests.length > 0).toBe(state !== "later");
  expect(missing === undefined).toBe(state === "done");
});
