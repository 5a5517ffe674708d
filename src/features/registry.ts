/** Every feature at its catalogue parameters. One line each; nothing else belongs here. */
import { adx } from "./adx.ts";
import { amihud } from "./amihud.ts";
import { atr } from "./atr.ts";
import { bollinger } from "./bollinger.ts";
import { commodityChannel } from "./commodity-channel.ts";
import { corwinSchultz } from "./corwin-schultz.ts";
import { crossSectional } from "./cross-sectional.ts";
import { dailyAtr } from "./daily-atr.ts";
import { dailyVolume } from "./daily-volume.ts";
import { dollarAdv } from "./dollar-adv.ts";
import { averageVolume } from "./dollar-volume.ts";
import { edgeSpread } from "./edge-spread.ts";
import { ema } from "./ema.ts";
import { emaSpread } from "./ema-spread.ts";
import { type Feature, output } from "./feature.ts";
import { highestLowest } from "./highest-lowest.ts";
import { kyleLambda } from "./kyle-lambda.ts";
import { linregSlope } from "./linreg-slope.ts";
import { macd, macdTalib } from "./macd.ts";
import { marketBeta } from "./market-beta.ts";
import { moneyFlow } from "./money-flow.ts";
import { onBalanceVolume } from "./on-balance-volume.ts";
import { openingRange } from "./opening-range.ts";
import { openingVolume } from "./opening-volume.ts";
import { orderFlow } from "./order-flow.ts";
import { averageOverAverage, priceToAverage } from "./price-to-average.ts";
import { quotedSpread } from "./quoted-spread.ts";
import { rangeVolatility } from "./range-volatility.ts";
import { rateOfChange } from "./rate-of-change.ts";
import { closeToClose, realizedVolatility } from "./realized-volatility.ts";
import { relativeStrength } from "./relative-strength.ts";
import { relativeVolume } from "./relative-volume.ts";
import { logReturn, simpleReturn } from "./returns.ts";
import { rollSpread, rollSpreadRelative } from "./roll-spread.ts";
import { rsi } from "./rsi.ts";
import { sessionSoFar } from "./session-so-far.ts";
import { sessionTime } from "./session-time.ts";
import { sessionVwap } from "./session-vwap.ts";
import { sma } from "./sma.ts";
import { standardDeviation } from "./standard-deviation.ts";
import { stochastic } from "./stochastic.ts";
import { tickImbalance } from "./tick-rule.ts";
import { tradeFlow } from "./trade-flow.ts";
import { trueRangeOfBar } from "./true-range.ts";
import { volatilityRatio } from "./volatility-ratio.ts";
import { volumeSurprise } from "./volume-surprise.ts";
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

  // Volume, liquidity, quotes and other instruments: QUANT a3 to a5.
  volumeSurprise({ period: 20 }),
  onBalanceVolume({ period: 20 }),
  relativeVolume({ minutes: 5, sessions: 14 }),
  sessionTime({}),
  sessionVwap({}),
  dollarAdv({ period: 20 }),
  ...[21, 60].map((bars) => corwinSchultz({ bars })),
  ...[21, 60].map((bars) => rollSpread({ bars })),
  rollSpreadRelative({ period: 60 }),
  ...[21, 60].map((bars) => edgeSpread({ bars })),
  tickImbalance({ period: 20 }),
  amihud({ period: 20 }),
  kyleLambda({ period: 60 }),
  quotedSpread({}),
  orderFlow({ updates: 20 }),
  tradeFlow({ trades: 20 }),
  ...[20, 60].map((bars) => relativeStrength({ bars })),
  marketBeta({ period: 60 }),
  crossSectional(output(simpleReturn({ bars: 20 })), "ret_20"),

  // The day as it looks from within: QUANT i3 to i5.
  ...[5, 15].map((minutes) => openingRange({ minutes })),
  openingVolume({ minutes: 5, sessions: 14 }),
  sessionSoFar({}),
  dailyAtr({ sessions: 14 }),
  dailyVolume({ sessions: 14 }),
];
