/**
 * Goal    no parameter of a rule or breaker is forgotten: each has a direction, and a bound or a reason for none.
 * Method  the table against everything that the two registries configure; and each direction of a rule against what
 *         the rule does with random accounts: the stricter of two values never lets more pass.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { type Case, kept, NOW } from "../../test/risk-case.ts";
import { BUY, SELL } from "../domain/order.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import type { RiskRule, RuleModule } from "../risk/rule.ts";
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
    const named = Object.keys(limits).filter((path) => !/^(?:sizing|execution)\./.test(path));
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

const ago = (most: number, micros: number) => fc.integer({ min: 0, max: most }).map((n) => NOW - n * micros);
const orNever = (values: fc.Arbitrary<number>) => fc.oneof(values, fc.constant(Number.NaN));

/** One or two facts are not calm, so that one limit decides. */
const account: fc.Arbitrary<Case> = fc
  .record({
    facts: fc.record(
      {
        gross: between(0, 300_000),
        net: between(-50_000, 0),
        intradayGross: between(0, 100_000),
        scalar: between(0.3, 1.2),
        drawdownFromDayHigh: between(0, 0.06),
        openPositions: fc.integer({ min: 0, max: 80 }),
        entriesToday: fc.integer({ min: 0, max: 300 }),
        sessionOpen: ago(20, MICROS_PER_MINUTE),
        sessionClose: fc.integer({ min: 0, max: 60 }).map((n) => NOW + n * MICROS_PER_MINUTE),
        markedAt: ago(300, MICROS_PER_SECOND),
        quotedAt: ago(8, MICROS_PER_SECOND),
        lastEntryAt: ago(90, MICROS_PER_SECOND),
        alikeEntryAt: ago(90, MICROS_PER_SECOND),
        entriesWithin: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 150 })),
        barsSinceStop: fc.integer({ min: 0, max: 15 }),
        averageVolume: between(1, 200_000),
        openRisk: between(0, 6_000),
        isIntraday: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    spreadBps: between(0.1, 100),
    mark: fc.oneof(between(2, 16), fc.constant(100)),
    side: fc.constantFrom(BUY, SELL),
    shares: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 40_000 })),
    away: between(-0.05, 0.05),
    stopAway: orNever(between(0.0005, 0.1)),
  })
  .map(({ facts, spreadBps, mark, side, shares, away, stopAway }) => {
    const half = (mark * spreadBps) / 20_000;
    return {
      facts: { ...facts, mark, bid: mark - half, ask: mark + half },
      order: { side, shares, reference: mark, limit: mark * (1 + away), stop: mark * (1 - side * stopAway) },
    };
  });

/** A fact of these accounts that the parameter picks is the same whatever it picks. */
const unseen = ["risk.duplicate.alikeFraction"];
/** Trusting older quotes bars by their middle what a close would let pass, and the other way round. */
const either = ["risk.price_collar.quoteAgeSeconds"];

/** Another parameter that would decide first. */
const aside: Readonly<Record<string, object>> = {
  "risk.throttle.perMinute": { perSecond: 10_000 },
  "risk.end_of_day.minutes": { windowMinutes: 1 },
};

const tried = numbers.filter((path) => path.startsWith("risk.") && ![...unseen, ...either].includes(path));

describe("the stricter of two values", () => {
  it.each(tried)("of %s never lets more pass, and at times less", (path) => {
    const [, id, name = ""] = path.split(".");
    const module = rules.find((rule) => rule.id === id) as RuleModule;
    const usual = Number(parameters.find((parameter) => parameter.path === path)?.value);
    const ruleWith = (factor: number) => {
      const scaled = Number.isInteger(usual) ? Math.ceil(usual * factor) : usual * factor;
      return module.configure({ ...aside[path], [name]: scaled });
    };
    const [less, more] = [between(0.2, 0.9), between(1, 1.1)].map((factor) => factor.map(ruleWith));
    const asked = fc.tuple(account, less as fc.Arbitrary<RiskRule>, more as fc.Arbitrary<RiskRule>);
    const strictAndLoose = ([of, smaller, larger]: readonly [Case, RiskRule, RiskRule]) => {
      const pair = [kept(smaller, of), kept(larger, of)] as const;
      return limits[path]?.stricter === "less" ? pair : ([pair[1], pair[0]] as const);
    };
    fc.assert(
      fc.property(asked, (of) => {
        const [strict, loose] = strictAndLoose(of);
        expect(strict).toBeLessThanOrEqual(loose);
      }),
      { numRuns: 300 },
    );
    const sampled = fc.sample(asked, { numRuns: 600, seed: 7 }).map(strictAndLoose);
    expect(sampled.filter(([strict, loose]) => strict < loose).length).toBeGreaterThan(0);
  });
});
