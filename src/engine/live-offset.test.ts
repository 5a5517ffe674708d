/**
 * Goal    live entries follow a fresh quote when they are told to, and are priced as ever otherwise; one wild night or
 *         one split does not widen them.
 * Method  bars with a known deviation and quotes by hand; the limit of the request that leaves.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { bars, columnsOf } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { executionParams } from "../execution/order-policy.ts";
import { LiveOffset } from "./live-offset.ts";
import { entryRequest } from "./order-requests.ts";

const START = 1_709_562_600_000_000;
const stock = 0 as InstrumentId;
const minute = (n: number) => (START + n * MICROS_PER_MINUTE) as EpochMicros;
const facts = { now: minute(30), bid: () => 99.9, ask: () => 100.1, quotedAt: () => facts.quoted, quoted: 0 };

const made = (limitOffset: "fixed" | "adaptive") =>
  new LiveOffset(executionParams.parse({ limitOffset }), 1, () => facts);

function feed(offset: LiveOffset, n: number, price: number): void {
  const at = minute(n);
  offset.bars({ at, from: 0, to: 1, columns: columnsOf("1m", 1, bars(0, String(price), [at])) });
}

/** Closes that go up and down by 0.4 %: the deviation of their returns. */
function warm(offset: LiveOffset, from: number, to: number): void {
  for (let n = from; n <= to; n++) feed(offset, n, n % 2 === 0 ? 100 : 100.4);
}

const limitOf = (offset: LiveOffset, shares: number) => {
  const intent = { at: minute(30), strategy: 0, instrument: stock, signal: 0, reference: 100 };
  const entry = {
    ...intent,
    kind: "Enter",
    shares,
    binding: "fixed_shares",
    stop: Number.NaN,
    target: Number.NaN,
  };
  return entryRequest({ ...entry, timing: "now" } as EntryIntent, offset.pricing).limit;
};

beforeEach(() => {
  facts.quoted = minute(30) - MICROS_PER_SECOND;
});

describe("an adaptive offset", () => {
  it("prices both sides by half the spread and a tenth of the deviation", () => {
    const offset = made("adaptive");
    warm(offset, 0, 20);
    expect(offset.bps(stock)).toBeCloseTo(10 + 0.1 * Math.log(1.004) * 10_000, 6);
    expect(limitOf(offset, 100)).toBe(100.13);
    expect(limitOf(offset, -100)).toBe(99.87);
  });

  it("is the fixed one without a fresh quote", () => {
    const offset = made("adaptive");
    warm(offset, 0, 20);
    for (const quoted of [minute(30) - 3 * MICROS_PER_SECOND, minute(31), Number.NaN]) {
      facts.quoted = quoted;
      expect(offset.bps(stock)).toBe(5);
    }
  });

  it("knows no volatility before there were a dozen returns", () => {
    const offset = made("adaptive");
    warm(offset, 0, 11);
    expect(offset.bps(stock)).toBeCloseTo(10, 6);
    warm(offset, 12, 12);
    expect(offset.bps(stock)).toBeGreaterThan(13);
  });

  it("takes no night and no split for a bar's return", () => {
    const offset = made("adaptive");
    warm(offset, 0, 20);
    const before = offset.bps(stock);
    feed(offset, 900, 150);
    offset.forget(stock);
    feed(offset, 901, 75);
    expect(offset.bps(stock)).toBe(before);
  });
});

it("a fixed offset is not touched by quotes or bars", () => {
  const offset = made("fixed");
  warm(offset, 0, 20);
  expect(offset.pricing.entryOffsetBps).toBeUndefined();
  expect(limitOf(offset, 100)).toBe(100.05);
});
