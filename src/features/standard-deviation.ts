/** Standard deviation of the close, dollars: the ruler that bands and z-scores are laid off with. */
import { z } from "zod";
import { momentsSize, slideMoments, windowPopulationVariance } from "../numerics/rolling.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * Population standard deviation (divides by n) of the last n closes; exactly 0 when they are equal.
 * Source: Welford 1962; QUANT a6.
 */
export const standardDeviation = defineFeature({
  name: "stddev_pop",
  family: "volatility",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "Welford 1962; QUANT a2 #21, a6",
  outputs: ({ period }) => ({ [`stddev_${period}_pop`]: "usd_per_share" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const size = momentsSize(period);
    const state = stateColumns(instruments, { moments: size, value: 1 });
    const { moments, value } = state;
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          slideMoments(moments, i * size, period, close[row]!);
          value[i] = Math.sqrt(windowPopulationVariance(moments, i * size, period));
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
