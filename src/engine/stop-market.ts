/**
 * What virtual stops know of the market, by instrument: the last price, and how long exits wait after a halt (C-44).
 * Used by the watch alone. It survives a restart, or the first quote after one would find no price to breach by.
 */
import type { SavedMarket } from "./saved-stops.ts";

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
const saved = (value: number): number | null => (Number.isFinite(value) ? value : null);

export class StopMarket {
  /** Last price seen, dollars per share; NaN for none. */
  readonly last: Float64Array;
  /** When it printed, epoch micros. */
  readonly printedAt: Float64Array;
  /** From when on exits may leave after a halt: Infinity from the halt to the first print after it. */
  readonly calmAt: Float64Array;
  /** When trading resumed, until something printed after it; Infinity otherwise. */
  readonly resumedAt: Float64Array;

  constructor(instruments: number) {
    this.last = new Float64Array(instruments);
    this.printedAt = new Float64Array(instruments);
    this.calmAt = new Float64Array(instruments);
    this.resumedAt = new Float64Array(instruments);
    this.load([]);
  }

  save(): SavedMarket[] {
    const rows = Array.from(this.last, (last, instrument): SavedMarket => {
      const calmAt = this.calmAt[instrument]!;
      return {
        instrument,
        last: saved(last),
        printedAt: saved(this.printedAt[instrument]!),
        calmAt: calmAt === POSITIVE_INFINITY ? "after_first_print" : saved(calmAt),
        resumedAt: saved(this.resumedAt[instrument]!),
      };
    });
    return rows.filter((row) => row.last !== null || row.printedAt !== null || row.calmAt !== null);
  }

  /** Takes over what `save` gave, once it was checked; what was known before is forgotten. */
  load(rows: readonly SavedMarket[]): void {
    this.last.fill(Number.NaN);
    this.printedAt.fill(NEGATIVE_INFINITY);
    this.calmAt.fill(NEGATIVE_INFINITY);
    this.resumedAt.fill(POSITIVE_INFINITY);
    for (const { instrument, last, printedAt, calmAt, resumedAt } of rows) {
      this.last[instrument] = last ?? Number.NaN;
      this.printedAt[instrument] = printedAt ?? NEGATIVE_INFINITY;
      this.calmAt[instrument] =
        calmAt === "after_first_print" ? POSITIVE_INFINITY : (calmAt ?? NEGATIVE_INFINITY);
      this.resumedAt[instrument] = resumedAt ?? POSITIVE_INFINITY;
    }
  }
}
