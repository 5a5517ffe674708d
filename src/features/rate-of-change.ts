/** Rate of change: the simple return in percent, under the name chartists give it. */
import { z } from "zod";
import { emptyLags, lagSize, slideLag } from "../numerics/sliding-lag.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** 100 * (C_t / C_{t-n} - 1), percent. Source: QUANT a1 #16. */
export const rateOfChange = defineFeature({
  name: "roc",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "QUANT a1 #16",
  outputs: ({ period }) => ({ [`roc_${period}`]: "percent" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const size = lagSize(period);
    const state = stateColumns(instruments, { closes: size, value: 1 });
    const { closes, value } = state;
    emptyLags(closes, period);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const before = slideLag(closes, i * size, period, close[row]!);
          value[i] = (100 * (close[row]! - before)) / before;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
