/**
 * Goal    bars, trades, quotes and what is due at the venue come in order of time, ties as documented.
 * Method  a venue that only notes what it was told, and a day of a few events.
 */
import { expect, it } from "vitest";
import { bars, columnsOf } from "../../test/bar-text.ts";
import type { VenueEvent } from "../domain/events.ts";
import type { OrderNumber } from "../domain/order.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type TickDriven, TickTimeline } from "./tick-timeline.ts";

const MINUTE = 60_000_000;

function ticks(quotes: readonly number[], trades: readonly number[]): TickColumns {
  const ones = (times: readonly number[]) => new Float64Array(times.length).fill(1);
  const zeros = (times: readonly number[]) => new Uint32Array(times.length);
  return {
    quotes: {
      at: Float64Array.from(quotes),
      instrument: zeros(quotes),
      bid: ones(quotes),
      bidSize: ones(quotes),
      ask: ones(quotes),
      askSize: ones(quotes),
    },
    trades: {
      at: Float64Array.from(trades),
      instrument: zeros(trades),
      price: ones(trades),
      size: ones(trades),
    },
  };
}

/** Accepts an order at each of these instants. */
function venueDue(times: number[]): TickDriven {
  const events: VenueEvent[] = [];
  return {
    events,
    get nextDue() {
      return times[0] ?? Number.POSITIVE_INFINITY;
    },
    runDue: () =>
      void events.push({ kind: "OrderAccepted", at: times.shift() as EpochMicros, order: 7 as OrderNumber }),
    quote: () => undefined,
    trade: () => undefined,
    bars: () => undefined,
  };
}

function told(timeline: TickTimeline): string[] {
  const words: string[] = [];
  for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
    const at = event.kind === "BarsClosed" ? event.bars.at : event.at;
    words.push(`${at / MINUTE} ${event.kind}`);
  }
  return words;
}

const closes = [1, 2].map((minute) => (minute * MINUTE) as EpochMicros);
const columns = columnsOf("1m", 1, bars(0, "1/1/1 1/1/1", closes));

it("at one instant: the bar, what is due, trades, quotes", () => {
  const at = MINUTE;
  const timeline = new TickTimeline(columns, ticks([0, at], [0, at]), venueDue([at]));
  expect(told(timeline)).toEqual([
    "0 TradePrinted",
    "0 QuoteUpdated",
    "1 BarsClosed",
    "1 OrderAccepted",
    "1 TradePrinted",
    "1 QuoteUpdated",
    "2 BarsClosed",
  ]);
});

it("what is due between two ticks comes between them, and after the last bar nothing does", () => {
  const timeline = new TickTimeline(
    columns,
    ticks([0, MINUTE * 1.5, MINUTE * 3], []),
    venueDue([MINUTE * 1.2, MINUTE * 2.5]),
  );
  expect(told(timeline)).toEqual([
    "0 QuoteUpdated",
    "1 BarsClosed",
    "1.2 OrderAccepted",
    "1.5 QuoteUpdated",
    "2 BarsClosed",
  ]);
});
