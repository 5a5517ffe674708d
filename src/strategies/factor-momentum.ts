/**
 * Factor momentum: hold the styles that paid over the last year, by the funds that follow them.
 *
 * Idea    Returns of factors (value, quality, size, low volatility, momentum) are autocorrelated: a factor that earned
 *         over the last year earns on average in the next month, one that lost earns nothing.
 * Enter   on the first bar of a month, every fund of the list whose return over the last twelve months is above 0, with
 *         equal weight.
 * Leave   its twelve months are not above 0 on a month's first bar; a catastrophe stop.
 * Fails   Turning points: it is late by months. Long funds carry the market with them, so it is half a market timer.
 * Source  QUANT i10; Ehsani, Linnainmaa 2022; Arnott, Kalesnik, Linnainmaa 2023.
 */
import { z } from "zod";
import { output } from "../features/feature.ts";
import { simpleReturn } from "../features/returns.ts";
import { searched } from "./parameter-spec.ts";
import { list, pursue, rotationMemory, rotationReasons, startsMonth } from "./rotation.ts";
import { defineStrategy } from "./strategy.ts";

const params = z.strictObject({
  /** The only ones that it looks at; none: every instrument that it is shown. */
  funds: z.array(z.string()).max(100).default(["MTUM", "QUAL", "VLUE", "USMV", "SIZE"]),
  /** Bars of the look-back, and the return over it from which on a fund is held. */
  lookback: searched(z.int().min(2).max(1000).default(252), { low: 63, high: 378, step: 21 }),
  least: z.number().min(0).max(10).default(0),
  band: searched(z.number().min(0).max(10).default(0.3), { low: 0, high: 1, step: 0.1 }),
  entryBars: z.int().min(1).max(20).default(3),
  stop: searched(z.number().positive().max(0.9).default(0.2), { low: 0.1, high: 0.4, step: 0.05 }),
});

export const factorMomentum = defineStrategy({
  id: "factor_momentum",
  card: {
    idea: "Hold the styles that paid over the last year, by the funds that follow them.",
    source: "Ehsani, Linnainmaa 2022; Arnott, Kalesnik, Linnainmaa 2023",
    failsWhen: "Turning points, by months; long funds carry the market with them.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: rotationReasons,
  memory: rotationMemory,
  features: ({ lookback }) => ({ year: output(simpleReturn({ bars: lookback })) }),

  decide(view, given) {
    if (startsMonth(view.at, view.memory)) {
      const { funds, least } = given;
      const ready = Array.from({ length: view.size }, (_, n) => view.instrument(n));
      const known = funds.length === 0 ? ready : ready.filter((i) => funds.includes(view.symbol(i)));
      list(view, new Map(known.filter((i) => view.feature.year.at(i) > least).map((i) => [i, 1])));
    }
    pursue(view, given);
  },
});
