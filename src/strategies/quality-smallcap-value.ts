/**
 * Quality small-cap value: cheap small companies that earn well on what they own, by their own filings.
 *
 * Idea    Cheap stocks earn more than dear ones, above all small ones; most that are cheap deserve it, and what a
 *         company earns on its assets, how much of that is cash and how little it owes tells which do not.
 * Enter   on the first bar of a month: of the companies between the 20th and the 50th percentile of market value, the
 *         best `names` by mean rank of value (EBIT over enterprise value and book over market), gross profitability,
 *         low accruals and low leverage. Equal weights.
 * Leave   beyond `names` x (1 + buffer) of a month's ranking; no filing for too long; a catastrophe stop.
 * Fails   Years in which growth is paid for at any price; small caps in a crisis of credit. Filings are late and are
 *         restated; a company without a figure is left out, which is not the same as being bad.
 * Source  QUANT i9; Novy-Marx 2013; Asness, Frazzini, Pedersen 2019; Fama, French 2015.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { reference } from "../domain/reference-table.ts";
import { fundamentalsTable } from "../market/references/fundamentals.ts";
import { searched } from "./parameter-spec.ts";
import { list, pursue, rotationMemory, rotationReasons, startsMonth } from "./rotation.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    /** Percentiles of market value among those whose figures are known. */
    smallest: searched(z.number().min(0).max(1).default(0.2), { low: 0, high: 0.4, step: 0.05 }),
    largest: searched(z.number().positive().max(1).default(0.5), { low: 0.4, high: 1, step: 0.05 }),
    names: searched(z.int().min(1).max(500).default(50), { low: 10, high: 100, step: 5 }),
    /** A holding stays down to this much beyond the last place. */
    buffer: searched(z.number().min(0).max(5).default(0.2), { low: 0, high: 0.6, step: 0.1 }),
    /** Days after which a filing is too old. */
    maxAgeDays: z.int().min(1).max(2000).default(500),
    band: z.number().min(0).max(10).default(0.3),
    entryBars: z.int().min(1).max(20).default(3),
    stop: z.number().positive().max(0.9).default(0.3),
  })
  .refine(({ smallest, largest }) => smallest < largest, {
    error: "smallest must be below largest",
    path: ["smallest"],
  });

interface Company {
  readonly i: InstrumentId;
  readonly marketValue: number;
  /** Higher is better, all of them. */
  readonly merits: readonly number[];
}

export const qualitySmallcapValue = defineStrategy({
  id: "quality_smallcap_value",
  card: {
    idea: "Cheap small companies that earn well on what they own, by their own filings.",
    source: "Novy-Marx 2013; Asness, Frazzini, Pedersen 2019; Fama, French 2015",
    failsWhen: "Growth at any price, crises of credit, and filings that are late or restated.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: rotationReasons,
  memory: rotationMemory,
  features: () => ({}),
  references: () => ({
    shares: reference(fundamentalsTable, "shares"),
    book: reference(fundamentalsTable, "book"),
    ebit: reference(fundamentalsTable, "ebit"),
    debt: reference(fundamentalsTable, "debt"),
    cash: reference(fundamentalsTable, "cash"),
    profitability: reference(fundamentalsTable, "gross_profitability"),
    accruals: reference(fundamentalsTable, "accruals"),
    leverage: reference(fundamentalsTable, "leverage"),
    age: reference(fundamentalsTable, "age_days"),
  }),

  decide(view, given) {
    if (startsMonth(view.at, view.memory)) {
      const { shares, book, ebit, debt, cash, profitability, accruals, leverage, age } = view.reference;
      const companies: Company[] = [];
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const marketValue = shares.at(i) * view.close(i);
        const enterprise = marketValue + debt.at(i) - cash.at(i);
        const merits = [
          ...[ebit.at(i) / enterprise, book.at(i) / marketValue],
          ...[profitability.at(i), -accruals.at(i), -leverage.at(i)],
        ];
        const isKnown = merits.every(Number.isFinite) && marketValue > 0 && enterprise > 0;
        if (isKnown && age.at(i) <= given.maxAgeDays) companies.push({ i, marketValue, merits });
      }
      const ranked = rankedSmall(companies, given);
      const last = Math.floor(given.names * (1 + given.buffer));
      const stays = ranked.slice(0, last).filter((i) => view.position(i) > 0);
      const places = Math.max(0, given.names - stays.length);
      const joins = ranked.slice(0, given.names).filter((i) => !stays.includes(i));
      list(view, new Map([...stays, ...joins.slice(0, places)].map((i) => [i, 1])));
    }
    pursue(view, given);
  },
});

/** The small ones by mean rank of their merits: value, whose two measures share one rank, then each of the rest. */
function rankedSmall(
  companies: readonly Company[],
  { smallest, largest }: { readonly smallest: number; readonly largest: number },
): InstrumentId[] {
  const bySize = companies.toSorted((a, b) => a.marketValue - b.marketValue || a.i - b.i);
  const small = bySize.slice(Math.ceil(smallest * bySize.length), Math.floor(largest * bySize.length));
  const score = new Map<InstrumentId, number>(small.map(({ i }) => [i, 0]));
  for (let m = 0; m < (small[0]?.merits.length ?? 0); m++) {
    const sorted = small.toSorted((a, b) => b.merits[m]! - a.merits[m]! || a.i - b.i);
    // The two measures of value count half each.
    const weight = m < 2 ? 0.5 : 1;
    for (const [place, { i }] of sorted.entries()) score.set(i, score.get(i)! + weight * place);
  }
  return small.map(({ i }) => i).toSorted((a, b) => score.get(a)! - score.get(b)! || a - b);
}
