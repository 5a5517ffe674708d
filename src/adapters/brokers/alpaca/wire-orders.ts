/**
 * Orders, updates and fills as Alpaca writes them: lenient on what we do not use, strict on what we do. Enumerations
 * are open texts here; the map gives them meaning (ALPACA 4.2, 8, 11).
 */
import { z } from "zod";
import { decimal, id, instant, maybeDecimal, maybeInstant, maybeText } from "./wire-scalars.ts";

const orderFields = {
  id,
  client_order_id: id,
  symbol: id,
  side: z.string(),
  status: z.string(),
  filled_qty: decimal,
  type: maybeText,
  order_type: maybeText,
  time_in_force: maybeText,
  order_class: maybeText,
  qty: maybeDecimal,
  filled_avg_price: maybeDecimal,
  limit_price: maybeDecimal,
  stop_price: maybeDecimal,
  created_at: maybeInstant,
  submitted_at: maybeInstant,
  updated_at: maybeInstant,
  replaces: maybeText,
  replaced_by: maybeText,
};

/** A leg has no legs of its own. */
const wireLeg = z.object(orderFields);
export const wireOrder = z.object({ ...orderFields, legs: z.array(wireLeg).nullish() });
export type WireOrder = z.infer<typeof wireOrder>;

/** Of another asset class (options, crypto): not ours to read; its id still moves the page on. */
const wireForeign = z
  .object({ id: z.string(), asset_class: z.string().refine((name) => name !== "us_equity") })
  .transform(({ id: foreign }) => ({ id: foreign, isForeign: true }) as const);

export const wireOrders = z.array(z.union([wireForeign, wireOrder]));

export const wireUpdate = z.object({
  event: z.string(),
  order: wireOrder,
  timestamp: maybeInstant,
  at: maybeInstant,
  execution_id: maybeText,
  price: maybeDecimal,
  qty: maybeDecimal,
});
export type WireUpdate = z.infer<typeof wireUpdate>;

/** What can be saved of an update that cannot be read: which order to ask about. */
export const wireUpdateRemains = z.object({ order: z.object({ id }) });

export const wireStreamMessage = z.object({ stream: z.string(), data: z.unknown() });
export const wireAuthorization = z.object({ status: z.string() });
export const wireListening = z.object({ streams: z.array(z.string()) });

export const wireFill = z.object({
  id,
  order_id: id,
  symbol: id,
  side: z.string(),
  qty: decimal,
  price: decimal,
  cum_qty: decimal,
  transaction_time: instant,
});
export type WireFill = z.infer<typeof wireFill>;
export const wireFills = z.array(wireFill);

/** One row of a cancel of everything. */
export const wireCancelRows = z.array(z.object({ id: z.string(), status: z.number() }));
