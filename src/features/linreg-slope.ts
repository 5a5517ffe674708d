/** Slope of a straight line laid through the last closes: the trend per bar, in dollars. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * Ordinary least squares of the last n closes on 0..n-1, dollars per share and bar; exactly 0 when they are equal.
 * With y = C - reference, both sums slide in O(1):
 *
 *   S' = S - y_old + y_new;   K' = K - (S - y_old) + (n-1) y_new;   slope = (K - S (n-1)/2) / (n (n^2-1) / 12)
 *
 * The reference is a recent close, so that what is summed is the size of the moves and not of the price, and each
 * time the ring wraps both sums are made anew from it, oldest first. Until the first wrap they are NaN, which is
 * the warm-up. Source: QUANT a1 #17, a6.
 */
export const linregSlope = defineFeature({
  name: "linreg_slope",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "QUANT a1 #17, a6",
  outputs: ({ period }) => ({ [`linreg_slope_${period}`]: "usd_per_share" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const scatter = (period * (period * period - 1)) / 12;
    const middle = (period - 1) / 2;
    const state = initialState(period, instruments);
    const { ring, slot, equals, reference, sum, weighted, value } = state;
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const s = slot[i]!;
          const first = i * period;
          const old = ring[first + s]!;
          const last = ring[first + (s === 0 ? period : s) - 1]!;
          const run = x === last ? equals[i]! + 1 : 1;
          equals[i] = run;
          ring[first + s] = x;
          if (s + 1 < period) {
            slot[i] = s + 1;
            const rest = sum[i]! - (old - reference[i]!);
            const y = x - reference[i]!;
            weighted[i] = weighted[i]! - rest + (period - 1) * y;
            sum[i] = rest + y;
          } else {
            slot[i] = 0;
            reference[i] = x;
            let total = 0;
            let moment = 0;
            for (let k = 0; k < period; k++) {
              total += ring[first + k]! - x;
              moment += k * (ring[first + k]! - x);
            }
            sum[i] = total;
            weighted[i] = moment;
          }
          value[i] = run >= period ? 0 : (weighted[i]! - middle * sum[i]!) / scatter;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    ring: period,
    slot: 1,
    /** Length of the run of equal closes that ends with the last one. */
    equals: 1,
    reference: 1,
    sum: 1,
    weighted: 1,
    value: 1,
  });
  for (const column of [state.ring, state.sum, state.weighted, state.value]) column.fill(Number.NaN);
  return state;
}
