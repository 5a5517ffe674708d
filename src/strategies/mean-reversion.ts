/**
 * Daily mean reversion: buy a short, sharp fall inside a long uptrend, sell the bounce.
 *
 * Idea    Who must sell in a hurry pays those who wait: a fall of a few days without news tends to come back.
 * Enter   close > SMA200 and RSI2 < 10; the deeper, the more of the size (RSI2 at 0: all of it).
 * Leave   close > SMA5, or after `maxBars` bars; a catastrophe stop 3 ATR below the entry.
 * Fails   The fall was the news: the stop is far, and losses are larger than gains. Crashes, when all names
 *         fall at once.
 * Source  QUANT i2; Connors, Alvarez 2009; Jegadeesh 1990; Lehmann 1990; Nagel 2012.
 */
import { z } from "zod";
import { atr } from "../features/atr.ts";
import { output } from "../features/feature.ts";
import { rsi } from "../features/rsi.ts";
import { sma } from "../features/sma.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z.strictObject({
  /** Bars of the average that says which way the market goes. */
  trend: searched(z.int().min(2).max(1000).default(200), { low: 50, high: 250, step: 10 }),
  /** Bars of the average whose crossing ends the trade. */
  exit: searched(z.int().min(1).max(100).default(5), { low: 3, high: 15, step: 1 }),
  rsiPeriod: searched(z.int().min(2).max(100).default(2), { low: 2, high: 6, step: 1 }),
  /** Entry below it, 0 to 100. */
  rsiMaximum: searched(z.number().positive().max(50).default(10), { low: 2, high: 30, step: 1 }),
  atrPeriod: z.int().min(2).max(100).default(14),
  /** Distance of the stop below the close, in ATR. */
  stopAtr: searched(z.number().positive().max(20).default(3), { low: 1.5, high: 6, step: 0.25 }),
  /** Longest holding, in bars. */
  maxBars: searched(z.int().min(1).max(1000).default(10), { low: 3, high: 20, step: 1 }),
});

/** Share of the size at the edge of the entry zone; it grows to 1 as RSI falls to 0. */
const LEAST_CONVICTION = 0.5;

export const meanReversion = defineStrategy({
  id: "mean_reversion",
  card: {
    idea: "Buy a sharp fall of a few days inside a long uptrend; sell the bounce.",
    source: "Connors, Alvarez 2009; Jegadeesh 1990; Lehmann 1990; Nagel 2012",
    failsWhen: "The fall was news, or everything falls at once: losses are larger than gains.",
  },
  timeframes: ["1d"],
  params,
  sizing: "fixed_risk",
  reasons: {
    oversold: "RSI {0} below {1} while the close {2} is above its long average {3}",
    bounced: "close {0} above its short average {1}",
  },
  memory: {},
  features: ({ trend, exit, rsiPeriod, atrPeriod }) => ({
    trend: output(sma({ period: trend })),
    exit: output(sma({ period: exit })),
    rsi: output(rsi({ period: rsiPeriod })),
    atr: output(atr({ period: atrPeriod }), `atr_${atrPeriod}`),
  }),

  decide(view, { rsiMaximum, stopAtr, maxBars }) {
    const { trend, exit, rsi: strength, atr: range } = view.feature;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const close = view.close(i);
      if (view.position(i) > 0) {
        if (close > exit.at(i)) view.exit(i, "bounced", close, exit.at(i));
        continue;
      }
      if (!(close > trend.at(i) && strength.at(i) < rsiMaximum)) continue;
      const stop = close - stopAtr * range.at(i);
      if (!(stop > 0 && stop < close)) continue;
      const depth = 1 - strength.at(i) / rsiMaximum;
      const conviction = LEAST_CONVICTION + (1 - LEAST_CONVICTION) * depth;
      view.enter(
        { instrument: i, conviction, stop, timeStopBars: maxBars },
        "oversold",
        strength.at(i),
        rsiMaximum,
        close,
        trend.at(i),
      );
    }
  },
});
