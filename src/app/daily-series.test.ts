/** Goal: sessions, returns and the yardstick are those of a hand calculation, half days and gaps included. */
import { describe, expect, it } from "vitest";
import { type Bar, columnsFromBars } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { fromNewYork } from "../market/us-eastern.ts";
import { dailySeries } from "./daily-series.ts";
import { EquityCurve } from "./equity-curve.ts";

interface Minute {
  /** Day of November 2024 and minute of the New York day at which the bars close. */
  readonly day: number;
  readonly minute: number;
  /** Closes of A and B; undefined for no bar. */
  readonly closes: readonly (number | undefined)[];
  readonly equity: number;
  readonly gross: number;
}

const at = (day: number, minute: number): EpochMicros => fromNewYork(dayNumber(2024, 11, day), minute);

function seriesOf(minutes: readonly Minute[], cash: number, actions: readonly CorporateActionEvent[] = []) {
  const bars = minutes.flatMap(({ day, minute, closes }) =>
    closes.flatMap((close, i): Bar[] => {
      if (close === undefined) return [];
      const prices = { open: close, high: close, low: close, close };
      return [{ ...prices, instrument: i as InstrumentId, closedAt: at(day, minute), volume: 1 }];
    }),
  );
  const curve = new EquityCurve(minutes.length);
  curve.equity.set(minutes.map(({ equity }) => equity));
  const exposure = { cash: new Float64Array(), gross: Float64Array.from(minutes, ({ gross }) => gross) };
  const columns = columnsFromBars("5m", instrumentTable(["A", "B"]), bars);
  return dailySeries(curve, exposure, columns, xnysSessions(), cash, actions);
}

describe("around Thanksgiving 2024, whose Friday closes at 13:00", () => {
  const daily = seriesOf(
    [
      { day: 27, minute: 600, closes: [10, undefined], equity: 1000, gross: 0 },
      { day: 27, minute: 960, closes: [11, 20], equity: 1010, gross: 505 },
      { day: 29, minute: 600, closes: [12, 22], equity: 1020, gross: 0 },
      { day: 29, minute: 780, closes: [13, undefined], equity: 1111, gross: 0 },
      { day: 29 + 3, minute: 575, closes: [undefined, 18], equity: 999.9, gross: 0 },
    ],
    1000,
  );

  it("takes the last batch of each session", () => {
    expect(daily.date).toEqual(["2024-11-27", "2024-11-29", "2024-12-02"]);
    expect(daily.equity).toEqual([1010, 1111, 999.9]);
    expect(daily.gross).toEqual([0.5, 0, 0]);
  });

  it("counts returns from the starting cash", () => {
    const expected = [0.01, 1111 / 1010 - 1, 999.9 / 1111 - 1];
    expect(daily.returns.length).toBe(3);
    for (const [n, value] of expected.entries()) expect(daily.returns[n]).toBeCloseTo(value, 14);
  });

  it("counts the bars at whose close anything was held, not the sessions that they are in", () => {
    expect(daily.exposedShare).toBe(1 / 5);
    expect(daily.meanGross).toBeCloseTo(0.5 / 5, 14);
  });

  it("holds half of the cash in each symbol from its first close on, at its last close when it is absent", () => {
    // A from 10, 50 shares; B from 20, 25 shares.
    const expected = [50 * 11 + 25 * 20, 50 * 13 + 25 * 22, 50 * 13 + 25 * 18];
    for (const [n, value] of expected.entries()) expect(daily.benchmark[n]).toBeCloseTo(value, 10);
    expect(daily.benchmarkReturns[0]).toBeCloseTo(1050 / 1000 - 1, 14);
  });
});

it("keeps a bar that closes with the half day in it, and gives the next minute to the next session", () => {
  const atClose = { day: 29, closes: [10], equity: 100, gross: 0 } as const;
  const daily = seriesOf(
    [
      { ...atClose, minute: 780 },
      { ...atClose, minute: 781 },
    ],
    100,
  );
  expect(daily.date).toEqual(["2024-11-29", "2024-12-02"]);
  expect(at(29, 781) - at(29, 780)).toBe(MICROS_PER_MINUTE);
});

it("pays nothing to the yardstick for a symbol whose first bar is still to come", () => {
  const dividend = {
    kind: "DividendPaid",
    instrument: 1 as InstrumentId,
    perShare: 2,
    isSpinOff: false,
  } as const;
  const minutes = [
    { day: 26, minute: 600, closes: [10, undefined], equity: 100, gross: 0 },
    { day: 27, minute: 600, closes: [10, 20], equity: 100, gross: 0 },
    { day: 29, minute: 600, closes: [10, 18], equity: 100, gross: 0 },
  ];
  const before = seriesOf(minutes, 100, [{ ...dividend, at: at(26, 700) }]);
  expect(before.benchmark).toEqual([100, 100, 95]);
  const after = seriesOf(minutes, 100, [{ ...dividend, at: at(27, 700) }]);
  expect(after.benchmark[2]).toBeCloseTo(100, 12);
});

it("one session of one batch is one return", () => {
  const daily = seriesOf([{ day: 27, minute: 960, closes: [10, 10], equity: 110, gross: 10 }], 100);
  expect([...daily.returns]).toEqual([110 / 100 - 1]);
  expect(daily.exposedShare).toBe(1);
});

it("sees a fall within a session that its closes do not show, of the run and of holding", () => {
  const closes = (price: number) => [price, price] as const;
  const daily = seriesOf(
    [
      { day: 27, minute: 600, closes: closes(10), equity: 99, gross: 0 },
      { day: 27, minute: 960, closes: closes(10), equity: 110, gross: 0 },
      { day: 29, minute: 600, closes: closes(8), equity: 88, gross: 0 },
      { day: 29, minute: 780, closes: closes(10), equity: 110, gross: 0 },
    ],
    100,
  );
  expect(daily.equity).toEqual([110, 110]);
  expect(daily.deepest).toBeCloseTo(-0.2, 14);
  expect(daily.benchmarkDeepest).toBeCloseTo(-0.2, 14);
});
