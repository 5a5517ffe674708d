/**
 * Goal    orders live and die as at the broker: fills, groups, stops, hours, replacements, money.
 * Method  small days with hand-made quotes, read back through what a client can see.
 */
import { describe, expect, it } from "vitest";
import { BrokerageWorld, clock, taken } from "../../../test/brokerage-world.ts";
import { MICROS, NANOS } from "../../domain/money.ts";
import type { EpochMicros } from "../../domain/time.ts";

const limitBuy = { shares: 10, type: "limit", limit: 41 } as const;
const bracket = { ...limitBuy, orderClass: "bracket", target: 44, stopLoss: 39 } as const;
const open = () => new BrokerageWorld().quote(41.98, 42).print(42);
const legs = (world: BrokerageWorld, id: string) => {
  const [target, stop] = world.see(id).legs ?? [];
  return { target: target?.id ?? "", stop: stop?.id ?? "" };
};

describe("fills on paper", () => {
  it("a market order is acknowledged as new and trades at once at the offer, whatever is displayed", () => {
    const world = open().quote(41.98, 42, "ACME", 1);
    const answer = world.order({ shares: 50 });
    expect(answer.status).toBe("new");
    expect(world.state(answer.id)).toBe("filled 50/50");
    expect(world.see(answer.id).filledAveragePrice).toBe(42 * MICROS);
    expect(world.told()).toEqual(["new market new", "fill market filled"]);
    expect(world.brokerage.account()).toMatchObject({
      cash: 97_900 * MICROS,
      longMarketValue: 2_100 * MICROS,
      equity: 100_000 * MICROS,
    });
  });

  it("a limit order rests until a quote comes to it and trades at that quote; prints do not fill it", () => {
    const world = open();
    const { id } = world.order(limitBuy);
    world.print(40.5);
    expect(world.state(id)).toBe("new 0/10");
    world.quote(40.88, 40.9);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 40_900_000 });
  });

  it("about one order in ten trades in two parts", () => {
    const world = open();
    let parts = 0;
    for (let n = 0; n < 300; n++) {
      world.order({ shares: 5 });
      world.quote(41.98, 42);
    }
    for (const { event } of world.brokerage.updates) if (event === "partial_fill") parts += 1;
    expect(parts).toBeGreaterThan(15);
    expect(parts).toBeLessThan(50);
    expect(world.shares()).toBe(1_500);
  });

  it("an order by value buys shares for the dollars, to nine places", () => {
    const world = open();
    const { id } = world.order({ dollars: 100 });
    expect(world.see(id)).toMatchObject({
      status: "filled",
      quantity: undefined,
      filledQuantity: 2_380_952_380,
    });
    expect(world.brokerage.account().cash).toBeGreaterThanOrEqual(99_900 * MICROS);
    const { id: sale } = world.order({ side: "sell", dollars: 40 });
    expect(world.see(sale).status).toBe("filled");
    expect(world.see(sale).filledQuantity).toBe(952_834_683);
  });

  it("what takes only what is there ends with it", () => {
    const world = open();
    const { id } = world.order({ ...limitBuy, timeInForce: "ioc" });
    expect(world.state(id)).toBe("canceled 0/10");
    expect(world.told()).toEqual(["new limit new", "canceled limit canceled"]);
  });
});

describe("fills in the book", () => {
  const book = () => new BrokerageWorld({ fillModel: "book" }).quote(41.98, 42, "ACME", 30);

  it("takes what is displayed, once, and the rest waits for the next quote", () => {
    const world = book();
    const { id } = world.order({ shares: 50 });
    expect(world.state(id)).toBe("partially_filled 30/50");
    world.brokerage.advance(world.tick());
    expect(world.state(id)).toBe("partially_filled 30/50");
    world.quote(41.98, 42.01, "ACME", 100);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 42_004_000 });
  });

  it("all or nothing is nothing when less is displayed", () => {
    const world = book();
    const { id } = world.order({ shares: 50, timeInForce: "fok" });
    expect(world.state(id)).toBe("canceled 0/50");
    expect(world.state(world.order({ shares: 50, timeInForce: "ioc" }).id)).toBe("canceled 30/50");
  });

  it("what rests trades at its limit after what stands ahead of it", () => {
    const world = book();
    const { id } = world.order({ ...limitBuy, limit: 41.98 });
    world.print(41.98, 30);
    expect(world.state(id)).toBe("new 0/10");
    world.print(41.98, 4);
    expect(world.state(id)).toBe("partially_filled 4/10");
    world.quote(41.98, 41.99, "ACME", 30).print(41.98, 100);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 41_980_000 });
  });

  it("auctions are prints: a closing order trades with the first one after the close", () => {
    const world = book();
    const { id } = world.order({ shares: 10, timeInForce: "cls" });
    world.quote(42.98, 43).at("16:00").print(43.5, 1_000);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 43_500_000 });
  });
});

describe("stops", () => {
  const long = () => {
    const world = open();
    world.order({ shares: 10 });
    world.told();
    return world;
  };

  it("a sell stop is reached by a print and trades later, at the market", () => {
    const world = long();
    const { id } = world.order({ side: "sell", shares: 10, type: "stop", stop: 40 });
    world.quote(39.88, 39.9);
    expect(world.state(id)).toBe("new 0/10");
    world.print(39.9);
    world.brokerage.advance(world.now);
    expect(world.state(id)).toBe("new 0/10");
    world.quote(39.78, 39.8);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 39_780_000, type: "stop" });
  });

  it("a print outside the best bid and offer reaches nothing", () => {
    const world = long();
    const { id } = world.order({ side: "sell", shares: 10, type: "stop", stop: 40 });
    world.print(39).quote(41.98, 42);
    expect(world.state(id)).toBe("new 0/10");
  });

  it("a buy stop has a cap: four percent above it below 50 dollars", () => {
    const world = open();
    const { id } = world.order({ shares: 10, type: "stop", stop: 43 });
    world.quote(43, 43.01).print(43).quote(44.9, 45);
    expect(world.state(id)).toBe("new 0/10");
    world.quote(44.6, 44.7);
    expect(world.state(id)).toBe("filled 10/10");
  });

  it("a stop limit does not trade beyond its limit", () => {
    const world = long();
    const { id } = world.order({ side: "sell", shares: 10, type: "stop_limit", stop: 40, limit: 39.5 });
    world.quote(39, 40).print(39.9).quote(39.1, 39.2);
    expect(world.state(id)).toBe("new 0/10");
    world.quote(39.6, 39.7);
    expect(world.state(id)).toBe("filled 10/10");
  });

  it("a trailing stop follows the best price and never goes back", () => {
    const world = long();
    const { id } = world.order({ side: "sell", shares: 10, type: "trailing_stop", trailPercent: 10_000_000 });
    expect(world.see(id)).toMatchObject({ highWaterMark: 42_000_000, stopPrice: 37_800_000 });
    world.quote(49.9, 50).print(50).quote(47, 48).print(48);
    expect(world.see(id)).toMatchObject({ highWaterMark: 50_000_000, stopPrice: 45_000_000, status: "new" });
    world.quote(44.9, 45).print(45).quote(44.8, 45);
    expect(world.see(id)).toMatchObject({ status: "filled", filledAveragePrice: 44_800_000 });
  });

  it("nothing is reached before and after hours", () => {
    const world = long();
    const { id } = world.order({ side: "sell", shares: 10, type: "stop", stop: 40, timeInForce: "gtc" });
    world.at("16:30").quote(39, 39.1).print(39).at("08:00", 1).print(39.05);
    expect(world.state(id)).toBe("new 0/10");
    world.at("09:30", 1).print(39.05).quote(39, 39.1);
    expect(world.state(id)).toBe("filled 10/10");
  });
});

describe("groups", () => {
  const entered = (ask = bracket as object) => {
    const world = open();
    const { id } = world.order(ask);
    world.quote(40.98, 41);
    return { world, id, ...legs(world, id) };
  };

  it("legs sleep until the entry is complete; then the target works and the stop is held", () => {
    const world = open();
    const answer = world.order(bracket);
    expect(answer.legs?.map(({ type, status, side }) => `${type} ${side} ${status}`)).toEqual([
      "limit sell held",
      "stop sell held",
    ]);
    world.quote(40.98, 41);
    const { target, stop } = legs(world, answer.id);
    expect([world.state(target), world.state(stop)]).toEqual(["new 0/10", "held 0/10"]);
    expect(world.told()).toEqual(["new limit new", "fill limit filled", "new limit new"]);
  });

  it("a complete target cancels the stop, in that order", () => {
    const { world, target, stop } = entered();
    world.told();
    world.quote(44, 44.02);
    expect([world.state(target), world.state(stop)]).toEqual(["filled 10/10", "canceled 0/10"]);
    expect(world.told()).toEqual(["fill limit filled", "canceled stop canceled"]);
    expect(world.shares()).toBe(0);
  });

  it("a reached stop cancels the target before it trades", () => {
    const { world, target, stop } = entered();
    world.told();
    world.quote(38.9, 39).print(39);
    expect(world.told()).toEqual(["canceled limit canceled", "new stop new"]);
    world.quote(38.8, 38.9);
    expect([world.state(target), world.state(stop)]).toEqual(["canceled 0/10", "filled 10/10"]);
  });

  it("what the target trades in part the stop loses", () => {
    const world = new BrokerageWorld({ fillModel: "book" }).quote(41.98, 42, "ACME", 100).print(42);
    const { id } = world.order({ ...bracket, limit: 42 });
    const { target, stop } = legs(world, id);
    world.quote(44, 44.1, "ACME", 4);
    expect([world.state(target), world.state(stop)]).toEqual(["partially_filled 4/10", "held 0/6"]);
    world.quote(38.9, 39, "ACME", 100).print(39).quote(38.8, 39, "ACME", 100);
    expect([world.state(target), world.state(stop)]).toEqual(["canceled 4/10", "filled 6/6"]);
    expect(world.shares()).toBe(0);
  });

  it.each(["target", "stop"] as const)("canceling the %s cancels the other", (which) => {
    const group = entered();
    taken(group.world.brokerage.cancel(group[which], group.world.now));
    const { world, target, stop } = group;
    expect([world.see(target).status, world.see(stop).status]).toEqual(["canceled", "canceled"]);
    expect(world.brokerage.orders()).toEqual([]);
  });

  it("canceling the entry cancels its legs; an expired entry leaves none either", () => {
    for (const end of ["cancel", "expire"]) {
      const world = open();
      const { id } = world.order(bracket);
      if (end === "cancel") taken(world.brokerage.cancel(id, world.now));
      else world.at("16:00");
      expect(world.brokerage.orders()).toEqual([]);
    }
  });

  it("a pair protects a position: its shares are promised once", () => {
    const world = open();
    world.order({ shares: 10 });
    const { id } = world.order({
      side: "sell",
      shares: 10,
      type: "limit",
      orderClass: "oco",
      target: 44,
      stopLoss: 40,
    });
    const [stop] = world.see(id).legs ?? [];
    expect([world.state(id), stop?.status]).toEqual(["new 0/10", "held"]);
    expect(taken(world.brokerage.position("ACME")).quantityAvailable).toBe(0);
    world.quote(39.9, 40).print(40).quote(39.8, 40);
    expect([world.state(id), world.state(stop?.id ?? "")]).toEqual(["canceled 0/10", "filled 10/10"]);
  });

  it("one triggers other: the stop works when the entry is complete", () => {
    const { world, id } = entered({ ...limitBuy, orderClass: "oto", stopLoss: 39 });
    const [stop] = world.see(id).legs ?? [];
    expect(stop?.status).toBe("new");
    world.quote(38.9, 39).print(39).quote(38.8, 39);
    expect(world.state(stop?.id ?? "")).toBe("filled 10/10");
  });

  it("legs are rows of their own, or stand inside their parents, never both", () => {
    const { world } = entered();
    expect(world.brokerage.orders({ status: "all" })).toHaveLength(3);
    const nested = world.brokerage.orders({ status: "all", nested: true });
    expect(nested.map((each) => each.legs?.length)).toEqual([2]);
    expect(world.brokerage.orders({ nested: true })).toHaveLength(2);
  });
});

describe("hours", () => {
  it("what comes before the open waits as accepted and trades at the open", () => {
    const world = new BrokerageWorld({}, clock("08:00")).quote(41.98, 42);
    const { id, status } = world.order({ shares: 10 });
    expect(status).toBe("accepted");
    world.at("09:29:59");
    expect(world.state(id)).toBe("accepted 0/10");
    world.at("09:30");
    expect(world.state(id)).toBe("filled 10/10");
    expect(world.told()).toEqual(["accepted market accepted", "new market new", "fill market filled"]);
  });

  it("a limit for extended hours trades before the open and lives to 20:00", () => {
    const world = new BrokerageWorld({}, clock("08:00")).quote(41.98, 42);
    const early = world.order({ ...limitBuy, limit: 42, extendedHours: true });
    expect(world.state(early.id)).toBe("filled 10/10");
    const late = world.order({ ...limitBuy, extendedHours: true });
    world.at("19:59:59");
    expect(world.state(late.id)).toBe("new 0/10");
    world.at("20:00");
    expect(world.state(late.id)).toBe("expired 0/10");
  });

  it("a day order expires at the close, one sent after it belongs to the next day", () => {
    const world = open();
    const { id } = world.order(limitBuy);
    world.at("16:00");
    expect(world.state(id)).toBe("expired 0/10");
    const next = world.at("16:30").order(limitBuy);
    expect(next).toMatchObject({ status: "accepted", expiresAt: clock("16:00", 1) });
  });

  it("a half day closes at 13:00 and its evening ends at 17:00", () => {
    const friday = 270; // 2026-11-27
    const world = new BrokerageWorld({}, clock("12:00", friday)).quote(41.98, 42);
    expect(world.order(limitBuy).expiresAt).toBe(clock("13:00", friday));
    expect(world.order({ ...limitBuy, extendedHours: true }).expiresAt).toBe(clock("17:00", friday));
  });

  it("a long-lived order ages out 90 days later at 16:15", () => {
    const world = open();
    const { id, expiresAt } = world.order({ ...limitBuy, timeInForce: "gtc" });
    expect(expiresAt).toBe(clock("16:15", 90));
    world.at("16:14", 90);
    expect(world.see(id).status).toBe("new");
    world.at("16:15", 90);
    expect(world.see(id).status).toBe("expired");
  });

  it("on paper an opening order trades at the quote of the open, a closing one at the close", () => {
    const world = new BrokerageWorld({}, clock("08:00")).quote(41.98, 42);
    const first = world.order({ shares: 10, timeInForce: "opg" });
    const missed = world.order({ ...limitBuy, timeInForce: "opg" });
    world.at("09:30");
    expect([world.state(first.id), world.state(missed.id)]).toEqual(["filled 10/10", "expired 0/10"]);
    const last = world.order({ side: "sell", shares: 10, timeInForce: "cls" });
    world.at("15:59:50").quote(43, 43.02);
    expect(world.state(last.id)).toBe("new 0/10");
    world.at("16:00");
    expect(world.see(last.id)).toMatchObject({ status: "filled", filledAveragePrice: 43_000_000 });
  });

  it("a halt lets orders rest; after it the market must be heard of again", () => {
    const world = open();
    const { id } = world.order(limitBuy);
    world.brokerage.status({ kind: "TradingHalted", at: world.tick(), instrument: 0 as never, reason: "H" });
    world.quote(40.8, 40.9);
    expect(world.state(id)).toBe("new 0/10");
    world.brokerage.status({ kind: "TradingResumed", at: world.tick(), instrument: 0 as never });
    world.brokerage.advance(world.tick());
    expect(world.state(id)).toBe("new 0/10");
    world.quote(40.8, 40.9);
    expect(world.state(id)).toBe("filled 10/10");
  });
});

describe("cancels and replacements", () => {
  const change = (world: BrokerageWorld, id: string, patch: object) =>
    world.brokerage.change(id, patch, world.now);

  it("a cancel is told twice and cannot be repeated", () => {
    const world = open();
    const { id } = world.order(limitBuy);
    world.told();
    expect(taken(world.brokerage.cancel(id, world.now)).status).toBe("canceled");
    expect(world.told()).toEqual(["pending_cancel limit pending_cancel", "canceled limit canceled"]);
    expect(world.brokerage.cancel(id, world.now)).toMatchObject({ status: 422, code: 42_210_000 });
    expect(world.brokerage.cancel("nobody", world.now)).toMatchObject({ status: 404, code: 40_410_000 });
  });

  it("a fill may come while the cancel is on its way, and wins", () => {
    const world = new BrokerageWorld({ requestMicros: 5_000_000 }).quote(41.98, 42);
    const { id } = world.order(limitBuy);
    taken(world.brokerage.cancel(id, world.now));
    world.quote(40.8, 40.9);
    world.at("09:40");
    expect(world.state(id)).toBe("filled 10/10");
  });

  it("a replacement gets a new id, takes over what has traded, and the old one names it", () => {
    const world = new BrokerageWorld({ fillModel: "book" }).quote(41.98, 42, "ACME", 4);
    const { id } = world.order({ ...limitBuy, limit: 42 });
    world.told();
    const next = taken(change(world, id, { limitPrice: 41.5 * MICROS, quantity: 12 * NANOS }));
    expect(world.see(id)).toMatchObject({ status: "replaced", replacedBy: next.id });
    expect(next.replaces).toBe(id);
    expect(world.state(next.id)).toBe("partially_filled 4/12");
    expect(world.told()).toEqual([
      "pending_replace limit pending_replace",
      "replaced limit replaced",
      "new limit partially_filled",
    ]);
    world.quote(41.4, 41.5, "ACME", 100);
    expect(world.see(next.id)).toMatchObject({ status: "filled", filledAveragePrice: 41_666_667 });
    expect(world.shares()).toBe(12);
  });

  it("an order that trades first defeats its replacement", () => {
    const world = new BrokerageWorld({ requestMicros: 5_000_000 }).quote(41.98, 42);
    const { id } = world.order(limitBuy);
    const next = taken(change(world, id, { limitPrice: 40 * MICROS }));
    expect(next.status).toBe("pending_new");
    world.quote(40.8, 40.9);
    expect([world.state(id), world.state(next.id)]).toEqual(["filled 10/10", "rejected 0/10"]);
    world.at("09:40");
    expect(world.shares()).toBe(10);
  });

  it("a stop of a group moves while it is held", () => {
    const world = open();
    const { id } = world.order(bracket);
    world.quote(40.98, 41);
    const next = taken(change(world, legs(world, id).stop, { stopPrice: 40 * MICROS }));
    expect(world.state(next.id)).toBe("held 0/10");
    world.quote(39.9, 40).print(40).quote(39.8, 40);
    expect(world.state(next.id)).toBe("filled 10/10");
  });

  it.each([
    ["nothing changes", { limitPrice: 41 * MICROS }, 42_210_000],
    ["a price off the tick", { limitPrice: 41_005_000 }, 42_210_000],
    ["a stop on a limit order", { stopPrice: 41 * MICROS }, 40_010_001],
    ["a part of a share", { quantity: 1.5 * NANOS }, 42_210_000],
    ["more than the account can buy", { quantity: 9_000 * NANOS }, 40_310_000],
    ["a client id used before", { limitPrice: 40 * MICROS, clientOrderId: "mine" }, 40_010_001],
    ["an hour that cannot be", { timeInForce: "ioc" }, 42_210_000],
  ])("a replacement is refused: %s", (_, patch, code) => {
    const world = open();
    const { id } = world.order({ ...limitBuy, clientOrderId: "mine" });
    expect(change(world, id, patch)).toMatchObject({ code });
    expect(world.state(id)).toBe("new 0/10");
  });

  it("a replacement is refused for what is accepted, ended, by value, or down to what has traded", () => {
    const world = new BrokerageWorld({ fillModel: "book" }, clock("08:00")).quote(41.98, 42, "ACME", 4);
    const waiting = world.order(limitBuy);
    expect(change(world, waiting.id, { limitPrice: 40 * MICROS })).toMatchObject({
      message: "cannot replace order in accepted status",
    });
    world.at("10:00").quote(41.98, 42, "ACME", 4);
    const part = world.order({ ...limitBuy, limit: 42 });
    expect(change(world, part.id, { quantity: 4 * NANOS })).toMatchObject({
      message: "qty must be > filled_qty",
    });
    const value = world.order({ dollars: 100, type: "limit", limit: 40 });
    expect(change(world, value.id, { limitPrice: 39 * MICROS })).toMatchObject({ code: 42_210_000 });
    taken(world.brokerage.cancel(value.id, world.now));
    expect(change(world, value.id, { limitPrice: 39 * MICROS })).toMatchObject({ code: 42_210_000 });
  });

  it("a mass cancel has one row per order, groups once, and close all reports what it may not", () => {
    const world = open();
    world.order({ shares: 10 });
    world.order({ side: "sell", shares: 10, type: "limit", orderClass: "oco", target: 44, stopLoss: 40 });
    expect(world.brokerage.closeAll(false, world.now)).toMatchObject([{ symbol: "ACME", status: 403 }]);
    expect(world.brokerage.cancelAll(world.now)).toMatchObject([{ status: 200 }]);
    expect(world.brokerage.orders()).toEqual([]);
    const [row] = world.brokerage.closeAll(true, world.now);
    expect(row).toMatchObject({ symbol: "ACME", status: 200, body: { side: "sell" } });
    world.quote(41.98, 42);
    expect(world.shares()).toBe(0);
    expect(world.brokerage.closeAll(true, world.now)).toEqual([]);
  });

  it("half of a position can be closed", () => {
    const world = open();
    world.order({ shares: 9 });
    const answer = taken(world.brokerage.closePosition("ACME", { percentage: 50 }, world.now));
    expect(answer.quantity).toBe(4.5 * NANOS);
    expect(world.brokerage.closePosition("HARD", {}, world.now)).toMatchObject({ status: 404 });
  });
});

describe("money", () => {
  it("average cost stays when a position shrinks; a short is worth less than nothing", () => {
    const world = open();
    world.order({ shares: 10 });
    world.quote(43.98, 44).order({ shares: 30 });
    world.quote(44.98, 45).print(45).order({ side: "sell", shares: 20 });
    world.quote(44.98, 45);
    expect(taken(world.brokerage.position("ACME"))).toMatchObject({
      quantity: 20 * NANOS,
      averageEntryPrice: 43.5 * MICROS,
      costBasis: 870 * MICROS,
      marketValue: 900 * MICROS,
      unrealized: 30 * MICROS,
    });
    const short = open();
    short.order({ side: "sell", shares: 10 });
    short.quote(42.98, 43).print(43);
    expect(taken(short.brokerage.position("ACME"))).toMatchObject({
      side: "short",
      quantity: -10 * NANOS,
      marketValue: -430 * MICROS,
      unrealized: -10.2 * MICROS,
    });
    expect(short.brokerage.account()).toMatchObject({ equity: (100_000 - 10.2) * MICROS });
  });

  it("buying power is twice what margin leaves, less what open orders reserve", () => {
    const world = open();
    expect(world.brokerage.account().buyingPower).toBe(200_000 * MICROS);
    world.order({ ...limitBuy, shares: 100 });
    expect(world.brokerage.account().buyingPower).toBe(195_900 * MICROS);
    world.order({ shares: 1_000 });
    expect(world.brokerage.account().buyingPower).toBe((200_000 - 4_100 - 42_000) * MICROS);
    world.order({ side: "sell", shares: 100, type: "trailing_stop", trailPrice: MICROS });
    expect(world.brokerage.account().buyingPower).toBe((200_000 - 4_100 - 42_000) * MICROS);
  });

  it("fees accrue over the day, are rounded up once, and leave in the night", () => {
    const feeSchedule = [{ from: "2025-01-01", secPerMillion: 27.8, tafPerShare: 0.000166, tafCap: 8.3 }];
    const world = new BrokerageWorld({ feeSchedule }).quote(41.98, 42).print(42);
    world.order({ shares: 100 });
    for (let n = 0; n < 2; n++) {
      world.quote(41.98, 42).order({ side: "sell", shares: 50 });
      world.quote(41.98, 42);
    }
    // 4,198 dollars at 27.80 per million are 11.67 cents, 100 shares 1.66 cents.
    expect(world.brokerage.account()).toMatchObject({ accruedFees: 140_000, cash: 99_998 * MICROS });
    world.at("20:00");
    expect(world.brokerage.account()).toMatchObject({ accruedFees: 0, cash: 99_998 * MICROS - 140_000 });
    expect(world.brokerage.activities({ types: ["FEE"] })).toMatchObject([
      { activitySubType: "TAF", netAmount: -20_000 },
      { activitySubType: "REG", netAmount: -120_000 },
    ]);
  });

  it("the last equity is that of the close, and the day's profit begins there", () => {
    const world = open();
    world.order({ shares: 10 });
    world.print(43).at("16:00");
    expect(world.brokerage.account().lastEquity).toBe(100_010 * MICROS);
    world.at("10:00", 1).quote(43.98, 44).print(44);
    expect(taken(world.brokerage.position("ACME"))).toMatchObject({
      lastDayPrice: 43 * MICROS,
      unrealizedIntraday: 10 * MICROS,
    });
  });

  it("activities page by the id of the last row, either way", () => {
    const world = open();
    for (let n = 0; n < 5; n++) world.quote(41.98, 42).order({ shares: 1 });
    const all = world.brokerage.activities({ direction: "asc" });
    expect(all).toHaveLength(5);
    const first = world.brokerage.activities({ pageSize: 2 });
    const second = world.brokerage.activities({ pageSize: 2, pageToken: first[1]?.id ?? "" });
    expect([...first, ...second]).toEqual(all.toReversed().slice(0, 4));
    expect(all[0]?.id).toMatch(/^20260302143\d{6}::[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });

  it("equity is kept minute by minute", () => {
    const world = open();
    world.order({ shares: 10 });
    world.quote(43, 43.02).print(43).at("09:45");
    const rows = world.brokerage.portfolioHistory({
      from: clock("09:30"),
      to: clock("09:45"),
      stepMicros: 300_000_000,
      hours: "market",
    });
    expect(rows.map(({ equity }) => equity / MICROS)).toEqual([100_010, 100_010, 100_010]);
    expect(rows[1]?.at).toBe(clock("09:35"));
  });
});

describe("faults of the broker's own", () => {
  it("a cancel that hangs holds the shares until it is let go", () => {
    const world = open();
    world.order({ shares: 10 });
    const { id } = world.order({ side: "sell", shares: 10, type: "limit", limit: 44 });
    world.brokerage.stickCancels("ACME");
    expect(taken(world.brokerage.cancel(id, world.now)).status).toBe("pending_cancel");
    world.at("10:00");
    expect(world.ask({ side: "sell", shares: 1 })).toMatchObject({ status: 403 });
    world.brokerage.stickCancels(undefined);
    world.brokerage.advance(world.tick());
    expect(world.see(id).status).toBe("canceled");
  });

  it("an order is accepted and then rejected", () => {
    const world = open();
    world.brokerage.rejectAfterAccept(1);
    const { id, status } = world.order({ shares: 10 });
    expect([status, world.see(id).status, world.shares()]).toEqual(["new", "rejected", 0]);
    expect(world.see(id).failedAt).toBe(world.now);
  });

  it("an update is lost, the state is not", () => {
    const world = open();
    world.brokerage.loseUpdates(2);
    const { id } = world.order({ shares: 10 });
    expect(world.told()).toEqual([]);
    expect(world.state(id)).toBe("filled 10/10");
  });

  it("an order that is late cannot be found, blocks its client id, and comes to life", () => {
    const world = open();
    world.brokerage.creationDelay(3_000_000);
    const { id } = world.order({ shares: 10, clientOrderId: "late" });
    expect(world.brokerage.orderByClientId("late")).toMatchObject({ status: 404 });
    expect(world.ask({ shares: 10, clientOrderId: "late" })).toMatchObject({ code: 40_010_001 });
    world.brokerage.advance((world.now + 3_000_000) as EpochMicros);
    expect(taken(world.brokerage.orderByClientId("late"))).toMatchObject({ id, status: "filled" });
  });

  it("a name that turns hard to borrow loses its open short sales before the next day", () => {
    const world = open();
    const { id } = world.order({ side: "sell", shares: 10, type: "limit", limit: 44, timeInForce: "gtc" });
    world.brokerage.htbFlip("ACME");
    expect(world.at("19:00").see(id).status).toBe("new");
    expect(world.at("04:00", 1).see(id).status).toBe("canceled");
  });
});
