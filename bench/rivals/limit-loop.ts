/**
 * The limit: the same crossover as one hand-written loop over typed arrays, doing only the arithmetic. No
 * orders, no risk, no ledger, no trade log. Nothing that keeps books can be as fast; the ratio to it says
 * what the books cost.
 */
import type { SymbolMajorBars } from "../generated-data.ts";

export interface RivalResult {
  readonly fills: number;
  readonly equity: number;
}

export function limitLoop({ open, close, symbols, bars }: SymbolMajorBars): RivalResult {
  const fastWeight = 2 / 21;
  const slowWeight = 2 / 51;
  const fast = new Float64Array(symbols);
  const slow = new Float64Array(symbols);
  const position = new Float64Array(symbols);
  const above = new Uint8Array(symbols);
  const order = new Int8Array(symbols);
  let cash = 1e8;
  let fills = 0;
  let equity = 0;
  let peak = 0;
  for (let bar = 0; bar < bars; bar++) {
    equity = 0;
    for (let s = 0, k = bar; s < symbols; s++, k += bars) {
      const price = close[k]!;
      const wanted = order[s]!;
      if (wanted !== 0) {
        if (wanted > 0) {
          cash -= open[k]! * 1.0005 * 100 + 0.5;
          position[s] = 100;
        } else {
          cash += open[k]! * 0.9995 * 100 - 0.5;
          position[s] = 0;
        }
        order[s] = 0;
        fills++;
      }
      if (bar === 0) {
        fast[s] = price;
        slow[s] = price;
      } else {
        fast[s] = fast[s]! + fastWeight * (price - fast[s]!);
        slow[s] = slow[s]! + slowWeight * (price - slow[s]!);
      }
      const now = fast[s]! > slow[s]! ? 1 : 0;
      if (bar >= 50 && now !== above[s]) {
        if (now === 1 && position[s] === 0) order[s] = 1;
        else if (now === 0 && position[s]! > 0) order[s] = -1;
      }
      above[s] = now;
      equity += position[s]! * price;
    }
    equity += cash;
    if (equity > peak) peak = equity;
  }
  return { fills, equity };
}
