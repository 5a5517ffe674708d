/**
 * Goal    the synthetic market is repeatable, keeps the calendar, and delivers only bars that a gatekeeper takes.
 * Method  byte comparison of columns asked for in different orders; every bar through the live gatekeeper.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarColumns, barCount, batchCount } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type DayNumber, dayNumber, type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../domain/time.ts";
import { liveBars } from "../market/gatekeeper/registry.ts";
import { barEndStamp } from "../market/gatekeeper/stamps.ts";
import { ACCEPTED, BarGatekeeper, type RawBar } from "../market/gatekeeper.ts";
import { MARKET_SECTOR, syntheticListings } from "./synthetic-listings.ts";
import { createSyntheticMarket, MOST_HISTORY_SESSIONS, type SyntheticMarket } from "./synthetic-market.ts";

const firstSession = dayNumber(2026, 1, 5);
const market = createSyntheticMarket({ seed: 42, firstSession });

const digits = (columns: BarColumns) => [
  columns.closedAt,
  columns.offset,
  columns.instrument,
  columns.open,
  columns.high,
  columns.low,
  columns.close,
  columns.volume,
];

function gatekeeperOf({ instruments }: SyntheticMarket): BarGatekeeper {
  return new BarGatekeeper({
    channel: liveBars,
    stamp: barEndStamp,
    skewMicros: 0,
    symbols: instruments.symbols,
  });
}

/** Offers every bar of the session and calls `after` at the end of each minute; the rows that were refused. */
function offer(gatekeeper: BarGatekeeper, columns: BarColumns, after: (batch: number) => void = () => {}) {
  const refused: number[] = [];
  for (let b = 0; b < batchCount(columns); b++) {
    const at = columns.closedAt[b]!;
    gatekeeper.tellTime(at as EpochMicros);
    for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
      const { instrument, open, high, low, close, volume } = columns;
      const prices = [open[row]!, high[row]!, low[row]!, close[row]!] as const;
      const answer = gatekeeper.checkRow(instrument[row]!, at, ...prices, volume[row]!);
      if (answer !== ACCEPTED) refused.push(row);
    }
    after(b);
  }
  return refused;
}

describe("createSyntheticMarket", () => {
  it("makes the same bytes from the same seed, and others from another", () => {
    const again = createSyntheticMarket({ seed: 42, firstSession });
    const other = createSyntheticMarket({ seed: 43, firstSession });
    expect(digits(again.session(3))).toEqual(digits(market.session(3)));
    expect(again.defects(3)).toEqual(market.defects(3));
    expect(other.session(3).close).not.toEqual(market.session(3).close);
  });

  it("makes a session the same in whatever order sessions are asked for", () => {
    const backwards = createSyntheticMarket({ seed: 42, firstSession });
    const asked = [4, 0, -3, 2].map((n) => [n, digits(backwards.session(n))] as const);
    for (const [n, bytes] of asked) expect(bytes).toEqual(digits(market.session(n)));
  });

  it("ends a long history with the short one, and both with the sessions before the first", () => {
    const long = market.history(5);
    const short = market.history(2);
    const tail = short.close.length;
    expect(batchCount(short)).toBe(780);
    expect(long.close.slice(-tail)).toEqual(short.close);
    expect(long.closedAt.slice(-780)).toEqual(short.closedAt);
    expect(short.close).toEqual(
      Float64Array.from([...market.session(-2).close, ...market.session(-1).close]),
    );
    expect(short.offset.at(-1)).toBe(barCount(short));
    expect(short.offset[390]).toBe(barCount(market.session(-2)));
    expect(batchCount(market.history(0))).toBe(0);
  });

  it("moves no other listing when one is left out", () => {
    const without = createSyntheticMarket({
      seed: 42,
      firstSession,
      listings: syntheticListings.filter(({ symbol }) => symbol !== "NODUM"),
    });
    for (const symbol of ["BYTEL", "SOLUM", "TIDES"]) {
      expect(pricesOf(without, symbol)).toEqual(pricesOf(market, symbol));
    }
  });

  it("keeps the exchange's calendar: holidays, half days, clock changes", () => {
    const dates = Array.from({ length: 252 }, (_, n) => isoDate(market.sessionTimes(n).date));
    expect(dates[0]).toBe("2026-01-05");
    expect(dates).not.toContain("2026-07-03");
    const halfDay = dates.indexOf("2026-11-27");
    expect(batchCount(market.session(halfDay))).toBe(210);
    for (const n of [0, dates.indexOf("2026-03-09"), halfDay]) {
      const { open, close } = market.sessionTimes(n);
      const { closedAt } = market.session(n);
      expect(closedAt[0]).toBe(open + MICROS_PER_MINUTE);
      expect(closedAt.at(-1)).toBe(close);
    }
  });

  it("refuses a first day without a session, or without history, and says the cure", () => {
    const start = (day: DayNumber) => () => createSyntheticMarket({ seed: 1, firstSession: day });
    expect(start(dayNumber(2026, 1, 3))).toThrow("2026-01-03 is no XNYS session; the next is 2026-01-05");
    expect(start(dayNumber(1991, 1, 2))).toThrow(
      /lacks the 756 sessions of history before it; start on 1992-/,
    );
    expect(start(dayNumber(2040, 1, 2))).toThrow(/give a date from 1993 to 2030/);
    const late = createSyntheticMarket({ seed: 1, firstSession: dayNumber(2030, 12, 30) });
    expect(batchCount(late.session(1))).toBe(390);
    expect(() => late.session(2)).toThrow("the XNYS calendar ends after 2 sessions");
    expect(() => late.session(-MOST_HISTORY_SESSIONS - 1)).toThrow(/from -756 on/);
    expect(() => late.history(MOST_HISTORY_SESSIONS + 1)).toThrow(/from 0 to 756/);
    expect(() => late.session(0.5)).toThrow(/whole number/);
  });

  it("names the sector of each listing", () => {
    expect(market.sectorOf(0 as InstrumentId)).toBe("technology");
    expect(market.sectorOf(30 as InstrumentId)).toBe(MARKET_SECTOR);
    expect(() => market.sectorOf(31 as InstrumentId)).toThrow(/SM-1/);
  });

  it("delivers only bars that the live gatekeeper accepts, in whole cents and whole shares", () => {
    const gatekeeper = gatekeeperOf(market);
    for (let n = -3; n < 9; n++) {
      const columns = market.session(n);
      expect(offer(gatekeeper, columns)).toEqual([]);
      const prices = [columns.open, columns.high, columns.low, columns.close];
      expect(prices.every((column) => column.every((p) => p === Math.round(p * 100) / 100))).toBe(true);
      expect(columns.volume.every((shares) => Number.isInteger(shares) && shares > 0)).toBe(true);
    }
  });

  it("delivers valid bars from any seed, on any day, with few listings", () => {
    const listings = syntheticListings.filter((_, i) => i % 7 === 2 || i === 30);
    fc.assert(
      fc.property(fc.nat(2 ** 32), fc.integer({ min: -400, max: 900 }), (seed, n) => {
        const small = createSyntheticMarket({ seed, firstSession, listings });
        const columns = small.session(n);
        expect(barCount(columns)).toBeGreaterThan(209);
        expect(offer(gatekeeperOf(small), columns)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("opens away from the close before: a gap for nearly every listing", () => {
    const before = market.session(0);
    const after = market.session(1);
    const lastClose = new Map<number, number>();
    for (const [row, i] of before.instrument.entries()) lastClose.set(i, before.close[row]!);
    const gaps = Array.from({ length: 31 }, (_, i) => Math.abs(after.open[i]! / lastClose.get(i)! - 1));
    expect(gaps.filter((gap) => gap > 0.0005).length).toBeGreaterThan(20);
    expect(Math.max(...gaps)).toBeLessThan(0.2);
  });

  it("leaves minutes out for thin listings only", () => {
    const bars = new Map<string, number>();
    const { instrument } = market.session(0);
    for (const i of instrument) {
      const symbol = market.instruments.symbols[i] ?? "";
      bars.set(symbol, (bars.get(symbol) ?? 0) + 1);
    }
    for (const { symbol, thin } of syntheticListings) {
      if (thin) expect(bars.get(symbol)).toBeLessThan(385);
      else expect(bars.get(symbol)).toBe(390);
    }
  });
});

describe("defects", () => {
  it("are refused one and all, by the rule made for them, and do not disturb the bars that follow", () => {
    const rules = {
      not_a_number: "bar-finite",
      negative_price: "bar-positive",
      high_below_low: "ohlc-order",
      repeated_instant: "timestamp-not-repeated",
    };
    const gatekeeper = gatekeeperOf(market);
    const met = new Set<string>();
    let total = 0;
    for (let n = 0; n < 10; n++) {
      const defects = market.defects(n);
      total += defects.length;
      const judge = (record: RawBar) => gatekeeper.check(record);
      const refused = offer(gatekeeper, market.session(n), (batch) => {
        for (const { kind, record } of defects.filter((defect) => defect.batch === batch)) {
          const verdict = judge(record);
          expect(verdict.accepted ? "accepted" : verdict.rule).toBe(rules[kind]);
          met.add(kind);
        }
      });
      expect(refused).toEqual([]);
    }
    expect(met.size).toBe(4);
    expect(total).toBeGreaterThan(30);
    expect(total).toBeLessThan(100);
  });
});

function pricesOf(source: SyntheticMarket, symbol: string): number[] {
  const wanted = source.instruments.find(symbol);
  const { instrument, close, volume } = source.session(2);
  return [...instrument].flatMap((i, row) => (i === wanted ? [close[row]!, volume[row]!] : []));
}
