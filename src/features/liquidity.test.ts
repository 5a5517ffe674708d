/**
 * Goal    volume, liquidity and market-relative features equal the formula in their docstrings at every bar of
 *         random markets, also where QUANT names an edge.
 * Method  the formula written plainly over whole arrays; then a table of edges with hand-worked values.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bar, type BarColumns, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { amihud } from "./amihud.ts";
import { computeColumns } from "./batch.ts";
import { corwinSchultz } from "./corwin-schultz.ts";
import { crossSectional } from "./cross-sectional.ts";
import { dollarAdv } from "./dollar-adv.ts";
import { edgeSpread } from "./edge-spread.ts";
import { type Feature, output } from "./feature.ts";
import { kyleLambda } from "./kyle-lambda.ts";
import { marketBeta } from "./market-beta.ts";
import { onBalanceVolume } from "./on-balance-volume.ts";
import { randomBars } from "./random-bars.ts";
import { relativeStrength } from "./relative-strength.ts";
import { relativeVolume } from "./relative-volume.ts";
import { simpleReturn } from "./returns.ts";
import { rollSpread, rollSpreadRelative } from "./roll-spread.ts";
import { sessionVwap } from "./session-vwap.ts";
import { tickImbalance } from "./tick-rule.ts";
import { volumeSurprise } from "./volume-surprise.ts";

type Formula = (bars: BarColumns, t: number) => number;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);
const products = (xs: readonly number[], ys: readonly number[]) => {
  const [mx, my] = [mean(xs), mean(ys)];
  return sum(xs.map((x, k) => (x - mx) * (ys[k]! - my)));
};
const sampleSd = (xs: readonly number[]) => Math.sqrt(products(xs, xs) / (xs.length - 1));
const orNaN = (numerator: number, denominator: number) =>
  denominator === 0 ? Number.NaN : numerator / denominator;
const simple = ({ close }: BarColumns, t: number) => close[t]! / close[t - 1]! - 1;
const log = ({ close }: BarColumns, t: number) => Math.log(close[t]!) - Math.log(close[t - 1]!);

function signAt({ close }: BarColumns, t: number): number {
  const moved = range(1, t).findLast((k) => close[k] !== close[k - 1]);
  return moved === undefined ? 0 : Math.sign(close[moved]! - close[moved - 1]!);
}

const obvAt = (bars: BarColumns, t: number) =>
  sum(range(1, t).map((k) => Math.sign(bars.close[k]! - bars.close[k - 1]!) * bars.volume[k]!));

/** Estimate of one pair of neighbouring bars, in the paper's own letters. */
function corwinSchultzAt({ high, low, close }: BarColumns, t: number): number {
  const before = Math.log(close[t - 1]!);
  let h = Math.log(high[t]!);
  let l = Math.log(low[t]!);
  const shift = before < l ? before - l : before > h ? before - h : 0;
  h += shift;
  l += shift;
  const beta = (h - l) ** 2 + Math.log(high[t - 1]! / low[t - 1]!) ** 2;
  const gamma = (Math.max(h, Math.log(high[t - 1]!)) - Math.min(l, Math.log(low[t - 1]!))) ** 2;
  const k = 3 - 2 * Math.sqrt(2);
  const alpha = (Math.sqrt(2 * beta) - Math.sqrt(beta)) / k - Math.sqrt(gamma / k);
  return (2 * (Math.exp(alpha) - 1)) / (1 + Math.exp(alpha));
}

/** Two passes over the window: demeaned first, then the moments of the products themselves. */
function edgeAt(w: number): Formula {
  return (bars, t) => {
    const [o, h, l, c] = [bars.open, bars.high, bars.low, bars.close].map((x) => x.map(Math.log));
    const m = h!.map((x, k) => (x + l![k]!) / 2);
    const T = range(t - w + 2, t);
    const tau = T.map((k) => (h![k] === l![k] && l![k] === c![k - 1] ? 0 : 1));
    const r1 = T.map((k) => m[k]! - o![k]!);
    const r2 = T.map((k) => o![k]! - m[k - 1]!);
    const r3 = T.map((k) => m[k]! - c![k - 1]!);
    const r4 = T.map((k) => c![k - 1]! - m[k - 1]!);
    const r5 = T.map((k) => o![k]! - c![k - 1]!);
    const off = (x: Float64Array, y: Float64Array, lag: number) =>
      mean(T.map((k, n) => (x[k - lag] === y[k - lag] ? 0 : tau[n]!)));
    const po = off(o!, h!, 0) + off(o!, l!, 0);
    const pc = off(c!, h!, 1) + off(c!, l!, 1);
    if (sum(tau) < 2 || po === 0 || pc === 0) return Number.NaN;
    const centred = (r: number[]) => r.map((x, n) => x - (tau[n]! * mean(r)) / mean(tau));
    const [d1, d3, d5] = [centred(r1), centred(r3), centred(r5)];
    const x1 = T.map((_, n) => (-4 / po) * d1![n]! * r2[n]! + (-4 / pc) * d3![n]! * r4[n]!);
    const x2 = T.map((_, n) => (-4 / po) * d1![n]! * r5[n]! + (-4 / pc) * d5![n]! * r4[n]!);
    const [v1, v2] = [products(x1, x1), products(x2, x2)];
    const square = v1 + v2 > 0 ? (v2 * mean(x1) + v1 * mean(x2)) / (v1 + v2) : (mean(x1) + mean(x2)) / 2;
    return Math.sign(square) * Math.sqrt(Math.abs(square));
  };
}

const autocovariance = (bars: BarColumns, t: number, pairs: number) => {
  const T = range(t - pairs + 1, t);
  return (
    products(
      T.map((k) => log(bars, k)),
      T.map((k) => log(bars, k - 1)),
    ) /
    (pairs - 1)
  );
};

const before = (x: Float64Array, t: number, n: number) => [...x.subarray(t - n, t)];
const volumes = volumeSurprise({ period: 7 });
const obv = onBalanceVolume({ period: 6 });

const formulas: readonly { feature: Feature; output: string; first: number; formula: Formula }[] = [
  {
    feature: volumes,
    output: "volume_ratio_7_excl",
    first: 7,
    formula: ({ volume }, t) => orNaN(volume[t]!, mean(before(volume, t, 7))),
  },
  {
    feature: volumes,
    output: "volume_z_7_excl",
    first: 7,
    formula({ volume }, t) {
      return orNaN(volume[t]! - mean(before(volume, t, 7)), sampleSd(before(volume, t, 7)));
    },
  },
  {
    feature: volumes,
    output: "log_volume_z_7_excl",
    first: 7,
    formula({ volume }, t) {
      const logs = before(volume, t, 7).map(Math.log1p);
      return orNaN(Math.log1p(volume[t]!) - mean(logs), sampleSd(logs));
    },
  },
  { feature: obv, output: "obv_from_zero", first: 0, formula: obvAt },
  { feature: obv, output: "obv", first: 0, formula: (bars, t) => bars.volume[0]! + obvAt(bars, t) },
  {
    feature: obv,
    output: "obv_slope_6",
    first: 5,
    formula(bars, t) {
      const T = range(t - 5, t);
      const levels = T.map((k) => obvAt(bars, k));
      return orNaN(products(T, levels) / products(T, T), mean(T.map((k) => bars.volume[k]!)));
    },
  },
  {
    feature: dollarAdv({ period: 5 }),
    output: "dollar_adv_5",
    first: 4,
    formula: ({ close, volume }, t) => mean(range(t - 4, t).map((k) => close[k]! * volume[k]!)),
  },
  {
    feature: corwinSchultz({ bars: 6 }),
    output: "CS_w6",
    first: 5,
    formula: (bars, t) => mean(range(t - 4, t).map((k) => corwinSchultzAt(bars, k))),
  },
  {
    feature: corwinSchultz({ bars: 6 }),
    output: "CS2_w6",
    first: 5,
    formula: (bars, t) => mean(range(t - 4, t).map((k) => Math.max(0, corwinSchultzAt(bars, k)))),
  },
  {
    feature: rollSpread({ bars: 9 }),
    output: "ROLL_w9",
    first: 8,
    formula(bars, t) {
      const square = -4 * autocovariance(bars, t, 7);
      return Math.sign(square) * Math.sqrt(Math.abs(square));
    },
  },
  {
    feature: rollSpreadRelative({ period: 8 }),
    output: "roll_spread_rel_8",
    first: 8,
    formula: (bars, t) => 2 * Math.sqrt(Math.max(0, -autocovariance(bars, t, 7))),
  },
  { feature: edgeSpread({ bars: 9 }), output: "EDGE_w9", first: 8, formula: edgeAt(9) },
  { feature: tickImbalance({ period: 5 }), output: "tick_sign", first: 0, formula: signAt },
  {
    feature: tickImbalance({ period: 5 }),
    output: "tick_imbalance_5",
    first: 4,
    formula(bars, t) {
      const T = range(t - 4, t);
      const signed = sum(T.map((k) => signAt(bars, k) * bars.volume[k]!));
      return orNaN(signed, sum(T.map((k) => bars.volume[k]!)));
    },
  },
  {
    feature: amihud({ period: 8 }),
    output: "amihud_8_x1e6",
    first: 8,
    formula(bars, t) {
      const traded = range(t - 7, t).filter((k) => bars.volume[k]! > 0);
      const impacts = traded.map((k) => Math.abs(simple(bars, k)) / (bars.close[k]! * bars.volume[k]!));
      return traded.length < 6 ? Number.NaN : 1e6 * mean(impacts);
    },
  },
  {
    feature: kyleLambda({ period: 9 }),
    output: "kyle_lambda_9",
    first: 9,
    formula(bars, t) {
      const T = range(t - 8, t);
      const x = T.map((k) => (signAt(bars, k) * bars.close[k]! * bars.volume[k]!) / 1e6);
      const r = T.map((k) => simple(bars, k));
      return products(x, x) < 1e-18 ? Number.NaN : products(x, r) / products(x, x) / 1e6;
    },
  },
];

describe.each(formulas)("$output", ({ feature, output, first, formula }) => {
  it("equals its formula at every bar, and is NaN before its first and where the formula is", () => {
    const market = fc.integer({ min: 0, max: 2 ** 32 });
    fc.assert(
      fc.property(market, fc.constantFrom("ordinary", "wild"), (seed, kind) => {
        const bars = randomBars({ seed, symbols: 1, instants: 90, market: kind });
        const values = valuesOf(feature, output, bars);
        expect(values.slice(0, first).every(Number.isNaN)).toBe(true);
        const expected = range(first, 89).map((t) => formula(bars, t));
        const scale = Math.max(...expected.filter(Number.isFinite).map(Math.abs));
        const off = expected.flatMap((want, k) => {
          const got = values[first + k]!;
          // Roots of differences that are all but zero have lost half their digits in both.
          const near = Math.abs(got - want) <= 1e-9 * Math.abs(want) + 1e-8 * Math.min(1, scale);
          return near || (Number.isNaN(want) && Number.isNaN(got)) ? [] : [[first + k, got, want]];
        });
        expect(off).toEqual([]);
        expect(expected.some(Number.isFinite)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

describe("beside the market", () => {
  it("equals the formulas over the instants that both have, whatever else either has", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (seed) => {
        const columns = randomBars({ seed, symbols: 3, instants: 120, market: "wild" });
        // Instrument 1 is the market: it misses a third of the instants, and 0 misses none.
        const all = computeColumns([marketBeta({ period: 8 }), relativeStrength({ bars: 5 })], columns, "S1");
        const joined = range(0, columns.closedAt.length - 1).flatMap((b) => {
          const rows = range(columns.offset[b]!, columns.offset[b + 1]! - 1);
          const [own, market] = [0, 1].map((i) => rows.find((row) => columns.instrument[row] === i));
          return own === undefined || market === undefined ? [] : [{ own, market }];
        });
        expect(joined.length).toBeGreaterThan(50);
        const closes = joined.map(
          ({ own, market }) => [columns.close[own]!, columns.close[market]!] as const,
        );
        const returns = (k: 0 | 1) =>
          closes.map((c, t) => (t === 0 ? Number.NaN : c[k] / closes[t - 1]![k] - 1));
        const [r, m] = [returns(0), returns(1)];
        for (const [t, { own }] of joined.entries()) {
          const at = (name: string) => all.get(name)?.[own] ?? Number.NaN;
          if (t >= 5) {
            const [now, then] = [closes[t]!, closes[t - 5]!];
            expect(at("rel_strength_5")).toBeCloseTo(now[0] / then[0] / (now[1] / then[1]) - 1, 10);
          }
          if (t < 8) continue;
          const [x, y] = [m.slice(t - 7, t + 1), r.slice(t - 7, t + 1)];
          const sxx = products(x, x);
          if (sxx < 1e-20) {
            expect(at("beta_8")).toBeNaN();
            continue;
          }
          const beta = products(x, y) / sxx;
          const residuals = y.map((value, k) => value - beta * x[k]!);
          expect(relativeGap(at("beta_8"), beta)).toBeLessThan(1e-8);
          expect(relativeGap(at("beta_8_shrunk"), 0.67 * beta + 0.33)).toBeLessThan(1e-8);
          expect(Math.abs(at("idio_vol_8") - sampleSd(residuals) * Math.sqrt(252))).toBeLessThan(1e-6);
          if (products(y, y) < 1e-20) continue;
          expect(at("corr_8")).toBeCloseTo(products(x, y) / Math.sqrt(sxx * products(y, y)), 8);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("stays NaN without a market, and holds its value at an instant without the market's bar", () => {
    const rows = [
      [1, 100, 50],
      [2, 110, 50],
      [3, 130, undefined],
      [4, 121, 55],
    ] as const;
    const bars = rows.flatMap(([t, own, market]) => [
      barAt(t, own, 1),
      ...(market === undefined ? [] : [barAt(t, market, 0)]),
    ]);
    const columns = columnsFromBars("1d", instrumentTable(["M", "A"]), bars);
    const feature = relativeStrength({ bars: 1 });
    const own = (values: Float64Array | undefined) =>
      [...(values ?? [])].filter((_, row) => columns.instrument[row] === 1);
    const [first, second, third, fourth] = own(computeColumns([feature], columns, "M").get("rel_strength_1"));
    expect(first).toBeNaN();
    expect(second).toBeCloseTo(0.1, 12);
    expect(third).toBe(second);
    expect(fourth).toBeCloseTo(1.1 / 1.1 - 1, 12);
    expect(new Set(own(computeColumns([feature], columns).get("rel_strength_1")))).toEqual(
      new Set([Number.NaN]),
    );
  });

  it("the market has beta 1 and correlation 1 with itself, and nothing of its own", () => {
    const columns = randomBars({ seed: 5, symbols: 1, instants: 60, market: "ordinary" });
    const all = computeColumns([marketBeta({ period: 10 })], columns, "S0");
    const last = ["beta_10", "beta_10_shrunk", "corr_10", "idio_vol_10"].map((name) => all.get(name)?.at(-1));
    expect(last).toEqual([1, 1, 1, 0]);
  });
});

describe("cross-sections", () => {
  it("rank and score the instruments with a bar at that instant, of any feature's output", () => {
    const closes = [
      [100, 100, 100, 100, 100, 100],
      [101, 102, 103, 103, 105, undefined],
      [101, 102, 103, 103, undefined, undefined],
    ];
    const bars = closes.flatMap((row, t) =>
      row.flatMap((close, i) => (close === undefined ? [] : [barAt(t, close, i)])),
    );
    const columns = columnsFromBars("1d", instrumentTable(["A", "B", "C", "D", "E", "F"]), bars);
    const values = computeColumns([crossSectional(output(simpleReturn({ bars: 1 })), "ret_1")], columns);
    const rank = [...(values.get("cs_rank_ret_1") ?? [])];
    expect(rank.slice(0, 6).every(Number.isNaN)).toBe(true);
    expect(rank.slice(6, 11)).toEqual([0, 0.25, 0.625, 0.625, 1]);
    // Returns 1, 2, 3, 3, 5 %: mean 2.8, population deviation 1.3266; nothing is beyond 3 +- 7.4.
    expect(values.get("cs_z_ret_1")?.[10]).toBeCloseTo(2.2 / Math.sqrt(1.76), 10);
    expect(rank.slice(11).every(Number.isNaN)).toBe(true);
  });

  it("FT-3 a snapshot whose source part is wrong changes nothing", () => {
    const feature = crossSectional(output(simpleReturn({ bars: 1 })), "ret_1");
    const world = { instruments: 2, market: undefined, sessions: xnysSessions() };
    const state = feature.start(world);
    const saved = state.save();
    const broken = Object.fromEntries(
      Object.keys(saved).map((name) => [name, name.startsWith("source.") ? [1] : [0.5, 0.5]]),
    );
    expect(() => state.load(broken)).toThrow(RangeError);
    expect(state.save()).toEqual(saved);
  });
});

describe("edges", () => {
  const still = series(range(1, 60).map(() => [50, 0]));

  it("a stock that does not trade has no volume surprise, no imbalance, no impact and no spread", () => {
    const silent: readonly [Feature, string][] = [
      [volumes, "volume_ratio_7_excl"],
      [volumes, "log_volume_z_7_excl"],
      [obv, "obv_slope_6"],
      [tickImbalance({ period: 5 }), "tick_imbalance_5"],
      [amihud({ period: 5 }), "amihud_5_x1e6"],
      [kyleLambda({ period: 5 }), "kyle_lambda_5"],
      [edgeSpread({ bars: 5 }), "EDGE_w5"],
    ];
    for (const [feature, name] of silent) expect(valuesOf(feature, name, still).at(-1), name).toBeNaN();
    expect(valuesOf(corwinSchultz({ bars: 5 }), "CS_w5", still).at(-1)).toBe(0);
    expect(valuesOf(rollSpread({ bars: 5 }), "ROLL_w5", still).at(-1)).toBe(0);
  });

  it("the OBV slope stays within its bound, which rising on all volume at mid-window nearly reaches", () => {
    const n = 20;
    const bound = (1.5 * n * n) / (n * n - 1);
    const burst = series(range(1, n).map((t) => [100 + t, t === n / 2 + 1 ? 1e9 : 0]));
    const highest = valuesOf(onBalanceVolume({ period: n }), `obv_slope_${n}`, burst).at(-1);
    expect(highest).toBeCloseTo(bound, 2);
    expect(highest).toBeLessThanOrEqual(bound * (1 + 1e-14));
    const steady = series(range(1, 40).map((t) => [100 + t, 500]));
    expect(valuesOf(onBalanceVolume({ period: n }), `obv_slope_${n}`, steady).at(-1)).toBeCloseTo(1, 12);
  });

  it("Roll finds the spread of a price that bounces between bid and ask", () => {
    const rng = createRng(1, "bounce");
    const bounce = series(range(1, 400).map(() => [100 + (rng.uniform() < 0.5 ? 0.05 : -0.05), 1]));
    const values = valuesOf(rollSpreadRelative({ period: 300 }), "roll_spread_rel_300", bounce);
    expect(values.at(-1)).toBeGreaterThan(0.0008);
    expect(values.at(-1)).toBeLessThan(0.0012);
  });

  it("VWAP by hand: volume counts, no volume carries, the next session begins anew", () => {
    const bar = (day: number, minute: number, close: number, volume: number): Bar => ({
      ...barAt(Date.UTC(2024, 6, day, 13, 30 + minute) * 1000, close, 0),
      volume,
    });
    const bars = [
      bar(2, 5, 10, 0),
      bar(2, 10, 10, 100),
      bar(2, 15, 13, 200),
      bar(2, 20, 20, 0),
      bar(3, 0, 99, 500),
      bar(3, 5, 40, 10),
      bar(3, 5 * 60, 50, 10),
    ];
    const all = computeColumns([sessionVwap({})], columnsFromBars("5m", instrumentTable(["A"]), bars));
    const nan = Number.NaN;
    // The bar that closes at the open, and the one after the half day's close, are of no session.
    expect([...(all.get("vwap") ?? [])]).toEqual([nan, 10, 12, 12, nan, 40, nan]);
    expect(all.get("vwap_deviation")?.[3]).toBeCloseTo(8 / 12, 12);
    // (100 * 2^2 + 200 * 1^2) / 300 = 2.
    expect(all.get("vwap_sd")?.[2]).toBeCloseTo(Math.SQRT2, 12);
    expect(all.get("vwap_z")?.[2]).toBeCloseTo(Math.SQRT1_2, 12);
    expect([all.get("vwap_z")?.[1], all.get("vwap_sd")?.[1]]).toEqual([nan, 0]);
  });

  it("relative volume compares with the same time of earlier sessions, over bars of its own length only", () => {
    const bars = randomBars({ seed: 4, symbols: 2, instants: 78 * 20, market: "wild", clock: "session" });
    const values = computeColumns([relativeVolume({ minutes: 5, sessions: 3 })], bars).get(
      "relative_volume_5m",
    );
    const seen = new Map<string, number[]>();
    let compared = 0;
    for (const [b, at] of bars.closedAt.entries()) {
      for (let row = bars.offset[b]!; row < bars.offset[b + 1]!; row++) {
        const time = `${bars.instrument[row]} ${at % 86_400e6}`;
        const earlier = seen.get(time) ?? [];
        seen.set(time, [...earlier, bars.volume[row]!]);
        const usual = mean(earlier.slice(-3));
        if (earlier.length < 3 || usual === 0) {
          expect(values?.[row]).toBeNaN();
          continue;
        }
        expect(values?.[row]).toBeCloseTo(bars.volume[row]! / usual, 10);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1500);
    const daily = randomBars({ seed: 4, symbols: 1, instants: 30, market: "ordinary" });
    const none = computeColumns([relativeVolume({ minutes: 5, sessions: 3 })], daily).get(
      "relative_volume_5m",
    );
    expect(none?.every(Number.isNaN)).toBe(true);
  });
});

function relativeGap(got: number, want: number): number {
  return Math.abs(got - want) / Math.max(1, Math.abs(want));
}

function valuesOf(feature: Feature, name: string, bars: BarColumns): number[] {
  return [...(computeColumns([feature], bars).get(name) ?? [])];
}

/** Bars of a single price, with their volume. */
function series(rows: readonly (readonly number[])[]): BarColumns {
  const bars = rows.map(([close = 0, volume = 0], t) => ({ ...barAt(t, close, 0), volume }));
  return columnsFromBars("1d", instrumentTable(["A"]), bars);
}

function barAt(t: number, close: number, instrument: number): Bar {
  return {
    instrument: instrument as InstrumentId,
    closedAt: t as EpochMicros,
    open: close,
    high: close,
    low: close,
    close,
    volume: 100,
  };
}
