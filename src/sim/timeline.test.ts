/**
 * Goal    bars come in order, and what the venue made of one comes before it.
 * Method  a venue that says what it is told to.
 */
import { expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { BrokerEvent, EngineEvent } from "../domain/events.ts";
import type { OrderNumber } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type BarVenue, Timeline } from "./timeline.ts";

const sessions = testSessions(4, 390);
const closes = [0, 1, 2].map((n) => barClose(sessions, n));
const columns = columnsOf("1d", 2, [
  ...bars(0, "1/1/1/1 2/2/2/2 3/3/3/3", closes),
  ...bars(1, "1/1/1/1 - 3/3/3/3", closes),
]);

const told = (order: number, at: EpochMicros): BrokerEvent => ({
  kind: "OrderAccepted",
  at,
  order: order as OrderNumber,
});
const wordOf = (event: EngineEvent | undefined) =>
  event === undefined
    ? "end"
    : event.kind === "BarsClosed"
      ? `bars ${closes.indexOf(event.bars.at)} [${event.bars.from}, ${event.bars.to})`
      : event.kind === "OrderAccepted"
        ? `order ${event.order}`
        : event.kind;

/** Answers the n-th bar with the orders listed for it. */
function venueOf(answers: readonly (readonly number[])[]): BarVenue {
  const events: BrokerEvent[] = [];
  let bar = 0;
  return {
    events,
    match: ({ at }: BarBatch) => void events.push(...(answers[bar++] ?? []).map((order) => told(order, at))),
  };
}

it("events of a bar come before its close, in the venue's order; absent instruments have no row", () => {
  const timeline = new Timeline(columns, venueOf([[], [1, 2], [3]]));
  expect(Array.from({ length: 7 }, () => wordOf(timeline.next()))).toEqual([
    "bars 0 [0, 2)",
    "order 1",
    "order 2",
    "bars 1 [2, 3)",
    "order 3",
    "bars 2 [3, 5)",
    "end",
  ]);
  expect(timeline.batches).toBe(3);
});

it("what the engine's answer caused is told before the next bar, and after the last one, too", () => {
  const venue = venueOf([[1], [], []]);
  const timeline = new Timeline(columns, venue);
  const words: string[] = [];
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
    words.push(wordOf(event));
    if (event.kind === "OrderAccepted" && event.order === 1) venue.events.push(told(10, event.at));
    if (event.kind === "BarsClosed") venue.events.push(told(20 + words.length, event.bars.at));
  }
  expect(words).toEqual([
    "order 1",
    "order 10",
    "bars 0 [0, 2)",
    "order 23",
    "bars 1 [2, 3)",
    "order 25",
    "bars 2 [3, 5)",
    "order 27",
  ]);
  expect(timeline.next()).toBeUndefined();
});
