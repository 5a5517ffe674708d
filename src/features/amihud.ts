/** Illiquidity after Amihud: how far a million dollars of trading moves the price. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** At least this share of the window's bars must have traded: 15 of 20. */
const LEAST_SHARE = 0.75;

/**
 * `amihud_n_x1e6`: mean of |r| / (C V) over the last n bars with a return, times 1e6; per million dollars,
 * never negative. Bars without volume are skipped; NaN when fewer than three quarters of the n traded.
 * Source: Amihud 2002; QUANT a4 #45.
 */
export const amihud = defineFeature({
  name: "amihud",
  family: "microstructure",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "Amihud 2002; QUANT a4 #45",
  outputs: ({ period }) => ({ [`amihud_${period}_x1e6`]: "per_million_usd" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const state = stateColumns(instruments, {
      window: WindowSums.sizeOf(period, 2),
      closeBefore: 1,
      value: 1,
    });
    const { closeBefore, value } = state;
    closeBefore.fill(Number.NaN);
    value.fill(Number.NaN);
    const window = new WindowSums(period, 2, state.window);
    const least = Math.ceil(LEAST_SHARE * period);
    return {
      outputs: [value],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const c = close[row]!;
          const before = closeBefore[i]!;
          closeBefore[i] = c;
          if (Number.isNaN(before)) continue;
          const dollars = c * volume[row]!;
          window.entry[0] = dollars > 0 ? Math.abs(c - before) / before / (dollars * 1e-6) : 0;
          window.entry[1] = dollars > 0 ? 1 : 0;
          window.add(i);
          const traded = window.total[1]!;
          value[i] = traded >= least ? window.total[0]! / traded : Number.NaN;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
