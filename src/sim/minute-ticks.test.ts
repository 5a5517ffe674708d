/** Goal: whatever the bar, its prints are that bar again and stand on quotes that could be real. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { type MinuteBar, MinuteTickMaker } from "./minute-ticks.ts";

const AT = 1_772_461_800_000_000 as EpochMicros;

const bars = fc
  .tuple(
    fc.array(fc.integer({ min: 20, max: 60_000 }), { minLength: 4, maxLength: 4 }),
    fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 6, max: 3_000_000 })),
    fc.boolean(),
  )
  .map(([cents, volume, isOdd]): MinuteBar => {
    const [a = 1, b = 1, c = 1, d = 1] = cents.map((value) => value / 100);
    const fraction = isOdd && volume > 0 ? 0.375 : 0;
    return {
      at: AT,
      open: a,
      close: b,
      high: Math.max(a, b, c, d),
      low: Math.min(a, b, c, d),
      volume: volume + fraction,
    };
  });

describe("ticks of a bar", () => {
  it.each([1, 60])("MT-1 the prints aggregate to the bar of %d seconds, to the last share", (seconds) => {
    let printed = 0;
    fc.assert(
      fc.property(bars, fc.integer({ min: 0, max: 99 }), (bar, seed) => {
        const { trades } = new MinuteTickMaker(seed).ticks("ACME", bar, 0.0002, seconds);
        if (bar.volume === 0) {
          expect(trades).toEqual([]);
          return;
        }
        const prices = trades.map(({ price }) => price);
        expect([prices[0], prices.at(-1)]).toEqual([bar.open, bar.close]);
        expect([Math.max(...prices), Math.min(...prices)]).toEqual([bar.high, bar.low]);
        expect(trades.reduce((sum, { size }) => sum + size, 0)).toBe(bar.volume);
        expect(trades.every(({ size }) => size > 0)).toBe(true);
        const ends = AT + seconds * MICROS_PER_SECOND;
        expect(trades.every(({ at }, i) => at >= (trades[i - 1]?.at ?? AT) && at < ends)).toBe(true);
        printed += trades.length;
      }),
    );
    expect(printed).toBeGreaterThan(200);
  });

  it("MT-2 each print stands on the quote before it; quotes ascend in time and never cross", () => {
    fc.assert(
      fc.property(bars, fc.double({ min: 0, max: 0.01, noNaN: true }), (bar, halfSpread) => {
        const { quotes, trades } = new MinuteTickMaker(3).ticks("ACME", bar, halfSpread);
        for (const { at, price } of trades) {
          const standing = quotes.findLast((quote) => quote.at <= at);
          expect([standing?.bid, standing?.ask]).toContain(price);
        }
        expect(quotes.every(({ bid, ask }) => bid > 0 && bid < ask)).toBe(true);
        expect(quotes.every(({ at }, i) => at >= (quotes[i - 1]?.at ?? AT))).toBe(true);
        expect(quotes.length).toBeGreaterThanOrEqual(30);
      }),
    );
  });

  it("the same seed, symbol and minute give the same ticks; another symbol gives others", () => {
    const bar = { at: AT, open: 10, high: 10.5, low: 9.9, close: 10.2, volume: 5000 };
    const ticks = (symbol: string) => new MinuteTickMaker(1).ticks(symbol, bar, 0.0001);
    expect(ticks("ACME")).toEqual(ticks("ACME"));
    expect(ticks("ACME")).not.toEqual(ticks("BETA"));
    expect(ticks("ACME").trades).toEqual(new MinuteTickMaker(1).trades("ACME", bar));
  });
});
