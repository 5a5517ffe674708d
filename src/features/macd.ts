/** Moving average convergence and divergence: the gap of two averages, and how that gap moves. */
import { z } from "zod";
import { EMA_SIZE, emaShare, slideEma } from "../numerics/seeded-ema.ts";
import { defineFeature, type FeatureState } from "./feature.ts";
import { parameterSuffix } from "./parameter-suffix.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

const CATALOGUE = { fast: 12, slow: 26, signal: 9 };
type Params = typeof CATALOGUE;

const shape = {
  family: "technical",
  inputs: ["close"],
  params: z
    .strictObject({
      fast: z.int().min(1).max(500),
      slow: z.int().min(2).max(500),
      signal: z.int().min(1).max(500),
    })
    .refine(({ fast, slow }) => fast < slow, "fast must be shorter than slow"),
  warmup: ({ slow, signal }: Params) => slow + signal - 1,
} as const;

/**
 * `macd`, dollars: EMA_fast - EMA_slow, each seeded by its own first closes, from bar slow - 1 on.
 * `macd_signal`: EMA of that line, seeded by the mean of its first values. `macd_hist`: line less signal.
 * `macd_pct`: line / C, a fraction, for comparing instruments. Source: Appel 2005; QUANT a1 #14.
 */
export const macd = defineFeature({
  ...shape,
  name: "macd",
  reference: "Appel 2005; QUANT a1 #14",
  outputs(params) {
    const suffix = parameterSuffix(params, CATALOGUE);
    return {
      [`macd${suffix}`]: "usd_per_share",
      [`macd_signal${suffix}`]: "usd_per_share",
      [`macd_hist${suffix}`]: "usd_per_share",
      [`macd_pct${suffix}`]: "ratio",
    };
  },
  start: (params, { instruments }) =>
    startMacd(params, instruments, { fastStartsAfter: 0, lineWaits: false }),
});

/**
 * The same line as TA-Lib draws it: its fast average begins with the slow one, seeded by the last `fast` of the
 * first `slow` closes, and nothing is given before the signal. Differs from `macd` for some 250 bars.
 * Source: Appel 2005; TA-Lib; QUANT a1 #14.
 */
export const macdTalib = defineFeature({
  ...shape,
  name: "macd_talib",
  reference: "Appel 2005, seeded as TA-Lib does; QUANT a1 #14",
  outputs(params) {
    const suffix = parameterSuffix(params, CATALOGUE);
    return {
      [`macd_talib${suffix}`]: "usd_per_share",
      [`macd_signal_talib${suffix}`]: "usd_per_share",
      [`macd_hist_talib${suffix}`]: "usd_per_share",
    };
  },
  start(params, { instruments }) {
    const fastStartsAfter = params.slow - params.fast;
    const state = startMacd(params, instruments, { fastStartsAfter, lineWaits: true });
    return { ...state, outputs: state.outputs.slice(0, 3) };
  },
});

interface Seeding {
  /** Closes that the fast average leaves out. */
  readonly fastStartsAfter: number;
  /** Whether the line stays NaN until its signal has a value. */
  readonly lineWaits: boolean;
}

/** Outputs: line, signal, histogram, line over price. */
function startMacd(
  params: Params,
  instruments: number,
  { fastStartsAfter, lineWaits }: Seeding,
): FeatureState {
  const { fast, slow, signal } = params;
  const [fastShare, slowShare, signalShare] = [emaShare(fast), emaShare(slow), emaShare(signal)];
  const state = stateColumns(instruments, {
    left: 1,
    fastAverage: EMA_SIZE,
    slowAverage: EMA_SIZE,
    signalAverage: EMA_SIZE,
    line: 1,
    signalLine: 1,
    gap: 1,
    share: 1,
  });
  const { left, fastAverage, slowAverage, signalAverage, line, signalLine, gap, share } = state;
  left.fill(fastStartsAfter);
  for (const column of [line, signalLine, gap, share]) column.fill(Number.NaN);
  return {
    outputs: [line, signalLine, gap, share],
    update({ columns: { instrument, close }, from, to }) {
      for (let row = from; row < to; row++) {
        const i = instrument[row]!;
        const at = i * EMA_SIZE;
        const x = close[row]!;
        const calm = slideEma(slowAverage, at, slow, slowShare, x);
        if (left[i]! > 0) {
          left[i] = left[i]! - 1;
          continue;
        }
        const difference = slideEma(fastAverage, at, fast, fastShare, x) - calm;
        if (Number.isNaN(difference)) continue;
        const smoothed = slideEma(signalAverage, at, signal, signalShare, difference);
        signalLine[i] = smoothed;
        gap[i] = difference - smoothed;
        share[i] = difference / x;
        line[i] = lineWaits && Number.isNaN(smoothed) ? Number.NaN : difference;
      }
    },
    save: () => saveColumns(state),
    load: (snapshot) => loadColumns(state, snapshot),
  };
}
