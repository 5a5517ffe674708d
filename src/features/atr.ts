/** Average true range: how far a bar travels, gaps included, in dollars and as a share of the price. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `atr_n`, dollars: the first value, at bar n counted from 0, is the mean of the true ranges of bars
 * 1..n; then ATR += (TR - ATR)/n. Bar 0 has no true range, since it has no previous close; packages that
 * take its H-L instead shift the seed. `natr_n`, percent: 100 * ATR / C.
 * Source: Wilder 1978; QUANT a2 #18-19.
 */
export const atr = defineFeature({
  name: "atr",
  family: "volatility",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ period: z.int().min(1).max(500) }),
  reference: "Wilder 1978; QUANT a2 #18-19",
  outputs: ({ period }) => ({ [`atr_${period}`]: "usd_per_share", [`natr_${period}`]: "percent" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const state = stateColumns(instruments, { previous: 1, seen: 1, sum: 1, range: 1, percent: 1 });
    const { previous, seen, sum, range, percent } = state;
    previous.fill(Number.NaN);
    range.fill(Number.NaN);
    percent.fill(Number.NaN);
    return {
      outputs: [range, percent],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = trueRange(high[row]!, low[row]!, previous[i]!);
          const c = close[row]!;
          previous[i] = c;
          if (Number.isNaN(x)) continue;
          const count = seen[i]!;
          if (count < period) {
            seen[i] = count + 1;
            sum[i] = sum[i]! + x;
            if (count + 1 < period) continue;
            range[i] = sum[i]! / period;
          } else {
            range[i] = range[i]! + (x - range[i]!) / period;
          }
          percent[i] = (100 * range[i]!) / c;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/**
 * The part of the road from the previous close that this bar covered, dollars; NaN without a previous
 * close. Equals max(H - L, |H - Cp|, |L - Cp|): the close before extends the bar on one side at most.
 */
export function trueRange(high: number, low: number, previousClose: number): number {
  return Math.max(high, previousClose) - Math.min(low, previousClose);
}
