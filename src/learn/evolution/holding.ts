/**
 * What holding would have paid in a rule's place: each instrument on every day, with the dollars that the rule had in
 * it on average. A rule that does no better has chosen no days, however well it did (ADR 0025).
 *
 * The average of a day leaves out that day and the year after it, as long as a rule remembers. A rule that buys what
 * has fallen holds more after a fall: with those days in it, its average would be high just where returns were low,
 * and holding would look worse than it was.
 */
import type { Panel } from "./panel.ts";

/** Periods that are left out of the average, its own among them; at most half of the part. */
const REACTION = 252;

/** Of one panel, for any number of rules. */
export class Holding {
  readonly #panel: Panel;
  /** First period of each part after the first, and the end. */
  readonly #edges: readonly number[];
  /** Held at each row's close, as a share of the capital: for the rule that is traded now to write. */
  readonly dollars: Float64Array;
  /** Dollars summed up to a row, from the part's first one on. */
  readonly #sums: Float64Array;

  /** `parts`: first periods of those after the first; each has averages of its own. */
  constructor(panel: Panel, parts: readonly number[]) {
    this.#panel = panel;
    this.#edges = [...parts, panel.periods];
    this.dollars = new Float64Array(panel.rows);
    this.#sums = new Float64Array(panel.periods + 1);
  }

  /**
   * Takes from `excess` (per period, shares of the capital) what holding an instrument would have paid from `row` on,
   * the first in which the rule could have traded.
   */
  takeFrom(excess: Float64Array, instrument: number, row: number): void {
    const { starts, period } = this.#panel;
    const end = starts[instrument + 1]!;
    let from = Math.max(row, starts[instrument]! + 1);
    for (const edge of this.#edges) {
      let to = from;
      while (to < end && period[to]! < edge) to++;
      this.#takePart(excess, from, to);
      from = to;
    }
  }

  #takePart(excess: Float64Array, from: number, to: number): void {
    const { period, price } = this.#panel;
    const { close } = price;
    const sums = this.#sums;
    const dollars = this.dollars;
    const rows = to - from;
    for (let k = 0; k < rows; k++) sums[k + 1] = sums[k]! + dollars[from + k]!;
    const total = sums[rows]!;
    if (rows === 0 || total === 0) return;
    const apart = Math.min(REACTION, rows >> 1);
    for (let k = 0; k < rows; k++) {
      const until = Math.min(rows, k + apart);
      const mean = (total - (sums[until]! - sums[k]!)) / (rows - (until - k));
      const row = from + k;
      excess[period[row]!]! -= mean * (close[row]! / close[row - 1]! - 1);
    }
  }
}
