/** Every strategy. One line each; nothing else belongs here. */
import { buyAndHold } from "./buy-and-hold.ts";
import { factorMomentum } from "./factor-momentum.ts";
import { gapFill } from "./gap-fill.ts";
import { intradayMeanReversion } from "./intraday-mean-reversion.ts";
import { meanReversion } from "./mean-reversion.ts";
import { openingRangeBreakout } from "./opening-range-breakout.ts";
import { pairsTrading } from "./pairs-trading.ts";
import { qualitySmallcapValue } from "./quality-smallcap-value.ts";
import { referenceEmaCross } from "./reference-ema-cross.ts";
import { relativeVolumeBreakout } from "./relative-volume-breakout.ts";
import { sectorRotation } from "./sector-rotation.ts";
import type { StrategyModule } from "./strategy.ts";
import { swingTrendFollowing } from "./swing-trend-following.ts";
import { vixRegimeRotation } from "./vix-regime-rotation.ts";
import { volManagedMomentum } from "./vol-managed-momentum.ts";
import { vwapReversion } from "./vwap-reversion.ts";

export const strategies: readonly StrategyModule[] = [
  buyAndHold,
  referenceEmaCross,
  swingTrendFollowing,
  meanReversion,
  intradayMeanReversion,
  volManagedMomentum,
  vixRegimeRotation,
  pairsTrading,
  qualitySmallcapValue,
  factorMomentum,
  sectorRotation,
  relativeVolumeBreakout,
  gapFill,
  openingRangeBreakout,
  vwapReversion,
];
