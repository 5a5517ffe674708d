/** Price ratios: the close against its average, and a fast average against a slow one. */
import { z } from "zod";
import { emptySums, slideSum, sumSize } from "../numerics/sliding-sum.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** C / SMA_n - 1, a fraction. Source: QUANT a1 #10. */
export const priceToAverage = defineFeature({
  name: "price_to_sma",
  family: "price",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "QUANT a1 #10",
  outputs: ({ period }) => ({ [`price_to_sma_${period}`]: "ratio" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const size = sumSize(period);
    const state = stateColumns(instruments, { sums: size, value: 1 });
    const { sums, value } = state;
    emptySums(sums, period);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const average = slideSum(sums, i * size, period, close[row]!) / period;
          value[i] = (close[row]! - average) / average;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** SMA_fast / SMA_slow - 1, a fraction. Source: QUANT a1 #11. */
export const averageOverAverage = defineFeature({
  name: "sma_over_sma",
  family: "price",
  inputs: ["close"],
  params: z
    .strictObject({ fast: z.int().min(1).max(1000), slow: z.int().min(2).max(1000) })
    .refine(({ fast, slow }) => fast < slow, "fast must be shorter than slow"),
  reference: "QUANT a1 #11",
  outputs: ({ fast, slow }) => ({ [`sma${fast}_over_sma${slow}`]: "ratio" }),
  warmup: ({ slow }) => slow,

  start({ fast, slow }, { instruments }) {
    const [fastSize, slowSize] = [sumSize(fast), sumSize(slow)];
    const state = stateColumns(instruments, { fastSums: fastSize, slowSums: slowSize, value: 1 });
    const { fastSums, slowSums, value } = state;
    emptySums(fastSums, fast);
    emptySums(slowSums, slow);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const quick = slideSum(fastSums, i * fastSize, fast, close[row]!) / fast;
          const calm = slideSum(slowSums, i * slowSize, slow, close[row]!) / slow;
          value[i] = (quick - calm) / calm;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
