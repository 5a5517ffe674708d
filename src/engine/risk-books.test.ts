/**
 * Goal    what the rules are told of volumes, exits, stops and stakes is what a plain reading of the events says.
 * Method  stories by hand; then random lots, entries and marks against sums over everything.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { between } from "../../test/between.ts";
import { type BarBatch, batchCount } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { InstrumentActivity } from "./instrument-activity.ts";
import { StrategyExposure } from "./strategy-exposure.ts";
import { StrategyLedger } from "./strategy-ledger.ts";

const A = 0 as InstrumentId;
const B = 1 as InstrumentId;

describe("volumes", () => {
  const sessions = testSessions(30, 2);
  const closes = Array.from({ length: 30 }, (_, s) => [
    barClose(sessions, s, 0),
    barClose(sessions, s, 1),
  ]).flat();
  /** Two bars a session: session n trades 2n + 2 shares of A; B is missing in every second session. */
  const columns = columnsOf("1m", 2, [
    ...bars(0, closes.map((_, n) => `5/5/5/5x${Math.floor(n / 2) + 1}`).join(" "), closes),
    ...bars(1, closes.map((_, n) => (n % 4 < 2 ? "5/5/5/5x7" : "-")).join(" "), closes),
  ]);
  const played = (batches: number): InstrumentActivity => {
    const activity = new InstrumentActivity(2);
    for (let b = 0; b < batches; b++) {
      if (b % 2 === 0) activity.startSession();
      const [at, from, to] = [columns.closedAt[b]!, columns.offset[b]!, columns.offset[b + 1]!];
      activity.bars({ at: at as EpochMicros, from, to, columns } as BarBatch);
    }
    return activity;
  };

  it("C-14: the mean of the last 20 complete sessions; before there were as many nobody knows", () => {
    expect(batchCount(columns)).toBe(60);
    expect(played(40).averageVolume(A)).toBeNaN();
    // Sessions 0 to 19: 2, 4, ... 40.
    expect(played(41).averageVolume(A)).toBe(21);
    expect(played(42).averageVolume(A)).toBe(21);
    expect(played(43).averageVolume(A)).toBe(23);
  });

  it("DATA-6: after a split the sessions before it count in new shares, and the cooldown goes on as it was", () => {
    const activity = played(43);
    activity.filled(A, 50);
    activity.stoppedOut(A);
    const before = activity.barsSinceStop(A);
    activity.split(A, 1 / 15);
    expect(activity.averageVolume(A)).toBeCloseTo(23 / 15, 12);
    expect(activity.tradedToday(A)).toBeCloseTo(50 / 15, 12);
    expect(activity.barsSinceStop(A)).toBe(before);
    activity.split(A, 15);
    expect(activity.averageVolume(A)).toBeCloseTo(23, 12);
  });

  it("a session in which it did not trade is none of the 20", () => {
    expect(played(60).averageVolume(B)).toBeNaN();
  });
});

describe("stops and exits", () => {
  it("C-63: bars are the instrument's own, and the bar of the stop is number 0", () => {
    const sessions = testSessions(1, 9);
    const closes = [0, 1, 2, 3, 4].map((minute) => barClose(sessions, 0, minute));
    const columns = columnsOf("1m", 2, [
      ...bars(0, "5/5/5/5 5/5/5/5 - 5/5/5/5 5/5/5/5", closes),
      ...bars(1, "5/5/5/5 5/5/5/5 5/5/5/5 5/5/5/5 5/5/5/5", closes),
    ]);
    const activity = new InstrumentActivity(2);
    const since: number[] = [];
    for (let b = 0; b < 5; b++) {
      if (b === 1) activity.stoppedOut(A);
      const [from, to] = [columns.offset[b]!, columns.offset[b + 1]!];
      activity.bars({ at: columns.closedAt[b]! as EpochMicros, from, to, columns } as BarBatch);
      since.push(activity.barsSinceStop(A));
    }
    expect(since).toEqual([Number.NaN, 0, 0, 1, 2]);
    expect(activity.barsSinceStop(B)).toBeNaN();
  });

  it("C-41: exits count by side until they have traded or ended; what traded today is forgotten over night", () => {
    const activity = new InstrumentActivity(1);
    activity.exitChanged(A, SELL, 30);
    activity.exitChanged(A, SELL, -0.1);
    activity.filled(A, 0.1);
    expect([activity.exiting(A, SELL), activity.exiting(A, BUY)]).toEqual([29.9, 0]);
    activity.exitChanged(A, SELL, -29.9);
    activity.filled(A, 29.9);
    expect([activity.exiting(A, SELL), activity.tradedToday(A)]).toEqual([0, 30]);
    activity.startSession();
    expect(activity.tradedToday(A)).toBe(0);
  });
});

interface Lot {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly shares: number;
  readonly price: number;
}

const lot: fc.Arbitrary<Lot> = fc.record({
  strategy: fc.constantFrom(0, 1, 2),
  instrument: fc.constantFrom(...([0, 1, 2, 3] as InstrumentId[])),
  shares: fc.integer({ min: -50, max: 50 }).filter((count) => count !== 0),
  price: between(5, 300),
});

it("what strategies have at stake is the sum over all lots and working entries, in any order of trades", () => {
  const marks = fc.array(between(5, 300), { minLength: 4, maxLength: 4 });
  const unprotected = Array<number>(12).fill(Number.NaN);
  const stops = fc.oneof(
    fc.array(fc.oneof(between(1, 320), fc.constant(Number.NaN)), { minLength: 12, maxLength: 12 }),
    fc.constant(unprotected),
  );
  const entries = fc.uniqueArray(
    fc.record({
      slot: fc.nat(11),
      shares: fc.integer({ min: 1, max: 90 }),
      price: between(5, 300),
      stop: fc.oneof(between(1, 300), fc.constant(Number.NaN)),
    }),
    { selector: ({ slot }) => slot, maxLength: 6 },
  );
  fc.assert(
    fc.property(
      fc.array(lot, { minLength: 3, maxLength: 30 }),
      marks,
      stops,
      entries,
      (lots, mark, stop, working) => {
        const ledger = new StrategyLedger(3, 4);
        const held = new Map<number, number>();
        const flows = [0, 0, 0];
        for (const { strategy, instrument, shares, price } of lots) {
          ledger.fill(strategy, instrument, shares, price, 1);
          const slot = strategy * 4 + instrument;
          held.set(slot, (held.get(slot) ?? 0) + shares);
          flows[strategy] = (flows[strategy] ?? 0) - shares * price - 1;
        }
        const again = new StrategyLedger(3, 4);
        again.fill(2, A, 7, 7, 7);
        again.load(JSON.parse(JSON.stringify(ledger.save())));
        expect(again.save()).toEqual(ledger.save());

        const markOf = (instrument: number) => mark[instrument] ?? Number.NaN;
        const exposure = new StrategyExposure(3, 4, {
          ledger: again,
          mark: markOf,
          restingStop: (s, i) => stop[s * 4 + i] ?? Number.NaN,
          markVersion: 0,
          stopVersion: 0,
          hasStops: stop.some((price) => !Number.isNaN(price)),
        });
        for (const { slot, shares, price, stop: away } of working) {
          exposure.entrySent(slot, shares + 5, price, away);
          exposure.entryFilled(slot, 5);
        }
        exposure.entryEnded(working[0]?.slot ?? 0);
        const left = working.slice(1);
        const open = [...held].filter(([, shares]) => shares !== 0);
        for (const s of [0, 1, 2]) {
          const own = open.filter(([slot]) => Math.floor(slot / 4) === s);
          const value = own.reduce((sum, [slot, shares]) => sum + shares * markOf(slot % 4), 0);
          expect(again.pnl(s, { mark: markOf })).toBeCloseTo((flows[s] ?? 0) + value, 6);
          const entering = left.filter(({ slot }) => Math.floor(slot / 4) === s);
          const gross =
            own.reduce((sum, [slot, shares]) => sum + Math.abs(shares) * markOf(slot % 4), 0) +
            entering.reduce((sum, { shares, price }) => sum + shares * price, 0);
          expect(exposure.gross((other) => other === s)).toBeCloseTo(gross, 6);
          const slots = new Set([...own.map(([slot]) => slot % 4), ...entering.map(({ slot }) => slot % 4)]);
          slots.delete(1);
          expect(exposure.otherPositions(s, B)).toBe(slots.size);
        }
        const lotRisk = open.map(([slot, shares]) => {
          const price = markOf(slot % 4);
          const at = stop[slot] ?? Number.NaN;
          const away = Number.isNaN(at) ? 0.02 * price : Math.max(0, Math.sign(shares) * (price - at));
          return Math.abs(shares) * away;
        });
        const entryRisk = left.map(
          ({ shares, price, stop: at }) => shares * (Number.isNaN(at) ? 0.02 * price : Math.abs(price - at)),
        );
        const heat = [...lotRisk, ...entryRisk].reduce((sum, dollars) => sum + dollars, 0);
        expect(exposure.openRisk(0.02)).toBeCloseTo(heat, 6);
      },
    ),
    { numRuns: 300 },
  );
});

it("a saved ledger that is none is refused, and its field named", () => {
  const ledger = new StrategyLedger(2, 3);
  const sound = ledger.save();
  for (const flows of [undefined, [1], [1, 2, 3], [1, null], "x"])
    expect(() => ledger.load({ ...sound, flows })).toThrow(/BR-4: saved ledger: flows/);
  for (const lots of [undefined, [1], [[2, 0, 1]], [[0, 3, 1]], [[0, 0, null]], [[0, 0]]])
    expect(() => ledger.load({ ...sound, lots })).toThrow(/BR-4: saved ledger: lots/);
});
