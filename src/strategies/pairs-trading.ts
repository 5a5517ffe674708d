/**
 * Pairs trading: two stocks that have long moved together, bought and sold short against each other when they part.
 *
 * Idea    Close substitutes are priced alike; who must trade one of them in a hurry pushes it away, and it comes back.
 * Enter   z of the spread beyond 2 (its mean and deviation are those of the formation): the cheap leg is bought, the
 *         dear one sold short, dollars in the proportion of the hedge ratio. Both legs or none. After a trade z must
 *         have been within 0.5 before the pair is entered again.
 * Leave   z within 0.5; z beyond 3.5, where it is no deviation but a break; three half-lives; one leg is alone. A trade
 *         is judged by the parameters that it was entered on, whether the pair is found again or not. A far stop rests
 *         for each leg.
 * Fails   Mergers, spin-offs and news of one leg; crowds that leave at once (August 2007). Its gains have fallen since
 *         it was published (Do, Faff 2010), and shorts cost borrow.
 * Source  QUANT h, i8; Engle, Granger 1987; Gatev, Goetzmann, Rouwenhorst 2006; Vidyamurthy 2004.
 */
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import { reference } from "../domain/reference-table.ts";
import { pairsTable } from "../market/references/pairs.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z
  .strictObject({
    /** All in standard deviations of the formation. */
    entryZ: searched(z.number().positive().max(10).default(2), { low: 1.25, high: 3, step: 0.125 }),
    exitZ: searched(z.number().min(0).max(10).default(0.5), { low: 0, high: 1, step: 0.125 }),
    stopZ: searched(z.number().positive().max(20).default(3.5), { low: 2.5, high: 6, step: 0.25 }),
    /** Longest holding, in half-lives of the pair. */
    halfLives: searched(z.number().positive().max(20).default(3), { low: 1, high: 6, step: 0.5 }),
    /** Stop that rests for each leg, a fraction of its price: for what the two prices together do not see. */
    legStop: z.number().positive().max(0.9).default(0.2),
  })
  .refine(({ exitZ, entryZ }) => exitZ < entryZ, { error: "exitZ must be below entryZ", path: ["exitZ"] })
  .refine(({ entryZ, stopZ }) => entryZ < stopZ, { error: "stopZ must be above entryZ", path: ["stopZ"] });

const Y = 1;

export const pairsTrading = defineStrategy({
  id: "pairs_trading",
  card: {
    idea: "Buy the cheap and sell the dear one of two stocks that have long moved together.",
    source: "Engle, Granger 1987; Gatev, Goetzmann, Rouwenhorst 2006; Vidyamurthy 2004; Do, Faff 2010",
    failsWhen: "News of one leg, crowds that leave at once, and gains that have shrunk since publication.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: {
    parted: "the spread is {0} deviations off, hedge {1}, half-life {2}",
    converged: "the spread is back at {0} deviations, limit {1}",
    broken: "the spread is {0} deviations off, limit {1}",
    overdue: "held for {0} bars, limit {1}",
    alone: "the other leg is not held",
  },
  memory: {
    /** Of y: the pair's other leg plus 1, and whether z has yet to come back since the last trade. */
    pairedWith: 0,
    isSpent: 0,
    /** Of each leg: the other one's number plus 1, and its anchor, as of the entry. */
    heldWith: 0,
    heldAnchor: 0,
    /** Of the pair, by y, as of the entry; x has no half-life. */
    heldHedge: 0,
    heldMean: 0,
    heldDeviation: 0,
    heldHalfLife: 0,
  },
  memoryUnits: { heldAnchor: "usd_per_share" },
  features: () => ({}),
  references: () => ({
    partner: reference(pairsTable, "partner"),
    role: reference(pairsTable, "role"),
    hedge: reference(pairsTable, "hedge"),
    anchor: reference(pairsTable, "anchor"),
    mean: reference(pairsTable, "mean"),
    deviation: reference(pairsTable, "deviation"),
    halfLife: reference(pairsTable, "half_life"),
  }),

  decide(view, given) {
    const { partner, role, hedge, anchor, mean, deviation, halfLife } = view.reference;
    const { memory } = view;
    const log = (i: InstrumentId, origin: number) => Math.log(view.close(i) / origin);
    const lookAfter = (y: InstrumentId, x: InstrumentId) => {
      const spread =
        log(y, memory.heldAnchor.at(y)) - memory.heldHedge.at(y) * log(x, memory.heldAnchor.at(x));
      const off = (spread - memory.heldMean.at(y)) / memory.heldDeviation.at(y);
      // Without a price of both it waits for the next bar.
      if (Number.isNaN(off)) return;
      if (Math.abs(off) <= given.exitZ) memory.isSpent.set(y, 0);
      const leave = (reason: "converged" | "broken" | "overdue", now: number, limit: number) => {
        view.exit(y, reason, now, limit);
        view.exit(x, reason, now, limit);
      };
      const [held, longest] = [view.barsHeld(y), Math.ceil(given.halfLives * memory.heldHalfLife.at(y))];
      if (-Math.sign(view.position(y)) * off <= given.exitZ) leave("converged", off, given.exitZ);
      else if (Math.abs(off) >= given.stopZ) leave("broken", off, given.stopZ);
      else if (held >= longest) leave("overdue", held, longest);
    };
    for (let n = 0; n < view.size; n++) {
      const y = view.instrument(n);
      if (view.position(y) !== 0) {
        const other = (memory.heldWith.at(y) - 1) as InstrumentId;
        if (other < 0 || view.position(other) === 0) view.exit(y, "alone");
        else if (memory.heldHalfLife.at(y) > 0) lookAfter(y, other);
        continue;
      }
      const x = partner.at(y) as InstrumentId;
      if (role.at(y) !== Y || !(x >= 0)) continue;
      const ratio = hedge.at(y);
      const off = (log(y, anchor.at(y)) - ratio * log(x, anchor.at(x)) - mean.at(y)) / deviation.at(y);
      // Without a price of both there is nothing to compare.
      if (Number.isNaN(off)) continue;
      if (Math.abs(off) <= given.exitZ || memory.pairedWith.at(y) !== x + 1) memory.isSpent.set(y, 0);
      memory.pairedWith.set(y, x + 1);
      const isOff = Math.abs(off) >= given.entryZ && Math.abs(off) < given.stopZ;
      if (view.position(x) !== 0 || !isOff || memory.isSpent.at(y) === 1) continue;
      memory.isSpent.set(y, 1);
      const side = -Math.sign(off);
      const leg = (i: InstrumentId, together: InstrumentId, conviction: number) => {
        memory.heldWith.set(i, together + 1);
        memory.heldAnchor.set(i, anchor.at(i));
        const stop = view.close(i) * (1 - Math.sign(conviction) * given.legStop);
        view.enter({ instrument: i, conviction, stop, together }, "parted", off, ratio, halfLife.at(y));
      };
      memory.heldHedge.set(y, ratio);
      memory.heldMean.set(y, mean.at(y));
      memory.heldDeviation.set(y, deviation.at(y));
      memory.heldHalfLife.set(y, halfLife.at(y));
      memory.heldHalfLife.set(x, 0);
      // The larger leg has the whole size, the other one its part of it.
      leg(y, x, side / Math.max(1, ratio));
      leg(x, y, (-side * ratio) / Math.max(1, ratio));
    }
  },
});
