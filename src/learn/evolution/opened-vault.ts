/** The fittest rule of a search, traded over all days beside a sample of what was tried, and what its gates say. */
import { type EvolutionState, fittest, type Member, sharpesOf } from "./evolution.ts";
import { fitnessTerms } from "./fitness.ts";
import { RuleTrader } from "./judge.ts";
import type { Panel } from "./panel.ts";
import type { PaperTrades } from "./paper-trading.ts";
import { type VaultVerdict, vaultVerdict } from "./vault.ts";

export interface VaultTerms {
  /** All days, with the features that the search's rules were made of. */
  readonly panel: Panel;
  /** First period of the vault. */
  readonly vault: number;
  /** Basis points of each side. */
  readonly costBps: number;
  /** Rules that other searches tried on some of the same days. */
  readonly earlierTrials: number;
}

export interface OpenedVault {
  readonly best: Member;
  readonly traded: PaperTrades;
  readonly verdict: VaultVerdict;
}

/** Undefined where no rule traded enough to be judged. */
export function openedVault(state: EvolutionState, terms: VaultTerms): OpenedVault | undefined {
  const { panel, vault, costBps, earlierTrials } = terms;
  const best = fittest(state);
  if (best === undefined) return undefined;
  const { train } = fitnessTerms;
  const trader = new RuleTrader(panel, costBps, [train, vault]);
  const traded = trader.trade(best.genome);
  const sample = state.sample.map(({ genome }) => trader.trade(genome).excess);
  const verdict = vaultVerdict({
    returns: traded.excess.slice(vault),
    outright: traded.profit.slice(vault),
    chosenOn: traded.excess.slice(train, vault),
    bred: sample.map((excess) => excess.slice(train, vault)),
    held: sample.map((excess) => excess.slice(vault)),
    sharpes: state.firstSharpes,
    last: sharpesOf(state.islands.flat()),
    tried: state.tried + earlierTrials,
  });
  return { best, traded, verdict };
}
