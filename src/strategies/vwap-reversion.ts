/**
 * VWAP reversion: buy a stretch below the day's average price in an ordinary market, and wait for the average itself.
 *
 * Idea    As `intraday_mean_reversion`, whose rules are those of the second source document (leave when half of the
 *         stretch is done, a stop 1.5 ATR from the entry). This one is QUANT's: the whole way back, a stop that says
 *         "it was no stretch", an hour at most, and it asks first whether the day is an ordinary one.
 * Enter   z of the close against the session's VWAP <= -2, nearer than -3.5, RSI2 < 10, 10:00 to 15:30; volume at this
 *         minute below twice its usual; the regime is not Bear; no earnings report on the day. With `shorts` the mirror
 *         image, whatever the regime. What nobody tells (regime, earnings) bars nothing; usual volume must be known.
 * Leave   at the VWAP; one ATR beyond z = -3.5; after `maxBars` bars; a quarter of an hour before the close, always.
 * Bars    Of five minutes, as QUANT has it; a run over minutes makes them of its own.
 * Fails   Trend days: the average follows the price and the stop is paid. Costs: the gain per trade is a few spreads.
 * Source  QUANT i1; fourth source document (named there, without a rule); Heston, Korajczyk, Sadka 2010; Berkowitz,
 *         Logue, Noser 1988.
 */
import { z } from "zod";
import { optionalReference } from "../domain/reference-table.ts";
import { dayOf } from "../domain/time.ts";
import { atr } from "../features/atr.ts";
import { output } from "../features/feature.ts";
import { relativeVolume } from "../features/relative-volume.ts";
import { rsi } from "../features/rsi.ts";
import { sessionTime } from "../features/session-time.ts";
import { sessionVwap } from "../features/session-vwap.ts";
import { regimeTable } from "../market/references/regime.ts";
import { universeTable } from "../market/references/universe.ts";
import { dayEndReasons, leavesDay } from "./day-end.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    /** Distance from the VWAP, in standard deviations, from which on it enters. */
    entryZ: searched(z.number().positive().max(10).default(2), { low: 1, high: 3, step: 0.125 }),
    /** Where a stretch ends to be one: no entry beyond it, and the stop is behind it. */
    farthestZ: searched(z.number().positive().max(20).default(3.5), { low: 2.5, high: 6, step: 0.25 }),
    rsiPeriod: searched(z.int().min(2).max(100).default(2), { low: 2, high: 6, step: 1 }),
    /** A purchase wants RSI below it, a short sale above 100 less it. */
    rsiMaximum: searched(z.number().positive().max(50).default(10), { low: 2, high: 40, step: 1 }),
    atrPeriod: z.int().min(2).max(100).default(14),
    /** Distance of the stop beyond `farthestZ`, in ATR. */
    stopAtr: searched(z.number().positive().max(20).default(1), { low: 0.5, high: 3, step: 0.25 }),
    /** Volume of the bar in usual ones of its minute, below which the day is an ordinary one. */
    maxVolume: searched(z.number().positive().max(1000).default(2), { low: 0.5, high: 4, step: 0.25 }),
    /** Sessions that are usual. */
    sessions: z.int().min(1).max(100).default(14),
    /** From which probability on the regime counts as Bear. */
    bear: z.number().positive().max(1).default(0.5),
    /** Longest holding, in bars: an hour of five-minute ones. */
    maxBars: searched(z.int().min(1).max(400).default(12), { low: 4, high: 40, step: 2 }),
    /** No entry so near to open and close, minutes. */
    quietMinutes: z.int().min(0).max(180).default(30),
    /** Flat so long before the close, minutes: 15:45 on a full day. */
    flatMinutes: z.int().min(1).max(180).default(15),
    shorts: z.boolean().default(false),
  })
  .refine(({ entryZ, farthestZ }) => entryZ < farthestZ, {
    error: "farthestZ must be above entryZ",
    path: ["farthestZ"],
  });

export const vwapReversion = defineStrategy({
  id: "vwap_reversion",
  card: {
    idea: "Buy a stretch below the day's volume-weighted price in an ordinary market; sell at that price.",
    source: "Heston, Korajczyk, Sadka 2010; Berkowitz, Logue, Noser 1988",
    failsWhen: "Trend days, and whenever a trade's few spreads of gain are paid to the market.",
  },
  timeframes: ["5m"],
  horizon: "intraday",
  params,
  sizing: "fixed_risk",
  acceptsMissing: true,
  reasons: {
    stretched: "{0} deviations from the VWAP {1}, RSI {2}, volume {3} times the usual",
    returned: "close {0} is back at the VWAP {1}",
    ...dayEndReasons,
  },
  /** The day number of the last entry asked for. */
  memory: { asked: 0 },
  features: ({ rsiPeriod, atrPeriod, sessions }) => ({
    z: output(sessionVwap({}), "vwap_z"),
    vwap: output(sessionVwap({}), "vwap"),
    deviation: output(sessionVwap({}), "vwap_sd"),
    rsi: output(rsi({ period: rsiPeriod })),
    atr: output(atr({ period: atrPeriod }), `atr_${atrPeriod}`),
    busy: output(relativeVolume({ minutes: 5, sessions })),
    sinceOpen: output(sessionTime({}), "minutes_since_open"),
    toClose: output(sessionTime({}), "minutes_to_close"),
  }),
  references: () => ({
    bear: optionalReference(regimeTable, "bear"),
    earnings: optionalReference(universeTable, "earnings_days"),
  }),

  decide(view, given) {
    const { z: stretch, vwap, deviation, rsi: strength, atr: range, sinceOpen, toClose } = view.feature;
    const { entryZ, farthestZ, rsiMaximum, stopAtr, quietMinutes, flatMinutes } = given;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const held = Math.sign(view.position(i));
      const [close, average, left] = [view.close(i), vwap.at(i), toClose.at(i)];
      if (held !== 0) {
        const isOver = leavesDay(view, i, { toClose, entered: view.memory.asked, flatMinutes });
        if (!isOver && held * (close - average) >= 0) view.exit(i, "returned", close, average);
        continue;
      }
      if (!(sinceOpen.at(i) >= quietMinutes && left >= Math.max(quietMinutes, flatMinutes + 1))) continue;
      const away = stretch.at(i);
      const side = away < 0 ? 1 : -1;
      const isBear = view.reference.bear.at(i) >= given.bear;
      if (side < 0 ? !given.shorts : isBear) continue;
      const busy = view.feature.busy.at(i);
      const isOrdinary = busy < given.maxVolume && view.reference.earnings.at(i) !== 0;
      const isStretched = Math.abs(away) >= entryZ && Math.abs(away) < farthestZ;
      const isTired = side > 0 ? strength.at(i) < rsiMaximum : strength.at(i) > 100 - rsiMaximum;
      const stop = average - side * (farthestZ * deviation.at(i) + stopAtr * range.at(i));
      if (!(isOrdinary && isStretched && isTired && stop > 0 && side * (close - stop) > 0)) continue;
      const entry = { instrument: i, conviction: side, stop, target: average, timeStopBars: given.maxBars };
      view.memory.asked.set(i, dayOf(view.at));
      view.enter(entry, "stretched", away, average, strength.at(i), busy);
    }
  },
});
