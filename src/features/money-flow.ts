/** Money flow index: how much of the recent turnover came with a rising price. */
import { z } from "zod";
import { emptySums, slideSum, sumSize } from "../numerics/sliding-sum.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * 100 * rising / (rising + falling), in [0, 100]: the flows TP * V of the last n bars, TP = (H + L + C) / 3, sorted
 * by whether TP rose or fell; unchanged, it counts for neither. No flow at all is neutral, 50, where TA-Lib
 * gives 0. Source: Quong, Soudack 1989; QUANT a2 #25.
 */
export const moneyFlow = defineFeature({
  name: "mfi",
  family: "volume",
  inputs: ["high", "low", "close", "volume"],
  params: z.strictObject({ period: z.int().min(1).max(500) }),
  reference: "Quong, Soudack 1989; QUANT a2 #25",
  outputs: ({ period }) => ({ [`mfi_${period}`]: "percent" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const size = sumSize(period);
    const state = stateColumns(instruments, { previous: 1, rising: size, falling: size, value: 1 });
    const { previous, rising, falling, value } = state;
    previous.fill(Number.NaN);
    emptySums(rising, period);
    emptySums(falling, period);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, high, low, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const typical = (high[row]! + low[row]! + close[row]!) / 3;
          const before = previous[i]!;
          previous[i] = typical;
          if (Number.isNaN(before)) continue;
          const flow = typical * volume[row]!;
          // By multiplication, because nothing predicts a branch on the direction of a price.
          const up = slideSum(rising, i * size, period, Number(typical > before) * flow);
          const down = slideSum(falling, i * size, period, Number(typical < before) * flow);
          value[i] = guardedRatio(100 * up, up + down, 50);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
