/** Bid-ask spread from the bounce of closes alone, after Roll. */
import { z } from "zod";
import { WindowCoMoments } from "../numerics/window-co-moments.ts";
import { defineFeature, type FeatureState } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { logRatio } from "./returns.ts";

const shape = {
  family: "microstructure",
  inputs: ["close"],
  reference: "Roll 1984; QUANT a4 #42",
} as const;

/**
 * `ROLL_w<bars>`: sqrt(-4 cov(l_t, l_{t-1})) of the log returns of `bars` closes, their sample covariance, a
 * fraction of the price. With a positive covariance, where the model has no answer, it is the root of its
 * absolute value with a minus sign, so that a model sees how far from one it was.
 */
export const rollSpread = defineFeature({
  ...shape,
  name: "roll_spread",
  params: z.strictObject({ bars: z.int().min(4).max(1000) }),
  outputs: ({ bars }) => ({ [`ROLL_w${bars}`]: "ratio" }),
  warmup: ({ bars }) => bars,
  start: ({ bars }, { instruments }) => ofAutocovariance(bars - 2, instruments, { whenPositive: -1 }),
});

/** `roll_spread_rel_n`: 2 sqrt(max(0, -cov)) over n log returns, so 0 with a positive covariance. */
export const rollSpreadRelative = defineFeature({
  ...shape,
  name: "roll_spread_rel",
  params: z.strictObject({ period: z.int().min(3).max(1000) }),
  outputs: ({ period }) => ({ [`roll_spread_rel_${period}`]: "ratio" }),
  warmup: ({ period }) => period + 1,
  start: ({ period }, { instruments }) => ofAutocovariance(period - 1, instruments, { whenPositive: 0 }),
});

/**
 * Twice the root of the sample covariance of the last `pairs` pairs of neighbouring log returns, without its
 * sign; times `whenPositive` when it is positive.
 */
function ofAutocovariance(
  pairs: number,
  instruments: number,
  { whenPositive }: { readonly whenPositive: -1 | 0 },
): FeatureState {
  const state = stateColumns(instruments, {
    window: WindowCoMoments.sizeOf(pairs),
    closeBefore: 1,
    returnBefore: 1,
    value: 1,
  });
  const { closeBefore, returnBefore, value } = state;
  for (const column of [closeBefore, returnBefore, value]) column.fill(Number.NaN);
  const window = new WindowCoMoments(pairs, state.window);
  return {
    outputs: [value],
    update({ columns: { instrument, close }, from, to }) {
      for (let row = from; row < to; row++) {
        const i = instrument[row]!;
        const before = returnBefore[i]!;
        const now = logRatio(close[row]!, closeBefore[i]!);
        closeBefore[i] = close[row]!;
        returnBefore[i] = now;
        if (Number.isNaN(before)) continue;
        window.pair[0] = now;
        window.pair[1] = before;
        window.add(i);
        const square = (4 * window.sxy) / (pairs - 1);
        value[i] = square > 0 ? whenPositive * Math.sqrt(square) : Math.sqrt(Math.abs(square));
      }
    },
    save: () => saveColumns(state),
    load: (snapshot) => loadColumns(state, snapshot),
  };
}
