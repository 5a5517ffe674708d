/** Average volume of days, read within the day: whether an instrument is one that trades. */
import { z } from "zod";
import { WindowSums } from "../numerics/window-sums.ts";
import { defineFeature, SESSION_MINUTES } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * Mean volume of regular hours, shares, over the last `sessions` sessions in which the instrument had a bar, this one
 * excluded. It stands through the session and changes with the first bar of the next; NaN on daily bars, which have
 * `average_volume`. Source: Zarattini, Barbon, Aziz 2024; QUANT i3.
 */
export const dailyVolume = defineFeature({
  name: "daily_volume",
  family: "volume",
  inputs: ["volume"],
  params: z.strictObject({ sessions: z.int().min(1).max(100) }),
  reference: "Zarattini, Barbon, Aziz 2024; QUANT i3",
  perSession: true,
  outputs: ({ sessions }) => ({ [`daily_volume_${sessions}`]: "shares" }),
  warmupMinutes: ({ sessions }) => sessions * SESSION_MINUTES + 1,

  start({ sessions }, { instruments, sessions: table }) {
    const state = stateColumns(instruments, {
      session: 1,
      window: WindowSums.sizeOf(sessions, 1),
      today: 1,
      value: 1,
    });
    const { session, today, value } = state;
    session.fill(NO_SESSION);
    value.fill(Number.NaN);
    const window = new WindowSums(sessions, 1, state.window);
    const cursor = new SessionCursor(table);
    return {
      outputs: [value],
      update({ at, columns: { timeframe, instrument, volume }, from, to }) {
        const current = timeframe === "1d" ? NO_SESSION : cursor.ofBar(at);
        if (current === NO_SESSION) return;
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (session[i] !== current) {
            if (session[i] !== NO_SESSION) {
              window.entry[0] = today[i]!;
              window.add(i);
              value[i] = window.total[0]! / sessions;
            }
            session[i] = current;
            today[i] = 0;
          }
          today[i] = today[i]! + volume[row]!;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
