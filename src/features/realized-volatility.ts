/** Realized volatility: how much the close-to-close log returns of a window scatter, per year. */
import { z } from "zod";
import { momentsSize, slideMoments, windowSampleVariance } from "../numerics/rolling.ts";
import { defineFeature, type FeatureState } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { logRatio } from "./returns.ts";

/** Sessions per year. On daily bars the output is per year; on others it is a bar's scatter times sqrt(252). */
export const ANNUAL_SESSIONS = 252;

/**
 * Sample standard deviation of the last n log returns, times sqrt(252); a fraction per year, exactly 0
 * when the returns are equal. Source: QUANT a2 #26, a6 for the sliding window and its exact recomputation.
 *
 * The cost is O(1) amortised; only a window whose returns are equal to five digits and yet not equal pays
 * the exact pass at every bar.
 */
export const realizedVolatility = defineFeature({
  name: "realized_vol",
  family: "volatility",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "QUANT a2 #26, a6; Welford 1962",
  outputs: ({ period }) => ({ [`realized_vol_${period}`]: "ratio" }),
  warmup: ({ period }) => period + 1,

  start: ({ period }, { instruments }) => startScatter(period, instruments),
});

/**
 * The same over the n - 1 returns between n closes, as R's TTR counts: `cc_n` stands beside the estimators from
 * ranges, which also read n bars. Source: QUANT a2 #26.
 */
export const closeToClose = defineFeature({
  name: "cc",
  family: "volatility",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(3).max(1000) }),
  reference: "QUANT a2 #26, a6; Welford 1962",
  outputs: ({ period }) => ({ [`cc_${period}`]: "ratio" }),
  warmup: ({ period }) => period,
  start: ({ period }, { instruments }) => startScatter(period - 1, instruments),
});

/** Sample deviation of the last `period` log returns, per year. */
function startScatter(period: number, instruments: number): FeatureState {
  const size = momentsSize(period);
  const state = stateColumns(instruments, { previous: 1, moments: size, value: 1 });
  const { previous, moments, value } = state;
  previous.fill(Number.NaN);
  value.fill(Number.NaN);
  return {
    outputs: [value],
    update({ columns: { instrument, close }, from, to }) {
      for (let row = from; row < to; row++) {
        const i = instrument[row]!;
        const before = previous[i]!;
        previous[i] = close[row]!;
        // The first bar has no return: it must not enter the window, not even as a refused one.
        if (Number.isNaN(before)) continue;
        slideMoments(moments, i * size, period, logRatio(close[row]!, before));
        value[i] = Math.sqrt(windowSampleVariance(moments, i * size, period) * ANNUAL_SESSIONS);
      }
    },
    save: () => saveColumns(state),
    load: (snapshot) => loadColumns(state, snapshot),
  };
}
