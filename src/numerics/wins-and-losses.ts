/**
 * Wins against losses, over trades or over periods (QUANT g). Zeros are neither: they are counted apart and
 * stand in no ratio.
 */
import { sum } from "./moments.ts";

export interface WinsAndLosses {
  readonly wins: number;
  readonly losses: number;
  readonly zeros: number;
  /** Sum of the gains, and of the losses as a negative number; unit of the input. */
  readonly grossProfit: number;
  readonly grossLoss: number;
  /** wins / (wins + losses); NaN when there is neither. */
  readonly winRate: number;
  /** Gains over |losses|. Infinity when nothing was lost and something won, NaN when neither. */
  readonly profitFactor: number;
  /** Mean gain, and mean loss as a negative number; NaN when there are none. */
  readonly averageWin: number;
  readonly averageLoss: number;
  /** averageWin / |averageLoss|; NaN when either is missing. */
  readonly payoff: number;
}

export function winsAndLosses(values: Float64Array): WinsAndLosses {
  const gains = values.filter((value) => value > 0);
  const falls = values.filter((value) => value < 0);
  const grossProfit = sum(gains);
  const grossLoss = sum(falls);
  const averageWin = grossProfit / gains.length;
  const averageLoss = grossLoss / falls.length;
  return {
    wins: gains.length,
    losses: falls.length,
    zeros: values.length - gains.length - falls.length,
    grossProfit,
    grossLoss,
    winRate: gains.length / (gains.length + falls.length),
    profitFactor: grossProfit / Math.abs(grossLoss),
    averageWin,
    averageLoss,
    payoff: averageWin / Math.abs(averageLoss),
  };
}
