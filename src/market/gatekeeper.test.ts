/**
 * Goal    show that no bad record passes, that no good one is refused, and that every refusal is accounted for.
 * Method  a corpus with one spoiled record per rule (its completeness is itself tested), then random streams.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DayNumber,
  type EpochMicros,
  MICROS_PER_MINUTE,
  parseIsoDate,
  startOfDay,
} from "../domain/time.ts";
import { xnysSessions } from "./calendar.ts";
import { importedBars, liveBars, quotes, trades } from "./gatekeeper/registry.ts";
import type { BarRow, Channel, Row } from "./gatekeeper/rule.ts";
import { barEndStamp, barStartStamp, eventStamp, type Stamp, sessionDateStamp } from "./gatekeeper/stamps.ts";
import {
  ACCEPTED,
  BarGatekeeper,
  Gatekeeper,
  type GatekeeperVerdict,
  type RawBar,
  type RawRecord,
} from "./gatekeeper.ts";
import { fromNewYork } from "./us-eastern.ts";

const wall = (date: string, minute: number) => fromNewYork(parseIsoDate(date) as DayNumber, minute);
const now = wall("2026-03-10", 19 * 60);
const at = wall("2026-03-10", 10 * 60);

function gatekeeper<R extends Row>(channel: Channel<R>, stamp: Stamp = eventStamp): Gatekeeper<R> {
  const made = new Gatekeeper({ channel, stamp, skewMicros: 0, symbols: ["SPY"] });
  made.tellTime(now);
  return made;
}

const bar = { symbol: "SPY", timestamp: at, open: 10, high: 12, low: 9, close: 11, volume: 100 };
const quote = { symbol: "SPY", timestamp: at, bid: 10, ask: 10.01, bidSize: 100, askSize: 200 };
const trade = { symbol: "SPY", timestamp: at, price: 10, size: 100 };

const instants: [string, object][] = [
  ["timestamp-readable", { timestamp: at + 0.5 }],
  ["timestamp-readable", { timestamp: Number.NaN }],
  ["timestamp-readable", { timestamp: 0 }],
  ["timestamp-not-in-future", { timestamp: now + 1 }],
];
const placed: [string, object][] = [
  ["on-session", { timestamp: wall("2026-03-08", 600) }],
  ["on-session", { timestamp: wall("2025-01-09", 600) }],
  ["in-trading-hours", { timestamp: wall("2026-03-10", 4 * 60) - 1 }],
  ["in-trading-hours", { timestamp: wall("2026-03-09", 20 * 60) }],
  ["timestamp-not-backwards", { timestamp: at - 1 }],
];
const anyBar: [string, object][] = [
  ["bar-finite", { close: Number.NaN }],
  ["bar-finite", { volume: Infinity }],
  ["bar-positive", { low: 0 }],
  ["bar-positive", { open: -10 }],
  ["bar-positive", { open: 9e-7, high: 9e-7, low: 9e-7, close: 9e-7 }],
  ["ohlc-order", { high: 10.9 }],
  ["ohlc-order", { low: 10.1 }],
  ["volume-not-negative", { volume: -1 }],
  ["timestamp-not-repeated", {}],
  ["schema", { close: "11" }],
  ["schema", { volume: null }],
  ["schema", { high: undefined }],
  ["schema", { timestamp: "2026-03-10" }],
  ["schema", { symbol: 7 }],
  ["unknown-symbol", { symbol: "QQQ" }],
  ...instants,
  ...placed,
];
const leap: [string, object] = [
  "jump-corroborated",
  { timestamp: at + 1, open: 20, high: 20, low: 20, close: 20 },
];

/** A good record of each channel, and what spoils it when it follows that good one. */
const corpus = [
  {
    gate: () => gatekeeper(importedBars),
    good: bar,
    spoils: [...anyBar, ["zero-volume", { timestamp: at + 1, volume: 0 }]],
  },
  {
    gate: () => gatekeeper(liveBars),
    good: bar,
    spoils: [...anyBar, leap, ["zero-volume", { timestamp: at + 1, volume: 0 }]],
  },
  {
    gate: () => gatekeeper(quotes),
    good: quote,
    spoils: [
      ["quote-finite", { ask: Number.NaN }],
      ["quote-not-negative", { bidSize: -1 }],
      ["quote-two-sided", { ask: 0 }],
      ["quote-two-sided", { bid: 0 }],
      ["quote-not-crossed", { ask: 9.99 }],
      ["quote-not-locked", { ask: 10 }],
      ...instants,
      ...placed,
    ],
  },
  {
    gate: () => gatekeeper(trades),
    good: trade,
    spoils: [
      ["trade-finite", { price: Number.NaN }],
      ["trade-positive", { size: 0 }],
      ["trade-positive", { price: -1 }],
      ["jump-corroborated", { price: 6 }],
      ...instants,
      ...placed,
    ],
  },
] as unknown as { gate: () => Gatekeeper<Row>; good: RawRecord; spoils: [string, object][] }[];

const refusal = (verdict: GatekeeperVerdict<Row>) => (verdict.accepted ? undefined : verdict);

describe.each(corpus.map((entry) => ({ ...entry, channel: entry.gate().channel })))(
  "$channel.id",
  (entry) => {
    const { gate, good, spoils, channel } = entry;
    const rejects = spoils.filter(([rule]) =>
      channel.rules.every((r) => r.id !== rule || r.outcome === "reject"),
    );

    it("accepts the good record", () => {
      expect(gate().check(good)).toMatchObject({ accepted: true, series: 0, remarks: [] });
    });

    it.each(rejects)("refuses by %s a record spoiled with %o", (rule, spoil) => {
      const judge = gate();
      judge.check(good);
      const refused = refusal(judge.check({ ...good, ...spoil }));
      expect(refused?.rule).toBe(rule);
      expect(refused?.audit).toMatchObject({
        at: now,
        channel: channel.id,
        sequence: 2,
        rule,
        reason: refused?.reason,
      });
      expect(refused?.audit.payload).toEqual({ ...good, ...spoil });
      expect(judge.counts().find((c) => c.rule === rule)?.count).toBe(1);
    });

    it("has a spoiled record for each of its rules, whose ids are unique", () => {
      const ids = channel.rules.map((rule) => rule.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !spoils.some(([rule]) => rule === id))).toEqual([]);
    });
  },
);

describe("reasons", () => {
  it.each([
    [{ high: 10.9 }, "high 10.9 is below 11, the higher of open and close"],
    [{ low: 10.1 }, "low 10.1 is above 10, the lower of open and close"],
    [{ volume: -5 }, "volume -5 is below 0"],
    [{ close: "11" }, 'close must be a number, was "11" (string)'],
    [{ timestamp: now + 60e6 }, "complete at 2026-03-10T23:01:00Z, which is after now, 2026-03-10T23:00:00Z"],
    [
      { timestamp: wall("2025-01-09", 600) },
      "2025-01-09 is no XNYS session: Special: mourning for Jimmy Carter",
    ],
    [{ timestamp: wall("2026-03-08", 600) }, "2026-03-08 is no XNYS session: weekend"],
  ])("of %o carry what was given and what is allowed", (spoil, reason) => {
    const judge = gatekeeper(liveBars, barEndStamp);
    expect(refusal(judge.check({ ...bar, ...spoil }))?.reason).toBe(reason);
  });

  it("of an object in a number's place do not run its code", () => {
    const trap = { toString: () => expect.unreachable() };
    expect(refusal(gatekeeper(liveBars).check({ ...bar, close: trap } as RawBar))?.reason).toMatch(
      /a object/,
    );
  });
});

describe("state", () => {
  it("a refused record changes nothing for the next one", () => {
    const judge = gatekeeper(liveBars);
    judge.check(bar);
    judge.check({ ...bar, timestamp: at + 5, close: Number.NaN });
    expect(judge.check({ ...bar, timestamp: at + 1 }).accepted).toBe(true);
  });

  it("series do not share their last instant", () => {
    const judge = gatekeeper(liveBars);
    expect(judge.addSeries("QQQ")).toBe(1);
    expect(judge.addSeries("QQQ")).toBe(1);
    judge.check(bar);
    expect(judge.check({ ...bar, symbol: "QQQ" })).toMatchObject({ accepted: true, series: 1 });
  });

  it("a leap stays shut until it is corroborated, then the series goes on", () => {
    const judge = gatekeeper(liveBars);
    const leapt = (n: number) => ({ ...bar, timestamp: at + n, open: 5, high: 6, low: 5, close: 5 });
    judge.check(bar);
    expect(refusal(judge.check(leapt(1)))?.reason).toBe(
      "close 5 after 11: log gap 0.788 is above 0.5 and nothing backs it",
    );
    expect(refusal(judge.check(leapt(2)))?.rule).toBe("jump-corroborated");
    judge.corroborate(0, 5.5);
    expect(judge.check(leapt(3)).accepted).toBe(true);
    expect(judge.check(leapt(4)).accepted).toBe(true);
  });

  it("an import lets a leap pass", () => {
    const judge = gatekeeper(importedBars);
    judge.check(bar);
    expect(judge.check({ ...bar, timestamp: at + 1, open: 99, high: 99, low: 99, close: 99 }).accepted).toBe(
      true,
    );
  });

  it("zero volume is a remark, named and counted", () => {
    const judge = gatekeeper(importedBars);
    expect(judge.check({ ...bar, volume: 0 })).toMatchObject({ accepted: true, remarks: ["zero-volume"] });
    expect(judge.counts().find((c) => c.rule === "zero-volume")?.count).toBe(1);
  });

  it("a record of this very instant has happened; a source's clock may run ahead by the skew and no more", () => {
    const judge = new Gatekeeper({ channel: trades, stamp: eventStamp, skewMicros: 5, symbols: ["SPY"] });
    judge.tellTime(at);
    for (const ahead of [0, 5]) expect(judge.check({ ...trade, timestamp: at + ahead }).accepted).toBe(true);
    expect(refusal(judge.check({ ...trade, timestamp: at + 6 }))?.rule).toBe("timestamp-not-in-future");
  });

  it("refuses everything before it is told the time", () => {
    const judge = new Gatekeeper({ channel: trades, stamp: eventStamp, skewMicros: 0, symbols: ["SPY"] });
    expect(refusal(judge.check(trade))?.rule).toBe("timestamp-not-in-future");
  });
});

describe("stamps", () => {
  const minute = MICROS_PER_MINUTE;
  it.each([
    ["a bar that starts at 20:00", barStartStamp(minute), wall("2026-03-09", 1200), "in-trading-hours"],
    ["a bar that ends at 20:00", barEndStamp, wall("2026-03-09", 1200), undefined],
    ["a bar that starts at 04:00", barStartStamp(minute), wall("2026-03-09", 240), undefined],
    ["a bar that ends at 04:00", barEndStamp, wall("2026-03-09", 240), "in-trading-hours"],
    [
      "a bar that has begun but not ended",
      barStartStamp(2 * minute),
      now - minute,
      "timestamp-not-in-future",
    ],
    [
      "today's daily bar after the close",
      sessionDateStamp,
      startOfDay(parseIsoDate("2026-03-10")!),
      undefined,
    ],
    [
      "tomorrow's daily bar",
      sessionDateStamp,
      startOfDay(parseIsoDate("2026-03-11")!),
      "timestamp-not-in-future",
    ],
    ["a daily bar of a holiday", sessionDateStamp, startOfDay(parseIsoDate("2025-01-09")!), "on-session"],
    [
      "a daily bar stamped at noon",
      sessionDateStamp,
      startOfDay(parseIsoDate("2026-03-10")!) + 12 * 60 * minute,
      "timestamp-readable",
    ],
    [
      "a daily bar before the calendar",
      sessionDateStamp,
      startOfDay(parseIsoDate("1989-12-29")!),
      "on-session",
    ],
  ])("%s", (_what, stamp, timestamp, rule) => {
    expect(refusal(gatekeeper(importedBars, stamp).check({ ...bar, timestamp } as RawRecord))?.rule).toBe(
      rule,
    );
  });

  it("a daily bar dated today is refused before the close: it is a snapshot", () => {
    const judge = gatekeeper(importedBars, sessionDateStamp);
    judge.tellTime(wall("2026-03-10", 15 * 60));
    const verdict = judge.check({ ...bar, timestamp: startOfDay(parseIsoDate("2026-03-10")!) });
    expect(refusal(verdict)?.reason).toMatch(
      /2026-03-10T20:00:00Z, which is after now, 2026-03-10T19:00:00Z/,
    );
  });
});

describe("random streams", () => {
  const number = fc.oneof(
    { weight: 20, arbitrary: fc.double({ min: 5, max: 15, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -1, 1e300) },
  );
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 1, max: 5 * MICROS_PER_MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: -MICROS_PER_MINUTE, max: 0 }) },
  );
  const records = fc.array(fc.tuple(step, number, number, number, number, number), {
    minLength: 60,
    maxLength: 120,
  });
  const gate = () => {
    const made = new BarGatekeeper({ channel: liveBars, stamp: eventStamp, skewMicros: 0, symbols: ["SPY"] });
    made.tellTime(now);
    return made;
  };

  it("what is accepted satisfies every rule; accepted plus audited is all; both checks agree", () => {
    let acceptedInAll = 0;
    fc.assert(
      fc.property(records, (stream) => {
        const byRecord = gate();
        const byRow = gate();
        const accepted: BarRow[] = [];
        const audited: number[] = [];
        let timestamp: number = wall("2026-03-10", 570);
        for (const [ahead, a, b, c, d, volume] of stream) {
          timestamp += ahead;
          const [low = 0, open = 0, close = 0, high = 0] = [a, b, c, d].toSorted((x, y) => x - y);
          const verdict = byRecord.check({
            symbol: "SPY",
            timestamp,
            open,
            high,
            low,
            close,
            volume,
          } as RawBar);
          const index = byRow.checkRow(0, timestamp, open, high, low, close, volume);
          expect(index === ACCEPTED).toBe(verdict.accepted);
          if (verdict.accepted) accepted.push(verdict.row);
          else {
            audited.push(verdict.audit.sequence);
            expect(byRow.audit(index, 0)).toMatchObject({ rule: verdict.rule, reason: verdict.reason });
          }
        }
        acceptedInAll += accepted.length;
        expect(accepted.length + audited.length).toBe(stream.length);
        const rejects = byRecord.counts().filter((c) => c.outcome === "reject");
        expect(rejects.reduce((sum, c) => sum + c.count, 0)).toBe(audited.length);
        expect(byRecord.counts()).toEqual(byRow.counts());
        for (const [i, row] of accepted.entries()) {
          expect([row.open, row.high, row.low, row.close].every((p) => p > 0 && p < Infinity)).toBe(true);
          expect(row.low <= row.open && row.close <= row.high && row.volume >= 0).toBe(true);
          const before = accepted[i - 1];
          if (before) expect(row.at).toBeGreaterThan(before.at);
          if (before) expect(Math.abs(Math.log(row.close / before.close))).toBeLessThanOrEqual(0.5);
        }
      }),
      { numRuns: 50 },
    );
    expect(acceptedInAll).toBeGreaterThan(500);
  });

  it("every ordered bar on every session since 1990 is accepted", () => {
    const judge = new BarGatekeeper({
      channel: importedBars,
      stamp: sessionDateStamp,
      skewMicros: 0,
      symbols: ["SPY"],
    });
    judge.tellTime((Date.UTC(2031, 0, 1) * 1000) as EpochMicros);
    for (const day of xnysSessions().date) {
      expect(judge.checkRow(0, startOfDay(day as DayNumber), 10, 11, 9, 10.5, 1)).toBe(ACCEPTED);
    }
    expect(judge.judged).toBe(xnysSessions().date.length);
  });
});
