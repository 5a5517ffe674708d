/** Returns over a number of bars: the simple ratio and its logarithm. */
import { z } from "zod";
import { emptyLags, lagSize, slideLag } from "../numerics/sliding-lag.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

const params = z.strictObject({ bars: z.int().min(1).max(1000) });
const reference = "Campbell, Lo, MacKinlay 1997, ch. 1; QUANT a1 #1-8";

const shape = {
  family: "price",
  inputs: ["close"],
  params,
  reference,
  warmup: ({ bars }: { readonly bars: number }) => bars + 1,
} as const;

/**
 * C_t / C_{t-k} - 1, a fraction. Computed as (C_t - C_{t-k}) / C_{t-k}, which keeps its digits when the
 * move is small.
 */
export const simpleReturn = defineFeature({
  ...shape,
  name: "ret_simple",
  outputs: ({ bars }) => ({ [`ret_simple_${bars}`]: "ratio" }),

  start({ bars }, { instruments }) {
    const size = lagSize(bars);
    const state = stateColumns(instruments, { closes: size, value: 1 });
    const { closes, value } = state;
    emptyLags(closes, bars);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const now = close[row]!;
          const before = slideLag(closes, i * size, bars, now);
          value[i] = (now - before) / before;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** ln(C_t / C_{t-k}). Adds up over time where simple returns compound. */
export const logReturn = defineFeature({
  ...shape,
  name: "ret_log",
  outputs: ({ bars }) => ({ [`ret_log_${bars}`]: "ratio" }),

  start({ bars }, { instruments }) {
    const size = lagSize(bars);
    const state = stateColumns(instruments, { closes: size, value: 1 });
    const { closes, value } = state;
    emptyLags(closes, bars);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const now = close[row]!;
          const before = slideLag(closes, i * size, bars, now);
          value[i] = logRatio(now, before);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/**
 * ln(now / before) of two positive prices; NaN when either is NaN. Below a basis point it goes through
 * log1p, because the logarithm of a ratio next to 1 has lost its digits (QUANT a1 #5).
 */
export function logRatio(now: number, before: number): number {
  const r = (now - before) / before;
  return Math.abs(r) < 1e-4 ? Math.log1p(r) : Math.log(now / before);
}
