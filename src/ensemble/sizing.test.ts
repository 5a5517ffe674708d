/**
 * Goal    the size is the smallest that any constraint allows, named; and nothing unknown ever becomes shares.
 * Method  a table worked out by hand in which each constraint binds once; properties for the caps, for equity
 *         and for figures that are no numbers.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import type { SizingMethod } from "../domain/intent.ts";
import { type SizingRequest, sizeEntry, sizingParams } from "./sizing.ts";

/** Without Kelly and without the market scale: what those add is tested below. */
const plain = { kelly: { enabled: false }, atr: { floor: 1 } };
const params = sizingParams.parse(plain);

const wish: SizingRequest = {
  method: "fixed_risk",
  conviction: 1,
  price: 100,
  stop: 80,
  equity: 100_000,
  availableCash: 100_000,
  allocation: 0.5,
  positions: 10,
  scalar: 1,
  limit: Number.NaN,
  edge: { trades: 0, winRate: 0.5, win: Number.NaN, loss: Number.NaN },
  trailing: 1,
  vix: undefined,
  atr: 0.01,
  advRoom: Number.POSITIVE_INFINITY,
};

describe("by hand", () => {
  it.each(
    table(`
      method        conv  price  stop  equity  cash    scalar  shares  binding            why
      fixed_risk    1     100    80    100000  100000  1       20      risk_per_trade     0.4 % of 100,000 over $20
      fixed_risk    -1    100    120   100000  100000  1       -20     risk_per_trade     a short is sized alike
      fixed_risk    0.5   100    80    100000  100000  1       10      risk_per_trade     half the size
      fixed_risk    1     100    93    100000  100000  1       50      position_pct       57 by risk; 5 % is 50
      fixed_risk    1     100    93    400000  400000  1       150     position_usd       200 by 5 %; $15,000 is 150
      fixed_risk    1     100    80    100000  6000    1       10      cash_buffer        6,000 less 5,000 that stay
      fixed_risk    1     100    80    100000  5000    1       0       cash_buffer        nothing left to spend
      fixed_risk    1     100    80    100000  -1      1       0       cash_buffer        cash that orders will take
      fixed_risk    1     100    80    100000  100000  0.5     10      permission_scalar  half speed
      fixed_risk    1     100    80    100000  100000  1.2     24      risk_per_trade     the ceiling of the lattice
      fixed_risk    1     100    93    100000  100000  1.2     50      position_pct       caps come after the scalar
      fixed_risk    1     100    97    100000  100000  0.5     50      position_pct       66 by half the risk
      fixed_risk    1     100    100   100000  100000  1       0       risk_per_trade     a stop at the price is no stop
      fixed_risk    1     100    101   100000  100000  1       0       risk_per_trade     nor one on the winning side
      fixed_risk    -1    100    99    100000  100000  1       0       risk_per_trade     the same for a short
      fixed_risk    1     100    none  100000  100000  1       0       risk_per_trade     C-15 no stop, no entry
      fixed_risk    1     390    1     97000   97000   1       0       risk_per_trade     less than one share is none
      allocation    1     100    none  80000   80000   1       40      allocation         half of 80,000, over ten
      allocation    0.5   100    none  80000   80000   1       20      allocation         half the conviction
      allocation    -0.5  100    none  80000   80000   1       -20     allocation         short
      allocation    1     100    none  80000   4900    1       9       cash_buffer        4,900 less 4,000 that stay
      allocation    1     100    none  80000   80000   0.25    10      permission_scalar  a quarter
      fixed_shares  1     100    none  100000  100000  1       100     fixed_shares       as configured
      fixed_shares  -0.1  100    none  100000  100000  1       -100    fixed_shares       only the sign counts
      fixed_shares  0     100    none  100000  100000  1       0       fixed_shares       no direction, no order
      fixed_risk    0     100    80    100000  100000  1       0       risk_per_trade     no direction, no order
      fixed_risk    3     100    80    100000  100000  1       20      risk_per_trade     beyond 1 counts as 1
    `),
  )("$method $conv at $price, $binding: $why", (row) => {
    const size = sizeEntry(
      {
        ...wish,
        method: row.method as SizingMethod,
        conviction: cellNumber(row.conv),
        price: cellNumber(row.price),
        stop: cellNumber(row.stop),
        equity: cellNumber(row.equity),
        availableCash: cellNumber(row.cash),
        scalar: cellNumber(row.scalar),
      },
      params,
    );
    expect(size).toEqual({ shares: cellNumber(row.shares), binding: row.binding });
  });

  it("RUN-4: the base is the configured capital or the equity, whichever is smaller; the buffer is of equity", () => {
    const limited = sizingParams.parse({ ...plain, capital: 50_000 });
    expect(sizeEntry(wish, limited).shares).toBe(10);
    expect(sizeEntry({ ...wish, equity: 25_000 }, limited).shares).toBe(5);
    expect(sizeEntry({ ...wish, availableCash: 5_500 }, limited)).toEqual({
      shares: 5,
      binding: "cash_buffer",
    });
  });
});

it("C-15: what getting in and out costs is part of the risk, so that the gate has nothing to trim", () => {
  const request: SizingRequest = { ...wish, method: "fixed_risk", limit: 100, stop: 92, equity: 100_000 };
  const roomy = { ...params, positionPct: 1, positionUsd: 1e9 };
  const { shares } = sizeEntry(request, { ...roomy, riskCostBps: 5 });
  const lost = (count: number) => count * (100 - 92 + 5e-4 * (100 + 92));
  expect(lost(shares)).toBeLessThanOrEqual(params.riskPerTrade * 100_000);
  expect(lost(shares + 1)).toBeGreaterThan(params.riskPerTrade * 100_000);
  expect(sizeEntry(request, roomy).shares).toBeGreaterThan(shares);
});

const money = between(500, 3e6);
const anyWish: fc.Arbitrary<SizingRequest> = fc
  .record({
    method: fc.constantFrom<SizingMethod>("fixed_risk", "allocation"),
    conviction: between(0.05, 1),
    isShort: fc.boolean(),
    price: between(1, 1_000),
    away: between(0.001, 0.3),
    equity: money,
    cashShare: between(-0.2, 1.2),
    allocation: between(0, 1),
    positions: fc.integer({ min: 1, max: 30 }),
    scalar: between(0.01, 1.2),
  })
  .map(({ isShort, away, cashShare, conviction, ...rest }) => ({
    ...wish,
    ...rest,
    conviction: isShort ? -conviction : conviction,
    stop: rest.price * (isShort ? 1 + away : 1 - away),
    availableCash: rest.equity * cashShare,
  }));

describe("always", () => {
  it("no cap is ever exceeded, shares are whole and on the wished side, and never minus zero", () => {
    let bound = 0;
    fc.assert(
      fc.property(anyWish, (request) => {
        const { shares, binding } = sizeEntry(request, params);
        const count = Math.abs(shares);
        const value = count * request.price;
        const slack = 1 + 1e-12;
        expect(Number.isInteger(shares)).toBe(true);
        expect(Object.is(shares, -0)).toBe(false);
        if (count > 0) {
          bound += 1;
          expect(Math.sign(shares)).toBe(Math.sign(request.conviction));
          expect(value).toBeLessThanOrEqual(0.05 * request.equity * slack);
          expect(value).toBeLessThanOrEqual(15_000 * slack);
          expect(value).toBeLessThanOrEqual((request.availableCash - 0.05 * request.equity) * slack);
        }
        const strength = Math.abs(request.conviction) * request.scalar;
        if (request.method === "fixed_risk") {
          const atRisk = count * Math.abs(request.price - request.stop);
          expect(atRisk).toBeLessThanOrEqual(0.004 * strength * request.equity * slack);
        } else {
          const share = (strength * request.allocation * request.equity) / request.positions;
          expect(value).toBeLessThanOrEqual(share * slack + 1e-9);
        }
        if (request.scalar >= 1) expect(binding).not.toBe("permission_scalar");
      }),
      { numRuns: 2_000 },
    );
    expect(bound).toBeGreaterThan(500);
  });

  it("the constraint that is named is the one without which the size would be another", () => {
    const loose = sizingParams.parse({ ...plain, positionPct: 1, positionUsd: 1e9, cashBuffer: 0 });
    fc.assert(
      fc.property(anyWish, (request) => {
        const { binding } = sizeEntry(request, params);
        const caps: string[] = ["position_pct", "position_usd", "cash_buffer"];
        const { price, equity, availableCash } = request;
        const allowed = [(0.05 * equity) / price, 15_000 / price, (availableCash - 0.05 * equity) / price];
        const wanted = sizeEntry({ ...request, availableCash: 1e12 }, loose).shares;
        const least = Math.min(...allowed);
        if (caps.includes(binding)) expect(allowed[caps.indexOf(binding)]).toBe(least);
        else expect(Math.abs(wanted)).toBeLessThanOrEqual(Math.max(0, least) + 1);
      }),
      { numRuns: 1_000 },
    );
  });

  it("more equity and as much more cash never buy less", () => {
    fc.assert(
      fc.property(anyWish, between(1, 4), (request, times) => {
        const richer = {
          ...request,
          equity: request.equity * times,
          availableCash: request.availableCash + request.equity * (times - 1),
        };
        const before = Math.abs(sizeEntry(request, params).shares);
        expect(Math.abs(sizeEntry(richer, params).shares)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a figure that is no number, and money that is none, become no shares", () => {
    const broken = fc.constantFrom(
      ...(["conviction", "price", "equity", "availableCash", "scalar"] as const).flatMap((name) =>
        [Number.NaN, Number.NEGATIVE_INFINITY].map((value) => ({ name, value })),
      ),
      { name: "price", value: 0 },
      { name: "price", value: -5 },
      { name: "price", value: Number.POSITIVE_INFINITY },
      { name: "equity", value: 0 },
      { name: "equity", value: -1_000 },
      { name: "equity", value: Number.POSITIVE_INFINITY },
      { name: "availableCash", value: -1 },
      { name: "scalar", value: 0 },
    );
    fc.assert(
      fc.property(anyWish, broken, (request, { name, value }) => {
        // A conviction without end is still a direction: it counts as 1.
        if (name === "conviction" && !Number.isNaN(value)) return;
        const { shares } = sizeEntry({ ...request, [name]: value }, params);
        expect(`${name} ${value}: ${shares}`).toBe(`${name} ${value}: 0`);
      }),
      { numRuns: 2_000 },
    );
    const only = { stop: "fixed_risk", allocation: "allocation", positions: "allocation" } as const;
    for (const [name, method] of Object.entries(only)) {
      expect(sizeEntry({ ...wish, method, [name]: Number.NaN }, params).shares).toBe(0);
    }
    for (const name of ["conviction", "price"]) {
      expect(sizeEntry({ ...wish, method: "fixed_shares", [name]: Number.NaN }, params).shares).toBe(0);
    }
    expect(sizeEntry({ ...wish, method: "allocation", price: 1e-320 }, params).shares).toBe(0);
  });
});

/** Wins half as large again as losses, won slightly more often than not; and a bet without an edge. */
const good = { trades: 60, winRate: 0.52, win: 0.03, loss: 0.02 };
const bad = { trades: 60, winRate: 0.39, win: 0.03, loss: 0.02 };
const slim = { trades: 60, winRate: 0.405, win: 0.03, loss: 0.02 };
const edges = { cold: { ...good, trades: 29 }, good, bad, slim, wins: { ...good, loss: Number.NaN } };

describe("what a strategy has shown, the market's nerves and the volume (SIZE-1)", () => {
  it.each(
    table(`
      edge  stop  limit   perf  vix   atr    adv    scalar  shares  binding            why
      cold  80    none    1     none  0.01   inf    1       12      kelly_cold         0.25 % of 100,000 over $20
      wins  80    none    1     none  0.01   inf    1       12      kelly_cold         what a loss costs is not known
      good  80    none    1     none  0.01   inf    1       20      risk_per_trade     the ceiling is lower
      slim  80    none    1     none  0.01   inf    1       10      kelly              a quarter of 0.83 % at risk
      bad   80    none    1     none  0.01   inf    1       0       kelly              no edge, no trade
      good  80    105     1     none  0.01   inf    1       16      risk_per_trade     $25 from the limit to the stop
      good  80    80      1     none  0.01   inf    1       0       risk_per_trade     a limit at the stop: no distance
      good  80    none    0.5   none  0.01   inf    1       10      performance        half for a bad stretch
      good  80    none    0.5   none  0.01   inf    0.4     4       permission_scalar  both count, the smaller is named
      good  80    none    1     30    0.01   inf    1       10      vix_scale          half way from 20 to 40
      good  80    none    1     40    0.01   inf    1       0       vix_scale          nothing at the maximum
      good  80    none    1     stale  0.01  inf    1       0       vix_scale          what is stale counts as the worst
      good  80    none    1     12    0.0275  inf   1       10      atr_scale          half way from 1.5 % to 4 %
      good  80    none    1     25    0.0275  inf   1       10      atr_scale          the smaller, not the product
      good  80    none    1     none  none   inf    1       0       atr_scale          unknown counts as the worst
      good  80    none    1     none  0.01   7      1       7       adv                7 shares left of the day's
      good  80    none    1     none  0.01   none   1       0       adv                no number is no allowance
    `),
  )("$edge, stop $stop, limit $limit: $why", (row) => {
    const size = sizeEntry(
      {
        ...wish,
        stop: cellNumber(row.stop),
        limit: cellNumber(row.limit),
        edge: edges[row.edge as keyof typeof edges],
        trailing: cellNumber(row.perf),
        vix: row.vix === "none" ? undefined : row.vix === "stale" ? Number.NaN : cellNumber(row.vix),
        atr: cellNumber(row.atr),
        advRoom: cellNumber(row.adv),
        scalar: cellNumber(row.scalar),
      },
      sizingParams.parse({}),
    );
    expect(size).toEqual({ shares: cellNumber(row.shares), binding: row.binding });
  });

  it("a stop close by never makes a stake beyond half of Kelly's", () => {
    const loose = sizingParams.parse({ positionPct: 1, positionUsd: 1e9, cashBuffer: 0, riskPerTrade: 0.02 });
    // f* = 0.405/0.02 - 0.595/0.03 = 0.4167 of equity; the stop alone would allow a stake of 0.0021/0.0001.
    const size = sizeEntry({ ...wish, edge: slim, stop: 99.99 }, loose);
    expect(size).toEqual({ shares: 208, binding: "kelly" });
  });

  it("allocation ignores Kelly and the market scale; a stop bounds it by a trade's risk, and the volume", () => {
    const request = { ...wish, method: "allocation" as const, edge: bad, atr: Number.NaN, vix: 80 };
    expect(sizeEntry({ ...request, stop: Number.NaN }, sizingParams.parse({})).shares).toBe(50);
    expect(sizeEntry(request, sizingParams.parse({}))).toEqual({ shares: 20, binding: "risk_per_trade" });
    expect(sizeEntry({ ...request, advRoom: 3 }, sizingParams.parse({}))).toEqual({
      shares: 3,
      binding: "adv",
    });
  });

  it("at the price of the order, value and risk stay inside what the gate allows: nothing is left to trim", () => {
    const offset = between(0, 0.005);
    fc.assert(
      fc.property(anyWish, offset, (request, away) => {
        const limit = request.price * (1 + Math.sign(request.conviction) * away);
        const { shares } = sizeEntry({ ...request, limit }, params);
        const worst = Math.max(request.price, limit);
        expect(Math.abs(shares) * worst).toBeLessThanOrEqual(0.05 * request.equity * (1 + 1e-12));
        if (request.method !== "fixed_risk") return;
        const atRisk = Math.abs(shares * (limit - request.stop));
        const strength = Math.abs(request.conviction) * request.scalar;
        expect(atRisk).toBeLessThanOrEqual(0.004 * strength * request.equity * (1 + 1e-12));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("parameters", () => {
  it("names what it does not know and what is out of range", () => {
    expect(() => sizingParams.parse({ kelly: 1 })).toThrow(/kelly/);
    for (const key of Object.keys(sizingParams.shape)) {
      for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, "1"]) {
        expect(() => sizingParams.parse({ [key]: value })).toThrow(new RegExp(`"${key}"`));
      }
    }
    expect(() => sizingParams.parse({ riskPerTrade: 0.021 })).toThrow(/riskPerTrade/);
    expect(() => sizingParams.parse({ kelly: { fraction: 0.6 } })).toThrow(/fraction/);
    expect(() => sizingParams.parse({ atr: { base: 0.05 } })).toThrow(/base must be below max/);
    expect(() => sizingParams.parse({ adv: { share: 1 } })).toThrow(/share/);
  });
});
