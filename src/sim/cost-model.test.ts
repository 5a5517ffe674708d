/**
 * Goal    show that costs are the formulas of QUANT m, and that a fill never knows its own bar.
 * Method  hand figures, the golden table of impact figures, and pairs of pasts that differ only from now on.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../test/bar-text.ts";
import type { BarColumns } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { boundedAway, type CostParams, costParams, Liquidity, slippageAway } from "./cost-model.ts";
import { feeRates, regulatoryFee } from "./regulatory-fees.ts";

const feeSchedule = [{ from: "2006-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }];
const params = (given: object) => costParams.parse({ feeSchedule, ...given });

const slippagePerShare = (
  price: number,
  shares: number,
  instrument: number,
  past: Liquidity,
  costs: CostParams,
): number => boundedAway(price, slippageAway(price, shares, instrument, past, costs, 0), costs);

/** A past that is what the test says. */
class Known extends Liquidity {
  readonly #facts: { readonly bar: number; readonly daily: number; readonly volume: number };

  constructor(bar: number, daily: number, volume: number) {
    super(1);
    this.#facts = { bar, daily, volume };
  }

  override barVolatility(): number {
    return this.#facts.bar;
  }

  override dailyVolatility(): number {
    return this.#facts.daily;
  }

  override averageDailyVolume(): number {
    return this.#facts.volume;
  }
}

describe("slippage", () => {
  it("comes apart by cause; the time an order travelled adds sigma x sqrt(share of the bar) to the drift", () => {
    const modelled = params({ spreadBps: 4, volatilityShare: 0.1, impact: 0.7 });
    const past = new Known(0.002, 0.02, 90_000);
    const away = slippageAway(100, 900, 0, past, modelled, 0.0025);
    expect(away.spread).toBeCloseTo(0.02, 12);
    expect(away.drift).toBeCloseTo(0.02 + 0.002 * 0.05 * 100, 12);
    expect(away.impact).toBeCloseTo(0.14, 12);
  });

  it("a tenth of the volume is the model's bound: more needs fixed slippage", () => {
    expect(() => params({ maxParticipation: 0.11 })).toThrow(/at most 0.1 with modelled slippage/);
    expect(params({ maxParticipation: 0.5, slippage: "fixed" }).maxParticipation).toBe(0.5);
    expect(params({ maxParticipation: 0.5, impact: 0 }).maxParticipation).toBe(0.5);
  });

  it("fixed: basis points of the price, whatever the size and the past", () => {
    const fixed = params({ slippage: "fixed", fixedBps: 5 });
    expect(slippagePerShare(200, 1, 0, new Known(0.5, 0.5, 10), fixed)).toBeCloseTo(0.1, 12);
    expect(slippagePerShare(200, 1e6, 0, new Known(0, 0, Number.NaN), fixed)).toBeCloseTo(0.1, 12);
  });

  it("modelled: half the spread, a share of the bar's volatility, square-root impact", () => {
    const modelled = params({ spreadBps: 4, volatilityShare: 0.1, impact: 0.7 });
    // 0.02 half spread + 0.1 x 0.002 x 100 drift + 0.7 x 0.02 x sqrt(900 / 90000) x 100 impact.
    expect(slippagePerShare(100, 900, 0, new Known(0.002, 0.02, 90_000), modelled)).toBeCloseTo(
      0.02 + 0.02 + 0.14,
      12,
    );
  });

  it("half a spread is at least half a cent", () => {
    expect(slippagePerShare(10, 1, 0, new Known(0, 0, Number.NaN), params({ spreadBps: 2 }))).toBe(0.005);
  });

  it("without a volume history impact is unknown and not charged", () => {
    const charged = slippagePerShare(100, 1e6, 0, new Known(0, 0.02, Number.NaN), params({}));
    expect(charged).toBeCloseTo(0.01, 12);
  });

  it("never more than half the price, so no price turns negative", () => {
    expect(slippagePerShare(100, 1e9, 0, new Known(5, 5, 1), params({}))).toBe(50);
  });
});

/** Daily columns of one instrument. */
function daily(close: readonly number[], volume: readonly number[]): BarColumns {
  return columnsOf(
    "1d",
    1,
    close.map((price, n) => ({
      instrument: 0 as InstrumentId,
      closedAt: (n + 1) as EpochMicros,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: volume[n] ?? 0,
    })),
  );
}

/** Feeds rows [0, count), `perSession` bars to a session. */
function fed(columns: BarColumns, count: number, perSession = 1): Liquidity {
  const liquidity = new Liquidity(1);
  for (let row = 0; row < count; row++) {
    const at = columns.closedAt[row]! as EpochMicros;
    liquidity.update({ at, from: row, to: row + 1, columns }, Math.floor(row / perSession));
  }
  return liquidity;
}

describe("Liquidity", () => {
  it("the first change is the whole estimate, later ones weigh 2 / 21", () => {
    const columns = daily([100, 102, 99.96], [1, 1, 1]);
    expect(fed(columns, 1).barVolatility(0)).toBe(0);
    expect(fed(columns, 2).barVolatility(0)).toBeCloseTo(0.02, 12);
    expect(fed(daily([100, 102, 102], [1, 1, 1]), 3).barVolatility(0)).toBeCloseTo(
      0.02 * Math.sqrt(19 / 21),
      12,
    );
  });

  it("a steady market is known from the start, not grown into", () => {
    const path = Array.from({ length: 30 }, (_, n) => 100 * (n % 2 === 0 ? 1 : 1.01));
    for (const count of [2, 5, 29]) expect(fed(daily(path, []), count).barVolatility(0)).toBeCloseTo(0.01, 3);
  });

  it("volume is the mean of finished sessions; sessions without trading do not count", () => {
    const columns = daily([1, 1, 1, 1, 1, 1], [100, 300, 0, 500, 7, 7]);
    expect(fed(columns, 1).averageDailyVolume(0)).toBeNaN();
    expect(fed(columns, 2).averageDailyVolume(0)).toBe(100);
    expect(fed(columns, 3).averageDailyVolume(0)).toBe(200);
    expect(fed(columns, 4).averageDailyVolume(0)).toBe(200);
    expect(fed(columns, 5).averageDailyVolume(0)).toBe(300);
  });

  it("minute bars: session volume sums, the day's volatility scales with the bars of the last whole session", () => {
    const columns = daily([100, 101, 100, 101, 100, 101, 100], [1, 2, 3, 4, 5, 6, 7]);
    const liquidity = fed(columns, 7, 3);
    expect(liquidity.averageDailyVolume(0)).toBe((6 + 15) / 2);
    expect(liquidity.dailyVolatility(0)).toBeCloseTo(liquidity.barVolatility(0) * Math.sqrt(3), 12);
  });

  it("past bars only: another present or future never changes what a fill on it is charged", () => {
    const price = fc.integer({ min: 50, max: 150 });
    const volume = fc.integer({ min: 0, max: 100_000 });
    const bar = fc.tuple(price, volume);
    const paths = fc.tuple(
      fc.array(bar, { minLength: 25, maxLength: 40 }),
      fc.array(bar, { minLength: 1, maxLength: 9 }),
    );
    const modelled = params({});
    let charged = 0;
    fc.assert(
      fc.property(paths, paths, ([past, here], [, elsewhere]) => {
        const chargedAfter = (future: typeof here) => {
          const all = [...past, ...future];
          const columns = daily(
            all.map(([close]) => close),
            all.map(([, traded]) => traded),
          );
          return slippagePerShare(100, 500, 0, fed(columns, past.length), modelled);
        };
        if (chargedAfter(here) > 0.02) charged += 1;
        expect(chargedAfter(here)).toBe(chargedAfter(elsewhere));
      }),
      { seed: 11 },
    );
    expect(charged).toBeGreaterThan(50);
  });
});

const golden = join(process.env.PLIMSOLL_GOLDEN ?? "../shared/golden", "impact_fees.json");

interface Golden {
  readonly tolerance: { readonly rel: number };
  readonly expected: {
    readonly impact: readonly Readonly<
      Record<"qty" | "adv" | "daily_sigma" | "spread" | "price" | "Y" | "total_bps", number>
    >[];
    readonly fees: readonly Readonly<
      Record<
        "shares_sold" | "price" | "sec31_rate" | "taf_rate" | "taf_cap" | "sec31_ceil_cent" | "taf_ceil_cent",
        number
      >
    >[];
  };
}

describe.skipIf(!existsSync(golden))("golden impact_fees (needs PLIMSOLL_GOLDEN)", () => {
  const { expected, tolerance } = existsSync(golden)
    ? (JSON.parse(readFileSync(golden, "utf8")) as Golden)
    : { expected: { impact: [], fees: [] }, tolerance: { rel: 0 } };

  it.each(expected.impact)("impact of $qty in $adv, Y $Y", (row) => {
    const spreadBps = (row.spread / row.price) * 10_000;
    const modelled = costParams.safeParse({ feeSchedule, spreadBps, volatilityShare: 0, impact: row.Y }).data;
    const past = new Known(0, row.daily_sigma, row.adv);
    const bps = (slippagePerShare(row.price, row.qty, 0, past, modelled ?? params({})) / row.price) * 10_000;
    expect(Math.abs(bps - row.total_bps)).toBeLessThanOrEqual(tolerance.rel * row.total_bps);
  });

  it.each(expected.fees)("fees of $shares_sold at $price", (row) => {
    const rates = feeRates([
      {
        from: "2020-01-01",
        secPerMillion: row.sec31_rate * 1e6,
        tafPerShare: row.taf_rate,
        tafCap: row.taf_cap,
      },
    ]);
    const fee = regulatoryFee(rates, dayNumber(2024, 1, 2), row.shares_sold, row.shares_sold * row.price);
    expect(fee / 1e6).toBeCloseTo(row.sec31_ceil_cent + row.taf_ceil_cent, 9);
  });
});
