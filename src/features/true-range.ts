/** The true range of a single bar, dollars; its average is another feature. */
import { z } from "zod";
import { trueRange } from "./atr.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * max(H - L, |H - Cp|, |L - Cp|), dollars; none for the first bar, which has no close before it.
 * Source: Wilder 1978; QUANT a2 #18.
 */
export const trueRangeOfBar = defineFeature({
  name: "trange",
  family: "volatility",
  inputs: ["high", "low", "close"],
  params: z.strictObject({}),
  reference: "Wilder 1978; QUANT a2 #18",
  outputs: () => ({ trange: "usd_per_share" }),
  warmup: () => 2,

  start(_, { instruments }) {
    const state = stateColumns(instruments, { previous: 1, value: 1 });
    const { previous, value } = state;
    previous.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          value[i] = trueRange(high[row]!, low[row]!, previous[i]!);
          previous[i] = close[row]!;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
