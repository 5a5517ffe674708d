/** What each of those who share an order pays of a fill: every kind of cost pro rata, and nothing lost in rounding. */
import type { FillCosts } from "../domain/events.ts";
import type { Money } from "../domain/money.ts";
import { splitAmount } from "./fill-split.ts";

/** One entry per weight, in order. The causes of the slippage stay told apart: their sum is the slippage (QUANT m). */
export function splitCosts(weights: readonly number[], costs: FillCosts): FillCosts[] {
  const split = (amount: Money) => splitAmount(weights, amount) as Money[];
  const commission = split(costs.commission);
  const regulatory = split(costs.regulatory);
  const { parts } = costs;
  const slippage = parts === undefined ? split(costs.slippage) : [];
  const spread = parts === undefined ? [] : split(parts.spread);
  const drift = parts === undefined ? [] : split(parts.drift);
  const impact = parts === undefined ? [] : split(parts.impact);
  const of = (amounts: readonly Money[], n: number) => amounts[n] ?? (0 as Money);
  return weights.map((_, n): FillCosts => {
    const paid = { commission: of(commission, n), regulatory: of(regulatory, n) };
    if (parts === undefined) return { ...paid, slippage: of(slippage, n) };
    const own = { spread: of(spread, n), drift: of(drift, n), impact: of(impact, n) };
    return { ...paid, slippage: (own.spread + own.drift + own.impact) as Money, parts: own };
  });
}
