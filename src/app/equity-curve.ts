/** The equity after each batch, in a column sized before the run: one row per decision point. */
import type { ExecuteStage } from "../engine/execute.ts";

export class EquityCurve {
  /** Dollars. */
  readonly equity: Float64Array;
  #length = 0;

  constructor(batches: number) {
    this.equity = new Float64Array(batches);
  }

  get length(): number {
    return this.#length;
  }

  record({ portfolio }: ExecuteStage): void {
    this.equity[this.#length++] = portfolio.equity;
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
