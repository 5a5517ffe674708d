/**
 * Goal    the position of a strategy is the exact sum of its own fills, and its entry price the mean of what it
 *         still holds; over all strategies the sum is the account's position (EN-4).
 * Method  a table of the turns a position can take; then random fills of whole and fractional shares against
 *         whole nano-shares in BigInt.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { VirtualLots } from "./virtual-lots.ts";

const instrument = (index: number) => index as InstrumentId;

it.each(
  table(`
    fills                        shares  entry  why
    100@10                       100     10     a first fill
    100@10 100@12                200     11     growing takes the weighted mean
    100@10 300@12                400     11.5   weighted by shares
    100@10 -40@15                60      10     reducing keeps it
    100@10 -40@15 60@20          120     15     and growing again starts from what is left
    100@10 -100@15               0       none   flat has no entry
    100@10 -100@15 50@20         50      20     a new position starts anew
    100@10 -150@15               -50     15     a flip starts at the price of the fill
    -100@10 -100@12              -200    11     shorts alike
    -100@10 40@5                 -60     10     and their reduction
    -100@10 150@5                50      5      and their flip
    0.1@10 0.2@40                0.3     30     parts of a share
    0.1@10 0.2@10 -0.3@10        0       none   and nothing is left of them
  `),
)("$fills: $why", ({ fills = "", shares, entry }) => {
  const lots = new VirtualLots(1, 1);
  for (const fill of fills.split(" ")) {
    const [signed = "", price = ""] = fill.split("@");
    const after = lots.fill(0, instrument(0), Number(signed), Number(price));
    expect(after).toBe(lots.shares(0, instrument(0)));
  }
  expect(lots.shares(0, instrument(0))).toBe(cellNumber(shares));
  const expected = cellNumber(entry);
  if (Number.isNaN(expected)) expect(lots.averageEntry(0, instrument(0))).toBeNaN();
  else expect(lots.averageEntry(0, instrument(0))).toBeCloseTo(expected, 12);
});

it("before its first fill a lot is flat", () => {
  const lots = new VirtualLots(2, 2);
  expect([lots.shares(1, instrument(1)), lots.averageEntry(1, instrument(1))]).toEqual([0, Number.NaN]);
  expect(lots.holders(2, instrument(0))).toEqual([]);
});

const STRATEGIES = 3;
const INSTRUMENTS = 2;
const nanos = fc.oneof(
  fc.integer({ min: 1, max: 2_000 }).map((shares) => shares * 1_000_000_000),
  fc.integer({ min: 1, max: 3_000_000_000 }),
  fc.integer({ min: 1, max: 20 }),
);
const anyFill = fc.record({
  strategy: fc.integer({ min: 0, max: STRATEGIES - 1 }),
  on: fc.integer({ min: 0, max: INSTRUMENTS - 1 }),
  nanos,
  sign: fc.constantFrom(1, -1),
  price: fc.integer({ min: 1_000, max: 500_000_000 }),
  /** Every so often a position is closed in full, whatever it is. */
  closes: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});

/** A lot in whole nano-shares; its cost in exact nano-micro-dollars, restarted as the rules say. */
interface ExactLot {
  held: bigint;
  /** Exact fraction: the mean price is cost / weight. */
  cost: bigint;
  weight: bigint;
}

function fillExactly(lot: ExactLot, signed: bigint, price: bigint): void {
  const after = lot.held + signed;
  const grows = lot.held === 0n || lot.held > 0n === signed > 0n;
  if (lot.held === 0n || (after !== 0n && after > 0n !== lot.held > 0n)) {
    lot.cost = price;
    lot.weight = 1n;
  } else if (grows) {
    const before = lot.held < 0n ? -lot.held : lot.held;
    const added = signed < 0n ? -signed : signed;
    lot.cost = lot.cost * before + price * lot.weight * added;
    lot.weight *= before + added;
  }
  lot.held = after;
}

/** The fraction as a double, to about sixteen digits. */
const ratio = (over: bigint, under: bigint): number => Number((over * 10n ** 18n) / under) / 1e18;

describe("against exact arithmetic", () => {
  it("positions are the sum of their fills to the nano-share, entries the mean of what is held", () => {
    fc.assert(
      fc.property(fc.array(anyFill, { minLength: 20, maxLength: 60, size: "max" }), (fills) => {
        const lots = new VirtualLots(STRATEGIES, INSTRUMENTS);
        const exact = Array.from({ length: STRATEGIES * INSTRUMENTS }, () => ({
          held: 0n,
          cost: 0n,
          weight: 1n,
        }));
        for (const { strategy, on, nanos: size, sign, price, closes } of fills) {
          const lot = exact[strategy * INSTRUMENTS + on] ?? { held: 0n, cost: 0n, weight: 1n };
          const signed = closes && lot.held !== 0n ? -lot.held : BigInt(sign * size);
          lots.fill(strategy, instrument(on), Number(signed) / 1e9, price / 1e6);
          fillExactly(lot, signed, BigInt(price));

          const held = lots.shares(strategy, instrument(on));
          expect(held).toBe(Number(lot.held) / 1e9);
          const entry = lots.averageEntry(strategy, instrument(on));
          if (lot.held === 0n) expect(entry).toBeNaN();
          else expect(Math.abs(entry / (ratio(lot.cost, lot.weight) / 1e6) - 1)).toBeLessThan(1e-9);
        }
        for (let i = 0; i < INSTRUMENTS; i++) {
          const expected = exact
            .map((lot, slot) => ({
              strategy: Math.floor(slot / INSTRUMENTS),
              slot,
              shares: Number(lot.held) / 1e9,
            }))
            .filter(({ slot, shares }) => slot % INSTRUMENTS === i && shares !== 0)
            .map(({ strategy, shares }) => ({ strategy, shares }));
          expect(lots.holders(STRATEGIES, instrument(i))).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("thousands of parts of a large position add up, and leave nothing when they are sold", () => {
    const lots = new VirtualLots(1, 1);
    let held = 0n;
    const fill = (size: bigint) => {
      held += size;
      return lots.fill(0, instrument(0), Number(size) / 1e9, 100);
    };
    fill(4_000_000_000_000_000n);
    for (let n = 1n; n <= 5_000n; n++) fill(n * 333_333_333n);
    expect(lots.shares(0, instrument(0))).toBe(Number(held) / 1e9);
    for (let n = 1n; n <= 5_000n; n++) fill(-n * 333_333_333n);
    expect(fill(-4_000_000_000_000_000n)).toBe(0);
    expect(lots.averageEntry(0, instrument(0))).toBeNaN();
  });
});
