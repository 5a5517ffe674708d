/**
 * Goal    a sale pays the rates in force on its day, up to the cent and never past the cap.
 * Method  a table by hand, then bounds over everything.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { testCosts } from "../../test/engine-world.ts";
import { table } from "../../test/table.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, TimeInForce } from "../domain/order.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../domain/time.ts";
import { Authorities } from "../risk/authority.ts";
import { RiskGate } from "../risk/gate.ts";
import { feeRates, feeSchedule, regulatoryFee } from "./regulatory-fees.ts";
import { SimulatedVenue } from "./venue.ts";

/** Out of order on purpose. */
const rates = feeRates([
  { from: "2025-05-14", secPerMillion: 0, tafPerShare: 0.000166, tafCap: 8.3 },
  { from: "2023-02-27", secPerMillion: 8, tafPerShare: 0.000145, tafCap: 7.27 },
  { from: "2024-05-22", secPerMillion: 27.8, tafPerShare: 0.000166, tafCap: 8.3 },
]);

it.each(
  table(`
    date        shares  dollars   fee    why
    2024-05-22  100     5000      0.16   0.139 and 0.0166: each up to the cent
    2024-05-21  100     5000      0.06   the day before, the older rates: 0.04 and 0.0145
    2025-05-13  100     5000      0.16   the last day of the SEC rate
    2025-05-14  100     5000      0.02   the SEC rate is zero
    2010-01-01  100     5000      0.06   before the first row: its rates, never free
    2030-01-01  100     5000      0.02   after the last row: its rates
    2024-06-03  50000   1000000   36.1   27.80, and 8.30 exactly: the cap is no cent more
    2024-06-03  90000   1000000   36.1   capped
    2024-06-03  1       1         0.02   a cent each, however small
    2024-06-03  100     359712    10.02  a hair above ten dollars from rounding is ten dollars
  `),
)("$shares shares, $$dollars on $date pay $fee: $why", (row) => {
  const day = parseIsoDate(row.date ?? "") as DayNumber;
  const dollars = row.dollars === "359712" ? 10 / 27.8e-6 : Number(row.dollars);
  expect(regulatoryFee(rates, day, Number(row.shares), dollars) / 1e6).toBeCloseTo(Number(row.fee), 9);
});

it("fees are whole cents, at least the raw fee and less than two cents above it", () => {
  const day = parseIsoDate("2024-06-03") as DayNumber;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 900 }), (shares, price) => {
      const fee = regulatoryFee(rates, day, shares, shares * price);
      const raw = (shares * price * 27.8) / 1e6 + Math.min(shares * 0.000166, 8.3);
      expect(fee % 10_000).toBe(0);
      expect(fee / 1e6).toBeGreaterThanOrEqual(raw - 1e-9);
      expect(fee / 1e6).toBeLessThan(raw + 0.02);
    }),
    { seed: 12 },
  );
});

it("free is zero, not minus zero: both have their own bits in a digest", () => {
  const free = feeRates([{ from: "2020-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }]);
  expect(Object.is(regulatoryFee(free, 20_000 as DayNumber, 100, 5000), 0)).toBe(true);
});

it("a schedule must name real dates", () => {
  const row = { secPerMillion: 1, tafPerShare: 0, tafCap: 0 };
  expect(feeSchedule.safeParse([{ from: "2024-02-30", ...row }]).success).toBe(false);
  expect(feeSchedule.safeParse([]).success).toBe(false);
});

it("the venue charges sales only, long or short, and commission on both sides", () => {
  const sessions = testSessions(3, 390);
  const closes = [0, 1, 2].map((n) => barClose(sessions, n));
  const columns = columnsOf("1d", 1, bars(0, "100/100/100/100 100/101/99/100 100/101/99/100", closes));
  const venue = new SimulatedVenue(1, { ...testCosts, commissionPerShare: 0.01 }, sessions);
  const gate = new RiskGate([], new Authorities());
  const batch = (n: number) => venue.match({ at: closes[n] as EpochMicros, from: n, to: n + 1, columns });
  batch(0);
  for (const [number, side] of [BUY, SELL].entries()) {
    const request = {
      instrument: 0 as InstrumentId,
      strategy: 0,
      side,
      shares: 100,
      purpose: Purpose.Entry,
      type: OrderType.Market,
      timeInForce: TimeInForce.NextBar,
      limit: Number.NaN,
      stop: Number.NaN,
      reference: 100,
      decidedAt: 0 as EpochMicros,
    };
    const order = gate.pass(number as OrderNumber, request, {} as never, undefined);
    if (order !== undefined) venue.send({ kind: "PlaceOrder", order });
  }
  batch(1);
  const costs = venue.events.flatMap((event) => (event.kind === "OrderFilled" ? [event.costs] : []));
  // One basis point of auction cost on 100 shares at 100 dollars; 10,000 x 27.8e-6 = 0.278 and 0.0166 on the sale.
  const parts = { spread: 1_000_000, drift: 0, impact: 0 };
  expect(costs).toEqual([
    { commission: 1_000_000, regulatory: 0, slippage: 1_000_000, parts },
    { commission: 1_000_000, regulatory: 300_000, slippage: 1_000_000, parts },
  ]);
});
