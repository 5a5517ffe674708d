/**
 * The heights that losses are measured from (RELIABILITY 1.5): the day's base, the day's high, the
 * all-time high. Dollars of net asset value; without deposits one unit is the account itself.
 *
 * PF-4  The day's high starts at the base and never falls within a session (I-17).
 * PF-5  A value that is no number moves no height (I-16): one missing mark must not disarm the day.
 */
export class Baselines {
  #last = Number.NaN;
  dayBase = Number.NaN;
  dayHigh = Number.NaN;
  high = Number.NaN;

  constructor(startingEquity: number) {
    this.#last = startingEquity;
    this.dayBase = startingEquity;
    this.dayHigh = startingEquity;
    this.high = startingEquity;
  }

  /** The new day starts from the last value of the one before, so an overnight gap counts. */
  startSession(): void {
    this.dayBase = this.#last;
    this.dayHigh = this.#last;
  }

  update(equity: number): void {
    if (!Number.isFinite(equity)) return;
    this.#last = equity;
    if (equity > this.dayHigh) this.dayHigh = equity;
    if (equity > this.high) this.high = equity;
  }

  /** Fractions, zero or positive: 1 when all is lost, above it when more is; NaN for an unknown value. */
  drawdownFromDayHigh(equity: number): number {
    return below(this.dayHigh, equity);
  }

  lossFromDayBase(equity: number): number {
    return below(this.dayBase, equity);
  }

  drawdownFromHigh(equity: number): number {
    return below(this.high, equity);
  }
}

/** Nothing can be measured from a height without money: then everything counts as lost, never as nothing. */
function below(height: number, equity: number): number {
  if (Number.isNaN(equity)) return Number.NaN;
  return height > 0 ? Math.max(0, 1 - equity / height) : 1;
}
