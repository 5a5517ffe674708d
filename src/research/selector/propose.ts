/** Reads what is known of each strategy and puts on record what the selector makes of it (RES-6). */
import { join } from "node:path";
import { ProposalBook, type Renewed } from "../../adapters/proposal-book.ts";
import { ResearchDb, type StudyRow } from "../../adapters/research-db.ts";
import type { Config } from "../../app/config.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { boundParams } from "../walk-forward/run-walk-forward.ts";
import { strategyTerms } from "./accept-proposal.ts";
import { type LiveFigures, liveFigures } from "./live-figures.ts";
import { selectStrategies } from "./select-strategies.ts";

export interface Proposed extends Renewed {
  /** Strategies of which anything is known, with how much. */
  readonly looked: readonly {
    readonly strategy: string;
    readonly studies: number;
    readonly trades: number;
    /** A model that passed every gate and waits for an operator; null where the newest training left none. */
    readonly model: string | null;
  }[];
}

/** `now`: ISO instant. Throws InputError where a database cannot be read. */
export function propose(root: string, config: Config, now: string): Proposed {
  const path = join(root, "db", "research.db");
  const live: ReadonlyMap<string, LiveFigures> = liveFigures(root);
  const db = new ResearchDb(path);
  const evidence = strategiesOf(config).map(({ id }) => {
    const terms = strategyTerms(config, id);
    return {
      ...{ strategy: id, now: terms, params: boundParams(config, id, terms.params) },
      ...{ studies: db.studiesOf(id), live: live.get(id) },
    };
  });
  db.close();
  const { maxAgeDays, disableBelow, leastSessions, leastTrades } = config.research;
  const terms = { maxAgeDays, disableBelow, leastSessions, leastTrades };
  const book = new ProposalBook(path);
  try {
    const looked = evidence
      .map(({ strategy, studies, live: own }) => ({
        ...{ strategy, studies: studies.length, trades: own?.trades ?? 0, model: passedModel(studies) },
      }))
      .filter(({ studies, trades }) => studies + trades > 0);
    return { looked, ...book.renew(selectStrategies(evidence, terms, Date.parse(now)), now) };
  } finally {
    book.close();
  }
}

/** Models come into use by an operator's promote; the selector tells of them. */
function passedModel(studies: readonly StudyRow[]): string | null {
  const training = studies.find(({ kind }) => kind === "training");
  return training?.passed === true && typeof training.params.model === "string"
    ? training.params.model
    : null;
}
