/** Who was more eager, guessed from prices alone: the tick rule, by bar. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** +1 after a rise, -1 after a fall, the sign before when nothing changed (or nothing is known: NaN). */
export function tickSign(change: number, before: number): number {
  return change > 0 ? 1 : change < 0 ? -1 : before;
}

/**
 * `tick_sign`: the tick rule on closes, in {-1, 0, 1}, 0 before the first move. `tick_imbalance_n` = sum of
 * sign times volume over the sum of volume of the last n bars, in [-1, 1], NaN when nothing traded: a proxy
 * for the imbalance of trades where trades are missing. Source: Lee, Ready 1991; Easley, Lopez de Prado,
 * O'Hara 2012; QUANT a4 #43.
 */
export const tickImbalance = defineFeature({
  name: "tick_imbalance",
  family: "microstructure",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "Lee, Ready 1991; Easley, Lopez de Prado, O'Hara 2012; QUANT a4 #43",
  outputs: ({ period }) => ({ tick_sign: "ratio", [`tick_imbalance_${period}`]: "ratio" }),
  warmup: ({ period }) => period,

  start({ period }, { instruments }) {
    const size = WindowSums.sizeOf(period, 2);
    const state = stateColumns(instruments, {
      window: size,
      closeBefore: 1,
      known: 1,
      sign: 1,
      imbalance: 1,
    });
    const { closeBefore, known, sign, imbalance } = state;
    for (const column of [closeBefore, sign, imbalance]) column.fill(Number.NaN);
    const window = new WindowSums(period, 2, state.window);
    return {
      outputs: [sign, imbalance],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const now = tickSign(close[row]! - closeBefore[i]!, known[i]!);
          closeBefore[i] = close[row]!;
          known[i] = now;
          sign[i] = now;
          window.entry[0] = now * volume[row]!;
          window.entry[1] = volume[row]!;
          window.add(i);
          imbalance[i] = guardedRatio(window.total[0]!, window.total[1]!, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
