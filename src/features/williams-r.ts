/** Williams %R: how far the close has fallen below the highest high of the last bars. */
import { z } from "zod";
import {
  emptyExtremes,
  extremesSize,
  slideExtremes,
  windowHighest,
  windowLowest,
} from "../numerics/sliding-extremes.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * -100 (HH - C) / (HH - LL) over the last n bars, in [-100, 0]; undefined (NaN) without any range, where TA-Lib
 * gives 0, its most overbought. Source: Williams 1979; QUANT a2 #25 and its rule for division.
 */
export const williamsR = defineFeature({
  name: "willr",
  family: "technical",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "Williams 1979; QUANT a2 #25",
  outputs: ({ period }) => ({ [`willr_${period}`]: "percent" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const size = extremesSize(period);
    const state = stateColumns(instruments, { extremes: size, value: 1 });
    const { extremes, value } = state;
    emptyExtremes(extremes, period);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          slideExtremes(extremes, i * size, period, high[row]!, low[row]!);
          const highest = windowHighest(extremes, i * size);
          const range = highest - windowLowest(extremes, i * size);
          value[i] = guardedRatio(100 * (close[row]! - highest), range, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
