/** Reads what is known of each strategy and puts on record what the selector makes of it (RES-6). */
import { join } from "node:path";
import { ProposalBook, type Renewed } from "../../adapters/proposal-book.ts";
import { ResearchDb, type StudyRow } from "../../adapters/research-db.ts";
import type { Config } from "../../app/config.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { boundParams } from "../walk-forward/run-walk-forward.ts";
import { strategyTerms } from "./accept-proposal.ts";
import { type LiveTerms, liveFigures } from "./live-figures.ts";
import { type StrategyEvidence, selectStrategies } from "./select-strategies.ts";

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
  const { maxAgeDays, disableBelow, leastSessions, leastTrades, liveSessions } = config.research;
  const terms = { maxAgeDays, disableBelow, leastSessions, leastTrades };
  const nowMs = Date.parse(now);
  const book = new ProposalBook(path);
  try {
    const evidence = evidenceOf(root, config, path, {
      ...{ config, nowMs, sessions: liveSessions },
      answeredMs: (strategy) => book.answeredMs(strategy),
    });
    const looked = evidence
      .map(({ strategy, studies, live }) => ({
        ...{ strategy, studies: studies.length, trades: live?.trades ?? 0, model: passedModel(studies) },
      }))
      .filter(({ studies, trades }) => studies + trades > 0);
    return { looked, ...book.renew(selectStrategies(evidence, terms, nowMs), now) };
  } finally {
    book.close();
  }
}

function evidenceOf(root: string, config: Config, path: string, terms: LiveTerms): StrategyEvidence[] {
  const live = liveFigures(root, terms);
  const db = new ResearchDb(path);
  try {
    return strategiesOf(config).map(({ id }) => {
      const now = strategyTerms(config, id);
      return {
        ...{ strategy: id, now, params: boundParams(config, id, now.params) },
        ...{ studies: db.studiesOf(id), live: live.get(id) },
      };
    });
  } finally {
    db.close();
  }
}

/** Models come into use by an operator's promote; the selector tells of them. */
function passedModel(studies: readonly StudyRow[]): string | null {
  const training = studies.find(({ kind }) => kind === "training");
  return training?.passed === true && typeof training.params.model === "string"
    ? training.params.model
    : null;
}
