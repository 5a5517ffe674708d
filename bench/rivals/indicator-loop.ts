/**
 * The limit for streaming features: one pass, state in typed arrays, only the arithmetic of eight indicators
 * (SMA20, EMA20, EMA50, RSI14, MACD, Bollinger, ATR14, ADX14). No warm-up, no NaN, no ring but one, naive sums
 * of squares: what a product must do besides is the price that the ratio measures.
 */
import type { SymbolMajorBars } from "../generated-data.ts";

export const INDICATORS = 8;
const WARM = 60;

/** Sum of all values from bar 60 on, so that nothing can be left out. */
export function indicatorLoop({ symbols, bars, high, low, close }: SymbolMajorBars): number {
  const column = () => new Float64Array(symbols);
  const ring = new Float64Array(symbols * 20);
  const [sum, squares, ema20, ema50, gains, losses] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const [before, highBefore, lowBefore, fast, slow, signal] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const [atr, plus, minus, trueRange, adx] = [column(), column(), column(), column(), column()];
  const wilder = 1 / 14;
  let total = 0;
  for (let bar = 0; bar < bars; bar++) {
    const slot = bar % 20;
    for (let s = 0, at = bar; s < symbols; s++, at += bars) {
      const x = close[at]!;
      const h = high[at]!;
      const l = low[at]!;
      const old = ring[s * 20 + slot]!;
      ring[s * 20 + slot] = x;
      const s1 = sum[s]! + x - old;
      const s2 = squares[s]! + x * x - old * old;
      sum[s] = s1;
      squares[s] = s2;
      if (bar === 0) {
        ema20[s] = ema50[s] = fast[s] = slow[s] = before[s] = x;
        highBefore[s] = h;
        lowBefore[s] = l;
        atr[s] = h - l;
        continue;
      }
      const p = before[s]!;
      const d = x - p;
      const e20 = ema20[s]! + (2 / 21) * (x - ema20[s]!);
      const e50 = ema50[s]! + (2 / 51) * (x - ema50[s]!);
      ema20[s] = e20;
      ema50[s] = e50;
      const up = gains[s]! + wilder * ((d > 0 ? d : 0) - gains[s]!);
      const down = losses[s]! + wilder * ((d < 0 ? -d : 0) - losses[s]!);
      gains[s] = up;
      losses[s] = down;
      const f = fast[s]! + (2 / 13) * (x - fast[s]!);
      const w = slow[s]! + (2 / 27) * (x - slow[s]!);
      fast[s] = f;
      slow[s] = w;
      const line = f - w;
      const sig = signal[s]! + (2 / 10) * (line - signal[s]!);
      signal[s] = sig;
      const range = Math.max(h - l, Math.abs(h - p), Math.abs(l - p));
      const average = atr[s]! + wilder * (range - atr[s]!);
      atr[s] = average;
      const rise = h - highBefore[s]!;
      const fall = lowBefore[s]! - l;
      const pdm = plus[s]! + (rise > fall && rise > 0 ? rise : 0) - plus[s]! * wilder;
      const mdm = minus[s]! + (fall > rise && fall > 0 ? fall : 0) - minus[s]! * wilder;
      plus[s] = pdm;
      minus[s] = mdm;
      trueRange[s] = trueRange[s]! + range - trueRange[s]! * wilder;
      const both = pdm + mdm;
      const dx = both > 0 ? (100 * Math.abs(pdm - mdm)) / both : 0;
      const strength = adx[s]! + wilder * (dx - adx[s]!);
      adx[s] = strength;
      before[s] = x;
      highBefore[s] = h;
      lowBefore[s] = l;
      if (bar < WARM) continue;
      const mean = s1 / 20;
      const variance = s2 / 20 - mean * mean;
      const band = mean + 2 * Math.sqrt(variance > 0 ? variance : 0);
      total += mean + e20 + e50 + (100 * up) / (up + down) + line + sig + band + average + strength;
    }
  }
  return total;
}
