/**
 * How often a search for rules lets noise pass: fifty listed seeds, each a market of its own without anything to find
 * and a search of its own over it. At most one of them may pass all gates.
 *
 *   node scripts/discovery-on-noise.ts [--generations 15] [--population 120] [--edge 0]
 *
 * With an edge the same markets have a planted rule, and the rate is that of finding something that passes.
 */
import { parseArgs } from "node:util";
import { leafNames } from "../src/features/formula/expression.ts";
import {
  Evolution,
  type EvolutionState,
  fittest,
  type Member,
  sharpesOf,
} from "../src/learn/evolution/evolution.ts";
import { fitnessTerms } from "../src/learn/evolution/fitness.ts";
import { judgeOver, RuleTrader, vocabularyOf } from "../src/learn/evolution/judge.ts";
import { columnsBefore, panelOf } from "../src/learn/evolution/panel.ts";
import { type VaultVerdict, vaultVerdict } from "../src/learn/evolution/vault.ts";
import { plantedDaily } from "../test/discovery-market.ts";

const SEEDS = Array.from({ length: 50 }, (_, n) => 101 + n);
const [SYMBOLS, SESSIONS, VAULT, COST_BPS] = [10, 1260, 1008, 5];

const { values } = parseArgs({
  options: {
    generations: { type: "string", default: "15" },
    population: { type: "string", default: "120" },
    edge: { type: "string", default: "0" },
  },
});

function ended(steps: Generator<Member, EvolutionState>): EvolutionState {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function searched(seed: number): { readonly tried: number; readonly verdict: VaultVerdict | undefined } {
  const columns = plantedDaily({ seed, symbols: SYMBOLS, sessions: SESSIONS, edge: Number(values.edge) });
  const panel = panelOf(columnsBefore(columns, VAULT), leafNames(), { market: "SPY", drop: true });
  const judge = judgeOver(panel, { ...fitnessTerms, perYear: 252, costBps: COST_BPS });
  const terms = { seed, population: Number(values.population) };
  const evolution = new Evolution(terms, vocabularyOf(panel), judge, new Set());
  let state = ended(evolution.begin());
  while (state.generation < Number(values.generations)) state = ended(evolution.next(state));
  const best = fittest(state);
  if (best === undefined) return { tried: state.tried, verdict: undefined };
  const whole = panelOf(columns, [...panel.leaves.keys()], { market: "SPY", drop: false });
  const trader = new RuleTrader(whole, COST_BPS);
  const sample = state.sample.map(({ genome }) => trader.trade(genome).profit);
  const { profit } = trader.trade(best.genome);
  const verdict = vaultVerdict({
    returns: profit.slice(VAULT),
    chosenOn: profit.slice(fitnessTerms.train, VAULT),
    bred: sample.map((profit) => profit.slice(fitnessTerms.train, VAULT)),
    held: sample.map((profit) => profit.slice(VAULT)),
    sharpes: state.firstSharpes,
    last: sharpesOf(state.islands.flat()),
    tried: state.tried,
  });
  return { tried: state.tried, verdict };
}

let [passed, alone, lessTrials] = [0, 0, 0];
for (const seed of SEEDS) {
  const { tried, verdict } = searched(seed);
  if (verdict?.passed === true) passed += 1;
  if ((verdict?.probabilisticSharpe ?? 0) >= 0.95) alone += 1;
  if ((verdict?.deflatedByLast ?? 0) >= 0.95 && (verdict?.overfitting ?? 1) < 0.2) lessTrials += 1;
  const figures = [
    verdict?.sharpe,
    verdict?.probabilisticSharpe,
    verdict?.deflatedSharpe,
    verdict?.overfitting,
  ];
  console.log(
    `seed ${seed}: ${tried} rules, in the vault ${figures.map((figure) => figure?.toFixed(3) ?? "-").join(", ")}` +
      ` (Sharpe per session, PSR, DSR, PBO)${verdict?.passed === true ? " PASSED" : ""}`,
  );
}
console.log(
  `${passed} of ${SEEDS.length} passed all gates (${((100 * passed) / SEEDS.length).toFixed(0)} %); ` +
    `${alone} would have by PSR of the vault alone, ${lessTrials} with the last generation's scatter`,
);
