/** Volume-weighted average price of the session so far, and how far the close is from it. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/** A deviation below this share of the average is none: one price so far. */
const FLAT = 1e-9;

/**
 * With the typical price TP = (H + L + C) / 3 weighted by volume since the open: `vwap`, dollars;
 * `vwap_deviation` = C / vwap - 1; `vwap_sd`, dollars, the weighted population deviation of TP; `vwap_z` =
 * (C - vwap) / sd, NaN while sd is as good as 0. A bar without volume carries the average on; before the
 * first volume of a session all four are NaN.
 *
 * It begins anew at each open of the calendar, half days too; on bars that close outside regular hours it is
 * NaN and learns nothing. On daily bars each bar is a session of its own: vwap = TP, and z is NaN. The z of a
 * session's first bars is of a tiny deviation: wait for six before trading it. An exchange's VWAP is of trades.
 *
 * Source: West 1979 (weighted update, nothing subtracted); QUANT a3 #35-36.
 */
export const sessionVwap = defineFeature({
  name: "session_vwap",
  family: "volume",
  inputs: ["high", "low", "close", "volume"],
  params: z.strictObject({}),
  reference: "West 1979; QUANT a3 #35-36",
  perSession: true,
  outputs: () => ({
    vwap: "usd_per_share",
    vwap_deviation: "ratio",
    vwap_sd: "usd_per_share",
    vwap_z: "ratio",
  }),
  warmup: () => 2,

  start(_, { instruments, sessions }) {
    const state = initialState(instruments);
    const { session, weight, mean, scatter, vwap, deviation, spread, score } = state;
    const cursor = new SessionCursor(sessions);
    return {
      outputs: [vwap, deviation, spread, score],
      update({ at, columns: { instrument, high, low, close, volume }, from, to }) {
        const current = cursor.ofBar(at);
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const shares = current === NO_SESSION ? 0 : volume[row]!;
          if (session[i] !== current) {
            session[i] = current;
            weight[i] = 0;
            mean[i] = Number.NaN;
            scatter[i] = 0;
          }
          if (shares > 0) {
            const typical = (high[row]! + low[row]! + close[row]!) / 3;
            const before = weight[i] === 0 ? typical : mean[i]!;
            weight[i] = weight[i]! + shares;
            mean[i] = before + ((typical - before) * shares) / weight[i]!;
            scatter[i] = scatter[i]! + shares * (typical - before) * (typical - mean[i]!);
          }
          const average = mean[i]!;
          const sd = Math.sqrt(Math.max(0, scatter[i]!) / weight[i]!);
          vwap[i] = average;
          deviation[i] = (close[row]! - average) / average;
          spread[i] = sd;
          score[i] = sd <= FLAT * average ? Number.NaN : guardedRatio(close[row]! - average, sd, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(instruments: number) {
  const state = stateColumns(instruments, {
    session: 1,
    weight: 1,
    mean: 1,
    scatter: 1,
    vwap: 1,
    deviation: 1,
    spread: 1,
    score: 1,
  });
  const { session, mean, vwap, deviation, spread, score } = state;
  session.fill(NO_SESSION);
  for (const column of [mean, vwap, deviation, spread, score]) column.fill(Number.NaN);
  return state;
}
