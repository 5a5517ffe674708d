/** From bars to what evolution asks: the judge of a rule on days that may be bred on. */

import type { Judge } from "./evolution.ts";
import { type FitnessTerms, fitnessOf } from "./fitness.ts";
import { FormulaColumns } from "./formula-columns.ts";
import type { Genome } from "./genome.ts";
import { levelsOf, type Vocabulary } from "./growing.ts";
import { Holding } from "./holding.ts";
import type { Panel } from "./panel.ts";
import { type PaperMarket, type PaperTrades, paperTrades } from "./paper-trading.ts";

/** Room for columns of nodes between rules. */
const COLUMN_BYTES = 768 * 2 ** 20;

export interface JudgeTerms extends FitnessTerms {
  /** Basis points of each side. */
  readonly costBps: number;
}

/** Trades rules over one panel, one after another. */
export class RuleTrader {
  readonly #market: PaperMarket;

  /** `parts`: first periods of the parts after the first, each of which is compared with holding for itself. */
  constructor(panel: Panel, costBps: number, parts: readonly number[]) {
    const columns = new FormulaColumns(panel, COLUMN_BYTES);
    this.#market = { panel, columns, holding: new Holding(panel, parts), costBps };
  }

  trade(genome: Genome): PaperTrades {
    const traded = paperTrades(this.#market, genome);
    this.#market.columns.rest();
    return traded;
  }
}

/** Words that rules over this panel are made of. */
export const vocabularyOf = ({ leaves }: Panel): Vocabulary => ({
  leaves: [...leaves.keys()],
  levels: new Map([...leaves].map(([name, column]) => [name, levelsOf(column)])),
});

/** Throws InputError where the panel is too short for a single window. */
export function judgeOver(panel: Panel, terms: JudgeTerms): Judge {
  const trader = new RuleTrader(panel, terms.costBps, [terms.train]);
  return (genome, nodes) => {
    const traded = trader.trade(genome);
    const { trades, semantic, signal } = traded;
    return { ...fitnessOf(traded, nodes, terms), trades, semantic, signal };
  };
}
