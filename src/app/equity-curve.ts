/** The account after each batch, as columns sized before the run: one row per decision point. */
import type { ExecuteStage } from "../engine/execute.ts";

/** Three columns are kept; what follows from them is worked out by whoever asks, after the run. */
export class EquityCurve {
  /** Dollars. */
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly gross: Float64Array;
  #length = 0;

  constructor(batches: number) {
    this.equity = new Float64Array(batches);
    this.cash = new Float64Array(batches);
    this.gross = new Float64Array(batches);
  }

  get length(): number {
    return this.#length;
  }

  record({ portfolio }: ExecuteStage): void {
    const row = this.#length++;
    this.equity[row] = portfolio.equity;
    this.cash[row] = portfolio.cash;
    this.gross[row] = portfolio.gross;
  }

  /** Fraction below the highest equity so far, zero or positive, row by row. `start` counts as a high. */
  drawdowns(start: number): Float64Array {
    let high = start;
    return this.equity.map((equity) => {
      if (equity > high) high = equity;
      return 1 - equity / high;
    });
  }
}
