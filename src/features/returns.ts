/** Returns over a number of bars: the simple ratio and its logarithm. */
import { z } from "zod";
import { defineFeature, type FeatureState } from "./feature.ts";
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
  start: ({ bars }, { instruments }) => overBars(bars, instruments, (now, before) => (now - before) / before),
});

/** ln(C_t / C_{t-k}). Adds up over time where simple returns compound. */
export const logReturn = defineFeature({
  ...shape,
  name: "ret_log",
  outputs: ({ bars }) => ({ [`ret_log_${bars}`]: "ratio" }),
  start: ({ bars }, { instruments }) => overBars(bars, instruments, logRatio),
});

/** The close against the one `bars` ago. The ring starts as NaN, so the warm-up needs no branch. */
function overBars(
  bars: number,
  instruments: number,
  compare: (now: number, before: number) => number,
): FeatureState {
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
        value[i] = compare(x, ring[at]!);
        ring[at] = x;
        slot[i] = s + 1 === bars ? 0 : s + 1;
      }
    },
    save: () => saveColumns(state),
    load: (snapshot) => loadColumns(state, snapshot),
  };
}

/**
 * ln(now / before) of two positive prices; NaN when either is NaN. Below a basis point it goes through
 * log1p, because the logarithm of a ratio next to 1 has lost its digits (QUANT a1 #5).
 */
export function logRatio(now: number, before: number): number {
  const r = (now - before) / before;
  return Math.abs(r) < 1e-4 ? Math.log1p(r) : Math.log(now / before);
}
