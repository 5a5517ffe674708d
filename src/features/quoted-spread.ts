/** What the book charged during a bar: the quoted spread, weighted by the time it stood. */
import { z } from "zod";
import { quotedSpreadBps } from "./book-arithmetic.ts";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * `quoted_spread_bps`, above 0: 1e4 (ask - bid) / mid, averaged over the time since the bar before closed, or
 * since the session's first quote. Time under a crossed, locked or one-sided quote does not count; NaN when no
 * time does. Quotes from outside regular hours are not heard, and none outlives its session.
 * Source: QUANT a4 #38.
 */
export const quotedSpread = defineFeature({
  name: "quoted_spread",
  family: "microstructure",
  inputs: [],
  params: z.strictObject({}),
  reference: "QUANT a4 #38",
  perSession: true,
  outputs: () => ({ quoted_spread_bps: "bps" }),
  warmup: () => 1,

  start(_, { instruments, sessions }) {
    const state = stateColumns(instruments, {
      session: 1,
      spread: 1,
      since: 1,
      now: 1,
      weighted: 1,
      time: 1,
      value: 1,
    });
    const { session, spread, since, now, weighted, time, value } = state;
    session.fill(NO_SESSION);
    spread.fill(Number.NaN);
    value.fill(Number.NaN);
    const cursor = new SessionCursor(sessions);

    /** Counts the spread that stood until now. */
    const elapse = (i: number) => {
      const stood = now[i]! - since[i]!;
      since[i] = now[i]!;
      if (Number.isNaN(spread[i]!) || stood <= 0) return;
      weighted[i] = weighted[i]! + spread[i]! * stood;
      time[i] = time[i]! + stood;
    };

    return {
      outputs: [value],
      quote({ at, instrument: i, bid, ask }) {
        const current = cursor.ofEvent(at);
        if (current === NO_SESSION) return;
        now[i] = at;
        if (session[i] === current) {
          elapse(i);
        } else {
          session[i] = current;
          since[i] = at;
          weighted[i] = 0;
          time[i] = 0;
        }
        spread[i] = quotedSpreadBps(bid, ask);
      },
      update({ at, columns: { instrument }, from, to }) {
        const current = cursor.ofBar(at);
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          value[i] = Number.NaN;
          if (current === NO_SESSION || session[i] !== current) continue;
          now[i] = at;
          elapse(i);
          if (time[i]! > 0) value[i] = weighted[i]! / time[i]!;
          weighted[i] = 0;
          time[i] = 0;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});
