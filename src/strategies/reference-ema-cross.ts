/**
 * Reference EMA cross: long while the fast average is above the slow one.
 *
 * Idea    Trends persist long enough for a lagging average to catch part of them.
 * Enter   fast EMA crosses above slow EMA.
 * Leave   fast EMA crosses below slow EMA.
 * Fails   Sideways markets: each crossing there costs the spread and the lag.
 * Status  Reference, not researched. It is the strategy every rival engine is measured with.
 */
import { z } from "zod";
import { ema } from "../features/ema.ts";
import { output } from "../features/feature.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    fast: searched(z.int().min(1).max(400).default(20), { low: 3, high: 60, step: 1 }),
    slow: searched(z.int().min(2).max(500).default(50), { low: 20, high: 250, step: 5 }),
  })
  .refine(({ fast, slow }) => fast < slow, { error: "fast must be below slow", path: ["fast"] });

/** Where the averages stood at the previous bar: the stance column needs three values. */
const UNKNOWN = 0;
const ABOVE = 1;
const BELOW = -1;

export const referenceEmaCross = defineStrategy({
  id: "reference_ema_cross",
  card: {
    idea: "Trends persist long enough for a lagging average to catch part of them.",
    source: "Brock, Lakonishok, LeBaron 1992, Simple Technical Trading Rules",
    failsWhen: "Sideways markets: each crossing costs the spread and the lag.",
  },
  timeframes: ["1d", "5m", "1m", "1s"],
  params,
  sizing: "allocation",
  reasons: {
    above: "fast EMA {0} crossed above slow EMA {1}",
    below: "fast EMA {0} crossed below slow EMA {1}",
  },
  memory: { stance: UNKNOWN },
  features: ({ fast, slow }) => ({
    fast: output(ema({ period: fast })),
    slow: output(ema({ period: slow })),
  }),

  decide(view) {
    const { fast, slow } = view.feature;
    const { stance } = view.memory;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const before = stance.at(i);
      const now = fast.at(i) > slow.at(i) ? ABOVE : BELOW;
      if (now === before) continue;
      stance.set(i, now);
      // The first warm bar only says where the averages are; a cross needs a before and an after.
      if (before === UNKNOWN) continue;
      if (now === ABOVE) view.enter({ instrument: i, conviction: 1 }, "above", fast.at(i), slow.at(i));
      else view.exit(i, "below", fast.at(i), slow.at(i));
    }
  },
});
