/**
 * The end of a search: its fittest rule, what it did on the days it was bred on and in the vault, judged fast and by
 * the engine with the configured costs and limits, and whether it passed its gates.
 */
import type { Config } from "../../app/config.ts";
import { runEngine } from "../../app/engine-run.ts";
import { dailyReturns } from "../../app/variants.ts";
import { isoDate } from "../../domain/time.ts";
import { wordsOf } from "../../features/formula/expression.ts";
import { type FormulaRule, ruleWarmup } from "../../features/formula/formula.ts";
import type { EvolutionState, Member } from "../../learn/evolution/evolution.ts";
import { ruleOf } from "../../learn/evolution/genome.ts";
import { openedVault } from "../../learn/evolution/opened-vault.ts";
import { type Panel, panelOf } from "../../learn/evolution/panel.ts";
import type { VaultVerdict } from "../../learn/evolution/vault.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { drawdowns } from "../../numerics/drawdown.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { formulaStrategy } from "../../strategies/formula-strategy.ts";
import { type DiscoveryGround, dayOfBatch, strategyIdOf } from "./discovery-ground.ts";
import type { DiscoveryRun, VaultKnowledge } from "./discovery-record.ts";

/** Yearly Sharpe ratio (null where nothing moved), total return and deepest fall, fractions. */
export interface RangeFigures {
  readonly sharpe: number | null;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
}

interface BothRanges {
  readonly evolution: RangeFigures;
  readonly vault: RangeFigures;
}

export interface Candidate {
  readonly strategy: string;
  readonly rule: FormulaRule;
  readonly words: { readonly entry: string; readonly exit: string; readonly size: string };
  readonly nodes: number;
  readonly warmup: number;
  readonly fitness: number;
  /** Yearly Sharpe ratio of each window. */
  readonly windows: readonly number[];
  /** Over all days. */
  readonly trades: number;
  readonly exposure: number;
  /** Of the capital, in a year. */
  readonly turnover: number;
  /** Judged fast, at the costs of the search. */
  readonly fast: BothRanges;
  /** By the engine, with the configured costs, sizes and limits, without regime and models. */
  readonly engine: BothRanges & { readonly fills: number };
}

export interface DiscoveryResult {
  readonly id: string;
  readonly snapshot: string;
  readonly dataHash: string;
  readonly configHash: string;
  readonly seed: number;
  readonly generations: number;
  readonly population: number;
  readonly costBps: number;
  readonly symbols: number;
  readonly sessions: number;
  readonly from: string;
  readonly vaultFrom: string;
  readonly to: string;
  /** Unique rules judged, each a trial, and those of other searches on some of the same days until the vault opened. */
  readonly trials: number;
  readonly earlierTrials: number;
  /** Other searches that had looked into this vault before. */
  readonly vaultOpenedBefore: number;
  readonly trialsSha256: string;
  /** Equal parts of all instruments, held: what any long rule is compared with. */
  readonly holding: BothRanges;
  /** Null where no rule traded enough to be judged. */
  readonly candidate: Candidate | null;
  readonly verdict: VaultVerdict | null;
  readonly passed: boolean;
  readonly reasons: readonly string[];
}

const YEAR = 252;

export interface EndFacts {
  readonly run: DiscoveryRun;
  readonly ground: DiscoveryGround;
  readonly config: Config;
  readonly state: EvolutionState;
  /** Features that the search's rules were made of. */
  readonly names: readonly string[];
  readonly trialsSha256: string;
  readonly before: VaultKnowledge;
}

/** Of the vault that is open now. */
export function discoveryResult(facts: EndFacts): DiscoveryResult {
  const { run, ground, config, state, names, trialsSha256, before } = facts;
  const { columns, vault, snapshot } = ground;
  const { terms, id, dataHash, configHash } = run;
  const { earlierTrials } = before;
  const panel = panelOf(columns, names, { market: config.features.market, drop: false });
  const last = panel.periods - 1;
  const base = {
    ...{ id, snapshot, dataHash, configHash, seed: terms.seed, generations: terms.generations },
    ...{ population: terms.population, costBps: terms.costBps, symbols: panel.symbols.length },
    ...{ sessions: panel.periods, from: isoDate(dayOfBatch(columns, 0)) },
    ...{ vaultFrom: isoDate(dayOfBatch(columns, vault)), to: isoDate(dayOfBatch(columns, last)) },
    ...{ trials: state.tried, ...before, trialsSha256 },
    holding: rangesOf(heldProfit(panel), vault),
  };
  const opened = openedVault(state, { panel, vault, costBps: terms.costBps, earlierTrials });
  if (opened === undefined)
    return { ...base, candidate: null, verdict: null, passed: false, reasons: ["no rule traded enough"] };
  const { best, traded, verdict } = opened;
  const candidate: Candidate = {
    ...described(best, strategyIdOf(id)),
    trades: traded.trades,
    exposure: traded.exposure,
    turnover: (traded.turnover * YEAR) / panel.periods,
    fast: rangesOf(traded.profit, vault),
    engine: engineFigures(best, facts),
  };
  return { ...base, candidate, verdict, passed: verdict.passed, reasons: verdict.reasons };
}

function described({ genome, nodes, fitness, windows }: Member, strategy: string) {
  const { entry, exit, size } = genome;
  const words = { entry: wordsOf(entry), exit: wordsOf(exit), size: wordsOf(size) };
  return { strategy, rule: ruleOf(genome), words, nodes, warmup: ruleWarmup(genome), fitness, windows };
}

/** The same rule as a strategy, as a backtest runs it. */
function engineFigures({ genome }: Member, { run, ground, config }: EndFacts): Candidate["engine"] {
  const { columns, vault } = ground;
  const id = strategyIdOf(run.id);
  const sessions = xnysSessions();
  const setup = { config, strategyIds: [id], columns, sessions, cash: config.account.capital };
  const modules = [formulaStrategy(id, ruleOf(genome))];
  const { curve, loop } = runEngine(setup, { modules });
  const returns = dailyReturns(curve, setup);
  return {
    evolution: figuresOf(returns.subarray(0, vault)),
    vault: figuresOf(returns.subarray(vault)),
    fills: loop.execute.fills.length,
  };
}

/** Profits on a capital that is not compounded, as returns on what it had become. */
function rangesOf(profit: Float64Array, vault: number): BothRanges {
  const returns = onEquity(profit);
  return { evolution: figuresOf(returns.subarray(0, vault)), vault: figuresOf(returns.subarray(vault)) };
}

function onEquity(profit: Float64Array): Float64Array {
  let equity = 1;
  return profit.map((each) => {
    const change = each / equity;
    equity += each;
    return change;
  });
}

function figuresOf(returns: Float64Array): RangeFigures {
  const sharpe = sharpeRatio(returns, { periodsPerYear: YEAR, riskFree: 0 });
  return {
    sharpe: Number.isNaN(sharpe) ? null : sharpe,
    totalReturn: returns.reduce((wealth, each) => wealth * (1 + each), 1) - 1,
    maxDrawdown: drawdowns(returns).maxDrawdown,
  };
}

/** One slot in each instrument from its second bar's open on, for free. */
function heldProfit({ starts, price, period, periods, symbols }: Panel): Float64Array {
  const profit = new Float64Array(periods);
  for (let i = 0; i < symbols.length; i++) {
    const shares = 1 / symbols.length / price.close[starts[i]!]!;
    for (let row = starts[i]! + 1; row < starts[i + 1]!; row++)
      profit[period[row]!]! += shares * (price.close[row]! - price.close[row - 1]!);
  }
  return profit;
}
