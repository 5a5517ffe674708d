/**
 * Goal    no entry above 10,000 shares or 30,000 USD, never a smaller one in its place, and never a word about exits.
 * Method  a table around both caps; then the mistakes that people make with orders that were right.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../../test/between.ts";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, calm, NOW, ordinary, viewOf } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, Purpose, SELL } from "../../domain/order.ts";
import { Authorities } from "../authority.ts";
import { RiskGate } from "../gate.ts";
import { rules } from "../registry.ts";
import { orderSize } from "./order-size.ts";

const rule = orderSize.configure({});

describe("order_size", () => {
  it.each(
    table(`
      shares    mark  limit   says   why
      1         100   100     allow  one share
      300       100   100     allow  exactly 30,000 USD
      301       100   100     deny   one share over, and nothing is trimmed
      300       100   100.01  deny   the limit is the larger price
      300       100   99      allow  a limit below the market fills at the market at most
      300       100.01  none  deny   at the market the mark counts
      10000     2     2       allow  exactly 10,000 shares
      10001     2     2       deny   one share over
      10000.5   2     2       deny   a fraction over
      0.5       100   100     allow  a fractional share
      300       none  100     deny   no mark
      300       0     100     deny   no price
      inf       2     2       deny   no number of shares
      none      2     2       deny   none at all
    `),
  )("$shares at $mark: $why", (row) => {
    const facts = { mark: cellNumber(row.mark) };
    for (const side of [BUY, SELL] as const) {
      const order = { side, shares: cellNumber(row.shares), limit: cellNumber(row.limit) };
      expect(answer(rule, { facts, order })).toBe(row.says);
    }
  });

  it("names the cap that was broken: shares or dollars", () => {
    const check = (shares: number, mark: number) =>
      rule.check({ ...ordinary, shares, limit: mark }, viewOf({ ...calm, mark }));
    expect(check(10_001, 2)).toMatchObject({ used: 10_001, limit: 10_000 });
    expect(check(301, 100)).toMatchObject({ used: 30_100, limit: 30_000 });
  });
});

/** Orders as sizing makes them for the account of 97,000 USD: 5 % at most, worth 3,001 USD at least. */
const right = fc
  .record({ price: between(12, 400), dollars: between(3_450, 4_850) })
  .map(({ price, dollars }) => ({ price, shares: Math.floor(dollars / price) }));

const mistakes: Readonly<Record<string, (order: { shares: number; price: number }) => number>> = {
  "a zero too many": ({ shares }) => shares * 10,
  "two zeros too many": ({ shares }) => shares * 100,
  "dollars given as shares": ({ shares, price }) => shares * price,
  "micro-dollars given as shares": ({ shares, price }) => shares * price * 1e6,
  "nano-shares given as shares": ({ shares }) => shares * 1e9,
};

describe("C-04: the fat-finger corpus", () => {
  const gate = () =>
    new RiskGate(
      rules.map((module) => module.configure({ session: { toxicMinutes: 0 } }[module.id] ?? {})),
      new Authorities(),
    );

  it.each(Object.entries(mistakes))("%s is refused outright, the right order is not", (_name, wrong) => {
    fc.assert(
      fc.property(right, ({ price, shares }) => {
        const facts = { mark: price };
        const ask = (count: number) => answer(rule, { facts, order: { shares: count, limit: price } });
        expect(ask(shares)).toBe("allow");
        expect(ask(wrong({ shares, price }))).toBe("deny");
      }),
    );
  });

  it("in the whole gate the wrong order is refused by this rule and not trimmed to a smaller one", () => {
    const account = { ...calm, equity: 97_000 };
    const asked = gate();
    expect(asked.pass(0 as never, { ...ordinary, shares: 450 }, viewOf(account), undefined)).toBeUndefined();
    expect(asked.binding?.id).toBe("order_size");
    // Twice too large is trimmed as it always was.
    expect(asked.pass(0 as never, { ...ordinary, shares: 90 }, viewOf(account), undefined)?.shares).toBe(48);
  });

  it("an exit of any size passes in full", () => {
    for (const shares of [10_001, 5e6]) {
      const exit = { ...ordinary, side: SELL, shares, purpose: Purpose.Exit, decidedAt: NOW };
      expect(gate().pass(0 as never, exit, viewOf({ ...calm, position: shares }), undefined)?.shares).toBe(
        shares,
      );
    }
  });
});
