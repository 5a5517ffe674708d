/** Whether volatility is rising: that of the last few returns against that of many. */
import { z } from "zod";
import { momentsSize, slideMoments, windowSampleVariance } from "../numerics/rolling.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { ANNUAL_SESSIONS } from "./realized-volatility.ts";
import { logRatio } from "./returns.ts";

/** realized_vol_fast / realized_vol_slow; NaN when the slow one is 0. Source: QUANT a2 #31. */
export const volatilityRatio = defineFeature({
  name: "vol_ratio",
  family: "volatility",
  inputs: ["close"],
  params: z
    .strictObject({ fast: z.int().min(2).max(1000), slow: z.int().min(3).max(1000) })
    .refine(({ fast, slow }) => fast < slow, "fast must be shorter than slow"),
  reference: "QUANT a2 #31, a6",
  outputs: ({ fast, slow }) => ({ [`vol_ratio_${fast}_${slow}`]: "ratio" }),
  warmup: ({ slow }) => slow + 1,

  start({ fast, slow }, { instruments }) {
    const [fastSize, slowSize] = [momentsSize(fast), momentsSize(slow)];
    const state = stateColumns(instruments, {
      previous: 1,
      fastMoments: fastSize,
      slowMoments: slowSize,
      value: 1,
    });
    const { previous, fastMoments, slowMoments, value } = state;
    previous.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const before = previous[i]!;
          previous[i] = close[row]!;
          if (Number.isNaN(before)) continue;
          const x = logRatio(close[row]!, before);
          slideMoments(fastMoments, i * fastSize, fast, x);
          slideMoments(slowMoments, i * slowSize, slow, x);
          const quick = Math.sqrt(windowSampleVariance(fastMoments, i * fastSize, fast) * ANNUAL_SESSIONS);
          const calm = Math.sqrt(windowSampleVariance(slowMoments, i * slowSize, slow) * ANNUAL_SESSIONS);
          value[i] = guardedRatio(quick, calm, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
