/** Every rule, in the order they are asked. One line each; nothing else belongs here. */
import type { RuleModule } from "./rule.ts";
import { adv } from "./rules/adv.ts";
import { buyingPower } from "./rules/buying-power.ts";
import { cooldown } from "./rules/cooldown.ts";
import { dailyDrawdown } from "./rules/daily-drawdown.ts";
import { duplicate } from "./rules/duplicate.ts";
import { endOfDay } from "./rules/end-of-day.ts";
import { grossExposure } from "./rules/gross-exposure.ts";
import { halt } from "./rules/halt.ts";
import { intradayGross } from "./rules/intraday-gross.ts";
import { maxPositions } from "./rules/max-positions.ts";
import { openRisk } from "./rules/open-risk.ts";
import { orderSize } from "./rules/order-size.ts";
import { perTradeRisk } from "./rules/per-trade-risk.ts";
import { positionSize } from "./rules/position-size.ts";
import { priceCollar } from "./rules/price-collar.ts";
import { restricted } from "./rules/restricted.ts";
import { selfTrade } from "./rules/self-trade.ts";
import { session } from "./rules/session.ts";
import { shortsShare } from "./rules/shorts-share.ts";
import { spread } from "./rules/spread.ts";
import { staleData } from "./rules/stale-data.ts";
import { strategyPositions } from "./rules/strategy-positions.ts";
import { throttle } from "./rules/throttle.ts";
import { tradesPerDay } from "./rules/trades-per-day.ts";

export const rules: readonly RuleModule[] = [
  session,
  halt,
  staleData,
  duplicate,
  dailyDrawdown,
  tradesPerDay,
  throttle,
  restricted,
  selfTrade,
  cooldown,
  maxPositions,
  strategyPositions,
  orderSize,
  priceCollar,
  spread,
  perTradeRisk,
  positionSize,
  adv,
  shortsShare,
  intradayGross,
  openRisk,
  buyingPower,
  grossExposure,
  endOfDay,
];
