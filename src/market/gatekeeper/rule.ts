/**
 * What a gatekeeper rule is, and the rows rules look at.
 *
 * A row is one object per gatekeeper, filled anew for every record: a rule reads it and keeps nothing. That is
 * what lets a million rows pass without an allocation. Adding a rule: write it in a file here, add one line to
 * the registry, and its contract test runs.
 */
import type { Stamp } from "./stamps.ts";

/** Facts every record has. Times are epoch micros, prices float dollars. */
export interface Row {
  at: number;
  /** `at` of the last accepted record of the series; -Infinity before the first. */
  previousAt: number;
  /** Reference price of the last accepted record, or one a second source vouched for; NaN before the first. */
  previousPrice: number;
}

export interface BarRow extends Row {
  open: number;
  high: number;
  low: number;
  close: number;
  /** Shares. */
  volume: number;
}

export interface QuoteRow extends Row {
  /** Dollars; zero when nobody bids, or nobody offers. */
  bid: number;
  ask: number;
  /** Shares. */
  bidSize: number;
  askSize: number;
}

export interface TradeRow extends Row {
  price: number;
  /** Shares. */
  size: number;
}

/** What the caller knows and a record does not. */
export interface Setting {
  /** Epoch micros, as last told; -Infinity until then, which refuses every record as not yet happened. */
  now: number;
  /** How far a source's clock may run ahead of ours. */
  readonly skewMicros: number;
  readonly stamp: Stamp;
}

export interface Rule<R extends Row> {
  /** Kebab-case, unique within a channel; it stands in audit lists and reports. */
  readonly id: string;
  /** A remark counts the record and lets it pass. */
  readonly outcome: "reject" | "remark";
  breaks(row: R, setting: Setting): boolean;
  /** Both numbers: what was given and what is allowed. Called only for a record that breaks the rule. */
  explain(row: R, setting: Setting): string;
}

/** One kind of record from one kind of source: what is read from it and what it must satisfy, in this order. */
export interface Channel<R extends Row> {
  readonly id: string;
  /** Numbers a record must carry, by name; its instant is `timestamp`. */
  readonly fields: readonly (keyof R & string)[];
  /** Remarks stand last, so that a rejected record leaves none. */
  readonly rules: readonly Rule<R>[];
  blank(): R;
  /** The price the next record's jump is measured from. */
  price(row: R): number;
}
