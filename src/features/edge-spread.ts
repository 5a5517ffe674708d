/** Bid-ask spread from open, high, low and close: the efficient estimator EDGE. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** Fewer bars that moved or gapped than this say nothing of a spread. */
const LEAST_BARS = 2;

/**
 * `EDGE_w<bars>`, a fraction of the price, over `bars` bars, that is bars - 1 of them with the bar before.
 * Negative when the estimated square is: then it is minus the root of its absolute value. NaN when in the
 * window no open, or no close before, stood off its high or its low, or fewer than two bars moved.
 *
 * With m = (h + l) / 2 in logs, tau = 0 where h = l = the close before and 1 elsewhere, and
 *
 *   r1 = m - o    r2 = o - m'    r3 = m - c'    r4 = c' - m'    r5 = o - c'      (' is the bar before)
 *
 * each r with a bar over it is less tau times its mean over the bars with tau = 1. Two moment conditions
 *
 *   x1 = A r1~ r2 + B r3~ r4      x2 = A r1~ r5 + B r5~ r4      A = -4 / po, B = -4 / pc
 *
 * are joined by the inverse of their variances, where po and pc count how often an open, and a close before,
 * differ from their bar's high and from its low. Both means and both variances are sums of products of the r,
 * so the window is kept as those 32 sums and an update is O(1).
 *
 * Source: Ardia, Guidotti, Kroencke 2024, Journal of Financial Economics 161; QUANT a4.
 */
export const edgeSpread = defineFeature({
  name: "edge_spread",
  family: "microstructure",
  inputs: ["open", "high", "low", "close"],
  params: z.strictObject({ bars: z.int().min(3).max(1000) }),
  reference: "Ardia, Guidotti, Kroencke 2024",
  outputs: ({ bars }) => ({ [`EDGE_w${bars}`]: "ratio" }),
  warmup: ({ bars }) => bars,

  start({ bars }, { instruments }) {
    const state = stateColumns(instruments, {
      window: WindowSums.sizeOf(bars - 1, SUMS),
      middleBefore: 1,
      closeBefore: 1,
      offHighBefore: 1,
      offLowBefore: 1,
      value: 1,
    });
    const { middleBefore, closeBefore, offHighBefore, offLowBefore, value } = state;
    for (const column of [middleBefore, closeBefore, value]) column.fill(Number.NaN);
    const window = new WindowSums(bars - 1, SUMS, state.window);
    // Numbers go from function to function in arrays: as arguments they would be put on the heap.
    const r = new Float64Array(6);
    return {
      outputs: [value],
      update({ columns: { instrument, open, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const o = Math.log(open[row]!);
          const h = Math.log(high[row]!);
          const l = Math.log(low[row]!);
          const m = (h + l) / 2;
          const m1 = middleBefore[i]!;
          const c1 = closeBefore[i]!;
          const c1Edges = offHighBefore[i]! + offLowBefore[i]!;
          const c = Math.log(close[row]!);
          middleBefore[i] = m;
          closeBefore[i] = c;
          offHighBefore[i] = c === h ? 0 : 1;
          offLowBefore[i] = c === l ? 0 : 1;
          if (Number.isNaN(c1)) continue;
          const tau = h === l && l === c1 ? 0 : 1;
          const oEdges = (o === h ? 0 : 1) + (o === l ? 0 : 1);
          r[0] = tau;
          r[1] = m - o;
          r[2] = o - m1;
          r[3] = m - c1;
          r[4] = c1 - m1;
          r[5] = o - c1;
          writeProducts(window.entry, r);
          window.entry[AT.openEdges] = tau * oEdges;
          window.entry[AT.closeEdges] = tau * c1Edges;
          window.add(i);
          writeSpread(value, i, window.total, bars - 1);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** What is summed: `r12` is r1 r2, a leading t stands for tau (whose square it is), `r12r12` is (r1 r2)^2. */
const AT = {
  tau: 0,
  openEdges: 1,
  closeEdges: 2,
  r1: 3,
  r3: 4,
  r5: 5,
  r12: 6,
  t2: 7,
  r34: 8,
  t4: 9,
  r15: 10,
  t5: 11,
  r54: 12,
  r12r12: 13,
  r1t22: 14,
  t22: 15,
  r12r34: 16,
  r1t2r4: 17,
  r3t2r4: 18,
  t24: 19,
  r34r34: 20,
  r3t44: 21,
  t44: 22,
  r15r15: 23,
  r1t55: 24,
  t55: 25,
  r15r54: 26,
  r1t5r4: 27,
  r5t5r4: 28,
  t54: 29,
  r54r54: 30,
  r5t44: 31,
} as const;
const SUMS = 32;

/** From tau and r1 to r5, in this order. */
function writeProducts(entry: Float64Array, r: Float64Array): void {
  const tau = r[0]!;
  const r1 = r[1]!;
  const r2 = r[2]!;
  const r3 = r[3]!;
  const r4 = r[4]!;
  const r5 = r[5]!;
  const t2 = tau * r2;
  const t4 = tau * r4;
  const t5 = tau * r5;
  const r12 = r1 * r2;
  const r34 = r3 * r4;
  const r15 = r1 * r5;
  const r54 = r5 * r4;
  entry[AT.tau] = tau;
  entry[AT.r1] = r1;
  entry[AT.r3] = r3;
  entry[AT.r5] = r5;
  entry[AT.r12] = r12;
  entry[AT.t2] = t2;
  entry[AT.r34] = r34;
  entry[AT.t4] = t4;
  entry[AT.r15] = r15;
  entry[AT.t5] = t5;
  entry[AT.r54] = r54;
  entry[AT.r12r12] = r12 * r12;
  entry[AT.r1t22] = r12 * t2;
  entry[AT.t22] = t2 * t2;
  entry[AT.r12r34] = r12 * r34;
  entry[AT.r1t2r4] = r1 * t2 * r4;
  entry[AT.r3t2r4] = r34 * t2;
  entry[AT.t24] = t2 * r4;
  entry[AT.r34r34] = r34 * r34;
  entry[AT.r3t44] = r34 * t4;
  entry[AT.t44] = t4 * t4;
  entry[AT.r15r15] = r15 * r15;
  entry[AT.r1t55] = r15 * t5;
  entry[AT.t55] = t5 * t5;
  entry[AT.r15r54] = r15 * r54;
  entry[AT.r1t5r4] = r1 * t5 * r4;
  entry[AT.r5t5r4] = r54 * t5;
  entry[AT.t54] = t5 * r4;
  entry[AT.r54r54] = r54 * r54;
  entry[AT.r5t44] = r54 * t4;
}

/** The estimate from the sums over `n` bars, to value[i]; NaN while they are. */
function writeSpread(value: Float64Array, i: number, sum: Float64Array, n: number): void {
  value[i] = Number.NaN;
  const moved = sum[AT.tau]!;
  const po = sum[AT.openEdges]! / n;
  const pc = sum[AT.closeEdges]! / n;
  if (moved < LEAST_BARS || po === 0 || pc === 0) return;
  const a = -4 / po;
  const b = -4 / pc;
  const mean1 = sum[AT.r1]! / moved;
  const mean3 = sum[AT.r3]! / moved;
  const mean5 = sum[AT.r5]! / moved;

  // Means of the products with r~ = r - mean tau multiplied out; `uu` is u squared, `uv` is u times v.
  const e1 = (a * (sum[AT.r12]! - mean1 * sum[AT.t2]!) + b * (sum[AT.r34]! - mean3 * sum[AT.t4]!)) / n;
  const uu1 = sum[AT.r12r12]! - 2 * mean1 * sum[AT.r1t22]! + mean1 * mean1 * sum[AT.t22]!;
  const uv1 =
    sum[AT.r12r34]! - mean3 * sum[AT.r1t2r4]! - mean1 * sum[AT.r3t2r4]! + mean1 * mean3 * sum[AT.t24]!;
  const vv1 = sum[AT.r34r34]! - 2 * mean3 * sum[AT.r3t44]! + mean3 * mean3 * sum[AT.t44]!;
  const v1 = (a * a * uu1 + 2 * a * b * uv1 + b * b * vv1) / n - e1 * e1;

  const e2 = (a * (sum[AT.r15]! - mean1 * sum[AT.t5]!) + b * (sum[AT.r54]! - mean5 * sum[AT.t4]!)) / n;
  const uu2 = sum[AT.r15r15]! - 2 * mean1 * sum[AT.r1t55]! + mean1 * mean1 * sum[AT.t55]!;
  const uv2 =
    sum[AT.r15r54]! - mean5 * sum[AT.r1t5r4]! - mean1 * sum[AT.r5t5r4]! + mean1 * mean5 * sum[AT.t54]!;
  const vv2 = sum[AT.r54r54]! - 2 * mean5 * sum[AT.r5t44]! + mean5 * mean5 * sum[AT.t44]!;
  const v2 = (a * a * uu2 + 2 * a * b * uv2 + b * b * vv2) / n - e2 * e2;

  const total = v1 + v2;
  const square = total > 0 ? (v2 * e1 + v1 * e2) / total : (e1 + e2) / 2;
  value[i] = square < 0 ? -Math.sqrt(-square) : Math.sqrt(square);
}
