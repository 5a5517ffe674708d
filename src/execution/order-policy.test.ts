/**
 * Goal    prices stand on legal ticks (SEC Rule 612), offsets point the right way, and rounding never leads
 *         farther from the close than the offset allows.
 * Method  a table with the doubles that are known to lie, then properties in whole ticks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import { BUY, OrderType, SELL, type Side, TimeInForce } from "../domain/order.ts";
import { executionParams, priceEntry, roundToTick } from "./order-policy.ts";

describe("roundToTick", () => {
  it.each(
    table(`
      price              down     up       why
      1.005              1        1.01     half a cent: the double is a hair below it
      0.99995            0.9999   1        half a tick below one dollar; up ends on a legal dollar
      1.15               1.15     1.15     1.15 x 100 is 114.99999999999999
      0.29               0.29     0.29     0.29 x 10,000 is 2900 or a hair off
      10.1               10.1     10.1     on a cent
      1.1102230246       1.11     1.12     off a cent
      1                  1        1        cents begin at one dollar
      0.00012            0.0001   0.0002   below a dollar a tick is a hundredth of a cent
      0.3                0.3      0.3      on a tick
      0.12345            0.1234   0.1235   half a tick
      123456.78          123456.78  123456.78  the dearest share there is
      123456.789         123456.78  123456.79  and off its tick
      none               none     none     no price stays none
    `),
  )("$price: $why", (row) => {
    const price = cellNumber(row.price);
    expect(roundToTick(price, -1, "us")).toBe(cellNumber(row.down));
    expect(roundToTick(price, 1, "us")).toBe(cellNumber(row.up));
    expect(roundToTick(price, -1, "none")).toBe(price);
  });

  const isLegal = (price: number) =>
    roundToTick(price, 1, "us") === price && roundToTick(price, -1, "us") === price;

  it("every tick is left alone, from either side, also when it was arrived at by arithmetic", () => {
    const cents = fc.integer({ min: 100, max: 100_000_000 });
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 900 }), (whole, other) => {
        const exact = whole / 100;
        expect(isLegal(exact)).toBe(true);
        // A sum and a difference of cents is a cent, whatever the last bits say.
        const travelled = exact + other / 100 - other / 100;
        expect(roundToTick(travelled, 1, "us")).toBe(exact);
        expect(roundToTick(travelled, -1, "us")).toBe(exact);
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (ticks) => {
        expect(isLegal(ticks / 10_000)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("the result is a legal tick on the asked side, less than a tick away", () => {
    const parts = fc.integer({ min: 1, max: 2_000_000_000 });
    fc.assert(
      fc.property(parts, fc.constantFrom(1, -1), (millionths, direction) => {
        const price = millionths / 1e6;
        const rounded = roundToTick(price, direction, "us");
        const tick = price >= 1 ? 0.01 : 0.0001;
        expect(direction * (rounded - price)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.abs(rounded - price)).toBeLessThan(tick);
        if (rounded > 0) expect(isLegal(rounded)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});

const params = executionParams.parse({});

describe("priceEntry", () => {
  it.each(
    table(`
      side  close   timing        order   limit    force     why
      buy   100     now           limit   100.05   next_bar  five basis points above
      sell  100     now           limit   99.95    next_bar  and below
      buy   100     open_auction  limit   100.5    opg       half a per cent, into the auction
      sell  100     open_auction  limit   99.5     opg       and below
      buy   10      now           limit   10       next_bar  $10.005 rounds towards the close
      sell  10      now           limit   10       next_bar  as does $9.995
      buy   0.5     now           limit   0.5002   next_bar  $0.50025 on the finer grid
      sell  0.5     now           limit   0.4998   next_bar  $0.49975 on the finer grid
      buy   0.9999  now           limit   1        next_bar  over the dollar only cents are legal
      sell  1       now           limit   0.9995   next_bar  below it the finer grid is
      buy   none    now           limit   none     next_bar  an unknown close gives no limit, which the gate refuses
      buy   100     now           market  none     next_bar  a market order has no limit
      sell  100     open_auction  market  none     opg       nor in the auction
    `),
  )("$side at $close, $timing, $order: $why", (row) => {
    const entryOrder = row.order === "market" ? "market" : "limit";
    const timing = row.timing === "now" ? "now" : "open_auction";
    const side = row.side === "buy" ? BUY : SELL;
    expect(priceEntry(side, cellNumber(row.close), timing, { ...params, entryOrder })).toEqual({
      type: entryOrder === "market" ? OrderType.Market : OrderType.Limit,
      timeInForce: row.force === "opg" ? TimeInForce.AtOpen : TimeInForce.NextBar,
      limit: cellNumber(row.limit),
    });
  });

  it.each([
    { life: "next_bar", force: TimeInForce.NextBar },
    { life: "day", force: TimeInForce.Day },
    { life: "gtc", force: TimeInForce.GoodTillCanceled },
    { life: "ioc", force: TimeInForce.ImmediateOrCancel },
  ] as const)("an entry lives $life outside the auctions, and never in them", ({ life, force }) => {
    const given = { ...params, entryLife: life };
    expect(priceEntry(BUY, 100, "now", given).timeInForce).toBe(force);
    expect(priceEntry(BUY, 100, "open_auction", given).timeInForce).toBe(TimeInForce.AtOpen);
    expect(priceEntry(BUY, 100, "close_auction", given)).toMatchObject({
      timeInForce: TimeInForce.AtClose,
      limit: 100.5,
    });
  });

  it("the limit lies between the close and the offset: never beyond it, never on the other side", () => {
    const cents = fc.integer({ min: 100, max: 1_000_000 });
    const bps = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(cents, bps, fc.constantFrom<Side>(BUY, SELL), (whole, offset, side) => {
        const close = whole / 100;
        const { limit } = priceEntry(side, close, "now", { ...params, limitOffsetBps: offset });
        const distance = (side * (limit - close)) / close;
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(offset / 10_000 + 1e-12);
      }),
      { numRuns: 5_000 },
    );
  });

  it("names a parameter that it does not know or that is out of range", () => {
    expect(() => executionParams.parse({ slippage: 1 })).toThrow(/slippage/);
    expect(() => executionParams.parse({ limitOffsetBps: 101 })).toThrow(/limitOffsetBps/);
    expect(() => executionParams.parse({ auctionOffsetBps: Number.NaN })).toThrow(/auctionOffsetBps/);
    expect(() => executionParams.parse({ tick: "eu" })).toThrow(/tick/);
  });
});
