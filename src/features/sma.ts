/** Simple moving average of the close. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * Mean of the last n closes, dollars. Source: QUANT a1 #9.
 *
 * A running sum gathers rounding error, so it is replaced by an exact one each time the ring wraps: by
 * then every number in the ring is from this lap, and `lap` has been their plain sum all along. That
 * re-sums every n bars, more often than the 1024 asked for, and without a pass over the ring. Until
 * the first lap is complete the sum is NaN, which is the warm-up.
 */
export const sma = defineFeature({
  name: "sma",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "QUANT a1 #9",
  outputs: ({ period }) => ({ [`sma_${period}`]: "usd_per_share" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const state = stateColumns(instruments, { ring: period, slot: 1, lap: 1, sum: 1, value: 1 });
    const { ring, slot, lap, sum, value } = state;
    sum.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const s = slot[i]!;
          const at = i * period + s;
          const lapSum = lap[i]! + x;
          const wraps = s + 1 === period;
          const total = wraps ? lapSum : sum[i]! + (x - ring[at]!);
          ring[at] = x;
          slot[i] = wraps ? 0 : s + 1;
          lap[i] = wraps ? 0 : lapSum;
          sum[i] = total;
          value[i] = total / period;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
