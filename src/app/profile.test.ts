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
  const adv = (maxFraction: number) => ({ risk: { adv: { maxFraction } } });
  const cooldown = (bars: number) => ({ risk: { cooldown: { bars } } });

  it.each([
    [adv(0.02), adv(0.01), adv(0.01)],
    [adv(0.005), adv(0.01), adv(0.005)],
    [cooldown(5), cooldown(10), cooldown(10)],
    [cooldown(10), cooldown(5), cooldown(10)],
    [{ risk: { ...adv(0.02).risk, c: 1 } }, adv(0.01), { risk: { ...adv(0.01).risk, c: 1 } }],
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
    // Nobody can say which of two numbers is stricter where it is no limit.
    [{ demo: { speed: 60 } }, { demo: { speed: 30 } }],
    [{ constructor: 1 }, { constructor: 2 }],
  ])("%j under %j is refused: it could loosen, or means nothing", (config, limits) => {
    expect(() => tightened(config, limits, "x.yaml")).toThrow(/^x\.yaml: /);
  });

  it("any two numbers: the smaller one where less is stricter, else the larger", () => {
    fc.assert(
      fc.property(between(0, 1), between(0, 1), (own, limit) => {
        expect(tightened(adv(own), adv(limit), "x")).toEqual(adv(Math.min(own, limit)));
        expect(tightened(cooldown(own), cooldown(limit), "x")).toEqual(cooldown(Math.max(own, limit)));
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
