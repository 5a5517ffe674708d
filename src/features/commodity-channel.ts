/** Commodity channel index: how unusual the typical price is among those of the last bars. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** Lambert's scale: most values then fall within -100 and 100. */
const SCALE = 0.015;

/**
 * (TP - mean TP) / (0.015 * mean |TP - mean TP|) over the last n bars, TP = (H + L + C) / 3; without unit or bounds,
 * undefined (NaN) when all TP are equal. The mean absolute deviation moves with its centre, so there is no exact
 * O(1) form: this is the one feature that pays for its window at every bar. Distances are taken from the newest TP,
 * which makes those of a flat window 0 exactly. Source: Lambert 1980; QUANT a2 #25.
 */
export const commodityChannel = defineFeature({
  name: "cci",
  family: "technical",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ period: z.int().min(2).max(200) }),
  reference: "Lambert 1980; QUANT a2 #25",
  outputs: ({ period }) => ({ [`cci_${period}`]: "ratio" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const state = stateColumns(instruments, { ring: period, slot: 1, value: 1 });
    const { ring, slot, value } = state;
    ring.fill(Number.NaN);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const typical = (high[row]! + low[row]! + close[row]!) / 3;
          const s = slot[i]!;
          const first = i * period;
          ring[first + s] = typical;
          slot[i] = s + 1 === period ? 0 : s + 1;

          let total = 0;
          for (let k = first; k < first + period; k++) total += typical - ring[k]!;
          const above = total / period;
          let distance = 0;
          for (let k = first; k < first + period; k++) distance += Math.abs(typical - ring[k]! - above);
          value[i] = guardedRatio(above, (SCALE * distance) / period, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
