/**
 * Opening range breakout: follow the first minutes of the day when the price leaves them on their own side.
 *
 * Idea    Who has waited over night trades at the open; when that pushes the price one way, others follow all day.
 * Enter   the first bar that closes above the range of the first five minutes, if those closed above their open; with
 *         `shorts` the mirror image. A range that closed where it opened says nothing. One signal a day.
 * Leave   a stop a tenth of the daily ATR from the close; a quarter of an hour before the close, always.
 * Paper   The papers rest a stop order at the edge of the range and are filled there. Here the decision is made when a
 *         bar has closed beyond it and filled in the next bar: later, at a worse price, but not on a touch that comes
 *         back. `at: opening` enters when the range is over, in its direction; with `stopAt: range` and
 *         `targetRisks: 10` these are the rules of the paper of 2023, in which the risk is 1 % a trade and the leverage
 *         up to 4; ours is SIZE-1.
 * Fails   Days without a direction: the stop is near and is paid often. Costs: a stop of a tenth of a day's range is a
 *         few spreads away, and the papers count commissions alone.
 * Source  QUANT i4; Crabel 1990; Zarattini, Aziz 2023; Zarattini, Barbon, Aziz 2024.
 */
import { z } from "zod";
import {
  followOpening,
  isLookedAfter,
  openingBreakFeatures,
  openingBreakMemory,
  openingBreakParams,
  openingBreakReasons,
} from "./opening-break.ts";
import { searched } from "./parameter-spec.ts";
import { defineStrategy } from "./strategy.ts";

const params = z.strictObject({
  ...openingBreakParams,
  /** When it enters: at the break of the range, or as soon as the opening is over. */
  at: searched(z.enum(["break", "opening"]).default("break")),
  /** Where the stop is: `stopAtr` away, or at the other side of the range. */
  stopAt: searched(z.enum(["atr", "range"]).default("atr")),
  /** Profit target in distances of the stop; 0 for none. */
  targetRisks: searched(z.number().min(0).max(100).default(0), { low: 0, high: 10, step: 1 }),
});

export const openingRangeBreakout = defineStrategy({
  id: "opening_range_breakout",
  card: {
    idea: "Follow the first minutes of the day when the price leaves their range on their own side.",
    source: "Crabel 1990; Zarattini, Aziz 2023; Zarattini, Barbon, Aziz 2024",
    failsWhen: "Days without a direction; the stop is so near that costs are a large part of the risk.",
  },
  timeframes: ["5m", "1m"],
  horizon: "intraday",
  params,
  sizing: "fixed_risk",
  // A position must be left at the end of the day although all else is undefined.
  acceptsMissing: true,
  reasons: openingBreakReasons,
  memory: openingBreakMemory,
  features: (given) => openingBreakFeatures(given),

  decide(view, given) {
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      if (!isLookedAfter(view, i, given)) followOpening(view, i, given);
    }
  },
});
