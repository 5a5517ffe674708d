/** On-balance volume: volume added up with the sign of the price change, and how steeply it climbs. */
import { z } from "zod";
import { WindowCoMoments } from "../numerics/window-co-moments.ts";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `obv_from_zero`, shares: 0 at the first bar, then += sign(C_t - C_{t-1}) V_t. `obv` is the same from the
 * first bar's volume on, as TTR and TA-Lib count it. Where the level begins is arbitrary, so it is of no use
 * to a model.
 *
 * `obv_slope_n` is: the least-squares slope of OBV over the last n bars, per bar, over the mean volume of
 * those bars. The slope is an average of the n-1 signed volumes in it whose weights 6k(n-k) / (n(n^2-1)) sum
 * to 1, the largest about 1.5 times the smallest possible mean; so it stays within +-1.5 n^2 / (n^2 - 1),
 * 1.504 for n = 20. NaN when nothing traded in the window.
 *
 * Source: Granville 1963; QUANT a3 #34 (slope over ADV for models), a1 #17 (least-squares slope).
 */
export const onBalanceVolume = defineFeature({
  name: "on_balance_volume",
  family: "volume",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference: "Granville 1963; QUANT a3 #34, a1 #17",
  outputs: ({ period }) => ({ obv: "shares", obv_from_zero: "shares", [`obv_slope_${period}`]: "ratio" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const state = initialState(period, instruments);
    const { previous, first, bars, obv, fromZero, slope } = state;
    const line = new WindowCoMoments(period, state.line);
    const traded = new WindowSums(period, 1, state.traded);
    return {
      outputs: [obv, fromZero, slope],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const shares = volume[row]!;
          const before = previous[i]!;
          previous[i] = close[row]!;
          if (Number.isNaN(before)) {
            first[i] = shares;
            fromZero[i] = 0;
          } else {
            fromZero[i] = fromZero[i]! + Math.sign(close[row]! - before) * shares;
          }
          obv[i] = fromZero[i]! + first[i]!;

          const count = bars[i]! + 1;
          bars[i] = count;
          line.pair[0] = count;
          line.pair[1] = fromZero[i]!;
          line.add(i);
          traded.entry[0] = shares;
          traded.add(i);
          slope[i] = guardedRatio(line.sxy / line.sxx, traded.total[0]! / period, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    line: WindowCoMoments.sizeOf(period),
    traded: WindowSums.sizeOf(period, 1),
    previous: 1,
    first: 1,
    bars: 1,
    obv: 1,
    fromZero: 1,
    slope: 1,
  });
  const { previous, obv, fromZero, slope } = state;
  for (const column of [previous, obv, fromZero, slope]) column.fill(Number.NaN);
  return state;
}
