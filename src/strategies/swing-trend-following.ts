/**
 * Swing trend following: buy pullbacks in an established uptrend, trail the stop, leave within days.
 *
 * Idea    Trends continue after a pullback that holds the average.
 * Enter   EMA20 > EMA50, ADX14 > 20, low touched EMA20 and the close is back above it.
 * Leave   chandelier trail (highest high since entry - 3 ATR, ratchet up only), EMA20 < EMA50, or
 *         after `maxBars` bars.
 * Fails   Choppy markets: pullbacks become reversals and the stop is paid again and again.
 * Source  QUANT i12; second source document 5.3; LeBeau's chandelier exit; Moskowitz, Ooi, Pedersen 2012.
 */
import { z } from "zod";
import { adx } from "../features/adx.ts";
import { atr } from "../features/atr.ts";
import { ema } from "../features/ema.ts";
import { output } from "../features/feature.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    fast: searched(z.int().min(2).max(200).default(20), { low: 5, high: 40, step: 1 }),
    slow: searched(z.int().min(3).max(400).default(50), { low: 30, high: 150, step: 5 }),
    adxPeriod: z.int().min(2).max(100).default(14),
    adxMinimum: searched(z.number().min(0).max(100).default(20), { low: 10, high: 35, step: 2.5 }),
    atrPeriod: z.int().min(2).max(100).default(14),
    /** Distance of the initial stop below the close, in ATR. */
    stopAtr: searched(z.number().positive().max(20).default(2), { low: 1, high: 4, step: 0.25 }),
    /** Distance of the trail below the highest high since entry, in ATR. */
    trailAtr: searched(z.number().positive().max(20).default(3), { low: 1.5, high: 6, step: 0.25 }),
    /** Longest holding, in bars: ten sessions on daily bars. */
    maxBars: searched(z.int().min(1).max(10_000).default(10), { low: 5, high: 40, step: 1 }),
  })
  .refine(({ fast, slow }) => fast < slow, { error: "fast must be below slow", path: ["fast"] });

export const swingTrendFollowing = defineStrategy({
  id: "swing_trend_following",
  card: {
    idea: "Buy the pullback in an established uptrend; trail the stop.",
    source: "Moskowitz, Ooi, Pedersen 2012; LeBeau's chandelier exit",
    failsWhen: "Choppy markets, where pullbacks become reversals.",
  },
  timeframes: ["1d", "5m", "1m"],
  params,
  sizing: "fixed_risk",
  horizon: "swing",
  reasons: {
    pullback: "pullback to {0} held EMA {1} in an uptrend, ADX {2}",
    trendOver: "fast EMA {0} fell below slow EMA {1}",
    timeUp: "held {0} bars, limit {1}",
  },
  memory: { highest: Number.NaN },
  memoryUnits: { highest: "usd_per_share" },
  features: ({ fast, slow, adxPeriod, atrPeriod }) => ({
    fast: output(ema({ period: fast })),
    slow: output(ema({ period: slow })),
    adx: output(adx({ period: adxPeriod }), `adx_${adxPeriod}`),
    atr: output(atr({ period: atrPeriod }), `atr_${atrPeriod}`),
  }),

  decide(view, { adxMinimum, stopAtr, trailAtr, maxBars }) {
    const { fast, slow, adx: trend, atr: range } = view.feature;
    const { highest } = view.memory;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      if (view.position(i) > 0) {
        const since = highest.at(i);
        const high = Number.isNaN(since) ? view.high(i) : Math.max(since, view.high(i));
        highest.set(i, high);
        if (fast.at(i) < slow.at(i)) view.exit(i, "trendOver", fast.at(i), slow.at(i));
        else if (view.barsHeld(i) >= maxBars) view.exit(i, "timeUp", view.barsHeld(i), maxBars);
        else view.protect(i, high - trailAtr * range.at(i));
        continue;
      }
      highest.set(i, Number.NaN);
      const uptrend = fast.at(i) > slow.at(i) && trend.at(i) > adxMinimum;
      const heldTheAverage = view.low(i) <= fast.at(i) && view.close(i) > fast.at(i);
      if (!uptrend || !heldTheAverage) continue;
      const stop = view.close(i) - stopAtr * range.at(i);
      if (stop <= 0) continue;
      view.enter({ instrument: i, conviction: 1, stop }, "pullback", view.low(i), fast.at(i), trend.at(i));
    }
  },
});
