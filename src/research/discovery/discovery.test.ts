/**
 * Goal    the fast judgement is the engine's, a planted rule is found and passes its gates, and the exported file
 *         trades as what was judged.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BURST, noiseMarkets, plantedDaily } from "../../../test/discovery-market.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { loadStrategyFile, readStrategyFile } from "../../adapters/strategy-file.ts";
import { loadConfig } from "../../app/config.ts";
import { runEngine } from "../../app/engine-run.ts";
import { dailyReturns } from "../../app/variants.ts";
import type { BarColumns } from "../../domain/bars.ts";
import { leafNames } from "../../features/formula/expression.ts";
import { parseRule } from "../../features/formula/formula.ts";
import { Evolution, type EvolutionState, fittest, type Member } from "../../learn/evolution/evolution.ts";
import { fitnessTerms } from "../../learn/evolution/fitness.ts";
import { ruleOf } from "../../learn/evolution/genome.ts";
import { judgeOver, RuleTrader, vocabularyOf } from "../../learn/evolution/judge.ts";
import { likeness } from "../../learn/evolution/novelty.ts";
import { columnsBefore, panelOf } from "../../learn/evolution/panel.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { formulaStrategy } from "../../strategies/formula-strategy.ts";
import { discoveryResult } from "./discovery-result.ts";
import { strategyText } from "./export-strategy.ts";
import { restoredEvolution, savedEvolution } from "./saved-evolution.ts";

const folder = scratchFolder("plimsoll-discovery-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COST_BPS = 5;
const columns = plantedDaily({ seed: 2, symbols: 12, sessions: 1000, edge: 0.01 });
const VAULT = 800;
const sessions = xnysSessions();
const whole = (names: readonly string[]) => panelOf(columns, names, { market: "SPY", drop: false });

/** The same costs as the fast judgement; sizes in the test stay below the limits that it does not know. */
const plain = loadConfig({
  assignments: [
    ...["costs.slippage=fixed", `costs.fixedBps=${COST_BPS}`, "costs.regulatory=false"],
    ...[
      "execution.entryOrder=market",
      "execution.tick=none",
      "risk.order_size={maxShares: 10000000, maxNotionalUsd: 1e9}",
    ],
    ...["sizing.positionUsd=1e8", "risk.max_positions.limit=10000", "ensemble.trailing.floor=1"],
    ...["risk.open_risk.assumedFraction=0.01", "risk.cooldown.bars=0"],
  ],
});

describe("the fast judgement", () => {
  it("agrees with the engine at the same costs, session by session", () => {
    const rule = {
      entry: "below(price_to_sma_20, -0.02)",
      exit: "above(rsi_14, 0.55)",
      size: "smaller(constant(0.4), larger(constant(0.2), rsi_2))",
    };
    const { profit, trades } = new RuleTrader(
      whole(["price_to_sma_20", "rsi_14", "rsi_2"]),
      COST_BPS,
      [],
    ).trade(parseRule(rule));
    const setup = { config: plain, strategyIds: ["found"], columns, sessions, cash: 1e8 };
    const { curve, loop } = runEngine(setup, { modules: [formulaStrategy("found", rule)] });
    const worth = curve.equity.map((equity) => equity / 1e8 - 1);
    let sum = 0;
    const fast = profit.map((each) => {
      sum += each;
      return sum;
    });
    expect(trades).toBeGreaterThan(200);
    expect(loop.execute.fills.length).toBeGreaterThan(2 * trades - 13);
    expect(loop.execute.fills.length).toBeLessThanOrEqual(2 * trades);
    const off = Math.max(...fast.map((each, t) => Math.abs(each - worth[t]!)));
    expect(off).toBeLessThan(1e-4);
  });
});

const ended = (steps: Generator<Member, EvolutionState>): EvolutionState => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

function bred(market: BarColumns, { generations, population }: { generations: number; population: number }) {
  const panel = panelOf(columnsBefore(market, VAULT), leafNames(), { market: "SPY", drop: true });
  const judge = judgeOver(panel, { ...fitnessTerms, perYear: 252, costBps: COST_BPS });
  const evolution = new Evolution({ seed: 4, population }, vocabularyOf(panel), judge, new Set());
  let state = ended(evolution.begin());
  for (let n = 0; n < generations; n++) {
    state = ended(evolution.next(state));
    expect(restoredEvolution(JSON.parse(JSON.stringify(savedEvolution(state))))).toEqual(state);
  }
  return { state, names: [...panel.leaves.keys()] };
}

const resultOf = (market: BarColumns, state: EvolutionState, names: readonly string[]) =>
  discoveryResult({
    run: {
      ...{ id: "di-0123456789ab", createdAt: "", dataHash: "", configHash: "" },
      terms: {
        ...{ generations: state.generation, population: 200, seed: 4, costBps: COST_BPS, symbols: "all" },
        ...{ from: null, to: null, source: null, adjustment: null, snapshot: null },
      },
    },
    ground: { columns: market, vault: VAULT, snapshot: "", dataHash: "" },
    ...{ config: plain, state, names, trialsSha256: "", before: { earlierTrials: 0, vaultOpenedBefore: 0 } },
  });

describe("a search that ends with a rule that merely holds", () => {
  it("does not pass, however well holding paid in the vault", () => {
    const boom = { ...noiseMarkets(VAULT).boom, drift: 0.8 };
    const market = plantedDaily({ seed: 3, symbols: 12, sessions: 1000, edge: 0, ...boom });
    const { state, names } = bred(market, { generations: 0, population: 60 });
    const holds = parseRule({ entry: "over(high, low)", exit: "over(low, high)", size: "constant(1)" });
    const best: Member = { ...fittest(state)!, genome: holds, fitness: 99 };
    const { holding, candidate, verdict, passed } = resultOf(market, { ...state, islands: [[best]] }, names);
    expect(holding.vault.sharpe).toBeGreaterThan(5);
    expect(Math.abs(candidate!.fast.vault.sharpe! - holding.vault.sharpe!)).toBeLessThan(0.2);
    expect(verdict!.deflatedSharpe).toBeLessThan(0.95);
    expect(passed).toBe(false);
  });
});

describe("a search over a market with a planted rule", () => {
  it("finds it, lets it pass, and writes a file that trades like it", async () => {
    const { state, names } = bred(columns, { generations: 16, population: 200 });
    const trader = new RuleTrader(whole(names), COST_BPS, []);
    const level = `above(volume_ratio_20_excl, ${BURST})`;
    const planted = trader.trade(parseRule({ entry: level, exit: `not(${level})`, size: "constant(1)" }));
    const best = fittest(state)!;
    expect(likeness(planted.signal, trader.trade(best.genome).signal)).toBeGreaterThan(0.9);

    const result = resultOf(columns, state, names);
    expect(result).toMatchObject({ passed: true, reasons: [], trials: state.tried });
    const { fast, engine } = result.candidate!;
    expect(Math.abs(fast.vault.sharpe! - engine.vault.sharpe!)).toBeLessThan(0.15);

    const text = strategyText(result, result.candidate!);
    expect(text).toContain(`${state.tried} rules were tried`);
    const file = join(folder, "found.ts");
    writeFileSync(file, text);
    const strategy = loadStrategyFile(file, readStrategyFile(file, "found"), "found");
    const setup = { config: plain, strategyIds: [strategy.id], columns, sessions, cash: 1e5 };
    const runs = [strategy, formulaStrategy(strategy.id, ruleOf(best.genome))].map((module) =>
      dailyReturns(runEngine(setup, { modules: [module] }).curve, setup),
    );
    expect(runs[0]).toEqual(runs[1]);
  });
});
