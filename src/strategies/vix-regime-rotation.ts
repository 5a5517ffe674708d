/**
 * VIX regime rotation: stocks while the market fears the far future more than the near one, bonds when that turns.
 *
 * Idea    In calm the VIX is below the VIX three months out; when it is above, somebody pays for protection now, and
 *         stocks have earned little in such times for the risk that they were.
 * Enter   the stock funds when the ratio VIX / VIX3M was below 0.95 at two closes and the regime is not Bear; the bond
 *         funds when it was above 1.02 at two closes, or the regime is Bear.
 * Leave   when the other side is wanted: between the two limits nothing changes. A catastrophe stop.
 * Fails   Crashes that begin in calm; a ratio that swings about its limits. Where nobody tells the VIX3M, the mean of
 *         the VIX over 63 sessions stands in for it (`term: mean`): slower, and not what the papers tested.
 * Source  QUANT i7; Whaley 2009; Johnson 2017.
 */
import { z } from "zod";
import { optionalReference, reference } from "../domain/reference-table.ts";
import { regimeTable } from "../market/references/regime.ts";
import { vixTable } from "../market/references/vix.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy, WHOLE } from "./strategy.ts";

const params = z
  .strictObject({
    stocks: z.array(z.string()).min(1).max(20).default(["SPY", "QQQ"]),
    bonds: z.array(z.string()).max(20).default(["BIL", "IEF"]),
    /** vix3m: as the papers have it; mean: where it is not known; auto: the first of them that is known. */
    term: z.enum(["auto", "vix3m", "mean"]).default("auto"),
    calmBelow: searched(z.number().positive().max(3).default(0.95), { low: 0.85, high: 1, step: 0.01 }),
    stressAbove: searched(z.number().positive().max(3).default(1.02), { low: 0.98, high: 1.15, step: 0.01 }),
    /** Closes in a row that it takes. */
    confirm: searched(z.int().min(1).max(20).default(2), { low: 1, high: 8, step: 1 }),
    /** Probability of Bear from which on the bonds are held; not known: the ratio decides alone. */
    bear: z.number().positive().max(1).default(0.5),
    stop: searched(z.number().positive().max(0.9).default(0.15), { low: 0.05, high: 0.3, step: 0.05 }),
  })
  .refine(({ calmBelow, stressAbove }) => calmBelow < stressAbove, {
    error: "calmBelow must be below stressAbove",
    path: ["calmBelow"],
  });

const [STOCKS, BONDS] = [1, -1];

export const vixRegimeRotation = defineStrategy({
  id: "vix_regime_rotation",
  card: {
    idea: "Stocks while the VIX is below its later self, bonds when that turns.",
    source: "Whaley 2009; Johnson 2017",
    failsWhen: "Crashes that begin in calm, and a ratio that swings about its limits.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  reasons: {
    calm: "VIX {0} over its term {1} is {2} for {3} closes",
    stress: "VIX {0} over its term {1} is {2}, probability of Bear {3}",
  },
  memory: {
    /** Of the whole strategy: 1 stocks, -1 bonds, 0 neither yet; closes in a row that spoke for either side. */
    side: 0,
    calmCloses: 0,
    stressCloses: 0,
  },
  features: () => ({}),
  references: () => ({
    vix: reference(vixTable, "vix"),
    vix3m: reference(vixTable, "vix3m"),
    mean: reference(vixTable, "vix_mean_63"),
    bear: optionalReference(regimeTable, "bear"),
  }),

  decide(view, given) {
    const { side, calmCloses, stressCloses } = view.memory;
    const { vix, vix3m, mean, bear } = view.reference;
    const far = given.term === "mean" ? mean.at(WHOLE) : vix3m.at(WHOLE);
    const term = given.term === "auto" && Number.isNaN(far) ? mean.at(WHOLE) : far;
    const ratio = vix.at(WHOLE) / term;
    const isBear = bear.at(WHOLE) >= given.bear;
    // What is not known confirms nothing: a count starts anew.
    const next = (holds: boolean, before: number) => (holds ? before + 1 : 0);
    calmCloses.set(WHOLE, next(ratio < given.calmBelow && !isBear, calmCloses.at(WHOLE)));
    stressCloses.set(WHOLE, next(ratio > given.stressAbove || isBear, stressCloses.at(WHOLE)));
    if (calmCloses.at(WHOLE) >= given.confirm) side.set(WHOLE, STOCKS);
    if (stressCloses.at(WHOLE) >= given.confirm) side.set(WHOLE, BONDS);
    const now = side.at(WHOLE);
    const because = now === STOCKS ? "calm" : "stress";
    const numbers = [vix.at(WHOLE), term, ratio, now === STOCKS ? calmCloses.at(WHOLE) : bear.at(WHOLE)];
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const symbol = view.symbol(i);
      const isWanted = (now === STOCKS ? given.stocks : now === BONDS ? given.bonds : []).includes(symbol);
      if (view.position(i) !== 0 && !isWanted) view.exit(i, because, ...numbers);
      else if (view.position(i) === 0 && isWanted)
        view.enter(
          { instrument: i, conviction: 1, stop: view.close(i) * (1 - given.stop) },
          because,
          ...numbers,
        );
    }
  },
});
