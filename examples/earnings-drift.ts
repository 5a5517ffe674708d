/**
 * Earnings drift: hold what has earned more than anybody expected, for a quarter.
 *
 * Idea    Prices take weeks to follow a surprise in earnings to its end.
 * Enter   the report of a company was known within the last three sessions, and its surprise is large.
 * Leave   after 60 sessions, at a next report that surprises less, or at the stop.
 * Fails   The drift has shrunk since it was published, most of all in large companies; a good report that the market had
 *         whispered about is a surprise here.
 * Source  Ball, Brown 1968; Bernard, Thomas 1989; Foster, Olsen, Shevlin 1984 for what counts as a surprise.
 *
 * An example of a strategy of one's own that is driven by events: what it reads is the reference table `earnings`, made
 * of a file by `plimsoll fundamentals import-earnings`. Only longs: what can be borrowed after bad news is not known.
 */
import { atr, defineStrategy, known, output, z } from "plimsoll/strategy";

const params = z.strictObject({
  /** Deviations of earlier surprises: the best fifth or so. */
  surprise: z.number().min(0).max(20).default(1),
  /** Sessions after the report within which it is entered. */
  entrySessions: z.int().min(1).max(20).default(3),
  hold: z.int().min(1).max(120).default(60),
  /** Distance of the stop below the close, in average true ranges: for accidents, not for the drift. */
  stopAtr: z.number().positive().max(20).default(6),
});

export const strategy = defineStrategy({
  id: "earnings_drift",
  card: {
    idea: "Hold what has earned more than was expected, for a quarter.",
    source: "Ball, Brown 1968; Bernard, Thomas 1989",
    failsWhen: "The drift has shrunk since it was published, most of all in large companies.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: {
    surprise: "a surprise of {0} deviations, {1} sessions ago",
    next: "the next report is a surprise of {0}",
    timeUp: "held {0} bars, limit {1}",
  },
  /** Sessions since the report, as seen on the bar before. */
  memory: { age: Number.NaN },
  features: () => ({ range: output(atr({ period: 14 }), "atr_14") }),
  references: () => ({ surprise: known("earnings.surprise"), sessions: known("earnings.sessions") }),

  decide(view, { surprise: least, entrySessions, hold, stopAtr }) {
    const { surprise, sessions } = view.reference;
    const { age } = view.memory;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const [size, since, before] = [surprise.at(i), sessions.at(i), age.at(i)];
      age.set(i, since);
      if (view.position(i) > 0) {
        // What the position was entered on only grows older: a younger one is the next report.
        const isNext = since < before || (Number.isNaN(before) && since === 0);
        if (isNext && !(size >= least)) view.exit(i, "next", Number.isNaN(size) ? 0 : size);
        else if (view.barsHeld(i) >= hold) view.exit(i, "timeUp", view.barsHeld(i), hold);
        continue;
      }
      if (!(size >= least && since < entrySessions)) continue;
      const stop = view.close(i) - stopAtr * view.feature.range.at(i);
      if (stop <= 0 || stop >= view.close(i)) continue;
      view.enter({ instrument: i, conviction: 1, stop }, "surprise", size, since);
    }
  },
});
