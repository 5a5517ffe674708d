/** The first minutes of a session as one bar. */
import { z } from "zod";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * `opening_open`, `_high`, `_low`, `_close`, dollars, and `_volume`, shares, of the bars that close within `minutes`
 * of the open. Known from the first bar on that closes when they are over, NaN before it, outside regular hours, and
 * all session for an instrument without a bar in those minutes. A bar that reaches beyond them is not among them: on
 * longer bars, daily ones among them, it is NaN. Source: Crabel 1990; QUANT i4.
 */
export const openingRange = defineFeature({
  name: "opening_range",
  family: "price",
  inputs: ["open", "high", "low", "close", "volume"],
  params: z.strictObject({ minutes: z.int().min(1).max(180) }),
  reference: "Crabel 1990; QUANT i4",
  perSession: true,
  outputs: ({ minutes }) => ({
    [`opening_open_${minutes}m`]: "usd_per_share",
    [`opening_high_${minutes}m`]: "usd_per_share",
    [`opening_low_${minutes}m`]: "usd_per_share",
    [`opening_close_${minutes}m`]: "usd_per_share",
    [`opening_volume_${minutes}m`]: "shares",
  }),
  warmupMinutes: ({ minutes }) => minutes,

  start({ minutes }, { instruments, sessions }) {
    const widths = { first: 1, highest: 1, lowest: 1, last: 1, shares: 1 };
    const known = { open: 1, high: 1, low: 1, close: 1, volume: 1 };
    const state = stateColumns(instruments, { session: 1, ...widths, ...known });
    const { session, first, highest, lowest, last, shares } = state;
    const outputs = [state.open, state.high, state.low, state.close, state.volume];
    const gathered = [first, highest, lowest, last, shares];
    session.fill(NO_SESSION);
    for (const column of [...gathered, ...outputs]) column.fill(Number.NaN);
    const cursor = new SessionCursor(sessions);
    return {
      outputs,
      update({ at, columns, from, to }) {
        const { instrument, open, high, low, close, volume } = columns;
        const current = columns.timeframe === "1d" ? NO_SESSION : cursor.ofBar(at);
        const end = cursor.open + minutes * MICROS_PER_MINUTE;
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (session[i] !== current) {
            session[i] = current;
            for (let k = 0; k < gathered.length; k++) {
              gathered[k]![i] = Number.NaN;
              outputs[k]![i] = Number.NaN;
            }
          }
          if (current === NO_SESSION) continue;
          if (at <= end) {
            const isFirst = Number.isNaN(first[i]!);
            if (isFirst) first[i] = open[row]!;
            highest[i] = isFirst ? high[row]! : Math.max(highest[i]!, high[row]!);
            lowest[i] = isFirst ? low[row]! : Math.min(lowest[i]!, low[row]!);
            last[i] = close[row]!;
            shares[i] = isFirst ? volume[row]! : shares[i]! + volume[row]!;
          }
          if (at >= end) for (let k = 0; k < outputs.length; k++) outputs[k]![i] = gathered[k]![i]!;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
