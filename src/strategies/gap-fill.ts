/**
 * Gap fill: when a stock opens away from yesterday's close without news, bet that it goes back there by noon.
 *
 * Idea    Overnight orders push a thin opening further than they would a full market; the part without news comes back
 *         when everybody is there.
 * Enter   Once a session, when its first fifteen minutes are over: the gap is between 0.3 % and 1.5 daily ATR, nobody
 *         tells of a story since the close before, and those minutes closed no farther from yesterday's close than they
 *         opened: they did not extend the gap. A gap down is bought; with `shorts` a gap up is sold. Of several, the
 *         largest in ATR first: the gain is the gap, the cost is not.
 * Leave   at yesterday's close; a quarter of an ATR beyond the day's extreme; at noon, which is 150 minutes after the
 *         open; a quarter of an hour before the close of any day.
 * News    The reference table `news` counts the stories. Not known counts as none: without a source of news, gaps with
 *         a reason are faded too.
 * Fails   Gaps that were news; days that go on as they began. The stop is often farther away than the target.
 * Source  QUANT i5; Plastun, Sibande, Gupta, Wohar 2020; Lou, Polk, Skouras 2019.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { optionalReference } from "../domain/reference-table.ts";
import { dayOf } from "../domain/time.ts";
import { dailyAtr } from "../features/daily-atr.ts";
import { output } from "../features/feature.ts";
import { openingRange } from "../features/opening-range.ts";
import { sessionSoFar } from "../features/session-so-far.ts";
import { sessionTime } from "../features/session-time.ts";
import { newsTable } from "../market/references/news.ts";
import { dayEndReasons, leavesDay } from "./day-end.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z.strictObject({
  /** Smallest gap, a fraction of yesterday's close, and the largest, in daily ATR. */
  minGap: searched(z.number().min(0).max(1).default(0.003), { low: 0.001, high: 0.01, step: 0.0005 }),
  maxGapAtr: searched(z.number().positive().max(20).default(1.5), { low: 0.5, high: 3, step: 0.125 }),
  /** Sessions of the daily ATR. */
  sessions: z.int().min(1).max(100).default(14),
  /** Minutes of the opening that must not extend the gap. */
  minutes: searched(z.int().min(1).max(120).default(15), { low: 5, high: 60, step: 5 }),
  /** Distance of the stop from the day's extreme, in daily ATR. */
  stopAtr: searched(z.number().positive().max(20).default(0.25), { low: 0.1, high: 1, step: 0.05 }),
  /** Out so many minutes after the open: at noon. */
  outMinutes: searched(z.int().min(1).max(390).default(150), { low: 60, high: 330, step: 15 }),
  /** And so long before the close: 15:45 on a full day. */
  flatMinutes: z.int().min(1).max(180).default(15),
  shorts: z.boolean().default(false),
});

export const gapFill = defineStrategy({
  id: "gap_fill",
  card: {
    idea: "Fade a gap without news that the first minutes do not extend, back to yesterday's close, until noon.",
    source: "Plastun, Sibande, Gupta, Wohar 2020; Lou, Polk, Skouras 2019",
    failsWhen: "The gap was news, or the day goes on as it began; the stop is often farther than the target.",
  },
  timeframes: ["5m", "1m"],
  horizon: "intraday",
  params,
  sizing: "fixed_risk",
  acceptsMissing: true,
  reasons: {
    gapped: "gap {0}, daily ATR {1} %, target {2}, stop {3}",
    noon: "{0} minutes after the open, limit {1}",
    ...dayEndReasons,
  },
  /** The day number on which the gap was looked at. */
  memory: { looked: 0 },
  features: ({ minutes, sessions }) => ({
    opened: output(sessionSoFar({}), "session_open"),
    high: output(sessionSoFar({}), "session_high"),
    low: output(sessionSoFar({}), "session_low"),
    before: output(sessionSoFar({}), "previous_close"),
    gap: output(sessionSoFar({}), "session_gap"),
    opening: output(openingRange({ minutes }), `opening_close_${minutes}m`),
    atr: output(dailyAtr({ sessions }), `daily_atr_${sessions}`),
    natr: output(dailyAtr({ sessions }), `daily_natr_${sessions}`),
    sinceOpen: output(sessionTime({}), "minutes_since_open"),
    toClose: output(sessionTime({}), "minutes_to_close"),
  }),
  references: () => ({ stories: optionalReference(newsTable, "stories") }),

  decide(view, given) {
    const { opened, high, low, before, gap, opening, atr, natr, sinceOpen, toClose } = view.feature;
    const { flatMinutes } = given;
    const day = dayOf(view.at);
    const inAtr = (i: InstrumentId) => (100 * Math.abs(gap.at(i))) / natr.at(i);
    const found: InstrumentId[] = [];
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      if (view.position(i) !== 0) {
        const isOver = leavesDay(view, i, { toClose, entered: view.memory.looked, flatMinutes });
        const since = sinceOpen.at(i);
        if (!isOver && since >= given.outMinutes) view.exit(i, "noon", since, given.outMinutes);
        continue;
      }
      // NaN until the opening is over.
      if (!(opening.at(i) > 0) || view.memory.looked.at(i) === day) continue;
      view.memory.looked.set(i, day);
      const isLate = !(sinceOpen.at(i) < given.outMinutes && toClose.at(i) > flatMinutes);
      const isGap = Math.abs(gap.at(i)) >= given.minGap && inAtr(i) <= given.maxGapAtr;
      if (isGap && !isLate && !(view.reference.stories.at(i) > 0)) found.push(i);
    }
    for (const i of found.sort((a, b) => inAtr(b) - inAtr(a) || a - b)) {
      const side = gap.at(i) < 0 ? 1 : -1;
      const isExtended = side * (opening.at(i) - opened.at(i)) < 0;
      if (isExtended || (side < 0 && !given.shorts)) continue;
      const [close, target] = [view.close(i), before.at(i)];
      const stop = (side > 0 ? low.at(i) : high.at(i)) - side * given.stopAtr * atr.at(i);
      // Filled already, or fallen through the stop: nothing is left to wait for.
      if (!(side * (target - close) > 0 && side * (close - stop) > 0 && stop > 0)) continue;
      const entry = { instrument: i, conviction: side, stop, target };
      view.enter(entry, "gapped", gap.at(i), natr.at(i), target, stop);
    }
  },
});
