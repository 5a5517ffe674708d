/** How an instrument has done beside the market. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { marketRow } from "./market-row.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `rel_strength_n` = (C_t / C_{t-n}) / (M_t / M_{t-n}) - 1, a fraction above -1, where M is the market's
 * close and t counts the instants at which both closed. At an instant without the market's bar the
 * instrument holds its state and value; without a market it stays NaN. Source: QUANT a5 #47.
 */
export const relativeStrength = defineFeature({
  name: "relative_strength",
  family: "cross-sectional",
  inputs: ["close"],
  params: z.strictObject({ bars: z.int().min(1).max(1000) }),
  reference: "QUANT a5 #47",
  peers: "market",
  outputs: ({ bars }) => ({ [`rel_strength_${bars}`]: "ratio" }),
  warmup: ({ bars }) => bars + 1,

  start({ bars }, { instruments, market }) {
    const state = stateColumns(instruments, { ring: bars, slot: 1, value: 1 });
    const { ring, slot, value } = state;
    ring.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update(batch) {
        const { instrument, close } = batch.columns;
        const reference = marketRow(batch, market);
        if (reference < 0) return;
        for (let row = batch.from; row < batch.to; row++) {
          const i = instrument[row]!;
          const s = slot[i]!;
          const at = i * bars + s;
          const relative = close[row]! / close[reference]!;
          value[i] = (relative - ring[at]!) / ring[at]!;
          ring[at] = relative;
          slot[i] = s + 1 === bars ? 0 : s + 1;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
