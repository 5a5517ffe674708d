/**
 * The bounds of risk limits where orders are traded as they come: no configuration loosens a limit beyond them
 * (RELIABILITY 1.6: ceilings are absolute). A backtest may, because its question is often what a limit costs; what
 * trades may not, whoever asks. The schema's own bounds only tell a number from a typing error.
 */
import { InputError } from "../domain/assert.ts";
import type { Config } from "./config.ts";

/** Rule, parameter, bound, and the control or decision it comes from. */
type Bound = readonly [rule: string, parameter: string, bound: number, source: string];

const atMost: readonly Bound[] = [
  ["stale_data", "maxAgeSeconds", 90, "C-10"],
  ["daily_drawdown", "maxFraction", 0.02, "C-29"],
  ["trades_per_day", "limit", 100, "C-26"],
  // Entries leave 40 % of the broker's 200 requests a minute to what reduces.
  ["throttle", "perMinute", 120, "C-07"],
  ["max_positions", "limit", 30, "C-25"],
  ["max_positions", "reducedLimit", 10, "C-25"],
  ["order_size", "maxShares", 10_000, "C-04"],
  ["price_collar", "maxFraction", 0.005, "C-05"],
  ["price_collar", "widestFraction", 0.05, "C-05"],
  ["price_collar", "closeAgeSeconds", 90, "C-05"],
  ["spread", "maxFraction", 0.0005, "C-21"],
  ["per_trade_risk", "maxFraction", 0.02, "SYSTEM 19"],
  ["position_size", "maxFraction", 0.05, "C-13"],
  ["adv", "maxFraction", 0.01, "C-14"],
  ["shorts_share", "maxFraction", 0.5, "C-24"],
  ["intraday_gross", "maxFraction", 0.5, "C-11"],
  ["open_risk", "maxFraction", 0.03, "C-33"],
  ["buying_power", "maxFraction", 0.9, "C-11"],
  ["gross_exposure", "maxFraction", 1, "C-11"],
  ["gross_exposure", "reducedFraction", 0.5, "C-25"],
];

const atLeast: readonly Bound[] = [
  ["duplicate", "windowSeconds", 30, "C-06"],
  ["duplicate", "alikeSeconds", 30, "C-06"],
  ["restricted", "minPrice", 5, "C-42"],
  ["max_positions", "reducedScalar", 0.7, "C-25"],
  ["cooldown", "bars", 5, "C-63"],
];

/** Throws InputError naming the first limit that is looser than its bound. */
export function checkHardBounds(config: Config): void {
  const limitOf = (rule: string, parameter: string): number =>
    (config.risk[rule] as Readonly<Record<string, number>>)[parameter] ?? Number.NaN;
  for (const [bounds, words, holds] of [
    [atMost, "at most", (value: number, bound: number) => value <= bound],
    [atLeast, "at least", (value: number, bound: number) => value >= bound],
  ] as const) {
    for (const [rule, parameter, bound, source] of bounds) {
      const value = limitOf(rule, parameter);
      if (holds(value, bound)) continue;
      throw new InputError(
        `config: risk.${rule}.${parameter} = ${value}: must be ${words} ${bound} where orders are traded ` +
          `(${source}); only a backtest may go beyond`,
      );
    }
  }
}
