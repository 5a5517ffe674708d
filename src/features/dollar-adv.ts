/** Average dollar volume with the current bar in it: how big a stock is, as a feature. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * Mean of close times volume over the last n bars, dollars, never negative. For sizing an order use the
 * average that leaves the current bar out. Source: QUANT a3 #37.
 */
export const dollarAdv = defineFeature({
  name: "dollar_adv",
  family: "volume",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "QUANT a3 #37",
  outputs: ({ period }) => ({ [`dollar_adv_${period}`]: "usd" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const state = stateColumns(instruments, { window: WindowSums.sizeOf(period, 1), value: 1 });
    const { value } = state;
    const window = new WindowSums(period, 1, state.window);
    value.fill(Number.NaN);
    return {
      outputs: [value],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          window.entry[0] = close[row]! * volume[row]!;
          window.add(i);
          value[i] = window.total[0]! / period;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
