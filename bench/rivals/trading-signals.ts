/** The nearest relative on npm, streaming the same eight indicators over the same bars. */
import { ADX, ATR, BollingerBands, EMA, MACD, RSI, SMA } from "trading-signals";
import type { SymbolMajorBars } from "../generated-data.ts";

/** Sum of all values, so that nothing can be left out. Bar by bar over all symbols, as a market comes. */
export function tradingSignals(data: SymbolMajorBars): number {
  const sets = Array.from({ length: data.symbols }, () => new IndicatorSet());
  let total = 0;
  for (let bar = 0; bar < data.bars; bar++) {
    for (let s = 0; s < data.symbols; s++) total += sets[s]!.update(data, s * data.bars + bar);
  }
  return total;
}

/** The same, one symbol to its end before the next: kinder to the cache with a heap of small objects. */
export function tradingSignalsBySymbol(data: SymbolMajorBars): number {
  let total = 0;
  for (let s = 0; s < data.symbols; s++) {
    const set = new IndicatorSet();
    for (let bar = 0; bar < data.bars; bar++) total += set.update(data, s * data.bars + bar);
  }
  return total;
}

class IndicatorSet {
  readonly #closes = [new SMA(20), new EMA(20), new EMA(50), new RSI(14)];
  readonly #macd = new MACD(new EMA(12), new EMA(26), new EMA(9));
  readonly #bands = new BollingerBands(20, 2);
  readonly #ranges = [new ATR(14), new ADX(14)];

  update({ high, low, close }: SymbolMajorBars, at: number): number {
    const x = close[at]!;
    let sum = 0;
    for (const one of this.#closes) sum += numberOf(one.add(x));
    sum += numberOf(this.#macd.add(x)?.macd) + numberOf(this.#bands.add(x)?.upper);
    const candle = { high: high[at]!, low: low[at]!, close: x };
    for (const one of this.#ranges) sum += numberOf(one.add(candle));
    return sum;
  }
}

const numberOf = (value: number | null | undefined): number =>
  typeof value === "number" && !Number.isNaN(value) ? value : 0;
