/**
 * Goal    features fed by quotes and trades say what their docstrings say of a stream of them, bar by bar, and a
 *         state saved between two events continues bit for bit.
 * Method  the definitions written plainly over the list of all events so far; random streams with one-sided,
 *         crossed and empty quotes, bars that are missing, and events outside regular hours; hand-worked edges.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarBatch, type BarColumns, batchCount, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import {
  effectiveSpreadBps,
  leeReadySign,
  micropriceOf,
  orderFlowOf,
  queueImbalanceOf,
  quotedSpreadBps,
} from "./book-arithmetic.ts";
import type { Feature, FeatureState } from "./feature.ts";
import { orderFlow } from "./order-flow.ts";
import { quotedSpread } from "./quoted-spread.ts";
import { randomBars } from "./random-bars.ts";
import { eventsBefore, type MarketEvent } from "./random-events.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";
import { tickSign } from "./tick-rule.ts";
import { tradeFlow } from "./trade-flow.ts";

const nan = Number.NaN;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const all: readonly Feature[] = [quotedSpread({}), orderFlow({ updates: 4 }), tradeFlow({ trades: 5 })];
const SYMBOLS = 2;
const INSTANTS = 170;

/** What one instrument has heard in this session, and when its bar before closed. */
interface Heard {
  readonly quotes: readonly Quote[];
  readonly trades: readonly TradePrint[];
  readonly since: number;
  readonly at: number;
}

const lastOf = <T>(items: readonly T[], n: number) => (items.length < n ? [] : items.slice(-n));
const ratio = (numerator: number, denominator: number) => (denominator === 0 ? nan : numerator / denominator);

function spreadOf({ quotes, since, at }: Heard): Record<string, number> {
  const stood = quotes.map((quote, k) => {
    const until = quotes[k + 1]?.at ?? at;
    const spread = quotedSpreadBps(quote.bid, quote.ask);
    return { spread, time: Math.max(0, until - Math.max(since, quote.at)) };
  });
  const counted = stood.filter(({ spread }) => !Number.isNaN(spread));
  const time = sum(counted.map((part) => part.time));
  return { quoted_spread_bps: ratio(sum(counted.map((part) => part.spread * part.time)), time) };
}

function bookOf({ quotes, since }: Heard): Record<string, number> {
  const last = quotes.at(-1);
  if (last === undefined) return {};
  const updates = quotes.slice(1).map((now, k) => ({
    at: now.at,
    flow: orderFlowOf(quotes[k]!, now),
    depth: (now.bidSize + now.askSize) / 2,
  }));
  const inBar = updates.filter(({ at }) => at > since);
  const recent = lastOf(updates, 4);
  const microprice = micropriceOf(last.bid, last.bidSize, last.ask, last.askSize);
  const mid = (last.bid + last.ask) / 2;
  const flow = (of: typeof updates) => sum(of.map((update) => update.flow));
  const depth = (of: typeof updates) => sum(of.map((update) => update.depth)) / of.length;
  return {
    microprice,
    microprice_bps: (1e4 * (microprice - mid)) / mid,
    queue_imbalance: queueImbalanceOf(last.bidSize, last.askSize),
    ofi_bar: flow(inBar),
    ofi_bar_depth: inBar.length === 0 ? 0 : ratio(flow(inBar), depth(inBar)),
    ofi_sum_4: recent.length === 0 ? nan : flow(recent),
    ofi_depth_4: recent.length === 0 ? nan : ratio(flow(recent), depth(recent)),
  };
}

function tapeOf({ quotes, trades, since }: Heard): Record<string, number> {
  let tick = 0;
  const signed = trades.map((trade, k) => {
    tick = k === 0 ? 0 : tickSign(trade.price - trades[k - 1]!.price, tick);
    const prevailing = quotes.findLast((quote) => quote.at < trade.at);
    const mid = prevailing === undefined ? nan : (prevailing.bid + prevailing.ask) / 2;
    const sign = leeReadySign(trade.price, mid, tick);
    return { ...trade, tick, sign, cost: effectiveSpreadBps(sign, trade.price, mid) };
  });
  const inBar = signed.filter(({ at }) => at > since);
  const recent = lastOf(signed, 5);
  const priced = inBar.filter(({ cost }) => !Number.isNaN(cost));
  const flow = (of: typeof signed) => sum(of.map(({ sign, size }) => sign * size));
  const size = (of: typeof signed) => sum(of.map((trade) => trade.size));
  return {
    lee_ready_sign: signed.at(-1)?.sign ?? nan,
    trade_tick_sign: signed.at(-1)?.tick ?? nan,
    signed_volume_bar: signed.length === 0 ? nan : flow(inBar),
    trade_imbalance_bar: ratio(flow(inBar), size(inBar)),
    signed_volume_sum_5: recent.length === 0 ? nan : flow(recent),
    imbalance_5: ratio(flow(recent), size(recent)),
    effective_spread_bps: ratio(sum(priced.map((trade) => trade.cost * trade.size)), size(priced)),
  };
}

const definitions = [spreadOf, bookOf, tapeOf];

describe("features fed by quotes and trades", () => {
  it("equal their definitions over all events so far, at every bar of random streams", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (seed) => {
        const { columns, events } = stream(seed);
        const cursor = new SessionCursor(xnysSessions());
        const states = all.map((feature) => startOf(feature));
        const seen = { quotes: 0, numbers: 0, blanks: 0 };
        const closedBefore = new Map<number, number>();
        for (let b = 0; b < batchCount(columns); b++) {
          const at = columns.closedAt[b]! as EpochMicros;
          for (const event of events[b] ?? []) for (const state of states) tell(state, event);
          for (const state of states) state.update(batchOf(columns, b));
          for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
            const i = columns.instrument[row]!;
            const mine = heard(events.slice(0, b + 1).flat(), i, cursor.ofBar(at));
            const now = { ...mine, since: closedBefore.get(i) ?? 0, at };
            closedBefore.set(i, at);
            seen.quotes += mine.quotes.length;
            for (const [k, feature] of all.entries()) {
              const want = definitions[k]?.(now) ?? {};
              for (const [n, name] of feature.outputs.entries()) {
                const got = states[k]?.outputs[n]?.[i] ?? nan;
                const expected = want[name] ?? nan;
                const near = Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
                const same = near || (Number.isNaN(got) && Number.isNaN(expected));
                if (!same) expect([b, i, name, got]).toEqual([b, i, name, expected]);
                if (Number.isNaN(got)) seen.blanks++;
                else seen.numbers++;
              }
            }
          }
        }
        expect(seen.quotes).toBeGreaterThan(1000);
        expect(seen.numbers).toBeGreaterThan(2000);
        expect(seen.blanks).toBeGreaterThan(0);
      }),
      { numRuns: 4 },
    );
  });

  it.each(all)("$name: FT-3 a state saved between two events continues bit for bit", (feature) => {
    const { columns, events } = stream(17);
    const whole = startOf(feature);
    let resumed = startOf(feature);
    for (let b = 0; b < batchCount(columns); b++) {
      for (const [k, event] of (events[b] ?? []).entries()) {
        tell(whole, event);
        tell(resumed, event);
        if (k % 7 !== b % 7) continue;
        const fresh = startOf(feature);
        fresh.load(structuredClone(resumed.save()));
        resumed = fresh;
      }
      for (const state of [whole, resumed]) state.update(batchOf(columns, b));
      expect(resumed.outputs).toEqual(whole.outputs);
    }
  });

  it("hear nothing outside regular hours, and let no quote outlive its session", () => {
    const noon = (day: number, minute: number) => (Date.UTC(2024, 6, day, 16, minute) * 1000) as EpochMicros;
    const early = (Date.UTC(2024, 6, 3, 12) * 1000) as EpochMicros;
    const closes = [noon(2, 5), noon(3, 5), noon(3, 10)];
    const columns = columnsOf(closes);
    for (const feature of all) {
      const state = startOf(feature);
      tell(state, quoteAt(noon(2, 1), 10, 10.02));
      tell(state, tradeAt(noon(2, 2), 10.02));
      state.update(batchOf(columns, 0));
      expect(state.outputs[0]?.[0], feature.name).not.toBeNaN();
      tell(state, quoteAt(early, 10, 10.02));
      tell(state, tradeAt(early, 10.02));
      state.update(batchOf(columns, 1));
      expect(state.outputs[0]?.[0], feature.name).toBeNaN();
      tell(state, quoteAt(noon(3, 6), 10, 10.02));
      tell(state, tradeAt(noon(3, 7), 10.02));
      state.update(batchOf(columns, 2));
      expect(state.outputs[0]?.[0], feature.name).not.toBeNaN();
    }
  });
});

describe("the quote before the trade", () => {
  const start = Date.UTC(2024, 6, 2, 15) * 1000;
  const at = (seconds: number) => (start + seconds * 1e6) as EpochMicros;
  const flowOf = (...events: MarketEvent[]) => {
    const feature = tradeFlow({ trades: 1 });
    const state = startOf(feature);
    for (const event of events) tell(state, event);
    state.update(batchOf(columnsOf([at(60)]), 0));
    return Object.fromEntries(feature.outputs.map((name, k) => [name, state.outputs[k]?.[0] ?? nan]));
  };

  it("is the one with an earlier time: one of the same instant may be the trade's doing", () => {
    // The trade lifts the offer of 10.02; the book then stands at 10.02 to 10.04, in the same microsecond.
    const lifted = [quoteAt(at(1), 10, 10.02), quoteAt(at(2), 10.02, 10.04), tradeAt(at(2), 10.02)];
    expect(flowOf(...lifted).lee_ready_sign).toBe(1);
    expect(flowOf(...lifted).effective_spread_bps).toBeCloseTo((2e4 * 0.01) / 10.01, 8);
    const later = [quoteAt(at(1), 10, 10.02), quoteAt(at(2), 10.02, 10.04), tradeAt(at(3), 10.02)];
    expect(flowOf(...later).lee_ready_sign).toBe(-1);
  });

  it("is the last before two quotes of the trade's instant", () => {
    const events = [quoteAt(at(1), 10, 10.02), quoteAt(at(2), 11, 11.02), quoteAt(at(2), 12, 12.02)];
    expect(flowOf(...events, tradeAt(at(2), 10.02)).lee_ready_sign).toBe(1);
    expect(flowOf(...events, tradeAt(at(3), 12)).lee_ready_sign).toBe(-1);
  });

  it("leaves a trade at the mid, or without a quote, to the tick rule", () => {
    const quote = quoteAt(at(1), 10, 10.02);
    expect(flowOf(quote, tradeAt(at(2), 10), tradeAt(at(3), 10.01)).lee_ready_sign).toBe(1);
    expect(flowOf(quote, tradeAt(at(2), 10.01)).lee_ready_sign).toBe(0);
    const unquoted = flowOf(tradeAt(at(1), 10), tradeAt(at(2), 9.99), tradeAt(at(3), 9.99));
    expect([unquoted.lee_ready_sign, unquoted.effective_spread_bps]).toEqual([-1, nan]);
  });

  it("weights the effective spread by size, and has none in a bar without trades", () => {
    const quote = quoteAt(at(1), 10, 10.02);
    const flow = flowOf(quote, tradeAt(at(2), 10.02, 100), tradeAt(at(3), 10.01, 300));
    expect(flow.effective_spread_bps).toBeCloseTo((0.25 * 2e4 * 0.01) / 10.01, 8);
    expect(flowOf(quote)).toMatchObject({ signed_volume_bar: nan, effective_spread_bps: nan });
  });
});

describe("the quoted spread", () => {
  const start = Date.UTC(2024, 6, 2, 15) * 1000;
  const at = (seconds: number) => (start + seconds * 1e6) as EpochMicros;

  it("is weighted by time, carries over a bar's close, and does not count crossed or locked quotes", () => {
    const state = startOf(quotedSpread({}));
    const columns = columnsOf([at(60), at(120), at(180)]);
    tell(state, quoteAt(at(0), 99, 101));
    tell(state, quoteAt(at(10), 99.5, 100.5));
    tell(state, quoteAt(at(40), 100, 100));
    tell(state, quoteAt(at(50), 101, 100));
    state.update(batchOf(columns, 0));
    // 200 bp for 10 s, 100 bp for 30 s, then 20 s that do not count.
    expect(state.outputs[0]?.[0]).toBeCloseTo(125, 9);
    state.update(batchOf(columns, 1));
    expect(state.outputs[0]?.[0]).toBeNaN();
    tell(state, quoteAt(at(150), 99, 101));
    state.update(batchOf(columns, 2));
    expect(state.outputs[0]?.[0]).toBeCloseTo(200, 9);
  });
});

describe("the arithmetic of one event", () => {
  it("of a book without sizes, or without a side", () => {
    expect([micropriceOf(10, 0, 12, 0), queueImbalanceOf(0, 0)]).toEqual([11, 0]);
    expect(micropriceOf(10, 300, 12, 100)).toBe(11.5);
    expect(micropriceOf(nan, 0, 12, 100)).toBeNaN();
    expect([queueImbalanceOf(0, 100), quotedSpreadBps(nan, 12), quotedSpreadBps(12, 12)]).toEqual([
      -1,
      nan,
      nan,
    ]);
  });

  it("of a side that comes and goes: it adds or takes all of its size", () => {
    const book = { bid: 10, bidSize: 300, ask: 11, askSize: 200 };
    const noBid = { ...book, bid: nan, bidSize: 0 };
    const noAsk = { ...book, ask: nan, askSize: 0 };
    expect([orderFlowOf(book, noBid), orderFlowOf(noBid, book)]).toEqual([-300, 300]);
    expect([orderFlowOf(book, noAsk), orderFlowOf(noAsk, book)]).toEqual([200, -200]);
    expect(orderFlowOf(noBid, noBid)).toBe(0);
  });

  it("of a price that improves, and of one that gives way", () => {
    const before = { bid: 10, bidSize: 300, ask: 11, askSize: 200 };
    expect(orderFlowOf(before, { ...before, bid: 10.5, bidSize: 50 })).toBe(50);
    expect(orderFlowOf(before, { ...before, bid: 9.5, bidSize: 50 })).toBe(-300);
    expect(orderFlowOf(before, { ...before, bidSize: 450 })).toBe(150);
    expect(orderFlowOf(before, { ...before, ask: 10.5, askSize: 70 })).toBe(-70);
    expect(orderFlowOf(before, { ...before, ask: 11.5, askSize: 70 })).toBe(200);
  });

  it("of a mid that is no price", () => {
    expect(effectiveSpreadBps(1, 10, 0)).toBeNaN();
    expect(effectiveSpreadBps(1, 10, nan)).toBeNaN();
  });
});

/** Bars of which a third are missing, and the events before each instant, heard whether or not a bar follows. */
function stream(seed: number): { columns: BarColumns; events: MarketEvent[][] } {
  const full = randomBars({ seed, symbols: SYMBOLS, instants: INSTANTS, market: "wild", clock: "session" });
  const events: MarketEvent[][] = [];
  const bars = [];
  for (let b = 0; b < batchCount(full); b++) {
    const closedAt = full.closedAt[b]! as EpochMicros;
    const rows = Array.from({ length: full.offset[b + 1]! - full.offset[b]! }, (_, k) => full.offset[b]! + k);
    const now = rows.flatMap((row) => eventsBefore(full, row, closedAt));
    const night =
      b === 0 ? [] : rows.flatMap((row) => eventsBefore(full, row, closedAt - MICROS_PER_DAY / 2));
    const isFirst = b > 0 && closedAt - full.closedAt[b - 1]! > 10 * MICROS_PER_MINUTE;
    events.push([...(isFirst ? night : []), ...now]);
    for (const row of rows) {
      if ((row * 7919) % 3 === 0) continue;
      const instrument = full.instrument[row]! as InstrumentId;
      bars.push({ instrument, closedAt, open: 1, high: 1, low: 1, close: 1, volume: 1 });
    }
  }
  const thinned = columnsFromBars("5m", full.instruments, bars);
  const kept = [...thinned.closedAt];
  // An instant without any bar is no batch; what was heard before it is heard before the next one.
  const merged: MarketEvent[][] = kept.map(() => []);
  for (const [b, heardNow] of events.entries()) {
    merged[kept.findIndex((at) => at >= full.closedAt[b]!)]?.push(...heardNow);
  }
  return { columns: thinned, events: merged };
}

/** What one instrument heard in a session, from the list of all events. */
function heard(events: readonly MarketEvent[], instrument: number, session: number) {
  const cursor = new SessionCursor(xnysSessions());
  const quotes: Quote[] = [];
  const trades: TradePrint[] = [];
  for (const event of events) {
    const of = event.kind === "quote" ? event.quote : event.trade;
    if (of.instrument !== instrument || session === NO_SESSION || cursor.ofEvent(of.at) !== session) continue;
    if (event.kind === "quote") quotes.push(event.quote);
    else trades.push(event.trade);
  }
  return { quotes, trades };
}

function startOf(feature: Feature): FeatureState {
  return feature.start({ instruments: SYMBOLS, market: undefined, sessions: xnysSessions() });
}

function tell(state: FeatureState, event: MarketEvent): void {
  if (event.kind === "quote") state.quote?.(event.quote);
  else state.trade?.(event.trade);
}

function quoteAt(at: EpochMicros, bid: number, ask: number): MarketEvent {
  const instrument = 0 as InstrumentId;
  return { kind: "quote", quote: { at, instrument, bid, bidSize: 100, ask, askSize: 100 } };
}

function tradeAt(at: EpochMicros, price: number, size = 100): MarketEvent {
  return { kind: "trade", trade: { at, instrument: 0 as InstrumentId, price, size } };
}

function columnsOf(closes: readonly EpochMicros[]): BarColumns {
  const bars = closes.map((closedAt) => {
    return { instrument: 0 as InstrumentId, closedAt, open: 1, high: 1, low: 1, close: 1, volume: 1 };
  });
  return columnsFromBars("5m", instrumentTable(["A", "B"]), bars);
}

function batchOf(columns: BarColumns, b: number): BarBatch {
  const at = columns.closedAt[b]! as EpochMicros;
  return { at, from: columns.offset[b]!, to: columns.offset[b + 1]!, columns };
}
