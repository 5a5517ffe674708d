/** Volatility from open, high, low and close: several times as much knowledge per bar as closes alone give. */
import { z } from "zod";
import { momentsSize, slideMoments, windowSampleVariance } from "../numerics/rolling.ts";
import { emptySums, slideSum, sumSize } from "../numerics/sliding-sum.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { ANNUAL_SESSIONS } from "./realized-volatility.ts";
import { logRatio } from "./returns.ts";

const CLOSE_SHARE = 2 * Math.LN2 - 1;

/**
 * Five estimators over the last n bars, each a fraction per year on daily bars, in one feature because they share
 * the logarithms, which cost more than all the rest. With hl = ln(H/L), co = ln(C/O), on = ln(O/Cp):
 *
 *   parkinson  sqrt(252/(4 n ln 2) * sum hl^2)
 *   gk         sqrt(252/n * sum(hl^2/2 - (2 ln 2 - 1) co^2)), Garman-Klass: blind to gaps between bars
 *   rs         sqrt(252/n * sum(ln(H/C) ln(H/O) + ln(L/C) ln(L/O))), Rogers-Satchell: unmoved by a drift
 *   yz         sqrt(252 * (var on + k var co + (1-k) rs')), Yang-Zhang; sample variances, rs' the mean of rs,
 *              k = 0.34 / (1.34 + (n+1)/(n-1)); needs the close before, so it is one bar later
 *   gkyz       sqrt(252/n * sum(on^2 + hl^2/2 - (2 ln 2 - 1) co^2)), Garman-Klass with gaps; one bar later
 *
 * Each is exactly 0 when every bar of the window stood still. Source: Parkinson 1980; Garman, Klass 1980; Rogers,
 * Satchell 1991; Yang, Zhang 2000; QUANT a2 #27-30.
 */
export const rangeVolatility = defineFeature({
  name: "range_volatility",
  family: "volatility",
  inputs: ["open", "high", "low", "close"],
  params: z.strictObject({ period: z.int().min(2).max(1000) }),
  reference:
    "Parkinson 1980; Garman, Klass 1980; Rogers, Satchell 1991; Yang, Zhang 2000; QUANT a2 #27-30, a6",
  outputs: ({ period: n }) => ({
    [`parkinson_${n}`]: "ratio",
    [`gk_${n}`]: "ratio",
    [`rs_${n}`]: "ratio",
    [`yz_${n}`]: "ratio",
    [`gkyz_${n}`]: "ratio",
  }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const [sums, moments] = [sumSize(period), momentsSize(period)];
    const perBar = ANNUAL_SESSIONS / period;
    const share = 0.34 / (1.34 + (period + 1) / (period - 1));
    const state = initialState(period, instruments);
    const { previous, range, body, drift, gap, gapMoments, bodyMoments } = state;
    const { parkinson, garmanKlass, rogersSatchell, yangZhang, withGaps } = state;
    return {
      outputs: [parkinson, garmanKlass, rogersSatchell, yangZhang, withGaps],
      update({ columns: { instrument, open, high, low, close }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const sum = i * sums;
          const moment = i * moments;
          const o = open[row]!;
          const ho = logRatio(high[row]!, o);
          const lo = logRatio(low[row]!, o);
          const co = logRatio(close[row]!, o);
          const hl = ho - lo;
          const square = hl * hl;
          const inBars = slideSum(body, sum, period, 0.5 * square - CLOSE_SHARE * co * co);
          const free = slideSum(drift, sum, period, (ho - co) * ho + (lo - co) * lo);
          parkinson[i] = Math.sqrt((perBar / (4 * Math.LN2)) * slideSum(range, sum, period, square));
          garmanKlass[i] = Math.sqrt(Math.max(0, perBar * inBars));
          rogersSatchell[i] = Math.sqrt(Math.max(0, perBar * free));
          slideMoments(bodyMoments, moment, period, co);

          const before = previous[i]!;
          previous[i] = close[row]!;
          if (Number.isNaN(before)) continue;
          const on = logRatio(o, before);
          slideMoments(gapMoments, moment, period, on);
          const variance =
            windowSampleVariance(gapMoments, moment, period) +
            share * windowSampleVariance(bodyMoments, moment, period) +
            ((1 - share) * free) / period;
          yangZhang[i] = Math.sqrt(Math.max(0, ANNUAL_SESSIONS * variance));
          withGaps[i] = Math.sqrt(Math.max(0, perBar * (slideSum(gap, sum, period, on * on) + inBars)));
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const [sums, moments] = [sumSize(period), momentsSize(period)];
  const state = stateColumns(instruments, {
    previous: 1,
    range: sums,
    body: sums,
    drift: sums,
    gap: sums,
    gapMoments: moments,
    bodyMoments: moments,
    parkinson: 1,
    garmanKlass: 1,
    rogersSatchell: 1,
    yangZhang: 1,
    withGaps: 1,
  });
  for (const column of [state.range, state.body, state.drift, state.gap]) emptySums(column, period);
  const { previous, parkinson, garmanKlass, rogersSatchell, yangZhang, withGaps } = state;
  for (const column of [previous, parkinson, garmanKlass, rogersSatchell, yangZhang, withGaps]) {
    column.fill(Number.NaN);
  }
  return state;
}
