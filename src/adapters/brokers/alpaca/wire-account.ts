/** Account, positions, clock, calendar and assets as Alpaca writes them (ALPACA 3, 5, 6, 7). */
import { z } from "zod";
import { decimal, id, instant, maybeDecimal } from "./wire-scalars.ts";

export const wireAccount = z.object({
  id,
  account_number: id,
  status: z.string(),
  trading_blocked: z.boolean(),
  account_blocked: z.boolean(),
  trade_suspended_by_user: z.boolean().default(false),
  shorting_enabled: z.boolean().default(false),
  cash: decimal,
  equity: decimal,
  last_equity: decimal,
  buying_power: decimal,
  multiplier: decimal,
});
export type WireAccount = z.infer<typeof wireAccount>;

export const wirePosition = z.object({
  symbol: id,
  qty: decimal,
  side: z.string(),
  qty_available: maybeDecimal,
  avg_entry_price: decimal,
  current_price: maybeDecimal,
  asset_class: z.string().default("us_equity"),
});
export type WirePosition = z.infer<typeof wirePosition>;
export const wirePositions = z.array(wirePosition);

export const wireClock = z.object({
  timestamp: instant,
  is_open: z.boolean(),
  next_open: instant,
  next_close: instant,
});

const clockTime = z.string().regex(/^\d{2}:?\d{2}$/);
export const wireCalendar = z.array(
  z.object({ date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/), open: clockTime, close: clockTime }),
);

export const wireAsset = z.object({
  symbol: id,
  status: z.string(),
  tradable: z.boolean(),
  shortable: z.boolean().default(false),
  easy_to_borrow: z.boolean().optional(),
  borrow_status: z.string().nullish(),
  fractionable: z.boolean().default(false),
});
export type WireAsset = z.infer<typeof wireAsset>;

export const wireConfigurations = z.object({
  suspend_trade: z.boolean().default(false),
  no_shorting: z.boolean().default(false),
  fractional_trading: z.boolean().default(true),
  max_margin_multiplier: maybeDecimal,
});

/** The broker's way of saying no. An HTML page is none. */
export const wireError = z.object({ code: z.number().optional(), message: z.string() });
export type WireError = z.infer<typeof wireError>;
