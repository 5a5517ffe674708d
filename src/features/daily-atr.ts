/** Average true range of days, read within the day: how far a session usually travels. */
import { z } from "zod";
import { trueRange } from "./atr.ts";
import { defineFeature, SESSION_MINUTES } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * `daily_atr`, dollars: Wilder's average of the true ranges of the sessions before this one, each made of the
 * instrument's bars in regular hours; the same as `atr` over the daily bars that they add up to. `daily_natr`,
 * percent: 100 times it over the last of their closes. Both stand through the session and change with the first bar
 * of the next; NaN on daily bars, which have `atr`. Source: Wilder 1978; QUANT a2 #18-19, i4.
 */
export const dailyAtr = defineFeature({
  name: "daily_atr",
  family: "volatility",
  inputs: ["high", "low", "close"],
  params: z.strictObject({ sessions: z.int().min(1).max(100) }),
  reference: "Wilder 1978; QUANT i4",
  perSession: true,
  outputs: ({ sessions }) => ({
    [`daily_atr_${sessions}`]: "usd_per_share",
    [`daily_natr_${sessions}`]: "percent",
  }),
  // The first session has no close before it, so no true range.
  warmupMinutes: ({ sessions }) => (sessions + 1) * SESSION_MINUTES + 1,

  start({ sessions }, { instruments, sessions: table }) {
    const day = { session: 1, high: 1, low: 1, close: 1 };
    const state = stateColumns(instruments, { ...day, before: 1, seen: 1, sum: 1, range: 1, percent: 1 });
    const { session, before, seen, sum, range, percent } = state;
    session.fill(NO_SESSION);
    for (const column of [state.close, before, range, percent]) column.fill(Number.NaN);
    const cursor = new SessionCursor(table);

    /** The session that this instrument was last seen in is over. */
    function end(i: number): void {
      const x = trueRange(state.high[i]!, state.low[i]!, before[i]!);
      before[i] = state.close[i]!;
      if (Number.isNaN(x)) return;
      const count = seen[i]!;
      if (count < sessions) {
        seen[i] = count + 1;
        sum[i] = sum[i]! + x;
        if (count + 1 < sessions) return;
        range[i] = sum[i]! / sessions;
      } else {
        range[i] = range[i]! + (x - range[i]!) / sessions;
      }
      percent[i] = (100 * range[i]!) / before[i]!;
    }

    return {
      outputs: [range, percent],
      update({ at, columns: { timeframe, instrument, high, low, close }, from, to }) {
        const current = timeframe === "1d" ? NO_SESSION : cursor.ofBar(at);
        if (current === NO_SESSION) return;
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (session[i] !== current) {
            if (session[i] !== NO_SESSION) end(i);
            session[i] = current;
            state.high[i] = high[row]!;
            state.low[i] = low[row]!;
          } else {
            state.high[i] = Math.max(state.high[i]!, high[row]!);
            state.low[i] = Math.min(state.low[i]!, low[row]!);
          }
          state.close[i] = close[row]!;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
