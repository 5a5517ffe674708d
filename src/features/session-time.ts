/** Where in the session a bar closes: the calendar as a feature, for windows and for the shape of the day. */
import { z } from "zod";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `minutes_since_open` and `minutes_to_close` of the bar's close, by the calendar, so that half days shift by
 * themselves; NaN outside regular hours. Known in advance: nothing here looks ahead. On daily bars they are the
 * length of the session and 0. Source: SYSTEM DATA-9, RELIABILITY C-34.
 */
export const sessionTime = defineFeature({
  name: "session_time",
  family: "price",
  inputs: ["close"],
  params: z.strictObject({}),
  reference: "XNYS calendar; C-34",
  perSession: true,
  outputs: () => ({ minutes_since_open: "minutes", minutes_to_close: "minutes" }),
  warmup: () => 1,

  start(_, { instruments, sessions }) {
    const state = stateColumns(instruments, { sinceOpen: 1, toClose: 1 });
    const { sinceOpen, toClose } = state;
    sinceOpen.fill(Number.NaN);
    toClose.fill(Number.NaN);
    return {
      outputs: [sinceOpen, toClose],
      update({ at, columns: { instrument }, from, to }) {
        const index = sessionIndexAt(sessions, at);
        const before = isInside(sessions, index, at) ? at - sessions.open[index]! : Number.NaN;
        const after = sessions.close[index]! - sessions.open[index]! - before;
        for (let row = from; row < to; row++) {
          sinceOpen[instrument[row]!] = before / MICROS_PER_MINUTE;
          toClose[instrument[row]!] = after / MICROS_PER_MINUTE;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

/** A bar that closes at the open tells of the time before it. */
const isInside = ({ open, close }: SessionTable, index: number, at: EpochMicros): boolean =>
  index < close.length && at > open[index]!;
