/** Every breaker, in the order they are told of an event. One line each; nothing else belongs here. */
import type { BreakerModule } from "./breaker.ts";
import { accountLosses } from "./breakers/account-losses.ts";
import { dayHighDrawdown } from "./breakers/day-high-drawdown.ts";
import { dayBaseLoss } from "./breakers/day-loss.ts";
import { highWaterMark } from "./breakers/high-water-mark.ts";
import { rapidLoss } from "./breakers/rapid-loss.ts";
import { runaway } from "./breakers/runaway.ts";
import { strategyLoss } from "./breakers/strategy-loss.ts";
import { strategyLosses } from "./breakers/strategy-losses.ts";
import { throttlePause } from "./breakers/throttle-pause.ts";

export const breakers: readonly BreakerModule[] = [
  rapidLoss,
  dayHighDrawdown,
  dayBaseLoss,
  highWaterMark,
  strategyLosses,
  accountLosses,
  strategyLoss,
  throttlePause,
  runaway,
];
