/** Stochastics: where the close stands within the range of the last bars, raw and smoothed. */
import { z } from "zod";
import {
  emptyExtremes,
  extremesSize,
  slideExtremes,
  windowHighest,
  windowLowest,
} from "../numerics/sliding-extremes.ts";
import { emptySums, slideSum, sumSize } from "../numerics/sliding-sum.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { parameterSuffix } from "./parameter-suffix.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

const CATALOGUE = { period: 14, slow: 3, signal: 3 };

/**
 * `stoch_fastk`: 100 (C - LL) / (HH - LL) over the last n bars; `stoch_k`: its simple average over `slow` values;
 * `stoch_d`: the average of that over `signal` values. Each in [0, 100]. A range of zero is neutral, 50: elsewhere
 * it is 0 (TA-Lib) or NaN (TTR), and a halted stock must not look oversold. Source: Lane 1984; QUANT a2 #24.
 */
export const stochastic = defineFeature({
  name: "stoch",
  family: "technical",
  inputs: ["high", "low", "close"],
  params: z.strictObject({
    period: z.int().min(2).max(1000),
    slow: z.int().min(1).max(100),
    signal: z.int().min(1).max(100),
  }),
  reference: "Lane 1984; QUANT a2 #24",
  outputs(params) {
    const suffix = parameterSuffix(params, CATALOGUE);
    return {
      [`stoch_fastk${suffix}`]: "percent",
      [`stoch_k${suffix}`]: "percent",
      [`stoch_d${suffix}`]: "percent",
    };
  },
  warmup: ({ period, slow, signal }) => period + slow + signal - 2,

  start({ period, slow, signal }, { instruments }) {
    const [size, slowSize, signalSize] = [extremesSize(period), sumSize(slow), sumSize(signal)];
    const state = stateColumns(instruments, {
      extremes: size,
      slowSums: slowSize,
      signalSums: signalSize,
      fastK: 1,
      slowK: 1,
      slowD: 1,
    });
    const { extremes, slowSums, signalSums, fastK, slowK, slowD } = state;
    emptyExtremes(extremes, period);
    emptySums(slowSums, slow);
    emptySums(signalSums, signal);
    for (const column of [fastK, slowK, slowD]) column.fill(Number.NaN);
    return {
      outputs: [fastK, slowK, slowD],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          slideExtremes(extremes, i * size, period, high[row]!, low[row]!);
          const lowest = windowLowest(extremes, i * size);
          const range = windowHighest(extremes, i * size) - lowest;
          if (Number.isNaN(range)) continue;
          const fast = guardedRatio(100 * (close[row]! - lowest), range, 50);
          fastK[i] = fast;
          const k = slideSum(slowSums, i * slowSize, slow, fast) / slow;
          if (Number.isNaN(k)) continue;
          slowK[i] = k;
          slowD[i] = slideSum(signalSums, i * signalSize, signal, k) / signal;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
