/**
 * Goal    a bar holds the trades of its interval and no other, and agrees with the live builder.
 * Method  a day by hand around the edges; then random trades against `MinuteBarBuilder`.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testSessions } from "../../test/bar-text.ts";
import { instrumentTable } from "../domain/instrument.ts";
import type { TradeColumns } from "../domain/ticks.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { MinuteBarBuilder } from "./bar-builder.ts";
import { tradeBars } from "./trade-bars.ts";

const sessions = testSessions(2, 3);
const open = sessions.open[0]!;
const instruments = instrumentTable(["A", "B"]);

/** Seconds after the first open, instrument, price, shares. */
function trades(rows: readonly (readonly [number, number, number, number])[]): TradeColumns {
  return {
    at: Float64Array.from(rows, ([second]) => open + second * MICROS_PER_SECOND),
    instrument: Uint32Array.from(rows, ([, instrument]) => instrument),
    price: Float64Array.from(rows, ([, , price]) => price),
    size: Float64Array.from(rows, ([, , , size]) => size),
  };
}

it("closes on time, keeps a trade at a bar's end for the next one, and leaves out what is not the session", () => {
  const columns = tradeBars(
    trades([
      [-1, 0, 90, 1],
      [0, 0, 100, 1],
      [10, 0, 103, 2],
      [20, 0, 99, 3],
      [59.999, 0, 101, 4],
      [60, 0, 105, 5],
      [70, 1, 50, 6],
      [179.999, 0, 107, 7],
      [180, 0, 1, 1],
      [86_400, 0, 200, 8],
    ]),
    "1m",
    instruments,
    sessions,
  );
  const after = [...columns.closedAt].map((at) => (at - open) / MICROS_PER_MINUTE);
  expect(after).toEqual([1, 2, 3, 1441]);
  expect([...columns.offset]).toEqual([0, 1, 3, 4, 5]);
  expect([...columns.instrument]).toEqual([0, 0, 1, 0, 0]);
  const first = [columns.open, columns.high, columns.low, columns.close, columns.volume].map(
    (column) => column[0],
  );
  expect(first).toEqual([100, 103, 99, 101, 10]);
});

it("agrees with the builder of live bars", () => {
  const trade = fc.tuple(
    fc.integer({ min: 0, max: 170 }),
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 1, max: 9 }),
  );
  let several = 0;
  fc.assert(
    fc.property(fc.array(trade, { minLength: 1, maxLength: 30 }), (drawn) => {
      const rows = drawn
        .toSorted((a, b) => a[0] - b[0])
        .map(([second, instrument, price]) => [second, instrument, price, price] as const);
      const builder = new MinuteBarBuilder();
      for (const [second, series, price, size] of rows)
        builder.add({ series, at: (open + second * MICROS_PER_SECOND) as EpochMicros, price, size });
      const built = builder.closeThrough((open + 10 * MICROS_PER_MINUTE) as EpochMicros);
      const columns = tradeBars(trades(rows), "1m", instruments, sessions);
      expect([...columns.instrument]).toEqual(built.map(({ series }) => series));
      for (const field of ["open", "high", "low", "close", "volume"] as const)
        expect([...columns[field]]).toEqual(built.map((bar) => bar[field]));
      if (built.length > 2) several += 1;
    }),
  );
  expect(several).toBeGreaterThan(20);
});
