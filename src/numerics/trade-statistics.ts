/**
 * Figures per closed trade (QUANT g), in the unit of the profits given (dollars, R multiples, returns).
 * Nothing here is annualised: trades have no clock, and a Sharpe ratio made of them would be invented.
 */
import { invariant } from "../domain/assert.ts";
import { mean } from "./moments.ts";
import { type WinsAndLosses, winsAndLosses } from "./wins-and-losses.ts";

export interface TradeStatistics extends WinsAndLosses {
  readonly trades: number;
  readonly netProfit: number;
  /** Mean profit of a trade, scratches included; NaN without trades. */
  readonly expectancy: number;
  /** Largest and smallest single profit; NaN without trades. */
  readonly best: number;
  readonly worst: number;
  /** Longest runs of wins and of losses. A scratch neither lengthens nor ends a run. */
  readonly longestWinningStreak: number;
  readonly longestLosingStreak: number;
}

/** `profits` after costs, in the order the trades closed. Halts on a value that is not finite (NU-5). */
export function tradeStatistics(profits: Float64Array): TradeStatistics {
  invariant(profits.every(Number.isFinite), "NU-5", "the profit of a closed trade is not a finite number");
  const tally = winsAndLosses(profits);
  return {
    ...tally,
    trades: profits.length,
    netProfit: tally.grossProfit + tally.grossLoss,
    expectancy: mean(profits),
    best: profits.length === 0 ? Number.NaN : profits.reduce((a, b) => Math.max(a, b)),
    worst: profits.length === 0 ? Number.NaN : profits.reduce((a, b) => Math.min(a, b)),
    longestWinningStreak: longestStreak(profits, 1),
    longestLosingStreak: longestStreak(profits, -1),
  };
}

function longestStreak(profits: Float64Array, direction: 1 | -1): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < profits.length; i++) {
    const profit = profits[i]! * direction;
    if (profit > 0) run += 1;
    if (profit < 0) run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
