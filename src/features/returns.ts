/** Returns over a number of bars: the simple ratio and its logarithm. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

const params = z.strictObject({ bars: z.int().min(1).max(1000) });
const reference = "Campbell, Lo, MacKinlay 1997, ch. 1; QUANT a1 #1-8";

/**
 * C_t / C_{t-k} - 1, a fraction. Computed as (C_t - C_{t-k}) / C_{t-k}, which keeps its digits when the
 * move is small. The ring starts as NaN, so the warm-up needs no branch.
 */
export const simpleReturn = defineFeature({
  name: "ret_simple",
  family: "price",
  inputs: ["close"],
  params,
  reference,
  outputs: ({ bars }) => [`ret_simple_${bars}`],
  warmup: ({ bars }) => bars + 1,

  start({ bars }, instruments) {
    const state = stateColumns(instruments, { ring: bars, slot: 1, value: 1 });
    const { ring, slot, value } = state;
    ring.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const s = slot[i]!;
          const at = i * bars + s;
          const before = ring[at]!;
          ring[at] = x;
          slot[i] = s + 1 === bars ? 0 : s + 1;
          value[i] = (x - before) / before;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** ln(C_t / C_{t-k}). Adds up over time where simple returns compound. */
export const logReturn = defineFeature({
  name: "ret_log",
  family: "price",
  inputs: ["close"],
  params,
  reference,
  outputs: ({ bars }) => [`ret_log_${bars}`],
  warmup: ({ bars }) => bars + 1,

  start({ bars }, instruments) {
    const state = stateColumns(instruments, { ring: bars, slot: 1, value: 1 });
    const { ring, slot, value } = state;
    ring.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const x = close[row]!;
          const s = slot[i]!;
          const at = i * bars + s;
          value[i] = logRatio(x, ring[at]!);
          ring[at] = x;
          slot[i] = s + 1 === bars ? 0 : s + 1;
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
