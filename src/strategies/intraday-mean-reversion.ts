/**
 * Intraday mean reversion: buy far below the day's average price, sell when most of the way back is done.
 *
 * Idea    Who trades the day's volume aims at its average price; a stretch away from it without news is pressure
 *         that eases.
 * Enter   z of the close against the session's VWAP <= -2 and RSI2 < 10, half an hour from open and close. Beyond
 *         -3.5 it is no stretch but a move, and nothing is bought. With `shorts` the mirror image.
 * Leave   z above -0.5; a stop of 1.5 ATR; `maxBars` bars; a quarter of an hour before the close, always, and at
 *         once in another session.
 * Fails   Trend days: the average follows the price and the stop is paid. Costs: the gain per trade is a few spreads.
 * Source  Second source document 5.2; QUANT i1; Heston, Korajczyk, Sadka 2010; Berkowitz, Logue, Noser 1988.
 */
import { z } from "zod";
import { dayOf } from "../domain/time.ts";
import { atr } from "../features/atr.ts";
import { output } from "../features/feature.ts";
import { rsi } from "../features/rsi.ts";
import { sessionTime } from "../features/session-time.ts";
import { sessionVwap } from "../features/session-vwap.ts";
import { dayEndReasons, leavesDay } from "./day-end.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    /** Distance from the VWAP, in standard deviations, from which on it enters. */
    entryZ: searched(z.number().positive().max(10).default(2), { low: 1, high: 3, step: 0.125 }),
    /** And beyond which it does not. */
    farthestZ: searched(z.number().positive().max(20).default(3.5), { low: 2.5, high: 6, step: 0.25 }),
    exitZ: searched(z.number().min(0).max(10).default(0.5), { low: 0, high: 1, step: 0.125 }),
    rsiPeriod: searched(z.int().min(2).max(100).default(2), { low: 2, high: 6, step: 1 }),
    /** A purchase wants RSI below it, a short sale above 100 less it. */
    rsiMaximum: searched(z.number().positive().max(50).default(10), { low: 2, high: 40, step: 1 }),
    atrPeriod: z.int().min(2).max(100).default(14),
    /** Distance of the stop from the close, in ATR. */
    stopAtr: searched(z.number().positive().max(20).default(1.5), { low: 0.75, high: 4, step: 0.25 }),
    /** Longest holding, in bars. */
    maxBars: searched(z.int().min(1).max(400).default(60), { low: 10, high: 120, step: 5 }),
    /** No entry so near to open and close, minutes. */
    quietMinutes: z.int().min(0).max(180).default(30),
    /** Flat so long before the close, minutes: 15:45 on a full day. */
    flatMinutes: z.int().min(1).max(180).default(15),
    shorts: z.boolean().default(false),
  })
  .refine(({ exitZ, entryZ }) => exitZ < entryZ, { error: "exitZ must be below entryZ", path: ["exitZ"] })
  .refine(({ entryZ, farthestZ }) => entryZ < farthestZ, {
    error: "farthestZ must be above entryZ",
    path: ["farthestZ"],
  });

export const intradayMeanReversion = defineStrategy({
  id: "intraday_mean_reversion",
  card: {
    idea: "Buy far below the day's volume-weighted price; sell on the way back; flat by the close.",
    source: "Heston, Korajczyk, Sadka 2010; Berkowitz, Logue, Noser 1988",
    failsWhen: "Trend days, and whenever a trade's few spreads of gain are paid to the market.",
  },
  timeframes: ["5m", "1m"],
  horizon: "intraday",
  params,
  sizing: "fixed_risk",
  // A position must be left although the z is undefined, and at the end of the day although all is.
  acceptsMissing: true,
  reasons: {
    stretched: "{0} deviations from the VWAP {1}, RSI {2}",
    returned: "back to {0} deviations from the VWAP, limit {1}",
    ...dayEndReasons,
  },
  /** The day number of the last entry asked for. */
  memory: { asked: 0 },
  features: ({ rsiPeriod, atrPeriod }) => ({
    z: output(sessionVwap({}), "vwap_z"),
    vwap: output(sessionVwap({}), "vwap"),
    rsi: output(rsi({ period: rsiPeriod })),
    atr: output(atr({ period: atrPeriod }), `atr_${atrPeriod}`),
    sinceOpen: output(sessionTime({}), "minutes_since_open"),
    toClose: output(sessionTime({}), "minutes_to_close"),
  }),

  decide(view, given) {
    const { z: stretch, vwap, rsi: strength, atr: range, sinceOpen, toClose } = view.feature;
    const { entryZ, farthestZ, exitZ, rsiMaximum, stopAtr, maxBars, quietMinutes, flatMinutes } = given;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const held = Math.sign(view.position(i));
      const away = stretch.at(i);
      if (held !== 0) {
        const isOver = leavesDay(view, i, { toClose, entered: view.memory.asked, flatMinutes });
        if (!isOver && held * away > -exitZ) view.exit(i, "returned", away, exitZ);
        continue;
      }
      if (!(sinceOpen.at(i) >= quietMinutes && toClose.at(i) >= Math.max(quietMinutes, flatMinutes + 1)))
        continue;
      const side = away < 0 ? 1 : -1;
      if (side < 0 && !given.shorts) continue;
      const isStretched = Math.abs(away) >= entryZ && Math.abs(away) <= farthestZ;
      const isTired = side > 0 ? strength.at(i) < rsiMaximum : strength.at(i) > 100 - rsiMaximum;
      const stop = view.close(i) - side * stopAtr * range.at(i);
      if (!(isStretched && isTired && stop > 0 && range.at(i) > 0)) continue;
      const entry = { instrument: i, conviction: side, stop, timeStopBars: maxBars };
      view.memory.asked.set(i, dayOf(view.at));
      view.enter(entry, "stretched", away, vwap.at(i), strength.at(i));
    }
  },
});
