/** How unusual a bar's volume is beside the bars before it. */
import { z } from "zod";
import { WindowCoMoments } from "../numerics/window-co-moments.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * Against the n bars before the current one, so that a burst cannot hide in its own average:
 * `volume_ratio_n_excl` = V / mean(V), at least 0; `volume_z_n_excl` = (V - mean) / sample deviation;
 * `log_volume_z_n_excl` the same of ln(1 + V), the form for models, because volume is skewed to the right.
 * NaN when the mean, or the deviation, is zero. Source: QUANT a3 #32-33.
 */
export const volumeSurprise = defineFeature({
  name: "volume_surprise",
  family: "volume",
  inputs: ["volume"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "QUANT a3 #32-33",
  outputs: ({ period: n }) => ({
    [`volume_ratio_${n}_excl`]: "ratio",
    [`volume_z_${n}_excl`]: "ratio",
    [`log_volume_z_${n}_excl`]: "ratio",
  }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const state = initialState(period, instruments);
    const { mean, deviation, logMean, logDeviation, ratio, score, logScore } = state;
    const window = new WindowCoMoments(period, state.window);
    return {
      outputs: [ratio, score, logScore],
      update({ columns: { instrument, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const shares = volume[row]!;
          const log = Math.log1p(shares);
          ratio[i] = guardedRatio(shares, mean[i]!, Number.NaN);
          score[i] = guardedRatio(shares - mean[i]!, deviation[i]!, Number.NaN);
          logScore[i] = guardedRatio(log - logMean[i]!, logDeviation[i]!, Number.NaN);

          window.pair[0] = shares;
          window.pair[1] = log;
          window.add(i);
          mean[i] = window.meanX;
          deviation[i] = Math.sqrt(window.sxx / (period - 1));
          logMean[i] = window.meanY;
          logDeviation[i] = Math.sqrt(window.syy / (period - 1));
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    window: WindowCoMoments.sizeOf(period),
    mean: 1,
    deviation: 1,
    logMean: 1,
    logDeviation: 1,
    ratio: 1,
    score: 1,
    logScore: 1,
  });
  for (const column of Object.values(state)) column.fill(Number.NaN);
  return state;
}
