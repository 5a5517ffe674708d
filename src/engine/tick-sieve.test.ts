/**
 * Goal    execute hears of the market what it acts on, and at once what may be a stop's; a day of holding is no tape.
 * Method  a feed by hand: a quote and a trade each second, prices near and far from a stop (TS-1 to TS-3).
 */
import { describe, expect, it } from "vitest";
import type { QuoteUpdated, TradePrinted } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { TickSieve } from "./tick-sieve.ts";

const stock = 0 as InstrumentId;
const NEVER = Number.POSITIVE_INFINITY;
const STOP = 100;

const at = (seconds: number) => Math.round(seconds * MICROS_PER_SECOND) as EpochMicros;
const quote = (seconds: number, bid = 109.99, ask = 110.01): QuoteUpdated => ({
  ...{ kind: "QuoteUpdated", at: at(seconds), instrument: stock },
  ...{ bid, bidSize: 1, ask, askSize: 1 },
});
const trade = (seconds: number, price = 110): TradePrinted => ({
  ...{ kind: "TradePrinted", at: at(seconds), instrument: stock, price, size: 1 },
});

const sieveFor = (every: number) =>
  new TickSieve({
    instruments: 1,
    hearsEvery: () => every,
    stopDistance: (_, price) => (price - STOP) / price,
  });

/** What passes of a quote and a trade each second, by the second. */
function heard(every: number, seconds: number, price = 110): string[] {
  const sieve = sieveFor(every);
  const passed: string[] = [];
  for (let s = 1; s <= seconds; s++) {
    const told = [
      ...sieve.quote(quote(s, price - 0.01, price + 0.01)),
      ...sieve.trade(trade(s + 0.5, price)),
    ];
    passed.push(...told.map(({ kind, at: told }) => `${kind} ${told / MICROS_PER_SECOND}`));
  }
  return passed;
}

describe("of the market of an instrument", () => {
  it("nothing passes where nothing of ours depends on it", () => {
    expect(heard(NEVER, 60, 100)).toEqual([]);
  });

  it("a tick passes each fifteen seconds where it is held and far from its stop", () => {
    expect(heard(at(15), 60)).toEqual([
      "QuoteUpdated 1",
      "QuoteUpdated 16",
      "QuoteUpdated 31",
      "QuoteUpdated 46",
    ]);
  });

  it("a tick passes each second where something of ours is under way", () => {
    expect(heard(at(1), 60)).toHaveLength(60);
  });

  it("every trade at its stop or beyond it passes at once, with the newest quote before it", () => {
    for (const price of [100, 80]) {
      const passed = heard(at(15), 30, price);
      for (let s = 1; s <= 30; s++) {
        const own = passed.indexOf(`TradePrinted ${s + 0.5}`);
        expect(own).toBeGreaterThan(0);
        expect(passed.slice(0, own)).toContain(`QuoteUpdated ${s}`);
      }
    }
  });

  it("a tick passes each second where the price is near its stop", () => {
    expect(heard(at(15), 60, 100.15)).toHaveLength(60);
  });

  it("the trade after one beyond the stop passes at once, wherever it is: it says whether that was a bad print", () => {
    const sieve = sieveFor(at(15));
    expect(sieve.trade(trade(1))).toHaveLength(1);
    expect(sieve.trade(trade(1.1, 99))).toHaveLength(1);
    expect(sieve.trade(trade(1.2, 110))).toHaveLength(1);
    expect(sieve.trade(trade(1.3, 110))).toEqual([]);
  });

  it("a gap to the stop passes at once, however little was heard before", () => {
    const sieve = sieveFor(at(15));
    expect(sieve.quote(quote(1))).toHaveLength(1);
    expect(sieve.trade(trade(1.1))).toEqual([]);
    expect(sieve.quote(quote(1.2))).toEqual([]);
    const [first, second] = sieve.trade(trade(1.3, 99));
    expect([first, second]).toEqual([quote(1.2), trade(1.3, 99)]);
  });

  it("quotes that come to the stop without a trade pass each second, one side being enough", () => {
    const sieve = sieveFor(at(15));
    expect(sieve.quote(quote(1))).toHaveLength(1);
    expect(sieve.quote(quote(1.5, 100.1, 110))).toEqual([]);
    expect(sieve.quote(quote(2, 100.1, 110))).toHaveLength(1);
    expect(sieve.quote(quote(3, Number.NaN, 100.1))).toHaveLength(1);
    expect(sieve.quote(quote(4, Number.NaN, 110))).toEqual([]);
  });

  it("before a decision the newest quote passes, once", () => {
    const sieve = sieveFor(NEVER);
    sieve.quote(quote(1));
    sieve.quote(quote(2));
    expect(sieve.of(stock, at(3))).toEqual([quote(2)]);
    expect(sieve.of(stock, at(3))).toEqual([]);
  });
});
