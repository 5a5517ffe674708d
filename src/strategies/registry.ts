/** Every strategy. One line each; nothing else belongs here. */
import { buyAndHold } from "./buy-and-hold.ts";
import { intradayMeanReversion } from "./intraday-mean-reversion.ts";
import { meanReversion } from "./mean-reversion.ts";
import { referenceEmaCross } from "./reference-ema-cross.ts";
import type { StrategyModule } from "./strategy.ts";
import { swingTrendFollowing } from "./swing-trend-following.ts";

export const strategies: readonly StrategyModule[] = [
  buyAndHold,
  referenceEmaCross,
  swingTrendFollowing,
  meanReversion,
  intradayMeanReversion,
];
