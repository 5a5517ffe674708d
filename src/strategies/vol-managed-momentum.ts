/**
 * Volatility-managed momentum: hold last year's winners, and less of them when they have become restless.
 *
 * Idea    Winners of the last twelve months, the last one left out, go on winning; momentum crashes come when its own
 *         volatility is high, and that can be seen before.
 * Enter   on the first bar of a month, the top fraction by 12-1 momentum, those that rose. Each gets the same weight:
 *         the variance aimed at over what the list's own realized variance was in the month that just ended, 1 at most.
 * Leave   not on the next list; a weight that changed by more than the band; a catastrophe stop.
 * Fails   Reversals after long calm; taxes and costs of turnover. The scaled portfolio's gain out of sample is disputed
 *         (Cederburg, O'Doherty, Wang, Yan 2020). Longs alone: the short side, where much of momentum is, is missing.
 * Source  QUANT i6; Jegadeesh, Titman 1993; Barroso, Santa-Clara 2015; Moreira, Muir 2017.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { output } from "../features/feature.ts";
import { simpleReturn } from "../features/returns.ts";
import { searched } from "./parameter-spec.ts";
import { list, pursue, rotationMemory, rotationReasons, startsMonth } from "./rotation.ts";
import { defineStrategy, WHOLE } from "./strategy.ts";

const params = z
  .strictObject({
    /** Bars of the whole look-back, and of its end that is left out. */
    lookback: searched(z.int().min(2).max(1000).default(252), { low: 63, high: 378, step: 21 }),
    skip: searched(z.int().min(1).max(250).default(21), { low: 5, high: 42, step: 1 }),
    /** Share of the ready instruments that is held, at least one. */
    top: searched(z.number().positive().max(1).default(0.1), { low: 0.05, high: 0.3, step: 0.025 }),
    /** Volatility aimed at, a fraction per year. */
    targetVolatility: searched(z.number().positive().max(2).default(0.12), {
      low: 0.06,
      high: 0.24,
      step: 0.01,
    }),
    /** Smallest share of its size that the list is held with. */
    leastWeight: z.number().min(0).max(1).default(0.05),
    band: z.number().min(0).max(10).default(0.3),
    entryBars: z.int().min(1).max(20).default(3),
    stop: searched(z.number().positive().max(0.9).default(0.2), { low: 0.1, high: 0.4, step: 0.05 }),
  })
  .refine(({ skip, lookback }) => skip < lookback, { error: "skip must be below lookback", path: ["skip"] });

const SESSIONS_PER_MONTH = 21;
const ANNUAL_SESSIONS = 252;

export const volManagedMomentum = defineStrategy({
  id: "vol_managed_momentum",
  card: {
    idea: "Hold last year's winners, with less money when they have become restless.",
    source: "Jegadeesh, Titman 1993; Barroso, Santa-Clara 2015; Moreira, Muir 2017",
    failsWhen: "Sharp reversals after a long calm; the gain of scaling is disputed out of sample.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: rotationReasons,
  memory: {
    ...rotationMemory,
    /** Of the whole strategy: sum of squared returns of the list, and their number, in this month. */
    squares: 0,
    days: 0,
  },
  features: ({ lookback, skip }) => ({
    year: output(simpleReturn({ bars: lookback })),
    month: output(simpleReturn({ bars: skip })),
    day: output(simpleReturn({ bars: 1 })),
  }),

  decide(view, given) {
    const { memory, feature } = view;
    const momentum = (i: InstrumentId) => (1 + feature.year.at(i)) / (1 + feature.month.at(i)) - 1;
    const ready = Array.from({ length: view.size }, (_, n) => view.instrument(n));
    // The list that was held when the day began is what made the day's return.
    const held = ready.filter((i) => view.position(i) > 0);
    const watched = held.length > 0 ? held : top(ready, momentum, given.top);
    const day = watched.reduce((sum, i) => sum + feature.day.at(i), 0) / Math.max(1, watched.length);
    memory.squares.set(WHOLE, memory.squares.at(WHOLE) + day * day);
    memory.days.set(WHOLE, memory.days.at(WHOLE) + 1);
    if (startsMonth(view.at, memory)) {
      const variance = memory.squares.at(WHOLE) / Math.max(1, memory.days.at(WHOLE));
      // Before a month was seen the list is held whole: no volatility is known that would speak against it.
      const isKnown = memory.days.at(WHOLE) >= SESSIONS_PER_MONTH / 2;
      const scale = isKnown ? given.targetVolatility ** 2 / (ANNUAL_SESSIONS * variance) : 1;
      const weight = Math.min(1, Math.max(given.leastWeight, scale));
      const winners = top(ready, momentum, given.top).filter((i) => momentum(i) > 0);
      list(view, new Map(weight > 0 ? winners.map((i) => [i, weight]) : []));
      memory.squares.set(WHOLE, 0);
      memory.days.set(WHOLE, 0);
    }
    pursue(view, given);
  },
});

/** The best of them, ties by instrument. */
function top(
  ready: readonly InstrumentId[],
  scoreOf: (i: InstrumentId) => number,
  share: number,
): InstrumentId[] {
  const sorted = ready.toSorted((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  return sorted.slice(0, Math.max(1, Math.floor(share * sorted.length)));
}
