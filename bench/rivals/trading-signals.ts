/** The nearest relative on npm, streaming the same eight indicators over the same bars, symbol by symbol. */
import { ADX, ATR, BollingerBands, EMA, MACD, RSI, SMA } from "trading-signals";
import type { SymbolMajorBars } from "../generated-data.ts";

/** Sum of all values, so that nothing can be left out. */
export function tradingSignals({ symbols, bars, high, low, close }: SymbolMajorBars): number {
  const sets = Array.from({ length: symbols }, () => ({
    closes: [new SMA(20), new EMA(20), new EMA(50), new RSI(14)],
    macd: new MACD(new EMA(12), new EMA(26), new EMA(9)),
    bands: new BollingerBands(20, 2),
    ranges: [new ATR(14), new ADX(14)],
  }));
  let total = 0;
  const add = (value: number | null | undefined) => {
    if (typeof value === "number" && !Number.isNaN(value)) total += value;
  };
  for (let bar = 0; bar < bars; bar++) {
    for (const [s, { closes, macd, bands, ranges }] of sets.entries()) {
      const at = s * bars + bar;
      const x = close[at]!;
      for (const one of closes) add(one.add(x));
      add(macd.add(x)?.macd);
      add(bands.add(x)?.upper);
      const candle = { high: high[at]!, low: low[at]!, close: x };
      for (const one of ranges) add(one.add(candle));
    }
  }
  return total;
}
