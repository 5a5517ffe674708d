/** Bollinger bands: how far the close stands from its average, measured by how far closes usually do. */
import { z } from "zod";
import { momentsSize, slideMoments, windowMean, windowPopulationVariance } from "../numerics/rolling.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { parameterSuffix } from "./parameter-suffix.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

const CATALOGUE = { period: 20, deviations: 2 };

/**
 * `bb_mid`, dollars: the mean of the last n closes; `bb_upper` and `bb_lower`: that plus and minus k population
 * standard deviations. `bb_pctb`: (C - lower) / (upper - lower), a fraction that leaves [0, 1] outside the bands
 * and is 0.5 when they meet, since the price then sits at its mean. `bb_bandwidth`: (upper - lower) / mid.
 * Source: Bollinger 2001; QUANT a2 #21-23, a6 for the moments.
 */
export const bollinger = defineFeature({
  name: "bollinger",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(2).max(1000), deviations: z.number().positive().max(10) }),
  reference: "Bollinger 2001; QUANT a2 #21-23, a6",
  outputs(params) {
    const suffix = parameterSuffix(params, CATALOGUE);
    return {
      [`bb_upper${suffix}`]: "usd_per_share",
      [`bb_mid${suffix}`]: "usd_per_share",
      [`bb_lower${suffix}`]: "usd_per_share",
      [`bb_pctb${suffix}`]: "ratio",
      [`bb_bandwidth${suffix}`]: "ratio",
    };
  },
  warmup: ({ period }) => period,

  start({ period, deviations }, { instruments }) {
    const size = momentsSize(period);
    const state = stateColumns(instruments, {
      moments: size,
      upper: 1,
      mid: 1,
      lower: 1,
      percent: 1,
      width: 1,
    });
    const { moments, upper, mid, lower, percent, width } = state;
    for (const column of [upper, mid, lower, percent, width]) column.fill(Number.NaN);
    return {
      outputs: [upper, mid, lower, percent, width],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const at = i * size;
          slideMoments(moments, at, period, close[row]!);
          const centre = windowMean(moments, at, period);
          const reach = deviations * Math.sqrt(windowPopulationVariance(moments, at, period));
          upper[i] = centre + reach;
          mid[i] = centre;
          lower[i] = centre - reach;
          percent[i] = guardedRatio(close[row]! - (centre - reach), 2 * reach, 0.5);
          width[i] = (2 * reach) / centre;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
