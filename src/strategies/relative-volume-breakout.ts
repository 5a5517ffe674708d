/**
 * Relative-volume breakout: the opening range breakout, in the stocks that everybody looks at today.
 *
 * Idea    An opening that is far busier than usual has news behind it, and its direction lasts longer than that of a
 *         stock which trades as ever.
 * Enter   When the first five minutes are over, the twenty instruments with the largest volume in them against their
 *         own mean of fourteen sessions are in play: at least as busy as ever, opened above 5 dollars, more than a
 *         million shares a day, a daily ATR above half a dollar. One of them is entered as in `opening_range_breakout`.
 *         The list is made once a day, of those that have a bar at that minute; of equals, the first by number.
 * Leave   a stop a tenth of the daily ATR from the close; a quarter of an hour before the close, always.
 * Paper   The paper rests stop orders at the range for all twenty and has 7,000 stocks to choose from; here a bar must
 *         close beyond the range, and the list is as good as the universe of the run.
 * Fails   Few symbols: the busiest twenty of twenty-one are no choice. Openings that are busy by the calendar (index
 *         changes, option expiry). Costs, as for every stop this near.
 * Source  QUANT i3, i4; Zarattini, Barbon, Aziz 2024.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { dayOf } from "../domain/time.ts";
import { dailyVolume } from "../features/daily-volume.ts";
import { output } from "../features/feature.ts";
import { openingVolume } from "../features/opening-volume.ts";
import { sessionTime } from "../features/session-time.ts";
import {
  followOpening,
  isLookedAfter,
  openingBreakFeatures,
  openingBreakMemory,
  openingBreakParams,
  openingBreakReasons,
} from "./opening-break.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy, WHOLE } from "./strategy.ts";

const params = z.strictObject({
  ...openingBreakParams,
  /** How many are in play. */
  top: searched(z.int().min(1).max(500).default(20), { low: 5, high: 60, step: 5 }),
  /** Least volume of the opening, in usual ones. */
  least: searched(z.number().min(0).max(1000).default(1), { low: 0.5, high: 3, step: 0.25 }),
  /** The open must be above it, dollars per share. */
  minPrice: z.number().min(0).max(10_000).default(5),
  /** So must the mean volume of a session, shares. */
  minVolume: z.number().min(0).max(1e12).default(1_000_000),
  /** And the daily ATR, dollars per share. */
  minAtr: z.number().min(0).max(10_000).default(0.5),
});

export const relativeVolumeBreakout = defineStrategy({
  id: "relative_volume_breakout",
  card: {
    idea: "Follow the break of the opening range in the stocks whose opening was busiest against their own past.",
    source: "Zarattini, Barbon, Aziz 2024, A Profitable Day Trading Strategy For The U.S. Equity Market",
    failsWhen: "A small universe, openings that are busy by the calendar, and costs beside so near a stop.",
  },
  timeframes: ["5m", "1m"],
  horizon: "intraday",
  params,
  sizing: "fixed_risk",
  acceptsMissing: true,
  reasons: openingBreakReasons,
  memory: {
    ...openingBreakMemory,
    /** Of the whole strategy: the day of the list. Of each instrument: the day on which it was last on one. */
    made: 0,
    listed: 0,
  },
  features: (given) => ({
    ...openingBreakFeatures(given),
    busy: output(openingVolume({ minutes: given.minutes, sessions: given.sessions })),
    sinceOpen: output(sessionTime({}), "minutes_since_open"),
    volume: output(dailyVolume({ sessions: given.sessions })),
  }),

  decide(view, given) {
    const { open, atr, busy, volume, sinceOpen } = view.feature;
    const { made, listed } = view.memory;
    const day = dayOf(view.at);
    const shown = Array.from({ length: view.size }, (_, n) => view.instrument(n));
    const byVolume = (all: InstrumentId[]) => all.sort((a, b) => busy.at(b) - busy.at(a) || a - b);
    if (made.at(WHOLE) !== day && shown.some((i) => sinceOpen.at(i) >= given.minutes)) {
      made.set(WHOLE, day);
      const isOff = (i: InstrumentId) =>
        !(busy.at(i) >= given.least && open.at(i) > given.minPrice) ||
        !(volume.at(i) > given.minVolume && atr.at(i) > given.minAtr);
      const inPlay = byVolume(shown.filter((i) => !isOff(i)));
      for (const i of inPlay.slice(0, given.top)) listed.set(i, day);
    }
    const free = shown.filter((i) => !isLookedAfter(view, i, given));
    // The busiest first: there are fewer places than names.
    for (const i of byVolume(free.filter((i) => listed.at(i) === day))) followOpening(view, i, given);
  },
});
