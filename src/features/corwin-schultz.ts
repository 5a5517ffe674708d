/** Bid-ask spread from highs and lows alone, after Corwin and Schultz. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** 3 - 2 sqrt 2. */
const K = 3 - 2 * Math.SQRT2;

/**
 * Over `bars` bars, that is bars - 1 pairs of neighbours, as fractions of the price: `CS_w<bars>` is the mean
 * of the pairs' estimates with their signs, `CS2_w<bars>` the mean with negative ones set to 0, the usual
 * choice. For each pair the second bar is first moved by the gap between it and the first close, in logs.
 *
 * Negative estimates are frequent. Never a cost for large stocks, whose spread of a basis point drowns in the
 * noise. Source: Corwin, Schultz 2012; QUANT a4 #41.
 */
export const corwinSchultz = defineFeature({
  name: "corwin_schultz",
  family: "microstructure",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ bars: z.int().min(2).max(1000) }),
  reference: "Corwin, Schultz 2012; QUANT a4 #41",
  outputs: ({ bars }) => ({ [`CS_w${bars}`]: "ratio", [`CS2_w${bars}`]: "ratio" }),
  warmup: ({ bars }) => bars,

  start({ bars }, { instruments }) {
    const pairs = bars - 1;
    const state = initialState(pairs, instruments);
    const { highBefore, lowBefore, closeBefore, signed, floored } = state;
    const window = new WindowSums(pairs, 2, state.window);
    return {
      outputs: [signed, floored],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const h = Math.log(high[row]!);
          const l = Math.log(low[row]!);
          const h1 = highBefore[i]!;
          const l1 = lowBefore[i]!;
          const c1 = closeBefore[i]!;
          highBefore[i] = h;
          lowBefore[i] = l;
          closeBefore[i] = Math.log(close[row]!);
          if (Number.isNaN(c1)) continue;
          const gap = Math.max(0, l - c1) - Math.max(0, c1 - h);
          const spread = pairSpread(h1, l1, h - gap, l - gap);
          window.entry[0] = spread;
          window.entry[1] = Math.max(0, spread);
          window.add(i);
          signed[i] = window.total[0]! / pairs;
          floored[i] = window.total[1]! / pairs;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** Estimate of one pair of bars, from log highs and lows; 2 (e^a - 1) / (1 + e^a) is 2 tanh(a / 2). */
function pairSpread(h1: number, l1: number, h2: number, l2: number): number {
  const beta = (h2 - l2) ** 2 + (h1 - l1) ** 2;
  const range = Math.max(h1, h2) - Math.min(l1, l2);
  const alpha = (Math.sqrt(2 * beta) - Math.sqrt(beta)) / K - range / Math.sqrt(K);
  return 2 * Math.tanh(alpha / 2);
}

function initialState(pairs: number, instruments: number) {
  const state = stateColumns(instruments, {
    window: WindowSums.sizeOf(pairs, 2),
    highBefore: 1,
    lowBefore: 1,
    closeBefore: 1,
    signed: 1,
    floored: 1,
  });
  const { highBefore, lowBefore, closeBefore, signed, floored } = state;
  for (const column of [highBefore, lowBefore, closeBefore, signed, floored]) column.fill(Number.NaN);
  return state;
}
