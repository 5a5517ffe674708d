/**
 * Goal    every reason to refuse an order answers with the status and code that clients branch on.
 * Method  one row per refusal: what stands before, what is asked, what comes back.
 */
import { describe, expect, it } from "vitest";
import { type Ask, BrokerageWorld, clock } from "../../../test/brokerage-world.ts";
import { isRefusal } from "./refusals.ts";

const MALFORMED = "422 40010001";
const UNPROCESSABLE = "422 42210000";
const FORBIDDEN = "403 40310000";
const buy = { side: "buy", shares: 10, type: "limit", limit: 41 } as const;
const sell = { ...buy, side: "sell" } as const;
const bracket = { ...buy, orderClass: "bracket", target: 44, stopLoss: 39 } as const;

interface Row {
  readonly why: string;
  readonly ask: Ask;
  readonly answer: string;
  readonly says?: string;
  /** Placed before; all must be taken. */
  readonly before?: readonly Ask[];
  readonly at?: string;
}

const rows: readonly Row[] = [
  { why: "unknown symbol", ask: { ...buy, symbol: "NOPE" }, answer: UNPROCESSABLE, says: "not found" },
  { why: "not tradable", ask: { ...buy, symbol: "GONE" }, answer: UNPROCESSABLE },
  { why: "bad side", ask: { ...buy, side: "hold" }, answer: MALFORMED, says: "invalid side" },
  { why: "bad type", ask: { ...buy, type: "peg" }, answer: MALFORMED },
  { why: "bad time in force", ask: { ...buy, timeInForce: "gtd" }, answer: MALFORMED, says: "time_in_force" },
  { why: "bad class", ask: { ...buy, orderClass: "mleg" }, answer: MALFORMED },
  { why: "bad intent", ask: { ...buy, positionIntent: "maybe" }, answer: MALFORMED },
  { why: "no amount", ask: { side: "buy" }, answer: MALFORMED, says: "qty or notional is required" },
  { why: "both amounts", ask: { shares: 1, dollars: 5 }, answer: MALFORMED, says: "only one" },
  { why: "zero shares", ask: { shares: 0 }, answer: MALFORMED, says: "qty must be > 0" },
  { why: "negative dollars", ask: { dollars: -5 }, answer: MALFORMED },
  { why: "finer than nine places", ask: { quantity: 1.5 }, answer: MALFORMED },
  {
    why: "client id too long",
    ask: { ...buy, clientOrderId: "x".repeat(129) },
    answer: MALFORMED,
    says: "128",
  },
  {
    why: "client id used before",
    before: [{ ...buy, clientOrderId: "mine" }],
    ask: { ...buy, clientOrderId: "mine" },
    answer: MALFORMED,
    says: "client_order_id must be unique",
  },
  { why: "market with limit", ask: { shares: 1, limit: 41 }, answer: MALFORMED, says: "no stop or limit" },
  { why: "limit without price", ask: { shares: 1, type: "limit" }, answer: MALFORMED },
  { why: "limit with stop", ask: { ...buy, stop: 40 }, answer: MALFORMED },
  { why: "stop without price", ask: { shares: 1, type: "stop" }, answer: MALFORMED },
  { why: "stop with limit", ask: { shares: 1, type: "stop", stop: 43, limit: 44 }, answer: MALFORMED },
  { why: "stop limit without limit", ask: { shares: 1, type: "stop_limit", stop: 43 }, answer: MALFORMED },
  { why: "zero limit", ask: { ...buy, limit: 0 }, answer: MALFORMED },
  { why: "trail on a limit order", ask: { ...buy, trailPrice: 1_000_000 }, answer: MALFORMED },
  { why: "trailing without trail", ask: { shares: 1, type: "trailing_stop" }, answer: MALFORMED },
  {
    why: "trailing with both trails",
    ask: { shares: 1, type: "trailing_stop", trailPrice: 1_000_000, trailPercent: 1_000_000 },
    answer: MALFORMED,
  },
  {
    why: "trail below a tenth of a percent",
    ask: { shares: 1, type: "trailing_stop", trailPercent: 99_999 },
    answer: MALFORMED,
    says: "0.1",
  },
  { why: "half a cent at 41", ask: { ...buy, limit: 41.005 }, answer: UNPROCESSABLE, says: "41.005" },
  { why: "five places below a dollar", ask: { ...buy, limit: 0.50005 }, answer: UNPROCESSABLE },
  { why: "half a cent in a leg", ask: { ...bracket, target: 44.001 }, answer: UNPROCESSABLE },
  { why: "fraction for long", ask: { shares: 1.5, timeInForce: "gtc" }, answer: UNPROCESSABLE, says: "DAY" },
  { why: "dollars at once or not", ask: { dollars: 50, timeInForce: "ioc" }, answer: UNPROCESSABLE },
  { why: "fraction in a group", ask: { ...bracket, shares: 1.5 }, answer: UNPROCESSABLE, says: "simple" },
  {
    why: "fraction that trails",
    ask: { shares: 1.5, type: "trailing_stop", trailPrice: 1_000_000 },
    answer: UNPROCESSABLE,
  },
  { why: "fraction before hours", ask: { ...buy, shares: 1.5, extendedHours: true }, answer: UNPROCESSABLE },
  { why: "fraction of what has none", ask: { symbol: "ODD", shares: 1.5 }, answer: FORBIDDEN },
  {
    why: "stop at once or not",
    ask: { shares: 1, type: "stop", stop: 43, timeInForce: "ioc" },
    answer: UNPROCESSABLE,
  },
  {
    why: "stop in an auction",
    ask: { shares: 1, type: "stop", stop: 43, timeInForce: "opg" },
    answer: UNPROCESSABLE,
  },
  {
    why: "trailing all or nothing",
    ask: { shares: 1, type: "trailing_stop", trailPrice: 1_000_000, timeInForce: "fok" },
    answer: UNPROCESSABLE,
  },
  { why: "group at once or not", ask: { ...bracket, timeInForce: "ioc" }, answer: UNPROCESSABLE },
  {
    why: "unlisted at once or not",
    ask: { ...buy, symbol: "ODD", timeInForce: "ioc" },
    answer: UNPROCESSABLE,
  },
  { why: "market before hours", ask: { shares: 1, extendedHours: true }, answer: UNPROCESSABLE },
  {
    why: "limit at once before hours",
    ask: { ...buy, timeInForce: "ioc", extendedHours: true },
    answer: UNPROCESSABLE,
  },
  { why: "group before hours", ask: { ...bracket, extendedHours: true }, answer: UNPROCESSABLE },
  { why: "legs on a simple order", ask: { ...buy, target: 44 }, answer: UNPROCESSABLE },
  { why: "bracket without stop", ask: { ...buy, orderClass: "bracket", target: 44 }, answer: UNPROCESSABLE },
  { why: "oto with both", ask: { ...bracket, orderClass: "oto" }, answer: UNPROCESSABLE },
  { why: "oto with neither", ask: { ...buy, orderClass: "oto" }, answer: UNPROCESSABLE },
  { why: "target below stop", ask: { ...bracket, target: 38 }, answer: UNPROCESSABLE, says: "take_profit" },
  { why: "stop at the entry", ask: { ...bracket, stopLoss: 41 }, answer: UNPROCESSABLE, says: "40.99" },
  { why: "stop above the market", ask: { ...bracket, limit: 43, stopLoss: 42.5 }, answer: UNPROCESSABLE },
  {
    why: "a bracket that would leave",
    before: [{ shares: 10 }],
    ask: { ...bracket, side: "sell", limit: 42, target: 40, stopLoss: 44 },
    answer: UNPROCESSABLE,
    says: "must be entry orders",
  },
  {
    why: "a pair without a position",
    ask: { side: "sell", shares: 10, type: "limit", orderClass: "oco", target: 44, stopLoss: 40 },
    answer: UNPROCESSABLE,
    says: "exit orders",
  },
  {
    why: "other intent",
    ask: { ...buy, positionIntent: "buy_to_close" },
    answer: UNPROCESSABLE,
    says: "intent",
  },
  { why: "less than a dollar", ask: { dollars: 0.99 }, answer: FORBIDDEN, says: "minimal amount of order 1" },
  { why: "opening order during the day", ask: { ...buy, timeInForce: "opg" }, answer: FORBIDDEN },
  { why: "opening order at 09:28", at: "09:28", ask: { ...buy, timeInForce: "opg" }, answer: FORBIDDEN },
  { why: "closing order at 15:50", at: "15:50", ask: { ...buy, timeInForce: "cls" }, answer: FORBIDDEN },
  { why: "closing order at 18:59", at: "18:59", ask: { ...buy, timeInForce: "cls" }, answer: FORBIDDEN },
  {
    why: "too expensive",
    ask: { ...buy, shares: 5_000 },
    answer: FORBIDDEN,
    says: "insufficient buying power",
  },
  {
    why: "reserved by another order",
    before: [{ ...buy, shares: 3_000 }],
    ask: { ...buy, shares: 3_000 },
    answer: FORBIDDEN,
    says: "insufficient buying power",
  },
  {
    why: "what has no margin counts twice",
    ask: { ...buy, symbol: "ODD", shares: 2_500 },
    answer: FORBIDDEN,
  },
  {
    why: "selling more than there is",
    before: [{ shares: 10 }],
    ask: { ...sell, limit: 43, shares: 11 },
    answer: FORBIDDEN,
    says: "insufficient qty available for order (requested: 11, available: 10)",
  },
  {
    why: "shares promised to another order",
    before: [{ shares: 10 }, { ...sell, limit: 43, shares: 8 }],
    ask: { ...sell, limit: 44, shares: 3 },
    answer: FORBIDDEN,
    says: "available: 2",
  },
  {
    why: "buying back more than is short",
    before: [{ ...sell, limit: 41 }],
    ask: { ...buy, limit: 40, shares: 11 },
    answer: FORBIDDEN,
    says: "insufficient qty",
  },
  { why: "short while a buy is open", before: [buy], ask: { ...sell, limit: 44 }, answer: FORBIDDEN },
  { why: "buy while a short sale is open", before: [{ ...sell, limit: 44 }], ask: buy, answer: FORBIDDEN },
  {
    why: "short what nobody lends",
    ask: { ...sell, symbol: "HARD" },
    answer: FORBIDDEN,
    says: "hard to borrow",
  },
  { why: "short what is never lent", ask: { ...sell, symbol: "ODD" }, answer: FORBIDDEN },
  { why: "short a fraction", ask: { ...sell, shares: 1.5 }, answer: UNPROCESSABLE, says: "short" },
  {
    why: "wash: limits that cross",
    before: [{ shares: 10 }, { ...sell, limit: 43 }],
    ask: { ...buy, limit: 43 },
    answer: FORBIDDEN,
    says: "potential wash trade detected",
  },
  {
    why: "wash: market against a resting limit",
    before: [{ shares: 10 }, { ...sell, limit: 43 }],
    ask: { shares: 1 },
    answer: FORBIDDEN,
    says: "potential wash trade detected",
  },
  {
    why: "wash: limit against a resting stop",
    before: [{ shares: 10 }, { side: "sell", shares: 10, type: "stop", stop: 40 }],
    ask: { ...buy, limit: 30 },
    answer: FORBIDDEN,
    says: "potential wash trade detected",
  },
];

const answerTo = ({ before = [], ask, at = "09:32" }: Row) => {
  const world = new BrokerageWorld({}, clock("04:01"));
  world.at(at);
  for (const symbol of ["ACME", "HARD", "ODD"]) world.quote(41.98, 42, symbol).print(42, 1, symbol);
  for (const each of before) world.order(each);
  return { world, answer: world.ask(ask) };
};

describe("refusals", () => {
  it.each(rows)("$why: $answer", (row) => {
    const { world, answer } = answerTo(row);
    const count = world.brokerage.orders({ status: "all", limit: 500 }).length;
    if (!isRefusal(answer)) expect.fail(`was taken: ${JSON.stringify(answer)}`);
    expect(`${answer.status} ${answer.code}`).toBe(row.answer);
    expect(answer.message).toContain(row.says ?? "");
    expect(count).toBe((row.before ?? []).length);
  });

  const allowed: readonly Omit<Row, "answer">[] = [
    {
      why: "a limit that does not cross",
      before: [{ shares: 10 }, { ...sell, limit: 43 }],
      ask: { ...buy, limit: 42.5 },
    },
    {
      why: "a bracket against a sale it crosses",
      before: [{ shares: 10 }, { ...sell, limit: 43 }],
      ask: { ...bracket, limit: 43.5, stopLoss: 39, target: 45 },
    },
    {
      why: "a trailing stop against a buy",
      before: [{ shares: 10 }, buy],
      ask: { side: "sell", shares: 9, type: "trailing_stop", trailPrice: 1_000_000 },
    },
    { why: "four places below a dollar", ask: { ...buy, limit: 0.5001 } },
    { why: "an opening order from 19:00", ask: { ...buy, timeInForce: "opg" }, at: "19:00" },
    { why: "an opening order before 09:28", ask: { ...buy, timeInForce: "opg" }, at: "09:27:50" },
    { why: "a closing order before 15:50", ask: { ...buy, timeInForce: "cls" }, at: "15:49:50" },
    { why: "a fraction for the day", ask: { shares: 1.5 } },
    { why: "dollars with a limit", ask: { dollars: 100, type: "limit", limit: 41 } },
    {
      why: "a long-lived limit before hours",
      ask: { ...buy, extendedHours: true, timeInForce: "gtc" },
      at: "08:00",
    },
    { why: "a short sale", ask: { ...sell } },
    {
      why: "closing with the stated intent",
      before: [{ shares: 10 }],
      ask: { ...sell, positionIntent: "sell_to_close" },
    },
    { why: "all the cash in what has no margin", ask: { ...buy, symbol: "ODD", shares: 2_400 } },
  ];
  it.each(allowed)("takes $why", (row) => {
    expect(answerTo({ answer: "", ...row }).answer).not.toHaveProperty("code");
  });

  it("a legacy account of less than 25,000 dollars has three day trades in five sessions", () => {
    const world = new BrokerageWorld({ legacyPdt: true, startingCash: 20_000 });
    world.quote(41.98, 42);
    for (let n = 0; n < 3; n++) {
      world.order({ shares: 1 });
      world.quote(41.98, 42).order({ side: "sell", shares: 1 });
      world.quote(41.98, 42);
    }
    expect(world.shares()).toBe(0);
    world.order({ shares: 1 });
    world.quote(41.98, 42);
    expect(world.ask({ side: "sell", shares: 1 })).toMatchObject({ status: 403, code: 40_310_100 });
    world.at("10:00", 1).quote(41.98, 42);
    expect(world.ask({ side: "sell", shares: 1 })).not.toHaveProperty("code");
  });

  it("an account whose owner suspended it takes no order", () => {
    const { world } = answerTo({ why: "", ask: buy, answer: "" });
    world.brokerage.configure({ suspendTrade: true });
    expect(world.ask(buy)).toMatchObject({ status: 403, code: 40_310_000 });
  });
});
