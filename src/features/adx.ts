/** Directional movement: which way the market trends, and how strongly. */
import { z } from "zod";
import { trueRange } from "./atr.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `plus_di_n`, `minus_di_n` and `adx_n`, each in [0, 100]. Source: Wilder 1978; QUANT a2 #20.
 *
 *   up = H - Hp, down = Lp - L; the larger one counts when it is positive, a tie counts for neither.
 *   Wilder sums of both and of the true range: bars 1..n-1 added up, then W = W - W/n + x from bar n.
 *   DI = 100 W(DM) / W(TR), from bar n;  DX = 100 |DI+ - DI-| / (DI+ + DI-)
 *   ADX = mean of DX over bars n..2n-1, then ((n-1) ADX + DX) / n.
 *
 * Without any range DI is undefined (NaN). Without directional movement DX is 0, and it is taken from
 * the sums rather than from the DI, so that an undefined DI never enters the average for good.
 */
export const adx = defineFeature({
  name: "adx",
  family: "technical",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ period: z.int().min(2).max(500) }),
  reference: "Wilder 1978; QUANT a2 #20",
  outputs: ({ period }) => ({
    [`plus_di_${period}`]: "percent",
    [`minus_di_${period}`]: "percent",
    [`adx_${period}`]: "percent",
  }),
  warmup: ({ period }) => 2 * period,

  start({ period }, { instruments }) {
    const fade = 1 - 1 / period;
    const state = initialState(instruments);
    const { previousHigh, previousLow, previousClose, bars } = state;
    const { up, down, range, dxSum, plusDi, minusDi, strength } = state;
    return {
      outputs: [plusDi, minusDi, strength],
      update({ columns: { instrument, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const h = high[row]!;
          const l = low[row]!;
          const x = trueRange(h, l, previousClose[i]!);
          const rise = h - previousHigh[i]!;
          const fall = previousLow[i]! - l;
          previousHigh[i] = h;
          previousLow[i] = l;
          previousClose[i] = close[row]!;
          if (Number.isNaN(x)) continue;

          // Bars with a true range so far, this one included: the t of the definition, up to 2n.
          const t = bars[i]! + 1;
          if (t <= 2 * period) bars[i] = t;
          const kept = t < period ? 1 : fade;
          const upSum = kept * up[i]! + (rise > fall && rise > 0 ? rise : 0);
          const downSum = kept * down[i]! + (fall > rise && fall > 0 ? fall : 0);
          const rangeSum = kept * range[i]! + x;
          up[i] = upSum;
          down[i] = downSum;
          range[i] = rangeSum;
          if (t < period) continue;

          plusDi[i] = guardedRatio(100 * upSum, rangeSum, Number.NaN);
          minusDi[i] = guardedRatio(100 * downSum, rangeSum, Number.NaN);
          const dx = guardedRatio(100 * Math.abs(upSum - downSum), upSum + downSum, 0);
          if (t >= 2 * period) {
            strength[i] = strength[i]! + (dx - strength[i]!) / period;
            continue;
          }
          dxSum[i] = dxSum[i]! + dx;
          if (t === 2 * period - 1) strength[i] = dxSum[i]! / period;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(instruments: number) {
  const state = stateColumns(instruments, {
    previousHigh: 1,
    previousLow: 1,
    previousClose: 1,
    bars: 1,
    up: 1,
    down: 1,
    range: 1,
    dxSum: 1,
    plusDi: 1,
    minusDi: 1,
    strength: 1,
  });
  const { previousClose, plusDi, minusDi, strength } = state;
  for (const column of [previousClose, plusDi, minusDi, strength]) column.fill(Number.NaN);
  return state;
}
