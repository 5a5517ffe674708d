/** The highest high and lowest low of a window of bars, with the current bar and without it. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `highest_n` and `lowest_n`, dollars: over the last n bars, the current one included (stochastics,
 * Williams %R). `highest_n_excl` and `lowest_n_excl`: over the n bars before the current one; a breakout
 * is judged against these, never against a range that holds the bar being judged.
 * Source: QUANT a2 #24-25.
 *
 * Ring and running extreme after van Herk 1992 and Gil, Werman 1993: when a lap of the ring is complete
 * it is turned in place into the extremes of its tails, so the window is always the tail not yet
 * overwritten and the extreme of the lap so far. Amortised O(1), exact, and half the state of a
 * monotonic deque. The ring starts as NaN, which is the warm-up.
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
    const state = initialState(period, instruments);
    const { highs, lows, slot, lapHigh, lapLow, highest, lowest, highestBefore, lowestBefore } = state;
    return {
      outputs: [highest, lowest, highestBefore, lowestBefore],
      update({ columns: { instrument, high, low }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const s = slot[i]!;
          const at = i * period + s;
          const h = s === 0 ? high[row]! : Math.max(lapHigh[i]!, high[row]!);
          const l = s === 0 ? low[row]! : Math.min(lapLow[i]!, low[row]!);
          highs[at] = high[row]!;
          lows[at] = low[row]!;
          lapHigh[i] = h;
          lapLow[i] = l;
          highestBefore[i] = highest[i]!;
          lowestBefore[i] = lowest[i]!;
          if (s + 1 < period) {
            slot[i] = s + 1;
            highest[i] = Math.max(h, highs[at + 1]!);
            lowest[i] = Math.min(l, lows[at + 1]!);
            continue;
          }
          slot[i] = 0;
          highest[i] = h;
          lowest[i] = l;
          // The tail from the first slot on is never read: its bar has left when the next lap begins.
          for (let k = at - 1; k > at - period + 1; k--) {
            highs[k] = Math.max(highs[k]!, highs[k + 1]!);
            lows[k] = Math.min(lows[k]!, lows[k + 1]!);
          }
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    highs: period,
    lows: period,
    slot: 1,
    lapHigh: 1,
    lapLow: 1,
    highest: 1,
    lowest: 1,
    highestBefore: 1,
    lowestBefore: 1,
  });
  const { highs, lows, highest, lowest, highestBefore, lowestBefore } = state;
  for (const column of [highs, lows, highest, lowest, highestBefore, lowestBefore]) column.fill(Number.NaN);
  return state;
}
