/** Every feature at its catalogue parameters. One line each; nothing else belongs here. */
import { adx } from "./adx.ts";
import { atr } from "./atr.ts";
import { bollinger } from "./bollinger.ts";
import { commodityChannel } from "./commodity-channel.ts";
import { averageVolume } from "./dollar-volume.ts";
import { ema } from "./ema.ts";
import { emaSpread } from "./ema-spread.ts";
import type { Feature } from "./feature.ts";
import { highestLowest } from "./highest-lowest.ts";
import { linregSlope } from "./linreg-slope.ts";
import { macd, macdTalib } from "./macd.ts";
import { moneyFlow } from "./money-flow.ts";
import { averageOverAverage, priceToAverage } from "./price-to-average.ts";
import { rangeVolatility } from "./range-volatility.ts";
import { rateOfChange } from "./rate-of-change.ts";
import { closeToClose, realizedVolatility } from "./realized-volatility.ts";
import { logReturn, simpleReturn } from "./returns.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { stochastic } from "./stochastic.ts";
import { trueRangeOfBar } from "./true-range.ts";
import { volatilityRatio } from "./volatility-ratio.ts";
import { williamsR } from "./williams-r.ts";

export const features: readonly Feature[] = [
  ...[1, 5, 10, 20].map((bars) => simpleReturn({ bars })),
  ...[1, 5, 10, 20].map((bars) => logReturn({ bars })),
  ...[5, 10, 20, 50, 200].map((period) => sma({ period })),
  ...[12, 20, 26, 50].map((period) => ema({ period })),
  ...[2, 14].map((period) => rsi({ period })),
  atr({ period: 14 }),
  adx({ period: 14 }),
  ...[10, 20, 60].map((period) => realizedVolatility({ period })),
  ...[14, 20].map((period) => highestLowest({ period })),
  averageVolume({ period: 20 }),

  // Price, trend and volatility: QUANT a1, a2.
  ...[5, 20, 50, 200].map((period) => priceToAverage({ period })),
  averageOverAverage({ fast: 20, slow: 50 }),
  emaSpread({ fast: 20, slow: 50 }),
  macd({ fast: 12, slow: 26, signal: 9 }),
  macdTalib({ fast: 12, slow: 26, signal: 9 }),
  ...[5, 10, 20].map((period) => rateOfChange({ period })),
  linregSlope({ period: 12 }),
  trueRangeOfBar({}),
  bollinger({ period: 20, deviations: 2 }),
  standardDeviation({ period: 20 }),
  stochastic({ period: 14, slow: 3, signal: 3 }),
  williamsR({ period: 14 }),
  commodityChannel({ period: 20 }),
  moneyFlow({ period: 14 }),
  rangeVolatility({ period: 20 }),
  closeToClose({ period: 20 }),
  volatilityRatio({ fast: 10, slow: 60 }),
];
