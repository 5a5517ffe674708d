/**
 * A rule that a search has found, as a strategy: long from the open after its entry holds to the open after its exit
 * does, a share of one slot (RES-2). What `plimsoll discover export` writes trades the same way.
 */
import { z } from "zod";
import { output } from "../features/feature.ts";
import { type FormulaRule, formula } from "../features/formula/formula.ts";
import { defineStrategy, type StrategyModule } from "./strategy.ts";

export const formulaStrategy = (id: string, rule: FormulaRule): StrategyModule =>
  defineStrategy({
    id,
    card: {
      idea: "A rule found by a search over formulas.",
      source: "plimsoll discover",
      failsWhen: "What was found was luck, or the market no longer pays for it.",
    },
    timeframes: ["1d"],
    params: z.strictObject({}),
    sizing: "allocation",
    acceptsMissing: true,
    reasons: { entry: "the entry rule holds, size {0}", exit: "the exit rule holds" },
    memory: {},
    features: () => {
      const found = formula(rule);
      return { entry: output(found, "entry"), exit: output(found, "exit"), size: output(found, "size") };
    },

    decide(view) {
      const { entry, exit, size } = view.feature;
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const leaves = exit.at(i) === 1;
        if (view.position(i) !== 0) {
          if (leaves) view.exit(i, "exit");
        } else if (entry.at(i) === 1 && !leaves && size.at(i) > 0) {
          view.enter({ instrument: i, conviction: size.at(i) }, "entry", size.at(i));
        }
      }
    },
  });
