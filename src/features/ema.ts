/** Exponential moving averages: the smoothers that the technical family is built from. */
import { z } from "zod";
import { EMA_SIZE, emaShare, slideEma } from "../numerics/seeded-ema.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * EMA of the close, dollars. a = 2/(n+1); the seed at bar n is the mean of the first n closes; then
 * E += a(x - E), the form that does not drift. Source: Appel 1979; QUANT a1 #12.
 */
export const ema = defineFeature({
  name: "ema",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(1).max(500) }),
  reference: "Appel 1979; QUANT a1 #12",
  outputs: ({ period }) => ({ [`ema_${period}`]: "usd_per_share" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const share = emaShare(period);
    const state = stateColumns(instruments, { averages: EMA_SIZE, value: 1 });
    const { averages, value } = state;
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          value[i] = slideEma(averages, i * EMA_SIZE, period, share, close[row]!);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
