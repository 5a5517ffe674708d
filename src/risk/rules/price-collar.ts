/**
 * Keeps a limit price near the last trusted price (C-05): a typing error or a bad print must not become
 * an order. Refuses, never moves the price: a changed price would be an order nobody asked for.
 *
 * Trusted is the middle of a fresh quote, else a fresh close, else nothing, and then no entry passes. A fresh quote
 * that is crossed or has one side only says that something is wrong: the close before it does not make up for that.
 * A wide spread widens the collar, up to a ceiling: a quote of 0.01 to 200 must not let every price pass.
 */
import { z } from "zod";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { allow, defineRule, deny, fits, isPositive, type OrderRequest, type RiskView } from "../rule.ts";

/**
 * Room for the last bits of a double, as a fraction of the price: 1.005 x $6.00 is a half per cent above
 * $6.00, and $6.03 - $6.00 is a hair more.
 */
const DUST = 1e-9;

export const priceCollar = defineRule({
  id: "price_collar",
  control: "C-05",
  unit: "fraction of the reference price",
  appliesTo: "entries",
  params: z.strictObject({
    /** Farthest a limit may stand from the reference, as a fraction of it. */
    maxFraction: z.number().positive().max(0.5).default(0.005),
    /** Or so many spreads, where that is farther, */
    spreads: z.number().min(0).max(20).default(5),
    /** but no farther than this. */
    widestFraction: z.number().positive().max(0.5).default(0.02),
    quoteAgeSeconds: z.number().positive().max(3_600).default(2),
    closeAgeSeconds: z.number().positive().max(86_400).default(90),
  }),

  check(order, view, params) {
    const { maxFraction, spreads, widestFraction } = params;
    const price = Number.isNaN(order.limit) ? order.reference : order.limit;
    const quoteAge = ageOf(view, view.quotedAt(order.instrument));
    const isQuoted = quoteAge <= params.quoteAgeSeconds;
    // A quote that has no instant was never seen; one from after now, or at no instant at all, is broken (I-28).
    const isBroken =
      !(quoteAge >= 0 && Number.isFinite(quoteAge)) && !Number.isNaN(view.quotedAt(order.instrument));
    const reference = isQuoted ? middle(order, view) : freshClose(order, view, params.closeAgeSeconds);
    if (isBroken || !isPositive(reference) || !isPositive(price)) return deny(Number.NaN, maxFraction);
    const spread = isQuoted ? (view.ask(order.instrument) - view.bid(order.instrument)) / reference : 0;
    const limit = Math.max(maxFraction, Math.min(widestFraction, spreads * spread));
    const used = Math.abs(price - reference) / reference;
    return fits(used, limit + DUST) ? allow(used, limit) : deny(used, limit);
  },
});

/** Seconds since; NaN for never. */
const ageOf = (view: RiskView, instant: number): number => (view.now - instant) / MICROS_PER_SECOND;

/** NaN for a quote that is crossed or one-sided; a locked one has a middle. */
function middle({ instrument }: OrderRequest, view: RiskView): number {
  const bid = view.bid(instrument);
  const ask = view.ask(instrument);
  return isPositive(bid) && isPositive(ask) && bid <= ask ? (bid + ask) / 2 : Number.NaN;
}

/** NaN for one that is older than that, or from after now. */
function freshClose({ instrument }: OrderRequest, view: RiskView, maxAgeSeconds: number): number {
  const age = ageOf(view, view.markedAt(instrument));
  return age >= 0 && age <= maxAgeSeconds ? view.mark(instrument) : Number.NaN;
}
