/**
 * Goal    every registered rule keeps RK-1 to RK-4 and RK-7. Being in the registry is enough to be tested here.
 * Method  random accounts wide enough that each rule allows and refuses; then one fact at a time is broken. A
 *         view that counts its readers tells which facts a rule used, so a rule that ignores one is not blamed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { between } from "../../test/between.ts";
import { calm, type Facts, NOW, ordinary, viewOf } from "../../test/risk-case.ts";
import { BUY, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { Authorities, levels } from "./authority.ts";
import { RiskGate } from "./gate.ts";
import { rules } from "./registry.ts";
import type { OrderRequest, RiskRule, RiskView, Verdict } from "./rule.ts";

const configured = rules.map((module) => module.configure({}));

const orNothing = (values: fc.Arbitrary<number>) => fc.oneof(values, fc.constant(Number.NaN));

/** Accounts of every kind, wealthy and crowded ones; all facts are sound and agree with each other. */
const sound: fc.Arbitrary<Facts> = fc
  .record({
    now: fc.constant(NOW),
    equity: between(1_000, 1_000_000),
    gross: between(0, 1_000_000),
    workingGross: between(0, 100_000),
    scalar: fc.constantFrom(0.4, 0.7, 1, 1.2),
    drawdownFromDayHigh: between(0, 0.04),
    others: fc.integer({ min: 0, max: 40 }),
    entriesToday: fc.integer({ min: 0, max: 130 }),
    sessionOpen: fc.integer({ min: -10, max: 60 }).map((minutes) => NOW - minutes * MICROS_PER_MINUTE),
    sessionClose: fc.integer({ min: -10, max: 60 }).map((minutes) => NOW + minutes * MICROS_PER_MINUTE),
    inSession: fc.boolean(),
    position: fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 500 })),
    workingBuy: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
    workingSell: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
    mark: between(1, 500),
    rawPrice: orNothing(between(1, 500)),
    markedAt: fc.integer({ min: 0, max: 180 }).map((seconds) => NOW - seconds * MICROS_PER_SECOND),
    lastEntryAt: orNothing(
      fc.integer({ min: 0, max: 90 }).map((seconds) => NOW - seconds * MICROS_PER_SECOND),
    ),
    alikeEntryAt: orNothing(
      fc.integer({ min: 1, max: 60 }).map((seconds) => NOW - seconds * MICROS_PER_SECOND),
    ),
    entryWorking: fc.boolean(),
    netShare: between(-1, 1),
    workingShort: between(0, 100_000),
    intradayGross: between(0, 200_000),
    entriesWithin: fc.integer({ min: 0, max: 8 }),
    exitingBuy: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
    exitingSell: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
    deciding: fc.constant(0),
    barsSinceStop: orNothing(fc.integer({ min: 0, max: 9 })),
    averageVolume: orNothing(between(0.5, 200_000)),
    tradedToday: fc.integer({ min: 0, max: 500 }),
    openRisk: between(0, 20_000),
    otherPositions: fc.integer({ min: 0, max: 40 }),
    positionCap: fc.integer({ min: 1, max: 40 }),
    isIntraday: fc.boolean(),
    symbol: fc.constantFrom("AAA", "BBB"),
    halted: fc.boolean(),
    locked: fc.boolean(),
    spreadBps: between(0.1, 20),
    quotedAt: fc.integer({ min: 0, max: 10 }).map((seconds) => NOW - seconds * MICROS_PER_SECOND),
  })
  .map(({ others, spreadBps, netShare, ...facts }) => ({
    ...facts,
    net: facts.gross * netShare,
    bid: facts.mark * (1 - spreadBps / 20_000),
    ask: facts.mark * (1 + spreadBps / 20_000),
    openPositions: others + countsAlready(facts),
  }));

const countsAlready = (facts: Pick<Facts, "position" | "workingBuy" | "workingSell">): number =>
  facts.position !== 0 || facts.workingBuy + facts.workingSell > 0 ? 1 : 0;

interface Question {
  readonly facts: Facts;
  readonly order: OrderRequest;
}

/** An entry near the mark, with and without a limit and a stop. */
const question: fc.Arbitrary<Question> = fc
  .record({
    facts: sound,
    side: fc.constantFrom<Side>(BUY, SELL),
    shares: fc.oneof(fc.integer({ min: 1, max: 2_000 }), between(0.001, 3)),
    away: between(-0.008, 0.008),
    hasLimit: fc.boolean(),
    stopAway: orNothing(between(-0.02, 0.15)),
    timeInForce: fc.constantFrom(TimeInForce.NextBar, TimeInForce.AtOpen),
    decidedAgo: fc.integer({ min: 0, max: 120 }),
  })
  .map(({ facts, side, shares, away, hasLimit, stopAway, timeInForce, decidedAgo }) => {
    const limit = hasLimit ? facts.mark * (1 + away) : Number.NaN;
    const stop = facts.mark * (1 - side * stopAway);
    const decidedAt = (NOW - decidedAgo * MICROS_PER_SECOND) as OrderRequest["decidedAt"];
    return {
      facts,
      order: { ...ordinary, side, shares, limit, stop, reference: facts.mark, timeInForce, decidedAt },
    };
  });

/** Most facts are calm, so that whole gates pass; some longs are held, or a first short would be all there is. */
const peaceful: fc.Arbitrary<Question> = question.map(({ order }) => {
  const stop = 100 - order.side * 2;
  return {
    facts: { ...calm, gross: 20_000, net: 20_000 },
    order: { ...ordinary, side: order.side, shares: 10, limit: 100, stop, timeInForce: order.timeInForce },
  };
});

const ask = (rule: RiskRule, { facts, order }: Question): Verdict =>
  rule.check(Object.freeze(order), viewOf(facts));

function keptOf(rule: RiskRule, asked: Question): number {
  const verdict = ask(rule, asked);
  if (verdict.kind === "deny") return 0;
  return verdict.kind === "shrink" ? verdict.shares : asked.order.shares;
}

/** Cases in which a rule has nothing to measure though every fact is sound. Absent: never. */
const unmeasured: Readonly<Record<string, (question: Question) => boolean>> = {
  per_trade_risk: ({ order }) => Number.isNaN(order.stop),
  duplicate: ({ facts }) =>
    Number.isNaN(facts.lastEntryAt) && (facts.entryWorking || Number.isNaN(facts.alikeEntryAt)),
  // Neither a fresh quote nor a fresh close: there is no price to measure from.
  price_collar: ({ facts }) =>
    NOW - facts.quotedAt > 2 * MICROS_PER_SECOND && NOW - facts.markedAt > 90 * MICROS_PER_SECOND,
  spread: ({ order }) => order.timeInForce === TimeInForce.AtOpen,
  cooldown: ({ facts }) => Number.isNaN(facts.barsSinceStop),
  end_of_day: ({ facts }) => facts.sessionClose - NOW > 30 * MICROS_PER_MINUTE,
  adv: ({ facts }) => Number.isNaN(facts.averageVolume),
  open_risk: ({ facts, order }) =>
    order.side * ((Number.isNaN(order.limit) ? facts.mark : order.limit) - order.stop) <= 0,
};

describe.each(configured)("$id", (rule) => {
  it("is reached by these questions: some pass, some do not", () => {
    const kinds = new Set(
      fc.sample(question, { numRuns: 400, seed: 1 }).map((asked) => ask(rule, asked).kind),
    );
    expect(kinds).toContain("allow");
    expect(kinds).toContain("deny");
  });

  it("RK-1 trims to whole shares, fewer than were asked for, or leaves the size alone", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const verdict = ask(rule, asked);
        if (verdict.kind !== "shrink") return;
        expect(Number.isInteger(verdict.shares)).toBe(true);
        expect(verdict.shares).toBeGreaterThanOrEqual(1);
        expect(verdict.shares).toBeLessThanOrEqual(asked.order.shares);
      }),
      { numRuns: 500 },
    );
  });

  it("RK-3 lets no more pass when more is working", () => {
    const more = fc.record({
      shares: fc.integer({ min: 0, max: 200 }),
      gross: between(0, 200_000),
      entry: fc.boolean(),
    });
    fc.assert(
      fc.property(question, more, (asked, { shares, gross, entry }) => {
        const { facts, order } = asked;
        const side = order.side === BUY ? "workingBuy" : "workingSell";
        const busier = {
          ...facts,
          [side]: facts[side] + shares,
          workingGross: facts.workingGross + gross,
          workingShort: facts.workingShort + gross,
          intradayGross: facts.intradayGross + gross,
          openRisk: facts.openRisk + gross / 10,
          otherPositions: facts.otherPositions + (entry ? 1 : 0),
          entriesWithin: facts.entriesWithin + (entry ? 1 : 0),
          entryWorking: facts.entryWorking || entry,
        };
        const openPositions = facts.openPositions + countsAlready(busier) - countsAlready(facts);
        const after = keptOf(rule, { facts: { ...busier, openPositions }, order });
        expect(after).toBeLessThanOrEqual(keptOf(rule, asked));
      }),
      { numRuns: 500 },
    );
  });

  it("RK-4 gives both numbers, or no measure where there is nothing to measure", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { used, limit } = ask(rule, asked);
        expect(Number.isFinite(limit)).toBe(true);
        expect(Number.isFinite(used)).toBe(unmeasured[rule.id]?.(asked) !== true);
      }),
      { numRuns: 500 },
    );
    expect(rule.unit).not.toBe("");
    expect(rule.control).toMatch(/^C-\d\d$/);
  });

  it("remembers nothing and changes nothing: the same question has the same answer", () => {
    fc.assert(
      fc.property(question, question, (asked, other) => {
        const view = untouchable(viewOf(asked.facts));
        const order = untouchable(asked.order);
        const first = { ...rule.check(order, view) };
        ask(rule, other);
        expect(rule.check(order, view)).toEqual(first);
      }),
    );
  });

  it("RK-7 never allows an entry after reading a fact that is broken", () => {
    let read = 0;
    fc.assert(
      fc.property(question, breakage, (asked, broken) => {
        const { facts, order, name } = broken(asked);
        const seen = new Set<string>();
        const verdict = rule.check(watched(order, seen), watchedView(facts, seen));
        if (!seen.has(name)) return;
        read += 1;
        expect(`${name}: ${verdict.kind}`).toBe(`${name}: deny`);
        expect(verdict.used).not.toBe(Number.POSITIVE_INFINITY);
        expect(verdict.used).not.toBe(Number.NEGATIVE_INFINITY);
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(read).toBeGreaterThan(20);
  });
});

describe.each(rules)("$id", (module) => {
  it("names a parameter that it does not know", () => {
    expect(() => module.configure({ nonsense: 1 })).toThrow(/nonsense/);
  });

  const keys = Object.keys((module.params as z.ZodObject).shape);
  it.each(keys)("names %s when it is out of range or no number", (key) => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, "5", null]) {
      expect(() => module.configure({ [key]: value })).toThrow(z.ZodError);
      expect(() => module.configure({ [key]: value })).toThrow(new RegExp(`"${key}"`));
    }
  });

  it("has a name of its own", () => {
    expect(rules.filter(({ id }) => id === module.id)).toHaveLength(1);
  });
});

describe("the gate with every rule", () => {
  it("holds these, cheap refusals before trims, so that a trim is never worked out for an order that dies", () => {
    const controls = configured.map(({ id, control }) => `${control} ${id}`);
    expect(controls).toEqual([
      "C-43 session",
      "C-44 halt",
      "C-10 stale_data",
      "C-06 duplicate",
      "C-29 daily_drawdown",
      "C-26 trades_per_day",
      "C-07 throttle",
      "C-42 restricted",
      "C-41 self_trade",
      "C-63 cooldown",
      "C-25 max_positions",
      "C-25 strategy_positions",
      "C-04 order_size",
      "C-05 price_collar",
      "C-21 spread",
      "C-15 per_trade_risk",
      "C-13 position_size",
      "C-14 adv",
      "C-24 shorts_share",
      "C-11 intraday_gross",
      "C-33 open_risk",
      "C-11 buying_power",
      "C-11 gross_exposure",
      "C-65 end_of_day",
    ]);
  });

  const gateAt = (level: (typeof levels)[number]) => {
    const authorities = new Authorities();
    const claim = { source: "test", scalar: 1, reason: "test", since: NOW, until: undefined } as const;
    authorities.raise({ ...claim, authority: "kill_switch", level, liftedBy: "operator" });
    return new RiskGate(configured, authorities);
  };

  it("passes the calm case, so that a refusal below has one reason", () => {
    fc.assert(
      fc.property(peaceful, ({ facts, order }) => {
        expect(gateAt("NORMAL").pass(0 as never, order, viewOf(facts), undefined)?.shares).toBe(10);
      }),
    );
  });

  it("RK-7 refuses the entry whichever fact is broken", () => {
    const tried = new Set<string>();
    fc.assert(
      fc.property(peaceful, breakage, (asked, broken) => {
        const { facts, order, name } = broken(asked);
        tried.add(name);
        const passed = gateAt("NORMAL").pass(0 as never, order, viewOf(facts), undefined);
        expect(`${name}: ${passed?.shares}`).toBe(`${name}: undefined`);
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect([...tried].toSorted()).toEqual(Object.keys(breakages).toSorted());
  });

  it("RK-2 an exit passes in full at every level, in the worst market and with every fact broken", () => {
    const reducing = Object.values(Purpose).filter((purpose) => purpose !== Purpose.Entry);
    const nothingKnown = Object.fromEntries(
      Object.keys(calm).map((name) => [name, Number.NaN]),
    ) as unknown as Facts;
    fc.assert(
      fc.property(
        question,
        fc.constantFrom(...reducing),
        fc.constantFrom(...levels),
        (asked, purpose, level) => {
          for (const facts of [asked.facts, nothingKnown]) {
            const order = { ...asked.order, purpose };
            const passed = gateAt(level).pass(0 as never, order, viewOf(facts), undefined);
            expect(passed?.shares).toBe(order.shares);
            expect(passed?.side).toBe(order.side);
          }
        },
      ),
    );
  });
});

/** Values that no fact may have, whatever it counts; and those that no price or equity may have. */
const noNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const noPrices = [...noNumbers, 0, -1];
/** NaN says "none" here, and is sound. */
const noPriceIfAny = noPrices.filter((value) => !Number.isNaN(value));

const breakages: Readonly<Record<string, readonly number[]>> = {
  now: noNumbers,
  equity: noPrices,
  gross: noNumbers,
  workingGross: [Number.NaN, Number.POSITIVE_INFINITY],
  scalar: noNumbers,
  drawdownFromDayHigh: noNumbers,
  openPositions: noNumbers,
  entriesToday: noNumbers,
  sessionOpen: noNumbers,
  sessionClose: noNumbers,
  position: noNumbers,
  workingBuy: [Number.NaN, Number.POSITIVE_INFINITY],
  workingSell: [Number.NaN, Number.POSITIVE_INFINITY],
  mark: noPrices,
  rawPrice: noPriceIfAny,
  markedAt: noNumbers,
  halted: noNumbers,
  locked: noNumbers,
  lastEntryAt: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  alikeEntryAt: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  bid: noPrices,
  ask: noPrices,
  quotedAt: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  net: noNumbers,
  workingShort: [Number.NaN, Number.POSITIVE_INFINITY],
  intradayGross: noNumbers,
  entriesWithin: noNumbers,
  exitingBuy: [Number.NaN, Number.POSITIVE_INFINITY],
  exitingSell: [Number.NaN, Number.POSITIVE_INFINITY],
  deciding: [Number.NaN],
  barsSinceStop: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  averageVolume: noPriceIfAny,
  tradedToday: noNumbers,
  openRisk: noNumbers,
  otherPositions: noNumbers,
  positionCap: noNumbers,
  limit: noPriceIfAny,
  stop: noPriceIfAny,
  decidedAt: noNumbers,
};

type Breakage = (question: Question) => Question & { readonly name: string };

/** Breaks one fact of the account or of the order. */
const breakage: fc.Arbitrary<Breakage> = fc
  .constantFrom(
    ...Object.entries(breakages).flatMap(([name, values]) => values.map((value) => ({ name, value }))),
  )
  .map(({ name, value }): Breakage => {
    // A rule reads the exits of its own side only: both are broken, so that it meets one.
    const sides = name.startsWith("exiting") ? { exitingBuy: value, exitingSell: value } : {};
    return ({ facts, order }) =>
      name in facts
        ? { facts: { ...facts, ...sides, [name]: value }, order, name }
        : { facts, order: { ...order, [name]: value }, name };
  });

/** Writes down which fields are read. */
function watched<T extends object>(target: T, seen: Set<string>): T {
  return new Proxy(target, {
    get(from, name) {
      seen.add(String(name));
      return Reflect.get(from, name);
    },
  });
}

/** A view whose facts are read through getters and functions that leave their name behind. */
function watchedView(facts: Facts, seen: Set<string>): RiskView {
  const note = (name: keyof Facts) => {
    seen.add(name);
    return facts[name];
  };
  const functions = [
    "position",
    "mark",
    "rawPrice",
    "markedAt",
    "bid",
    "ask",
    "quotedAt",
    "lastEntryAt",
    "alikeEntryAt",
    "entryWorking",
    "halted",
    "locked",
    "entriesWithin",
    "barsSinceStop",
    "averageVolume",
    "tradedToday",
    "openRisk",
    "otherPositions",
    "positionCap",
    "deciding",
    "isIntraday",
    "symbol",
  ] as const;
  const called = functions.map((name) => [name, { value: () => note(name) }]);
  const fields = Object.keys(facts).map((name) => [name, { get: () => note(name as keyof Facts) }]);
  const bySide = (buy: keyof Facts, sell: keyof Facts) => ({
    value: (_: unknown, side: Side) => note(side === BUY ? buy : sell),
  });
  const working = bySide("workingBuy", "workingSell");
  const exiting = bySide("exitingBuy", "exitingSell");
  const all = { ...Object.fromEntries([...fields, ...called]), working, exiting };
  return Object.defineProperties({}, all) as RiskView;
}

/** Throws on every attempt to write. */
function untouchable<T extends object>(target: T): T {
  const refuse = (): never => {
    throw new Error("a rule wrote to what it may only read");
  };
  return new Proxy(target, {
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
  });
}
