/** How busy the first minutes of a session are against those of the sessions before: what is "in play". */
import { z } from "zod";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature, SESSION_MINUTES } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * Volume of the bars that close within `minutes` of the open over its mean in the last `sessions` sessions in which
 * the instrument had such bars, this one excluded; at least 0. It stands from the first bar on that closes when those
 * minutes are over to the end of the session and is NaN otherwise, when that mean is zero, and on daily bars.
 * Bars of any length that fit into the minutes give the same, unlike `relative_volume`, which is of one bar.
 * Source: Zarattini, Barbon, Aziz 2024; QUANT i3.
 */
export const openingVolume = defineFeature({
  name: "opening_relative_volume",
  family: "volume",
  inputs: ["volume"],
  params: z.strictObject({ minutes: z.int().min(1).max(180), sessions: z.int().min(1).max(100) }),
  reference: "Zarattini, Barbon, Aziz 2024; QUANT i3",
  perSession: true,
  outputs: ({ minutes }) => ({ [`opening_relative_volume_${minutes}m`]: "ratio" }),
  warmupMinutes: ({ minutes, sessions }) => sessions * SESSION_MINUTES + minutes,

  start({ minutes, sessions }, { instruments, sessions: table }) {
    const state = stateColumns(instruments, {
      session: 1,
      window: WindowSums.sizeOf(sessions, 1),
      usual: 1,
      opening: 1,
      value: 1,
    });
    const { session, usual, opening, value } = state;
    session.fill(NO_SESSION);
    for (const column of [usual, opening, value]) column.fill(Number.NaN);
    const window = new WindowSums(sessions, 1, state.window);
    const cursor = new SessionCursor(table);
    return {
      outputs: [value],
      update({ at, columns: { timeframe, instrument, volume }, from, to }) {
        const current = timeframe === "1d" ? NO_SESSION : cursor.ofBar(at);
        const end = cursor.open + minutes * MICROS_PER_MINUTE;
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (session[i] !== current) {
            session[i] = current;
            value[i] = Number.NaN;
            // What opened before counts from now on; an instrument that had no bar then has nothing to count.
            if (!Number.isNaN(opening[i]!)) {
              window.entry[0] = opening[i]!;
              window.add(i);
              usual[i] = window.total[0]! / sessions;
              opening[i] = Number.NaN;
            }
          }
          if (current === NO_SESSION) continue;
          if (at <= end) opening[i] = (Number.isNaN(opening[i]!) ? 0 : opening[i]!) + volume[row]!;
          if (at >= end) value[i] = guardedRatio(opening[i]!, usual[i]!, Number.NaN);
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
