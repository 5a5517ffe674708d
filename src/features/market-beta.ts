/** How an instrument moves with the market, and how much it moves on its own. */
import { z } from "zod";
import { WindowCoMoments } from "../numerics/window-co-moments.ts";
import { defineFeature } from "./feature.ts";
import { marketRow } from "./market-row.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/** Sessions per year. On daily bars idiosyncratic volatility is per year; on others a bar's times sqrt(252). */
const ANNUAL = 252;
/** Returns that scatter less than this are equal but for their rounding. */
const FLAT = 1e-12;

/**
 * From the last n simple returns r of the instrument and m of the market between instants at which both
 * closed: `beta_n` = cov(r, m) / var(m), NaN when the market stood still; `beta_n_shrunk` = 0.67 beta + 0.33
 * (Blume), for sizing; `corr_n` in [-1, 1], NaN when either stood still; `idio_vol_n` = sample deviation of
 * what beta leaves of r, times sqrt(252), a fraction per year, never negative.
 *
 * At an instant without the market's bar the instrument holds its state and values; without a market they
 * stay NaN. Source: Sharpe 1963; Blume 1971; QUANT a5 #48-50.
 */
export const marketBeta = defineFeature({
  name: "market_beta",
  family: "cross-sectional",
  inputs: ["close"],
  params: z.strictObject({ period: z.int().min(3).max(1000) }),
  reference: "Sharpe 1963; Blume 1971; QUANT a5 #48-50",
  peers: "market",
  outputs: ({ period: n }) => ({
    [`beta_${n}`]: "ratio",
    [`beta_${n}_shrunk`]: "ratio",
    [`corr_${n}`]: "ratio",
    [`idio_vol_${n}`]: "ratio",
  }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments, market }) {
    const state = initialState(period, instruments);
    const { closeBefore, marketBefore, beta, shrunk, correlation, ownVolatility } = state;
    const window = new WindowCoMoments(period, state.window);
    return {
      outputs: [beta, shrunk, correlation, ownVolatility],
      update(batch) {
        const { instrument, close } = batch.columns;
        const reference = marketRow(batch, market);
        if (reference < 0) return;
        const m = close[reference]!;
        for (let row = batch.from; row < batch.to; row++) {
          const i = instrument[row]!;
          const c = close[row]!;
          const before = closeBefore[i]!;
          const marketThen = marketBefore[i]!;
          closeBefore[i] = c;
          marketBefore[i] = m;
          if (Number.isNaN(before)) continue;
          window.pair[0] = (m - marketThen) / marketThen;
          window.pair[1] = (c - before) / before;
          window.add(i);
          const { sxx, sxy, syy } = window;
          const marketScatter = Math.sqrt(sxx / period);
          const ownScatter = Math.sqrt(syy / period);
          const slope = marketScatter <= FLAT ? Number.NaN : sxy / sxx;
          beta[i] = slope;
          shrunk[i] = 0.67 * slope + 0.33;
          correlation[i] = ownScatter <= FLAT ? Number.NaN : clampedRoot(slope, sxy, syy);
          ownVolatility[i] = Math.sqrt((Math.max(0, syy - slope * sxy) / (period - 1)) * ANNUAL);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** The correlation, whose square is slope times sxy / syy: rounding may take it a hair beyond 1. */
function clampedRoot(slope: number, sxy: number, syy: number): number {
  return Math.sign(slope) * Math.sqrt(Math.min(1, (slope * sxy) / syy));
}

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    window: WindowCoMoments.sizeOf(period),
    closeBefore: 1,
    marketBefore: 1,
    beta: 1,
    shrunk: 1,
    correlation: 1,
    ownVolatility: 1,
  });
  const { closeBefore, marketBefore, beta, shrunk, correlation, ownVolatility } = state;
  for (const column of [closeBefore, marketBefore, beta, shrunk, correlation, ownVolatility]) {
    column.fill(Number.NaN);
  }
  return state;
}
