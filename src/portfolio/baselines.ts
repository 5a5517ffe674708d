/**
 * The heights that losses are measured from (RELIABILITY 1.5): the day's base, the day's high, the
 * all-time high. Dollars of net asset value; without deposits one unit is the account itself.
 *
 * PF-4  The day's high starts at the base and never falls within a session (I-17).
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
    this.#last = equity;
    if (equity > this.dayHigh) this.dayHigh = equity;
    if (equity > this.high) this.high = equity;
  }

  /** Fractions, zero or positive. */
  drawdownFromDayHigh(equity: number): number {
    return this.dayHigh > 0 ? 1 - equity / this.dayHigh : 0;
  }

  lossFromDayBase(equity: number): number {
    return this.dayBase > 0 ? Math.max(0, 1 - equity / this.dayBase) : 0;
  }

  drawdownFromHigh(equity: number): number {
    return this.high > 0 ? 1 - equity / this.high : 0;
  }
}
