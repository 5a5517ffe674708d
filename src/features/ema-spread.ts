/** How far a fast exponential average stands above a slow one, as a share of the price. */
import { z } from "zod";
import { EMA_SIZE, emaShare, slideEma } from "../numerics/seeded-ema.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** (EMA_fast - EMA_slow) / C, a fraction; each average is seeded by its own first closes. Source: QUANT a1 #13. */
export const emaSpread = defineFeature({
  name: "ema_spread",
  family: "technical",
  inputs: ["close"],
  params: z
    .strictObject({ fast: z.int().min(1).max(500), slow: z.int().min(2).max(500) })
    .refine(({ fast, slow }) => fast < slow, "fast must be shorter than slow"),
  reference: "Appel 1979; QUANT a1 #13",
  outputs: ({ fast, slow }) => ({ [`ema_spread_${fast}_${slow}`]: "ratio" }),
  warmup: ({ slow }) => slow,

  start({ fast, slow }, { instruments }) {
    const [fastShare, slowShare] = [emaShare(fast), emaShare(slow)];
    const state = stateColumns(instruments, { fastAverage: EMA_SIZE, slowAverage: EMA_SIZE, value: 1 });
    const { fastAverage, slowAverage, value } = state;
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const quick = slideEma(fastAverage, i * EMA_SIZE, fast, fastShare, x);
          const calm = slideEma(slowAverage, i * EMA_SIZE, slow, slowShare, x);
          value[i] = (quick - calm) / x;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
