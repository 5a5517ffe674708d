/**
 * The heights that losses are measured from (RELIABILITY 1.5): the day's base, the day's high, the
 * all-time high. Dollars of net asset value; without deposits one unit is the account itself.
 *
 * PF-4  The day's high starts at the base and never falls within a session (I-17).
 */
import type { DayNumber } from "../domain/time.ts";

export class Baselines {
  #session: DayNumber | undefined;
  #previousEquity: number;
  dayBase: number;
  dayHigh: number;
  high: number;

  constructor(startingEquity: number) {
    this.#previousEquity = startingEquity;
    this.dayBase = startingEquity;
    this.dayHigh = startingEquity;
    this.high = startingEquity;
  }

  /** A new session starts from the last value of the one before, so an overnight gap counts. */
  update(session: DayNumber, equity: number): void {
    if (session !== this.#session) {
      this.#session = session;
      this.dayBase = this.#previousEquity;
      this.dayHigh = this.#previousEquity;
    }
    if (equity > this.dayHigh) this.dayHigh = equity;
    if (equity > this.high) this.high = equity;
    this.#previousEquity = equity;
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
