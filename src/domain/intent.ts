/** What compute asks of execute: a wish with its size and its reason, not yet an order. */
import type { InstrumentId } from "./instrument.ts";
import type { EpochMicros } from "./time.ts";

/**
 * `fixed_risk`: the distance to the stop sets the size. `allocation`: a share of the strategy's capital.
 * `fixed_shares`: the configured number of shares, for benches and comparisons.
 */
export type SizingMethod = "fixed_risk" | "allocation" | "fixed_shares";

/** The first constraint that binds, in the order of the codes when several allow the same. */
export const sizingConstraints = [
  "risk_per_trade",
  "allocation",
  "fixed_shares",
  "position_pct",
  "position_usd",
  "cash_buffer",
  "permission_scalar",
  "kelly",
  "kelly_cold",
  "vix_scale",
  "atr_scale",
  "adv",
  "performance",
  "model",
  "adaptive",
  "news",
] as const;
export type SizingConstraint = (typeof sizingConstraints)[number];

/** When an entry should trade: at the next chance, or in the next opening or closing auction. */
export type EntryTiming = "now" | "open_auction" | "close_auction";

interface IntentHeader {
  readonly at: EpochMicros;
  /** Index of the strategy in the run. */
  readonly strategy: number;
  readonly instrument: InstrumentId;
  /** Row of the signal that asked, for the chain of reasons. */
  readonly signal: number;
  /** Close the decision was made at, dollars per share; NaN on an exit without a bar. */
  readonly reference: number;
}

export interface EntryIntent extends IntentHeader {
  readonly kind: "Enter";
  /** Signed whole shares wanted; never 0. */
  readonly shares: number;
  readonly binding: SizingConstraint;
  /** Dollars per share; NaN for none. */
  readonly stop: number;
  readonly target: number;
  readonly timing: EntryTiming;
  /** The other leg of a pair: both are entered or neither is. */
  readonly together?: InstrumentId;
}

export interface ExitIntent extends IntentHeader {
  readonly kind: "Exit";
}

export interface ProtectIntent extends IntentHeader {
  readonly kind: "Protect";
  /** Dollars per share. */
  readonly stop: number;
}

export type Intent = EntryIntent | ExitIntent | ProtectIntent;
