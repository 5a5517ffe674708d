/** The bar of the day as far as it is known, and how far it opened from the day before. */
import { z } from "zod";
import { defineFeature, SESSION_MINUTES } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * `session_open`, `session_high` and `session_low` of this session's bars so far, dollars; `previous_close`, dollars,
 * the close of the instrument's last bar in the regular hours of the session before; `session_gap` = open / previous
 * close - 1. An instrument that had no bar in the session before has no previous close: what lies between is no gap
 * of one night. NaN outside regular hours and on daily bars. The close is that of the last bar, which may differ by
 * cents from the auction's. Source: QUANT i5.
 */
export const sessionSoFar = defineFeature({
  name: "session_so_far",
  family: "price",
  inputs: ["open", "high", "low", "close"],
  params: z.strictObject({}),
  reference: "QUANT i5",
  perSession: true,
  outputs: () => ({
    session_open: "usd_per_share",
    session_high: "usd_per_share",
    session_low: "usd_per_share",
    previous_close: "usd_per_share",
    session_gap: "ratio",
  }),
  warmupMinutes: () => SESSION_MINUTES + 1,

  start(_, { instruments, sessions }) {
    const widths = { opened: 1, highest: 1, lowest: 1, before: 1, gap: 1 };
    const state = stateColumns(instruments, { session: 1, last: 1, ...widths });
    const { session, last, opened, highest, lowest, before, gap } = state;
    const outputs = [opened, highest, lowest, before, gap];
    session.fill(NO_SESSION);
    for (const column of [last, ...outputs]) column.fill(Number.NaN);
    const cursor = new SessionCursor(sessions);
    return {
      outputs,
      update({ at, columns, from, to }) {
        const { instrument, open, high, low, close } = columns;
        const current = columns.timeframe === "1d" ? NO_SESSION : cursor.ofBar(at);
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (current === NO_SESSION) {
            for (let k = 0; k < outputs.length; k++) outputs[k]![i] = Number.NaN;
            continue;
          }
          if (session[i] !== current) {
            before[i] = session[i] === cursor.previous ? last[i]! : Number.NaN;
            session[i] = current;
            opened[i] = open[row]!;
            highest[i] = high[row]!;
            lowest[i] = low[row]!;
            gap[i] = open[row]! / before[i]! - 1;
          } else {
            highest[i] = Math.max(highest[i]!, high[row]!);
            lowest[i] = Math.min(lowest[i]!, low[row]!);
          }
          last[i] = close[row]!;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
