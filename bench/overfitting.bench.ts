/**
 * What does the probability of backtest overfitting cost over all its combinations?
 *
 * Question  16 blocks, 12,870 combinations: 30 trials over five years of days, 100 over ten, 1,000 over ten.
 * Budget    100 trials over ten years in at most half a second of CPU, so that a report asks for it without thinking;
 *           at least 10 times the rival.
 * Rival     the definition as it is written down, and as pypbo does it: a Sharpe ratio over all days of each half,
 * for
 *           each trial and combination. It runs on the smallest set only, and both must find the same probability.
 *
 *   npm run bench -- overfitting [--json]
 */
import { parseArgs } from "node:util";
import { backtestOverfitting } from "../src/learn/overfitting/backtest-overfitting.ts";
import { combinations } from "../src/numerics/combinations.ts";
import { createRng } from "../src/numerics/rng.ts";
import { takeTurns } from "./timing.ts";

const BLOCKS = 16;
const BUDGET_SECONDS = 0.5;
const RIVAL_GOAL = 10;
const sets = [
  { trials: 30, days: 1_260, turns: 3 },
  { trials: 100, days: 2_520, turns: 3 },
  { trials: 1_000, days: 2_520, turns: 1 },
] as const;

/** Exit status: 1 when a budget is not held. */
export async function overfittingBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean", default: false } },
  });
  const timed = sets.map(({ trials, days, turns }) => {
    const returns = noise(trials, days);
    const { ours } = takeTurns(
      { ours: () => backtestOverfitting(returns, { blocks: BLOCKS }).probability },
      turns,
    );
    return { trials, days, seconds: ours!.seconds, probability: ours!.result };
  });
  const [small = { trials: 0, days: 0, seconds: Number.NaN, probability: Number.NaN }, middle = small] =
    timed;
  const rivalReturns = noise(small.trials, small.days);
  const { theirs } = takeTurns({ theirs: () => byDefinition(rivalReturns) }, 1);
  const figures = {
    bench: "overfitting",
    sets: timed,
    rivalSeconds: theirs!.seconds,
    ratioToRival: theirs!.seconds / small.seconds,
    isEqual: theirs!.result === small.probability,
    budgetSeconds: BUDGET_SECONDS,
    rivalGoal: RIVAL_GOAL,
  };
  const told = timed.map(
    ({ trials, days, seconds }) => `${trials} x ${days}: ${(1e3 * seconds).toFixed(0)} ms`,
  );
  const text =
    `overfitting, 12,870 combinations, ${told.join(", ")} (budget ${1e3 * BUDGET_SECONDS} for the middle one), ` +
    `${figures.ratioToRival.toFixed(1)} times the rival (goal ${RIVAL_GOAL}), ${figures.isEqual ? "equal" : "NOT EQUAL"}`;
  console.log(values.json ? JSON.stringify(figures) : text);
  const held = middle.seconds <= BUDGET_SECONDS && figures.ratioToRival >= RIVAL_GOAL && figures.isEqual;
  return held ? 0 : 1;
}

function noise(trials: number, days: number): Float64Array[] {
  const rng = createRng(1, "overfitting bench");
  return Array.from({ length: trials }, () => Float64Array.from({ length: days }, () => 0.01 * rng.normal()));
}

/** Days that fill no block are dropped from the head, as ours are. */
function byDefinition(returns: readonly Float64Array[]): number {
  const days = returns[0]?.length ?? 0;
  const length = Math.floor(days / BLOCKS);
  const head = days - length * BLOCKS;
  let overfit = 0;
  let count = 0;
  for (const chosen of combinations(BLOCKS, BLOCKS / 2)) {
    const others = Array.from({ length: BLOCKS }, (_, block) => block).filter(
      (block) => !chosen.includes(block),
    );
    const inside = returns.map((series) => sharpeOver(series, chosen, head, length));
    const outside = returns.map((series) => sharpeOver(series, others, head, length));
    const found = outside[inside.indexOf(Math.max(...inside))]!;
    // Noise has no ties, so a rank is a count.
    const rank = outside.filter((value) => value <= found).length;
    if (rank / (returns.length + 1) <= 0.5) overfit += 1;
    count += 1;
  }
  return overfit / count;
}

function sharpeOver(series: Float64Array, blocks: readonly number[], head: number, length: number): number {
  const count = blocks.length * length;
  let sum = 0;
  for (const block of blocks) {
    const from = head + block * length;
    for (let t = from; t < from + length; t++) sum += series[t]!;
  }
  const centre = sum / count;
  let squares = 0;
  for (const block of blocks) {
    const from = head + block * length;
    for (let t = from; t < from + length; t++) squares += (series[t]! - centre) ** 2;
  }
  return centre / Math.sqrt(squares / (count - 1));
}
