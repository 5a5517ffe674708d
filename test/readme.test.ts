/** The README counts what is there: a figure in it that the code has outgrown misleads whoever reads that first. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { outputNames } from "../src/app/feature-run.ts";
import { features } from "../src/features/registry.ts";
import { breakers } from "../src/risk/breaker-registry.ts";
import { rules } from "../src/risk/registry.ts";
import { strategies } from "../src/strategies/registry.ts";

const readme = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");

it.each([
  ["features", `${features.length} definitions with ${outputNames(features).length} values`],
  ["rules and breakers", `${rules.length} rules and ${breakers.length} circuit breakers`],
  ["strategies", `${strategies.length - 2} of 13 and two yardsticks`],
])("the %s are counted right", (_, words) => {
  expect(readme).toContain(words);
});
