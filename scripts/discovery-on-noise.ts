/**
 * How often a search for rules lets noise pass: fifty listed seeds, each a market of its own without anything to find
 * and a search of its own over it; markets in which holding pays nothing, in which it pays, and in which it pays
 * splendidly once the vault begins. Of each kind at most one seed may pass all gates: exit 1 otherwise.
 *
 *   node scripts/discovery-on-noise.ts [--market driftless|rising|boom] [--generations 15] [--population 120] [--edge 0]
 *
 * With an edge the same markets have a planted rule, and the rate is that of finding something that passes.
 */
import { parseArgs } from "node:util";
import { leafNames } from "../src/features/formula/expression.ts";
import { Evolution, type EvolutionState, type Member } from "../src/learn/evolution/evolution.ts";
import { fitnessTerms } from "../src/learn/evolution/fitness.ts";
import { judgeOver, vocabularyOf } from "../src/learn/evolution/judge.ts";
import { openedVault } from "../src/learn/evolution/opened-vault.ts";
import { columnsBefore, panelOf } from "../src/learn/evolution/panel.ts";
import { type VaultVerdict, vaultGates } from "../src/learn/evolution/vault.ts";
import { noiseMarkets, plantedDaily } from "../test/discovery-market.ts";

const SEEDS = Array.from({ length: 50 }, (_, n) => 101 + n);
const [SYMBOLS, SESSIONS, VAULT, COST_BPS] = [10, 1260, 1008, 5];
/** Of the seeds of one kind of market. */
const MAY_PASS = 1;

const { values } = parseArgs({
  options: {
    generations: { type: "string", default: "15" },
    population: { type: "string", default: "120" },
    edge: { type: "string", default: "0" },
    market: { type: "string" },
  },
});

type Market = (typeof markets)[keyof typeof markets];
const markets = noiseMarkets(VAULT);

function ended(steps: Generator<Member, EvolutionState>): EvolutionState {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function searched(
  seed: number,
  market: Market,
): { readonly tried: number; readonly verdict: VaultVerdict | undefined } {
  const edge = Number(values.edge);
  const columns = plantedDaily({ seed, symbols: SYMBOLS, sessions: SESSIONS, edge, ...market });
  const panel = panelOf(columnsBefore(columns, VAULT), leafNames(), { market: "SPY", drop: true });
  const judge = judgeOver(panel, { ...fitnessTerms, perYear: 252, costBps: COST_BPS });
  const terms = { seed, population: Number(values.population) };
  const evolution = new Evolution(terms, vocabularyOf(panel), judge, new Set());
  let state = ended(evolution.begin());
  while (state.generation < Number(values.generations)) state = ended(evolution.next(state));
  const opened = openedVault(state, {
    panel: panelOf(columns, [...panel.leaves.keys()], { market: "SPY", drop: false }),
    ...{ vault: VAULT, costBps: COST_BPS, earlierTrials: 0 },
  });
  return { tried: state.tried, verdict: opened?.verdict };
}

/** How many of the seeds passed. */
function rateOf(name: string, market: Market): number {
  let [passed, alone, outright, byLast] = [0, 0, 0, 0];
  const isGood = (probability: number | undefined) => (probability ?? 0) >= vaultGates.deflatedSharpe;
  for (const seed of SEEDS) {
    const { tried, verdict } = searched(seed, market);
    const isSpread = (verdict?.overfitting ?? 1) < vaultGates.overfitting;
    if (verdict?.passed === true) passed += 1;
    if (isGood(verdict?.probabilisticSharpe)) alone += 1;
    if (isGood(verdict?.deflatedOutright)) outright += 1;
    if (isGood(verdict?.deflatedByLast) && isSpread) byLast += 1;
    const figures = [
      ...[verdict?.sharpe, verdict?.probabilisticSharpe, verdict?.deflatedSharpe],
      ...[verdict?.sharpeOutright, verdict?.deflatedOutright, verdict?.overfitting],
    ].map((figure) => figure?.toFixed(3) ?? "-");
    console.log(
      `${name}, seed ${seed}: ${tried} rules; in the vault ${figures.join(", ")} (in excess of holding Sharpe per ` +
        `session, PSR, DSR; outright Sharpe, DSR; PBO)${verdict?.passed === true ? " PASSED" : ""}`,
    );
  }
  console.log(
    `${name}: ${passed} of ${SEEDS.length} passed all gates (${((100 * passed) / SEEDS.length).toFixed(0)} %); ` +
      `${alone} would have by PSR of the vault alone, ${outright} by the deflated ratio outright, ` +
      `${byLast} with the last generation's scatter`,
  );
  return passed;
}

const rates = Object.entries(markets)
  .filter(([name]) => values.market === undefined || values.market === name)
  .map(([name, market]) => rateOf(name, market));
if (Number(values.edge) === 0 && rates.some((passed) => passed > MAY_PASS)) process.exitCode = 1;
