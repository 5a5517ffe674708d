/**
 * Caps the loss at the protective stop, with what getting in and out costs, as a fraction of equity (C-15). An entry
 * without a stop passes only where the configuration says so: reference strategies and benchmarks hold no stop. A stop
 * at the entry or on its winning side protects nothing and is refused, whatever the configuration says.
 */
import { z } from "zod";
import { allow, defineRule, deny, fits, isPositive, shrink } from "../rule.ts";

const BPS = 1e-4;

export const perTradeRisk = defineRule({
  id: "per_trade_risk",
  control: "C-15",
  unit: "fraction of equity",
  appliesTo: "entries",
  params: z.strictObject({
    maxFraction: z.number().positive().max(0.02).default(0.004),
    requireStop: z.boolean().default(false),
    /** Of the price, paid at the entry and again at the stop: slippage, half a spread, fees. */
    costBps: z.number().min(0).max(1_000).default(5),
  }),

  check(order, view, { maxFraction, requireStop, costBps }) {
    if (Number.isNaN(order.stop))
      return requireStop ? deny(Number.NaN, maxFraction) : allow(Number.NaN, maxFraction);
    const entry = Number.isNaN(order.limit) ? order.reference : order.limit;
    const known = isPositive(entry) && isPositive(order.stop) && isPositive(view.equity);
    if (!known) return deny(Number.NaN, maxFraction);
    const distance = order.side * (entry - order.stop);
    const perShare = distance + costBps * BPS * (entry + order.stop);
    const used = (order.shares * perShare) / view.equity;
    if (!(distance > 0)) return deny(used, maxFraction);
    // One part in a billion of slack: without costs sizing aims at exactly this figure.
    if (fits(used, maxFraction * (1 + 1e-9))) return allow(used, maxFraction);
    return shrink((maxFraction * view.equity) / perShare, used, maxFraction);
  },
});
