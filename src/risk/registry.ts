/** Every rule, in the order they are asked. One line each; nothing else belongs here. */
import type { RuleModule } from "./rule.ts";
import { dailyDrawdown } from "./rules/daily-drawdown.ts";
import { duplicate } from "./rules/duplicate.ts";
import { grossExposure } from "./rules/gross-exposure.ts";
import { halt } from "./rules/halt.ts";
import { maxPositions } from "./rules/max-positions.ts";
import { perTradeRisk } from "./rules/per-trade-risk.ts";
import { positionSize } from "./rules/position-size.ts";
import { priceCollar } from "./rules/price-collar.ts";
import { session } from "./rules/session.ts";
import { staleData } from "./rules/stale-data.ts";
import { tradesPerDay } from "./rules/trades-per-day.ts";

export const rules: readonly RuleModule[] = [
  session,
  halt,
  staleData,
  duplicate,
  dailyDrawdown,
  tradesPerDay,
  maxPositions,
  priceCollar,
  perTradeRisk,
  positionSize,
  grossExposure,
];
