/**
 * Goal    a halt is what the list says: read strictly, joined where it was extended, told in order.
 * Method  lists by hand. That venue and engine heed it is shown in their own tests.
 */
import { describe, expect, it } from "vitest";
import type { EngineEvent } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { HaltTimeline } from "./halt-timeline.ts";
import { HaltSchedule, haltIntervals, haltList, parseInstant } from "./halts.ts";

const halt = (instrument: number, from: number, to: number) => ({
  instrument: instrument as InstrumentId,
  from: from as EpochMicros,
  to: to as EpochMicros,
  reason: "news",
});

describe("the list", () => {
  const good = { symbol: "IBM", from: "2013-08-22T16:14:03Z", to: "2013-08-22T19:25:00Z" };

  it("reads instants in UTC and skips symbols that the run does not trade", () => {
    const list = haltList.parse([good, { ...good, symbol: "AIG" }]);
    expect(haltIntervals(list, instrumentTable(["SPY", "IBM"]))).toEqual([
      { instrument: 1, from: 1_377_188_043_000_000, to: 1_377_199_500_000_000, reason: "halt" },
    ]);
  });

  it.each([
    { from: "2013-08-22 16:14:03" },
    { from: "2013-02-30T16:14:03Z" },
    { from: "2013-08-22T24:00:00Z" },
    { from: good.to },
    { symbol: "" },
    { untill: good.to },
  ])("refuses %o", (wrong) => expect(() => haltList.parse([{ ...good, ...wrong }])).toThrow());

  it("parses to the second", () => expect(parseInstant("1970-01-02T00:00:01Z")).toBe(86_401_000_000));
});

describe("the schedule", () => {
  const schedule = new HaltSchedule([halt(0, 50, 60), halt(0, 10, 20), halt(0, 15, 30), halt(1, 12, 14)]);

  it("joins an extended pause and tells everything in order", () => {
    expect(schedule.events().map(({ kind, at, instrument }) => `${at} ${instrument} ${kind}`)).toEqual([
      "10 0 TradingHalted",
      "12 1 TradingHalted",
      "14 1 TradingResumed",
      "30 0 TradingResumed",
      "50 0 TradingHalted",
      "60 0 TradingResumed",
    ]);
  });

  it("is in force from its first instant up to the resumption", () => {
    const at = (instant: number) => schedule.at(0 as InstrumentId, instant) !== undefined;
    expect([9, 10, 29, 30, 55].map(at)).toEqual([false, true, true, false, true]);
    expect(schedule.at(2 as InstrumentId, 12)).toBeUndefined();
  });
});

it("statuses come in time, before the event of the same instant; after the last event none comes", () => {
  const times = [5, 10, 40];
  const events = times.map(
    (at): EngineEvent => ({ kind: "OrderAccepted", at: at as EpochMicros, order: 0 as never }),
  );
  const source = { next: () => events.shift() };
  const timeline = new HaltTimeline(source, new HaltSchedule([halt(0, 10, 30), halt(0, 90, 99)]).events());
  const told: string[] = [];
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) told.push(event.kind);
  expect(told).toEqual([
    "OrderAccepted",
    "TradingHalted",
    "OrderAccepted",
    "TradingResumed",
    "OrderAccepted",
  ]);
});
