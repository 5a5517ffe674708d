/** Goal: what the twin is told of companies is understood or refused in one line; prices, books and lists follow. */
import { describe, expect, it } from "vitest";
import { BrokerageWorld, clock } from "../../test/brokerage-world.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { sessionOn } from "../market/calendar.ts";
import { ActedPrices } from "./prices/acted-prices.ts";
import { SyntheticPrices } from "./prices/synthetic-prices.ts";
import { brokerageActions, listedAction, parseAction } from "./scripted-actions.ts";

const DAY = dayNumber(2026, 11, 18);
const EX = dayNumber(2026, 11, 19);

describe("a line", () => {
  it("of a split, a dividend and a new name", () => {
    expect(parseAction("VAULO split 4:1 2026-11-19", "x")).toMatchObject({
      ...{ symbol: "VAULO", kind: "split", newShares: 4, oldShares: 1, exDate: EX },
    });
    expect(parseAction("VAULO dividend 0.25 2026-11-19 paid 2026-11-23", "x")).toMatchObject({
      ...{ kind: "dividend", perShare: 0.25, payDate: dayNumber(2026, 11, 23) },
    });
    expect(parseAction("VAULO rename VLT 2026-11-19 listed 2026-11-19T15:00:00Z", "x")).toMatchObject({
      ...{ kind: "rename", newSymbol: "VLT", listedAt: Date.parse("2026-11-19T15:00:00Z") * 1000 },
    });
  });

  it.each([
    "",
    "VAULO split 4 2026-11-19",
    "VAULO split 4:0 2026-11-19",
    "VAULO split 1:1 2026-11-19",
    "VAULO split 1.5:1 2026-11-19",
    "VAULO dividend -1 2026-11-19",
    "VAULO dividend 0.25 tomorrow",
    "VAULO merger 1 2026-11-19",
    "VAULO split 4:1 2026-11-19 listed soon",
  ])("like %j is refused, and says what is allowed", (line) => {
    expect(() => parseAction(line, "--action")).toThrow(
      /^--action ".*": is no action; give SYMBOL split 4:1 DATE/,
    );
  });

  it("of a symbol that is not listed is refused", () => {
    expect(() => brokerageActions([parseAction("ZZZ split 4:1 2026-11-19", "x")], [])).toThrow(
      /does not list it/,
    );
  });

  it("is listed as the vendor lists it", () => {
    expect(listedAction(parseAction("VAULO split 1:10 2026-11-19", "x"))).toMatchObject({
      list: "reverse_splits",
      row: { symbol: "VAULO", new_rate: 1, old_rate: 10, ex_date: "2026-11-19", process_date: "2026-11-19" },
    });
    expect(listedAction(parseAction("VAULO rename VLT 2026-11-19", "x"))).toMatchObject({
      list: "name_changes",
      row: { old_symbol: "VAULO", new_symbol: "VLT" },
    });
  });
});

describe("prices", () => {
  const source = new SyntheticPrices(7, DAY);
  const row = source.listings.findIndex(({ symbol }) => symbol === "VAULO");
  const acted = new ActedPrices(source, [parseAction("VAULO split 4:1 2026-11-19", "x")]);

  it("are a quarter from the ex-date on, in whole cents, and what they were before", () => {
    expect(acted.minutes(row, DAY)).toEqual(source.minutes(row, DAY));
    const [before, after] = [source.minutes(row, EX), acted.minutes(row, EX)];
    expect(after.length).toBe(before.length);
    for (const [n, bar] of after.entries()) {
      expect(bar.close).toBeCloseTo(before[n]!.close / 4, 1);
      expect(Math.round(bar.close * 100) / 100).toBe(bar.close);
      expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close));
      expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close));
      expect(bar.volume).toBe(before[n]!.volume * 4);
    }
  });

  it("of quotes and prints follow, and the offer stays above the bid", () => {
    const at = (sessionOn(EX)!.open + 60e6) as EpochMicros;
    const { quotes, trades } = acted.ticks(row, at);
    expect(quotes.length).toBeGreaterThan(0);
    for (const { bid, ask } of quotes) expect(ask).toBeGreaterThan(bid);
    const bar = acted.minutes(row, EX).find((one) => one.at === at)!;
    for (const { price } of trades) {
      expect(price).toBeGreaterThanOrEqual(bar.low - 0.011);
      expect(price).toBeLessThanOrEqual(bar.high + 0.011);
    }
    expect(acted.trades(row, bar)).toEqual(trades);
  });

  it("of other symbols are untouched", () => {
    const other = row === 0 ? 1 : 0;
    expect(acted.minutes(other, EX)).toEqual(source.minutes(other, EX));
  });
});

describe("the brokerage", () => {
  const RATIO = { newShares: 4, oldShares: 1 };

  it("changes a position, its worth stays; a limit order is restated, a stop is left as it is", () => {
    const world = new BrokerageWorld().quote(41.98, 42).print(42);
    world.order({ shares: 100 });
    const before = world.brokerage.account().equity;
    const limit = world.order({ shares: 50, side: "sell", type: "limit", limit: 44, timeInForce: "gtc" });
    const stop = world.order({ shares: 50, side: "sell", type: "stop", stop: 40, timeInForce: "gtc" });
    world.told();
    world.brokerage.split("ACME", RATIO);
    expect(world.shares()).toBe(400);
    expect(world.brokerage.account().equity).toBe(before);
    expect(world.see(limit.id)).toMatchObject({ quantity: 200e9, limitPrice: 11_000_000 });
    expect(world.see(stop.id)).toMatchObject({ quantity: 50e9, stopPrice: 40_000_000 });
    expect(world.brokerage.updates.map(({ event }) => event)).toEqual(["restated"]);
  });

  it("does so by itself in the night before the ex-date, and pays dividends on their day", () => {
    const world = new BrokerageWorld({
      actions: [
        { at: clock("01:00", 1), instrument: 0 as never, kind: "split", ...RATIO },
        {
          at: clock("01:00", 1),
          instrument: 0 as never,
          kind: "dividend",
          perShare: 500_000,
          payAt: clock("02:00", 2),
        },
      ],
    });
    world.quote(41.98, 42).print(42);
    world.order({ shares: 10 });
    const { cash } = world.brokerage.account();
    world.brokerage.advance(clock("00:59", 1));
    expect(world.shares()).toBe(10);
    world.brokerage.advance(clock("01:01", 1));
    expect(world.shares()).toBe(40);
    expect(world.brokerage.account().cash).toBe(cash);
    world.brokerage.advance(clock("03:00", 2));
    expect(world.brokerage.account().cash).toBe(cash + 20_000_000);
    expect(world.brokerage.activities().map(({ activityType }) => activityType)).toContain("DIV");
  });
});
