/**
 * The promises a strategy makes before it sees a bar. Registering one is enough to be tested here; what it does
 * with bars is tested by registration in `test/strategy-contract.test.ts`, which may drive the engine.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { timeframes } from "../domain/bars.ts";
import { strategies } from "./registry.ts";
import type { StrategyModule } from "./strategy.ts";

const holesOf = (sentence: string): number[] =>
  [...sentence.matchAll(/\{(\d+)\}/g)].map(([, hole]) => Number(hole));

/** The first thing that the strategy has against these parameters. */
function refusal({ bind }: StrategyModule, params: unknown): string {
  try {
    bind(params);
  } catch (error) {
    if (error instanceof z.ZodError) return JSON.stringify(error.issues[0]);
    throw error;
  }
  return "accepted";
}

it("no two strategies share an id", () => {
  expect(new Set(strategies.map(({ id }) => id)).size).toBe(strategies.length);
  expect(strategies.length).toBeGreaterThan(0);
});

describe.each(strategies)("$id", (module) => {
  const bound = module.bind({});
  const defaults = Object.entries(bound.params as Record<string, unknown>);

  it("is named as files and settings name it, and trades on known timeframes", () => {
    expect(module.id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(bound.id).toBe(module.id);
    expect(module.timeframes.length).toBeGreaterThan(0);
    expect(timeframes).toEqual(expect.arrayContaining([...module.timeframes]));
  });

  it("says what it stands on and when it fails", () => {
    expect(Object.values(module.card).every((text) => text.length > 20)).toBe(true);
  });

  it("gives sentences whose holes are numbered from 0 without a gap, at most four", () => {
    for (const [name, sentence] of bound.reasons) {
      const holes = holesOf(sentence).toSorted();
      expect(holes, name).toEqual(holes.map((_, n) => n));
      expect(holes.length, name).toBeLessThanOrEqual(4);
    }
  });

  it("ST-2 declares memory as numbers and every feature with a warm-up", () => {
    for (const [name, initial] of bound.memory) expect(typeof initial, name).toBe("number");
    for (const [name, { feature, output }] of bound.features) {
      expect(feature.outputs[output], name).toBeDefined();
      expect(feature.warmup, name).toBeGreaterThan(0);
    }
  });

  it("refuses an unknown parameter by name", () => {
    expect(refusal(module, { warp: 9 })).toContain("warp");
  });

  it.each(defaults)("refuses a wrong %s by name", (name, value) => {
    const other = typeof value === "boolean" ? 1 : true;
    // Any word may be the name of a fund.
    const word =
      typeof value === "string" && refusal(module, { [name]: "twenty" }) === "accepted" ? [] : ["twenty"];
    for (const wrong of [...word, null, Number.NaN, Number.POSITIVE_INFINITY, -1, other]) {
      expect(refusal(module, { [name]: wrong }), String(wrong)).toContain(`"path":["${name}"]`);
    }
    expect(refusal(module, { [name]: value })).toBe("accepted");
  });

  it("PS-1 says what a search may vary within what it takes, defaults among it", () => {
    for (const spec of module.parameters) {
      expect(spec.default, spec.name).toBe((bound.params as Record<string, unknown>)[spec.name]);
      if (spec.kind === "choice") {
        expect(spec.values, spec.name).toContain(spec.default);
        continue;
      }
      const { name, low, high, default: usual } = spec;
      expect([name, low < high, low <= usual && usual <= high]).toEqual([name, true, true]);
      for (const value of [low, high])
        expect([name, refusal(module, { [name]: value })]).toEqual([
          name,
          // What is wrong at an end is its place beside another parameter, and not the value itself.
          expect.stringMatching(/^accepted$|must be|must not/),
        ]);
      if (spec.kind === "log") continue;
      expect(Number.isInteger(Number(((usual - low) / spec.step).toFixed(6))), `${name} by steps`).toBe(true);
    }
  });
});

describe.each(strategies.filter(({ bind }) => "fast" in (bind({}).params as object)))("$id", (module) => {
  it("refuses a fast average that is not faster than the slow one", () => {
    expect(refusal(module, { fast: 50, slow: 50 })).toContain("fast must be below slow");
    expect(refusal(module, { fast: 49, slow: 50 })).toBe("accepted");
  });
});
