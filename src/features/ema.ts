/** Exponential moving averages: the smoothers that the technical family is built from. */
import { z } from "zod";
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
    const alpha = 2 / (period + 1);
    const state = stateColumns(instruments, { seen: 1, sum: 1, value: 1 });
    const { seen, sum, value } = state;
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const count = seen[i]!;
          if (count >= period) {
            value[i] = value[i]! + alpha * (x - value[i]!);
            continue;
          }
          seen[i] = count + 1;
          sum[i] = sum[i]! + x;
          if (count + 1 === period) value[i] = sum[i]! / period;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
