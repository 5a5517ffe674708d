/**
 * Goal    a profile tightens and never loosens, wherever the configuration stood before.
 * Method  cases by hand over small trees, then the profile that ships, then every configuration under it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { between } from "../../test/between.ts";
import { loadConfig } from "./config.ts";
import { tightened } from "./profile.ts";

const strict = (...assignments: string[]) => loadConfig({ assignments, profile: "strict" });

describe("laying limits over a configuration", () => {
  it.each([
    [{ a: 0.02 }, { a: 0.01 }, { a: 0.01 }],
    [{ a: 0.005 }, { a: 0.01 }, { a: 0.005 }],
    [{ a: { b: 3, c: 1 } }, { a: { b: 2 } }, { a: { b: 2, c: 1 } }],
    [{ word: "reduce_only" }, { word: "kill" }, { word: "kill" }],
    [{ word: "kill" }, { word: "reduce_only" }, { word: "kill" }],
    [{ flag: false }, { flag: true }, { flag: true }],
  ])("%j under %j is %j", (config, limits, result) => {
    expect(tightened(config, limits, "x.yaml")).toEqual(result);
  });

  it.each([
    [{ flag: true }, { flag: false }],
    [{ word: "kill" }, { word: "something" }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: "1" }],
    [{ a: 1 }, { a: { b: 1 } }],
  ])("%j under %j is refused: it could loosen, or means nothing", (config, limits) => {
    expect(() => tightened(config, limits, "x.yaml")).toThrow(/^x\.yaml: /);
  });

  it("any two numbers: the smaller one", () => {
    fc.assert(
      fc.property(between(0, 1), between(0, 1), (own, limit) => {
        expect(tightened({ a: own }, { a: limit }, "x")).toEqual({ a: Math.min(own, limit) });
      }),
    );
  });
});

describe("the profile strict", () => {
  it("kills at the drawdown from the day's high, and says its name", () => {
    const config = strict();
    expect(config.profile).toBe("strict");
    expect(config.breakers.day_high_drawdown).toEqual({ maxFraction: 0.02, action: "kill" });
    expect(loadConfig().breakers.day_high_drawdown).toEqual({ maxFraction: 0.02, action: "reduce_only" });
  });

  it("holds against a setting that would loosen it", () => {
    const set = ["breakers.day_high_drawdown.action=reduce_only", "profile=strict"];
    expect(loadConfig({ assignments: set }).breakers.day_high_drawdown).toMatchObject({ action: "kill" });
    expect(strict("breakers.day_high_drawdown.action=reduce_only").breakers.day_high_drawdown).toMatchObject({
      action: "kill",
    });
  });

  it("is not taken back by the command line", () => {
    expect(() => loadConfig({ assignments: ["profile=strict"], profile: "standard" })).toThrow(
      /--profile standard/,
    );
  });

  it("changes only what its file names", () => {
    const file = parse(readFileSync(join(import.meta.dirname, "..", "..", "config", "strict.yaml"), "utf8"));
    const expected = { ...loadConfig(), profile: "strict" };
    expect(tightened(expected, file, "config/strict.yaml")).toEqual(strict());
  });

  it("an unknown profile is refused", () => {
    expect(() => loadConfig({ assignments: ["profile=loose"] })).toThrow(/profile/);
  });
});

it("one limit, one figure: the in-line rule and the breaker of the day's high cannot differ", () => {
  expect(() => loadConfig({ assignments: ["risk.daily_drawdown.maxFraction=0.01"] })).toThrow(
    /risk\.daily_drawdown\.maxFraction = 0\.01: must equal breakers\.day_high_drawdown\.maxFraction = 0\.02/,
  );
  const both = ["risk.daily_drawdown.maxFraction=0.01", "breakers.day_high_drawdown.maxFraction=0.01"];
  expect(loadConfig({ assignments: both }).risk.daily_drawdown).toEqual({ maxFraction: 0.01 });
});
