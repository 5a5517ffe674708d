/** Price impact after Kyle: the slope of returns on signed dollar volume. */
import { z } from "zod";
import { WindowCoMoments } from "../numerics/window-co-moments.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { tickSign } from "./tick-rule.ts";

/** The regressor is counted in millions, where it has the size of the returns' reciprocal, not 1e9 times it. */
const USD_PER_UNIT = 1e6;
/** A deviation of the regressor below this, in millions, is none. */
const FLAT = 1e-12;

/**
 * `kyle_lambda_n`, return per dollar: least-squares slope, with intercept, of the simple return on sign times
 * C V over the last n bars with a return; the sign is the tick rule on closes. NaN when the signed dollars do
 * not vary. Source: Kyle 1985; Hasbrouck 2009; QUANT a4 #46.
 */
export const kyleLambda = defineFeature({
  name: "kyle_lambda",
  family: "microstructure",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(3).max(1000) }),
  reference: "Kyle 1985; Hasbrouck 2009; QUANT a4 #46",
  outputs: ({ period }) => ({ [`kyle_lambda_${period}`]: "per_usd" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const size = WindowCoMoments.sizeOf(period);
    const state = stateColumns(instruments, { window: size, closeBefore: 1, sign: 1, value: 1 });
    const { closeBefore, sign, value } = state;
    closeBefore.fill(Number.NaN);
    value.fill(Number.NaN);
    const window = new WindowCoMoments(period, state.window);
    return {
      outputs: [value],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const c = close[row]!;
          const before = closeBefore[i]!;
          closeBefore[i] = c;
          if (Number.isNaN(before)) continue;
          sign[i] = tickSign(c - before, sign[i]!);
          window.pair[0] = (sign[i]! * c * volume[row]!) / USD_PER_UNIT;
          window.pair[1] = (c - before) / before;
          window.add(i);
          const isFlat = Math.sqrt(window.sxx / period) <= FLAT;
          value[i] = isFlat ? Number.NaN : window.sxy / window.sxx / USD_PER_UNIT;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
