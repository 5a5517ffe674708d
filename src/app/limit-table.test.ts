/**
 * Goal    no parameter of a rule or breaker is forgotten: each has a direction, and a bound or a reason for none.
 * Method  the table against everything that the two registries configure.
 */
import { describe, expect, it } from "vitest";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { limits } from "./limit-table.ts";

const parameters = [
  ...rules.map(({ id, params }) => [`risk.${id}`, params.parse({})] as const),
  ...breakers.map(({ id, params }) => [`breakers.${id}`, params.parse({})] as const),
].flatMap(([path, params]) =>
  Object.entries(params as object).map(([name, value]) => ({
    path: `${path}.${name}`,
    value: value as unknown,
  })),
);
const numbers = parameters.filter(({ value }) => typeof value === "number").map(({ path }) => path);

describe("the table of limits", () => {
  it("names every parameter of every rule and breaker, and nothing that is none", () => {
    expect(parameters.length).toBeGreaterThan(50);
    const named = Object.keys(limits).filter((path) => !path.startsWith("sizing."));
    expect(named.toSorted()).toEqual(parameters.map(({ path }) => path).toSorted());
  });

  it.each(numbers)("%s has a direction", (path) => {
    expect(["less", "more"]).toContain(limits[path]?.stricter);
  });

  it.each(Object.entries(limits))("%s has a bound and where it is from, or a reason for none", (_, limit) => {
    if ("unbounded" in limit) expect(limit.unbounded.length).toBeGreaterThan(20);
    else expect(limit.source).toMatch(/^(C-\d\d|SYSTEM 19)/);
  });
});
