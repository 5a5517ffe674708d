/** Where the market instrument stands in a batch, for features that compare with it. */
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";

/**
 * Row of the market's bar in this batch, or -1 when it has none or there is no market. Joining on the batch
 * is joining on the instant: two bars meet only when they closed together, never by their row numbers.
 */
export function marketRow({ columns, from, to }: BarBatch, market: InstrumentId | undefined): number {
  if (market === undefined) return -1;
  const { instrument } = columns;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instrument[middle]! < market) low = middle + 1;
    else high = middle;
  }
  return low < to && instrument[low] === market ? low : -1;
}
