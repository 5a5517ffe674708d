/** Volume against what is usual at this time of day: the open and the close are always busy. */
import { z } from "zod";
import { timeframeSeconds } from "../domain/bars.ts";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature, SESSION_MINUTES } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * V over the mean volume of the bar at the same distance from the open, over the last `sessions` sessions
 * in which the instrument had that bar (the current one excluded); at least 0, NaN when that mean is zero.
 *
 * `minutes` is the length of the bars it is for. On others, daily ones among them, and outside regular
 * hours it is NaN and learns nothing: a slot there would mix unlike bars. Source: QUANT a3 #32.
 */
export const relativeVolume = defineFeature({
  name: "relative_volume",
  family: "volume",
  inputs: ["volume"],
  params: z.strictObject({ minutes: z.int().min(1).max(60), sessions: z.int().min(1).max(100) }),
  reference: "QUANT a3 #32",
  perSession: true,
  outputs: ({ minutes }) => ({ [`relative_volume_${minutes}m`]: "ratio" }),
  // Sessions of full length; with short ones among them the early minutes are warm sooner.
  warmupMinutes: ({ minutes, sessions }) => sessions * SESSION_MINUTES + minutes,

  start({ minutes, sessions }, { instruments, sessions: table }) {
    // A shorter session fills the first ones only.
    const slots = Math.ceil(SESSION_MINUTES / minutes);
    const state = stateColumns(instruments, {
      window: slots * WindowSums.sizeOf(sessions, 1),
      usual: slots,
      value: 1,
    });
    const { usual, value } = state;
    usual.fill(Number.NaN);
    value.fill(Number.NaN);
    const window = new WindowSums(sessions, 1, state.window);
    const cursor = new SessionCursor(table);
    return {
      outputs: [value],
      update({ at, columns: { timeframe, instrument, volume }, from, to }) {
        const isOurs = timeframeSeconds[timeframe] === 60 * minutes && cursor.ofBar(at) !== NO_SESSION;
        const slot = isOurs ? Math.ceil((at - cursor.open) / (minutes * MICROS_PER_MINUTE)) - 1 : slots;
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (slot >= slots) {
            value[i] = Number.NaN;
            continue;
          }
          const series = i * slots + slot;
          value[i] = guardedRatio(volume[row]!, usual[series]!, Number.NaN);
          window.entry[0] = volume[row]!;
          window.add(series);
          usual[series] = window.total[0]! / sessions;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
