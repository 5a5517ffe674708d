/**
 * Goal    entries are what the rules ask for and nothing later, each with the outcome that an order at the next open
 *         would have had, and learned from only once that outcome was known.
 * Method  bars made by hand, and seeded markets whose future is cut off or poisoned.
 */
import { describe, expect, it } from "vitest";
import { calmBars, dailyColumns, randomDaily } from "../../../test/daily-market.ts";
import { loadConfig } from "../../app/config.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type EntryEvents, entryEvents } from "./entry-events.ts";
import { daysOfBatches, rowsToLearn } from "./entry-rows.ts";
import { labelEntries } from "./label-entries.ts";
import { trainingConfig } from "./training-config.ts";

const START = 0 as EpochMicros;
const label = (given: object) =>
  trainingConfig.shape.label.parse({ horizon: 3, profit: 2, costBps: 0, ...given });

function setupOf(columns: BarColumns): RunSetup {
  const config = loadConfig({
    assignments: [
      "strategies.reference_ema_cross.params.fast=2",
      "strategies.reference_ema_cross.params.slow=5",
    ],
  });
  return { config, strategyIds: ["reference_ema_cross"], columns, sessions: xnysSessions(), cash: 100_000 };
}

/** The first `batches` of the columns. */
function cut(columns: BarColumns, batches: number): BarColumns {
  const rows = columns.offset[batches]!;
  const { timeframe, instruments, closedAt, offset, instrument, open, high, low, close, volume } = columns;
  const first = (values: Float64Array) => values.slice(0, rows);
  return {
    ...{ timeframe, instruments, closedAt: closedAt.slice(0, batches), offset: offset.slice(0, batches + 1) },
    instrument: instrument.slice(0, rows),
    ...{ open: first(open), high: first(high), low: first(low), close: first(close), volume: first(volume) },
  };
}

const one = (batch: number, stop: number, side = 1): EntryEvents => ({
  batch: Int32Array.of(batch),
  instrument: Int32Array.of(0),
  side: Int8Array.of(side),
  stop: Float64Array.of(stop),
  featureNames: ["f"],
  columns: [Float64Array.of(7)],
});

describe("entries", () => {
  const names = ["rsi_2", "ret_simple_1"];
  const columns = randomDaily({ seed: 8, sessions: 220 });
  const all = entryEvents(setupOf(columns), "reference_ema_cross", names, START);

  it("are not changed by what comes after them", () => {
    expect(all.batch.length).toBeGreaterThan(30);
    const early = entryEvents(setupOf(cut(columns, 150)), "reference_ema_cross", names, START);
    const known = all.batch.filter((batch) => batch < 150).length;
    expect(early.batch.length).toBe(known);
    expect(Array.from(early.batch)).toEqual(Array.from(all.batch.slice(0, known)));
    for (const [f, column] of early.columns.entries())
      expect(Array.from(column)).toEqual(Array.from(all.columns[f]!.slice(0, known)));
  });

  it("stand in order of time, and those of before the first day only warm the features", () => {
    expect(Array.from(all.batch)).toEqual(Array.from(all.batch).toSorted((a, b) => a - b));
    const from = columns.closedAt[100] as EpochMicros;
    const late = entryEvents(setupOf(columns), "reference_ema_cross", names, from);
    expect(Math.min(...late.batch)).toBeGreaterThanOrEqual(100);
    const first = all.batch.findIndex((batch) => batch >= 100);
    expect(Array.from(late.columns[0]!)).toEqual(Array.from(all.columns[0]!.slice(first)));
  });
});

describe("labels", () => {
  // Entered at the next open, 100; the stop is 10 % below the close.
  const path = (closes: readonly number[]) => dailyColumns({ AAA: calmBars([100, ...closes]) });

  it("a stop that is reached loses its distance, and the label is known that day", () => {
    const { netReturn, label: paid, spans } = labelEntries(path([99, 89, 95, 96]), one(0, 90), label({}));
    expect([netReturn[0], paid[0]]).toEqual([expect.closeTo(-0.1, 10), 0]);
    expect([spans.start[0], spans.end[0]]).toEqual([0, 2]);
  });

  it("the profit barrier is as many stops away as is said, in logarithms; a short sale is the mirror", () => {
    const barrier = 100 * (100 / 90) ** 2;
    const up = labelEntries(path([105, 130, 95, 96]), one(0, 90), label({}));
    expect([up.netReturn[0], up.label[0], up.spans.end[0]]).toEqual([
      expect.closeTo(barrier / 100 - 1, 10),
      1,
      2,
    ]);
    const short = labelEntries(path([105, 130, 95, 96]), one(0, 110, -1), label({}));
    expect([short.netReturn[0], short.label[0]]).toEqual([expect.closeTo(-0.1, 10), 0]);
  });

  it("a stop rests where it was decided: a gap before the entry brings it nearer", () => {
    const gap = dailyColumns({
      AAA: [
        { open: 100, high: 101, low: 99, close: 100 },
        { open: 95, high: 96, low: 92, close: 93 },
        { open: 93, high: 94, low: 89, close: 93 },
        { open: 93, high: 94, low: 92, close: 93 },
      ],
    });
    const { netReturn, spans, due } = labelEntries(gap, one(0, 90), label({}));
    expect([netReturn[0], spans.end[0], due[0]]).toEqual([expect.closeTo(90 / 95 - 1, 10), 2, 3]);
    // Opened beyond it: in and out at that open.
    const through = labelEntries(gap, one(0, 96), label({ costBps: 10 }));
    expect([through.netReturn[0], through.spans.end[0]]).toEqual([expect.closeTo(-0.001, 10), 1]);
  });

  it("without a touch the last close decides, less what the round trip costs", () => {
    const still = labelEntries(path([101, 100.5, 100.2, 96]), one(0, 90), label({ costBps: 30 }));
    expect([still.netReturn[0], still.label[0]]).toEqual([expect.closeTo(-0.001, 10), 0]);
    expect(labelEntries(path([101, 100.5, 100.2, 96]), one(0, 90), label({ costBps: 10 })).label[0]).toBe(1);
  });

  it("forward returns pass through any stop", () => {
    const held = labelEntries(path([99, 80, 104, 96]), one(0, 90), label({ kind: "forward" }));
    expect([held.netReturn[0], held.spans.end[0]]).toEqual([expect.closeTo(0.04, 10), 3]);
    const near = labelEntries(path([99, 80, 104, 96]), one(0, 99.999), label({ kind: "forward" }));
    expect(near.netReturn[0]).toBeCloseTo(0.04, 10);
  });

  it("what is not known by the last bar has no label", () => {
    expect(labelEntries(path([101, 102]), one(0, 90), label({})).label.length).toBe(0);
    expect(labelEntries(path([101, 89]), one(0, 90), label({})).label.length).toBe(0);
  });
});

describe("rows to learn from", () => {
  it("were decided in the days to train, and known before the first day that is tested", () => {
    const columns = dailyColumns({ AAA: calmBars(Array(12).fill(100)) });
    const days = daysOfBatches(columns, xnysSessions());
    expect(days.length).toBe(batchCount(columns));
    const start = Int32Array.of(0, 2, 4, 5, 7);
    const due = start.map((batch, row) => batch + [3, 3, 3, 1, 3][row]!);
    // A row that was known at once is no better than one that was not: only when it was due counts.
    const spans = { start, end: start.map((batch) => batch + 1) };
    const train = { from: days[1] as DayNumber, to: days[6] as DayNumber };
    expect(Array.from(rowsToLearn({ spans, due }, days, train, days[7]!))).toEqual([1, 3]);
    expect(Array.from(rowsToLearn({ spans, due }, days, train, Number.POSITIVE_INFINITY))).toEqual([1, 2, 3]);
  });
});
