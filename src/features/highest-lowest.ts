/** The highest high and lowest low of a window of bars, with the current bar and without it. */
import { z } from "zod";
import {
  emptyExtremes,
  extremesSize,
  slideExtremes,
  windowHighest,
  windowLowest,
} from "../numerics/sliding-extremes.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `highest_n` and `lowest_n`, dollars: over the last n bars, the current one included (stochastics,
 * Williams %R). `highest_n_excl` and `lowest_n_excl`: over the n bars before the current one; a breakout
 * is judged against these, never against a range that holds the bar being judged.
 * Source: QUANT a2 #24-25.
 */
export const highestLowest = defineFeature({
  name: "highest_lowest",
  family: "price",
  inputs: ["high", "low"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "van Herk 1992; Gil, Werman 1993; QUANT a2 #24-25",
  outputs: ({ period: n }) => ({
    [`highest_${n}`]: "usd_per_share",
    [`lowest_${n}`]: "usd_per_share",
    [`highest_${n}_excl`]: "usd_per_share",
    [`lowest_${n}_excl`]: "usd_per_share",
  }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const size = extremesSize(period);
    const state = stateColumns(instruments, {
      extremes: size,
      highest: 1,
      lowest: 1,
      highestBefore: 1,
      lowestBefore: 1,
    });
    const { extremes, highest, lowest, highestBefore, lowestBefore } = state;
    emptyExtremes(extremes, period);
    for (const column of [highest, lowest, highestBefore, lowestBefore]) column.fill(Number.NaN);
    return {
      outputs: [highest, lowest, highestBefore, lowestBefore],
      update({ columns: { instrument, high, low }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          slideExtremes(extremes, i * size, period, high[row]!, low[row]!);
          highestBefore[i] = highest[i]!;
          lowestBefore[i] = lowest[i]!;
          highest[i] = windowHighest(extremes, i * size);
          lowest[i] = windowLowest(extremes, i * size);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
