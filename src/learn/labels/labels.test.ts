/**
 * Goal    labels never flatter: the stop comes first where a bar leaves it open, gaps fill at the open, delistings
 * count,
 *         and no label is kept because it happened to end early.
 * Method  hand-made bars for the cases; properties against the definitions written out the slow way.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BarPath } from "./bar-path.ts";
import { ewmaVolatility } from "./ewma-volatility.ts";
import { forwardReturns } from "./forward-return.ts";
import { chooseThreshold, metaLabels } from "./meta-labels.ts";
import {
  averageUniqueness,
  combinedWeights,
  concurrency,
  returnAttribution,
  timeDecay,
  uniquenessWeights,
} from "./sample-weights.ts";
import { type BarrierTerms, tripleBarrier } from "./triple-barrier.ts";

type Bar = readonly [open: number, high: number, low: number, close: number];

const pathOf = (bars: readonly Bar[], delistingReturn?: number): BarPath => ({
  open: Float64Array.from(bars, ([open]) => open),
  high: Float64Array.from(bars, ([, high]) => high),
  low: Float64Array.from(bars, ([, , low]) => low),
  close: Float64Array.from(bars, ([, , , close]) => close),
  ...(delistingReturn === undefined ? {} : { delistingReturn }),
});
const flat: Bar = [100, 101, 99, 100];
const missing: Bar = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];

/** Barriers 10 % away on either side, in logs. */
const terms: BarrierTerms = {
  profit: 1,
  stop: 1,
  horizon: 3,
  entry: "close",
  touch: "range",
  atEnd: "zero",
};
const DEVIATION = Math.log(1.1);

function one(bars: readonly Bar[], side: 1 | -1 = 1, change: Partial<BarrierTerms> = {}, delisting?: number) {
  const found = tripleBarrier(
    pathOf(bars, delisting),
    { bar: Int32Array.of(0), side: Int8Array.of(side), deviation: Float64Array.of(DEVIATION) },
    { ...terms, ...change },
  );
  return {
    count: found.label.length,
    label: found.label[0],
    return: found.sideReturn[0],
    end: found.spans.end[0],
    ended: found.ended[0],
  };
}

describe("triple barrier", () => {
  it("a bar that touches both barriers counts as the stop, for both sides", () => {
    const wild: Bar = [100, 120, 80, 100];
    const long = one([flat, wild, flat, flat]);
    expect(long).toMatchObject({ label: -1, end: 1, ended: "stop" });
    expect(long.return).toBeCloseTo(1 / 1.1 - 1, 12);
    const short = one([flat, wild, flat, flat], -1);
    expect(short).toMatchObject({ label: -1, end: 1, ended: "stop" });
    expect(short.return).toBeCloseTo(-0.1, 12);
  });

  it("a gap through the stop fills at the open, worse than the stop", () => {
    expect(one([flat, [80, 85, 78, 84], flat, flat])).toMatchObject({ label: -1, ended: "stop" });
    expect(one([flat, [80, 85, 78, 84], flat, flat]).return).toBeCloseTo(-0.2, 12);
    expect(one([flat, [130, 140, 85, 90], flat, flat])).toMatchObject({ label: 1, ended: "profit" });
    expect(one([flat, [130, 140, 85, 90], flat, flat]).return).toBeCloseTo(0.3, 12);
    expect(one([flat, [130, 140, 85, 90], flat, flat], -1).return).toBeCloseTo(-0.3, 12);
  });

  it("without a touch the close of the horizon decides: 0, or its sign", () => {
    const bars: Bar[] = [flat, flat, flat, [100, 104, 100, 103]];
    expect(one(bars)).toMatchObject({ label: 0, end: 3, ended: "horizon" });
    expect(one(bars).return).toBeCloseTo(0.03, 12);
    expect(one(bars, 1, { atEnd: "sign" }).label).toBe(1);
    expect(one(bars, -1, { atEnd: "sign" }).label).toBe(-1);
  });

  it("the next open is the entry, and that bar's own range may end it", () => {
    const bars: Bar[] = [flat, [110, 112, 98, 111], flat, flat];
    const found = one(bars, 1, { entry: "next-open" });
    expect(found).toMatchObject({ label: -1, end: 1, ended: "stop" });
    expect(found.return).toBeCloseTo(1 / 1.1 - 1, 12);
  });

  it("a delisting pays its return and is labelled by its sign", () => {
    expect(one([flat, flat], 1, {}, -0.5)).toMatchObject({ count: 1, label: -1, end: 2, ended: "delisted" });
    expect(one([flat, flat], 1, {}, -0.5).return).toBeCloseTo(-0.5, 12);
    expect(one([flat], -1, {}, -1)).toMatchObject({ label: 1, end: 1, ended: "delisted" });
    expect(one([flat], 1, { entry: "next-open" }, -1).count).toBe(0);
  });

  it("an event whose horizon is not over is left out, though it has touched", () => {
    expect(one([flat, [130, 140, 120, 130], flat]).count).toBe(0);
  });

  it("a bar without prices touches nothing, and the last close before it ends the horizon", () => {
    const bars: Bar[] = [flat, missing, [100, 104, 100, 103], missing];
    expect(one(bars)).toMatchObject({ label: 0, end: 3 });
    expect(one(bars).return).toBeCloseTo(0.03, 12);
  });

  it("closes alone touch when asked", () => {
    const bars: Bar[] = [flat, [100, 120, 80, 100], [100, 112, 99, 111], flat];
    expect(one(bars, 1, { touch: "close" })).toMatchObject({ label: 1, end: 2 });
    expect(one(bars, 1, { touch: "close" }).return).toBeCloseTo(0.11, 12);
  });

  it("wrong input is refused by name", () => {
    expect(() => one([missing, flat, flat, flat])).toThrow("events.bar 0 has no valid close price");
    expect(() => one([flat, flat, flat, flat], 1, { horizon: 0 })).toThrow("horizon 0 is not a whole number");
    expect(() => one([flat, flat, flat, flat], 1, { stop: 0 })).toThrow("stop 0 is not a number");
    const events = { side: Int8Array.of(1, 1), deviation: Float64Array.of(0.1, 0.1) };
    expect(() => tripleBarrier(pathOf([flat, flat]), { bar: Int32Array.of(1, 0), ...events }, terms)).toThrow(
      "events.bar of row 1 0",
    );
    expect(() =>
      tripleBarrier(
        pathOf([flat]),
        { bar: Int32Array.of(0), side: Int8Array.of(0), deviation: Float64Array.of(0.1) },
        terms,
      ),
    ).toThrow("events.side 0 of row 0");
  });
});

describe("forward returns", () => {
  const path = pathOf([
    [10, 10, 10, 10],
    [11, 12, 11, 12],
    [12, 15, 12, 15],
  ]);

  it("from the close or the next open, and unknown at the end", () => {
    const close = forwardReturns(path, { horizon: 1, entry: "close", form: "simple" });
    expect(Array.from(close.subarray(0, 2))).toEqual([12 / 10 - 1, 15 / 12 - 1]);
    expect(close[2]).toBeNaN();
    const open = forwardReturns(path, { horizon: 2, entry: "next-open", form: "log" });
    expect(open[0]).toBe(Math.log(15 / 11));
    expect(Array.from(open.subarray(1))).toEqual([Number.NaN, Number.NaN]);
  });

  it("a delisted instrument's last bars are labelled by what was paid out", () => {
    const gone = forwardReturns(
      { ...path, delistingReturn: -0.4 },
      { horizon: 2, entry: "close", form: "simple" },
    );
    expect(gone[1]).toBeCloseTo((15 * 0.6) / 12 - 1, 12);
    expect(gone[2]).toBeCloseTo(-0.4, 12);
    const nextOpen = forwardReturns(
      { ...path, delistingReturn: -0.4 },
      { horizon: 2, entry: "next-open", form: "simple" },
    );
    expect(nextOpen[2]).toBeNaN();
    expect(() =>
      forwardReturns({ ...path, delistingReturn: -1.1 }, { horizon: 2, entry: "close", form: "log" }),
    ).toThrow("delistingReturn -1.1");
  });
});

describe("meta-labels", () => {
  it("1 only where the side made more than it cost", () => {
    const { label, disabled } = metaLabels(
      Float64Array.of(0.02, 0.001, -0.01),
      new Float64Array(3).fill(0.001),
    );
    expect(Array.from(label)).toEqual([1, 0, 0]);
    expect(disabled).toBe("3 events, fewer than 200");
  });

  it("few events or a rare class disable the second model, and say why", () => {
    const outcomes = (wins: number, losses: number) =>
      metaLabels(
        Float64Array.from({ length: wins + losses }, (_, i) => (i < wins ? 0.01 : -0.01)),
        new Float64Array(wins + losses),
      ).disabled;
    expect(outcomes(100, 100)).toBeUndefined();
    expect(outcomes(9, 191)).toBe("the rarer class is 4.5 % of events, under 5 %");
    expect(outcomes(191, 9)).toBe("the rarer class is 4.5 % of events, under 5 %");
    expect(outcomes(199, 0)).toContain("199 events");
  });

  it("the threshold makes equity grow most, and costs can forbid trading at all", () => {
    const probability = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5);
    const net = Float64Array.of(0.02, 0.03, -0.01, 0.02, -0.05);
    expect(chooseThreshold(probability, net, { stake: 1, minTrades: 1 })).toMatchObject({
      probability: 0.6,
      trades: 4,
    });
    const losing = chooseThreshold(probability, new Float64Array(5).fill(-0.01), { stake: 1, minTrades: 1 });
    expect(losing).toEqual({ probability: Infinity, growth: 0, trades: 0 });
    expect(chooseThreshold(probability, net, { stake: 1, minTrades: 5 }).trades).toBe(5);
    const tied = chooseThreshold(Float64Array.of(0.5, 0.5), Float64Array.of(0.1, -0.2), {
      stake: 1,
      minTrades: 1,
    });
    expect(tied.trades).toBe(0);
  });
});

/** Events in ascending order with label lengths from 0 to 8, over a clock of 60 bars. */
const anySpans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 8 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((pairs) => {
    const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
    return {
      start: Int32Array.from(sorted, ([start]) => start),
      end: Int32Array.from(sorted, ([start, length]) => start + length),
    };
  });
const BARS = 60;

describe("sample weights", () => {
  it("concurrency, uniqueness and attribution are what their definitions say", () => {
    fc.assert(
      fc.property(
        anySpans,
        fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: BARS, maxLength: BARS }),
        (spans, moves) => {
          const isLive = (row: number, bar: number) => spans.start[row]! < bar && bar <= spans.end[row]!;
          const rows = Array.from(spans.start, (_, row) => row);
          const bars = Array.from({ length: BARS }, (_, bar) => bar);
          const live = bars.map((bar) => rows.filter((row) => isLive(row, bar)).length);
          expect(Array.from(concurrency(spans, BARS))).toEqual(live);

          const uniqueness = averageUniqueness(spans, BARS);
          const own = rows.map((row) => bars.filter((bar) => isLive(row, bar)));
          rows.forEach((row) => {
            const shares = own[row]!.map((bar) => 1 / live[bar]!);
            const expected = shares.length === 0 ? 1 : shares.reduce((a, b) => a + b, 0) / shares.length;
            expect(uniqueness[row]).toBeCloseTo(expected, 10);
          });

          const raw = own.map((ofRow) =>
            Math.abs(ofRow.reduce((sum, bar) => sum + moves[bar]! / live[bar]!, 0)),
          );
          const total = raw.reduce((a, b) => a + b, 0);
          if (total < 1e-6) return;
          const weights = returnAttribution(spans, Float64Array.from(moves));
          raw.forEach((value, row) => {
            expect(weights[row]).toBeCloseTo((value / total) * rows.length, 6);
          });
        },
      ),
    );
  });

  it("decay runs from the oldest weight to 1, straight in cumulative uniqueness", () => {
    const decay = timeDecay(Float64Array.of(0.3, 0.5, 0.25, 0.25), 0.5);
    expect(Array.from(decay)).toEqual([0.5, 0.75, 0.875, 1]);
    expect(Array.from(timeDecay(Float64Array.of(0.7), 0.5))).toEqual([1]);
    expect(() => timeDecay(Float64Array.of(1), 1.5)).toThrow("oldest 1.5");
  });

  it("weights have mean 1, and those that cannot are refused", () => {
    const spans = { start: Int32Array.of(0, 1, 5), end: Int32Array.of(4, 4, 7) };
    const weights = combinedWeights(uniquenessWeights(spans, 8), timeDecay(averageUniqueness(spans, 8), 0.5));
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(3, 12);
    expect(() => returnAttribution(spans, new Float64Array(8))).toThrow("add up to 0");
    expect(() => returnAttribution(spans, new Float64Array(8).fill(Number.NaN))).toThrow("at bar 1");
    expect(() => concurrency(spans, 7)).toThrow("spans of row 2, 5 to 7, leave the bars 0 to 6");
    expect(() => concurrency({ start: Int32Array.of(3, 1), end: Int32Array.of(4, 4) }, 9)).toThrow(
      "sort rows",
    );
    expect(() => concurrency({ start: Int32Array.of(3), end: Int32Array.of(2) }, 9)).toThrow(
      "before its start",
    );
  });
});

describe("weighted volatility", () => {
  it("equals the definition, and a gap neither counts nor forgets", () => {
    const closes = [100, 101, Number.NaN, 99, 104, 103];
    const returns = [101 / 100, 99 / 101, 104 / 99, 103 / 104].map(Math.log);
    const keep = 1 - 2 / 4;
    const weights = returns.map((_, i) => keep ** (returns.length - 1 - i));
    const total = weights.reduce((a, b) => a + b, 0);
    const centre = returns.reduce((sum, value, i) => sum + weights[i]! * value, 0) / total;
    const biased = returns.reduce((sum, value, i) => sum + weights[i]! * (value - centre) ** 2, 0) / total;
    const squared = weights.reduce((sum, weight) => sum + weight * weight, 0);
    const volatility = ewmaVolatility(Float64Array.from(closes), { span: 3, minReturns: 2 });
    expect(volatility[5]).toBeCloseTo(Math.sqrt(biased / (1 - squared / total ** 2)), 14);
    expect(Array.from(volatility.subarray(0, 3))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(volatility[3]).toBeGreaterThan(0);
  });
});
