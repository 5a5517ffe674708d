/** The account after each batch, as columns sized before the run: one row per decision point. */
import type { ExecuteStage } from "../engine/execute.ts";

export class EquityCurve {
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly gross: Float64Array;
  readonly net: Float64Array;
  /** Fraction below the highest equity so far, zero or positive. */
  readonly drawdown: Float64Array;
  #length = 0;

  constructor(batches: number) {
    this.equity = new Float64Array(batches);
    this.cash = new Float64Array(batches);
    this.gross = new Float64Array(batches);
    this.net = new Float64Array(batches);
    this.drawdown = new Float64Array(batches);
  }

  get length(): number {
    return this.#length;
  }

  record({ portfolio, baselines }: ExecuteStage): void {
    const row = this.#length++;
    const { equity } = portfolio;
    this.equity[row] = equity;
    this.cash[row] = portfolio.cash;
    this.gross[row] = portfolio.gross;
    this.net[row] = portfolio.net;
    this.drawdown[row] = baselines.drawdownFromHigh(equity);
  }
}
