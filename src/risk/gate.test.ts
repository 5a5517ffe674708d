/**
 * Goal    nothing reaches a venue that the gate did not make (RK-5), and the gate asks in order (RK-6), trusts no
 *         rule to keep RK-1, and never holds back an exit (RK-2).
 * Method  attempts at forgery, at compile time and at run time; rules that write down what they are shown.
 */
import { describe, expect, it } from "vitest";
import { calm, NOW, ordinary, viewOf } from "../../test/risk-case.ts";
import type { OrderNumber } from "../domain/order.ts";
import { Purpose, SELL, TimeInForce } from "../domain/order.ts";
import { Authorities, type Level, levels } from "./authority.ts";
import * as gateModule from "./gate.ts";
import { type ApprovedOrder, isApproved, RiskGate } from "./gate.ts";
import { allow, deny, type RiskRule, shrink, type Verdict } from "./rule.ts";

const number = 5 as OrderNumber;
const view = viewOf(calm);
const reducing = Object.values(Purpose).filter((purpose) => purpose !== Purpose.Entry);

function ruleThat(
  id: string,
  check: RiskRule["check"],
  appliesTo: RiskRule["appliesTo"] = "entries",
): RiskRule {
  return { id, control: "C-00", unit: "shares", appliesTo, check };
}

const gateOf = (...rules: RiskRule[]) => new RiskGate(rules, new Authorities());

function approved(): ApprovedOrder {
  const order = gateOf().pass(number, ordinary, view, undefined);
  if (order === undefined) throw new Error("the gate refused an ordinary order");
  return order;
}

describe("RK-5", () => {
  it("what the gate made is approved and carries the request", () => {
    const bracket = { stopOrder: 6 as OrderNumber, stop: 98, targetOrder: undefined, target: Number.NaN };
    const order = gateOf().pass(number, ordinary, view, bracket);
    if (order === undefined) throw new Error("refused");
    const { strategy: _strategy, reference: _reference, ...asked } = ordinary;
    expect(isApproved(order)).toBe(true);
    expect({ ...order }).toEqual({ ...asked, number, bracket });
  });

  describe("a combined order", () => {
    const pass = (at: number, parts: Partial<typeof ordinary> = {}) => {
      const order = gateOf().pass(at as OrderNumber, { ...ordinary, ...parts }, view, undefined);
      if (order === undefined) throw new Error("refused");
      return order;
    };

    it("is approved, goes by the first, asks for the sum and keeps who wanted what", () => {
      const parts = [
        { order: pass(5), shares: 10, crossed: 0 },
        { order: pass(9, { strategy: 1 }), shares: 4, crossed: 6 },
      ];
      const order = gateOf().combine(parts);
      expect(isApproved(order)).toBe(true);
      expect(order).toMatchObject({ number: 5, shares: 14, limit: ordinary.limit, bracket: undefined });
      expect(order.members).toEqual([
        { number: 5, shares: 10, crossed: 0, bracket: undefined },
        { number: 9, shares: 4, crossed: 6, bracket: undefined },
      ]);
      expect(Object.isFrozen(order.members) && Object.isFrozen(order.members?.[0])).toBe(true);
    });

    it("never asks for more than passed, and never mixes what differs", () => {
      const first = { order: pass(5), shares: 10, crossed: 0 };
      const twice = gateOf().combine([first]);
      const wrong = [
        { ...first, shares: 11 },
        { ...first, crossed: 1 },
        { ...first, shares: 0 },
        { ...first, shares: -1 },
        { ...first, shares: Number.NaN },
        { ...first, shares: 5, crossed: -5 },
        { ...first, order: { ...first.order } as ApprovedOrder },
        { ...first, order: twice },
        { ...first, order: pass(6, { side: SELL }) },
        { ...first, order: pass(6, { instrument: 1 as never }) },
        { ...first, order: pass(6, { limit: 100.04 }) },
        { ...first, order: pass(6, { limit: Number.NaN }) },
        { ...first, order: pass(6, { timeInForce: TimeInForce.AtOpen }) },
        { ...first, order: pass(6, { purpose: Purpose.Exit }) },
      ];
      for (const part of wrong) expect(() => gateOf().combine([first, part])).toThrow(/RK-5/);
      expect(() => gateOf().combine([])).toThrow(/RK-5/);
    });
  });

  it("the compiler accepts no look-alike", () => {
    // @ts-expect-error a literal lacks the private field, whatever else it has
    const literal: ApprovedOrder = { ...approved() };
    expect(isApproved(literal)).toBe(false);
    // @ts-expect-error the class is not exported
    expect(gateModule.Approved).toBeUndefined();
  });

  it("no copy, heir or stand-in of an approved order is approved", () => {
    const order = approved();
    const forgeries: object[] = [
      { ...order },
      structuredClone(order),
      Object.create(order),
      Object.create(Object.getPrototypeOf(order)),
      Object.setPrototypeOf({ ...order }, Object.getPrototypeOf(order)),
      new Proxy(order, {}),
    ];
    for (const forged of forgeries) expect(isApproved(forged as ApprovedOrder)).toBe(false);
  });

  it("the constructor of an approved order makes no second one", () => {
    const maker = approved().constructor as new (...given: unknown[]) => ApprovedOrder;
    const given = [number, ordinary, 1_000_000, undefined];
    expect(() => new maker(...given)).toThrow(/RK-5/);
    expect(() => new maker(Symbol("gate"), ...given)).toThrow(/RK-5/);
    expect(() => Reflect.construct(maker, [undefined, ...given], Object)).toThrow(/RK-5/);
    class Heir extends maker {}
    expect(() => new Heir(undefined, ...given)).toThrow(/RK-5/);
  });

  it("nobody changes it afterwards", () => {
    const order = approved() as { shares: number };
    expect(() => {
      order.shares = 1_000_000;
    }).toThrow(TypeError);
    expect(() => Object.defineProperty(order, "shares", { value: 1 })).toThrow(TypeError);
    expect(order.shares).toBe(10);
  });
});

describe("RK-6", () => {
  it("asks in order, shows each rule the order as trimmed so far and leaves the request alone", () => {
    const shown: [string, number][] = [];
    const trim = (id: string, to: number) =>
      ruleThat(id, ({ shares }) => {
        shown.push([id, shares]);
        return shares > to ? shrink(to, shares, to) : allow(shares, to);
      });
    const gate = gateOf(trim("a", 8), trim("b", 9), trim("c", 3), trim("d", 3));
    expect(gate.pass(number, ordinary, view, undefined)?.shares).toBe(3);
    expect(shown).toEqual([
      ["a", 10],
      ["b", 8],
      ["c", 8],
      ["d", 3],
    ]);
    expect(ordinary.shares).toBe(10);
    expect(gate.asked).toBe(4);
    expect(gate.binding?.id).toBe("c");
    expect(gate.verdict).toEqual({ kind: "shrink", used: 8, limit: 3, shares: 3 });
  });

  it("the first refusal ends it and is the one that is named", () => {
    let asked = 0;
    const last = ruleThat("last", () => {
      asked += 1;
      return allow(0, 1);
    });
    const gate = gateOf(
      ruleThat("trims", () => shrink(4, 10, 4)),
      ruleThat("refuses", () => deny(7, 5)),
      last,
    );
    expect(gate.pass(number, ordinary, view, undefined)).toBeUndefined();
    expect(asked).toBe(0);
    expect(gate.asked).toBe(2);
    expect([gate.binding?.id, gate.verdict?.used, gate.verdict?.limit]).toEqual(["refuses", 7, 5]);
  });

  it("forgets the last order before the next", () => {
    const gate = gateOf(ruleThat("picky", ({ shares }) => (shares > 5 ? deny(shares, 5) : allow(shares, 5))));
    expect(gate.pass(number, ordinary, view, undefined)).toBeUndefined();
    expect(gate.pass(number, { ...ordinary, shares: 5 }, view, undefined)?.shares).toBe(5);
    expect([gate.binding, gate.verdict, gate.barredBy]).toEqual([undefined, undefined, undefined]);
    expect(gate.asked).toBe(1);
  });

  it("asks rules for entries about entries only, and rules for all about exits, too", () => {
    const asked: string[] = [];
    const note = (id: string, appliesTo: RiskRule["appliesTo"]) =>
      ruleThat(
        id,
        () => {
          asked.push(id);
          return allow(0, 1);
        },
        appliesTo,
      );
    const gate = gateOf(note("entries", "entries"), note("all", "all"));
    gate.pass(number, ordinary, view, undefined);
    expect(asked).toEqual(["entries", "all"]);
    for (const purpose of reducing) {
      asked.length = 0;
      gate.pass(number, { ...ordinary, purpose }, view, undefined);
      expect(asked).toEqual(["all"]);
    }
  });
});

describe("RK-1", () => {
  const answers = (verdict: Verdict) => () =>
    gateOf(ruleThat("wild", () => verdict)).pass(number, ordinary, view, undefined);

  it("a rule that grows an order, flips it or loses its size halts the program", () => {
    for (const shares of [11, 10.5, 0, -3, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(answers({ kind: "shrink", used: 1, limit: 1, shares })).toThrow(/RK-1: wild/);
    }
    expect(answers({ kind: "shrink", used: 1, limit: 1, shares: 9 })()?.shares).toBe(9);
  });

  it("the side of the request leaves, whatever was trimmed", () => {
    for (const side of [1, -1] as const) {
      const order = gateOf(ruleThat("trims", () => shrink(4, 10, 4))).pass(
        number,
        { ...ordinary, side },
        view,
        undefined,
      );
      expect([order?.side, order?.shares]).toEqual([side, 4]);
    }
  });

  it("what is no number of shares is no order, whatever its purpose and whatever a rule would make of it", () => {
    const generous = ruleThat("generous", () => shrink(100, 1, 1), "all");
    for (const shares of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -10]) {
      for (const purpose of Object.values(Purpose)) {
        const gate = gateOf(generous);
        expect(gate.pass(number, { ...ordinary, shares, purpose }, view, undefined)).toBeUndefined();
        expect(gate.asked).toBe(0);
      }
    }
  });
});

describe("the lattice", () => {
  const expected: Readonly<Record<Level, boolean>> = {
    NORMAL: true,
    SCALED: true,
    NO_NEW_ENTRIES: false,
    REDUCE_ONLY: false,
    FLATTEN: false,
    HALTED: false,
  };

  it.each(levels)(
    "%s bars an entry before any rule is asked, or lets it be asked; an exit always passes",
    (level) => {
      const authorities = new Authorities();
      const gate = new RiskGate([ruleThat("asked", () => allow(0, 1))], authorities);
      authorities.raise({
        authority: "regime",
        source: "test",
        level,
        scalar: 1,
        reason: "test",
        since: NOW,
        until: undefined,
        liftedBy: "itself",
      });
      expect(gate.pass(number, ordinary, view, undefined) !== undefined).toBe(expected[level]);
      expect(gate.barredBy?.level).toBe(expected[level] ? undefined : level);
      expect(gate.asked).toBe(expected[level] ? 1 : 0);
      for (const purpose of reducing) {
        expect(gate.pass(number, { ...ordinary, purpose }, view, undefined)?.shares).toBe(10);
        expect(gate.barredBy).toBeUndefined();
      }
    },
  );

  it("is read at every order: a claim raised later counts at once", () => {
    const authorities = new Authorities();
    const gate = new RiskGate([], authorities);
    const claim = { authority: "regime", source: "x", scalar: 1, reason: "test", since: NOW } as const;
    expect(gate.pass(number, ordinary, view, undefined)).toBeDefined();
    authorities.raise({ ...claim, level: "NO_NEW_ENTRIES", until: undefined, liftedBy: "itself" });
    expect(gate.pass(number, ordinary, view, undefined)).toBeUndefined();
    authorities.lift("regime", "x", "itself");
    expect(gate.pass(number, ordinary, view, undefined)).toBeDefined();
  });
});
