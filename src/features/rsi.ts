/** Relative strength index: how much of the recent movement was upward. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * 100 * gains / (gains + losses), in [0, 100], with Wilder's smoothing A += (x - A)/n seeded by the mean
 * of the first n changes of the close. A flat series is neutral, 50: elsewhere it is 0 (TA-Lib) or NaN
 * (TTR), and a halted stock must not look oversold. Source: Wilder 1978; QUANT a1 #15.
 */
export const rsi = defineFeature({
  name: "rsi",
  family: "technical",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(1).max(500) }),
  reference: "Wilder 1978; QUANT a1 #15",
  outputs: ({ period }) => ({ [`rsi_${period}`]: "percent" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const share = 1 / period;
    const state = stateColumns(instruments, { previous: 1, seen: 1, gains: 1, losses: 1, value: 1 });
    const { previous, seen, gains, losses, value } = state;
    previous.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const change = close[row]! - previous[i]!;
          previous[i] = close[row]!;
          if (Number.isNaN(change)) continue;
          // Half of |x| + x is x or 0, exactly, without a branch on a sign that nothing predicts.
          const gain = (Math.abs(change) + change) / 2;
          const loss = (Math.abs(change) - change) / 2;
          const count = seen[i]!;
          if (count < period) {
            // Sums of nths: after n changes they are the mean that seeds the smoothing.
            seen[i] = count + 1;
            gains[i] = gains[i]! + gain * share;
            losses[i] = losses[i]! + loss * share;
            if (count + 1 < period) continue;
          } else {
            gains[i] = gains[i]! + (gain - gains[i]!) * share;
            losses[i] = losses[i]! + (loss - losses[i]!) * share;
          }
          value[i] = guardedRatio(100 * gains[i]!, gains[i]! + losses[i]!, 50);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
