/**
 * Sector rotation: hold the sectors that were strongest over three, six and twelve months; cash-like bills for the
 * places that no rising sector takes.
 *
 * Idea    Industries carry much of the momentum of stocks, and a fund of a sector trades it for little.
 * Enter   on the first bar of a month, the best `top` by mean rank of their 3-, 6- and 12-month returns, those above
 *         their 200-day average; the other places go to the fund of bills.
 * Leave   not on the next list; a catastrophe stop.
 * Fails   Markets without leaders, where ranks are noise and each month costs a turn; sharp rebounds.
 * Source  QUANT i11; Moskowitz, Grinblatt 1999; Faber 2010.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { output } from "../features/feature.ts";
import { simpleReturn } from "../features/returns.ts";
import { sma } from "../features/sma.ts";
import { searched } from "./parameter-spec.ts";
import { list, pursue, rotationMemory, rotationReasons, startsMonth } from "./rotation.ts";
import { defineStrategy } from "./strategy.ts";

const SPDRS = ["XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY"];

const params = z.strictObject({
  sectors: z.array(z.string()).max(100).default(SPDRS),
  /** Where the money of empty places waits; none: it stays cash. */
  bills: z.string().max(20).default("BIL"),
  /** Bars of the three look-backs: 3, 6 and 12 months. */
  short: z.int().min(2).max(1000).default(63),
  middle: z.int().min(2).max(1000).default(126),
  long: z.int().min(2).max(1000).default(252),
  trend: searched(z.int().min(2).max(1000).default(200), { low: 100, high: 300, step: 10 }),
  top: searched(z.int().min(1).max(50).default(3), { low: 1, high: 6, step: 1 }),
  band: searched(z.number().min(0).max(10).default(0.3), { low: 0, high: 1, step: 0.1 }),
  entryBars: z.int().min(1).max(20).default(3),
  stop: searched(z.number().positive().max(0.9).default(0.2), { low: 0.1, high: 0.4, step: 0.05 }),
});

export const sectorRotation = defineStrategy({
  id: "sector_rotation",
  card: {
    idea: "Hold the sectors that were strongest over three, six and twelve months, while they rise.",
    source: "Moskowitz, Grinblatt 1999; Faber 2010",
    failsWhen: "Markets without leaders, and sharp rebounds out of a bear market.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  // The bills are bought on their price alone, whatever their averages say.
  acceptsMissing: true,
  reasons: rotationReasons,
  memory: rotationMemory,
  features: ({ short, middle, long, trend }) => ({
    short: output(simpleReturn({ bars: short })),
    middle: output(simpleReturn({ bars: middle })),
    long: output(simpleReturn({ bars: long })),
    trend: output(sma({ period: trend })),
  }),

  decide(view, given) {
    const { short, middle, long, trend } = view.feature;
    const shown = Array.from({ length: view.size }, (_, n) => view.instrument(n));
    const sectors = shown.filter(
      (i) => given.sectors.includes(view.symbol(i)) && Number.isFinite(long.at(i) + trend.at(i)),
    );
    if (sectors.length > 0 && startsMonth(view.at, view.memory)) {
      const ranks = [short, middle, long].map((column) => ranksBy(sectors, (i) => column.at(i)));
      const score = (i: InstrumentId) => ranks.reduce((sum, rank) => sum + (rank.get(i) ?? 0), 0);
      const best = sectors.toSorted((a, b) => score(a) - score(b) || a - b).slice(0, given.top);
      const rising = best.filter((i) => view.close(i) > trend.at(i));
      const places = given.top - rising.length;
      const bills = shown.find((i) => view.symbol(i) === given.bills);
      const parked: [InstrumentId, number][] = places > 0 && bills !== undefined ? [[bills, 1]] : [];
      list(view, new Map([...rising.map((i): [InstrumentId, number] => [i, 1]), ...parked]));
    }
    pursue(view, given);
  },
});

/** 1 for the highest. */
function ranksBy(
  all: readonly InstrumentId[],
  scoreOf: (i: InstrumentId) => number,
): Map<InstrumentId, number> {
  const sorted = all.toSorted((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  return new Map(sorted.map((i, n) => [i, n + 1]));
}
