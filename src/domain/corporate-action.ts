/**
 * Corporate actions: what changes a share overnight without anyone trading it (DATA-6, C-49).
 *
 * A split is two whole numbers, not a quotient: 1/15 has no exact double, and shares are counted exactly. A
 * distribution is cash for each share held at the close before, counted as on the ex-date: where a split happens the
 * same day it comes first and the cash is per new share, as data vendors state both beside one bar. A spin-off is
 * booked as cash too, at the value the price lost by it: the shares of the new company are another instrument, which
 * the run may not know.
 */
import { NANOS } from "./money.ts";
import type { DayNumber, EpochMicros } from "./time.ts";

export const actionKinds = ["split", "dividend", "spinoff"] as const;
export type ActionKind = (typeof actionKinds)[number];

/** What a split makes of shares: `newShares` for every `oldShares`, both positive whole numbers. */
export interface SplitRatio {
  readonly newShares: number;
  readonly oldShares: number;
}

/** An action as stored and loaded, by symbol; the engine gets it as an event, by instrument. */
export interface CorporateAction extends SplitRatio {
  readonly symbol: string;
  /** First session that trades without the right: it applies before that session's first bar. */
  readonly exDate: DayNumber;
  readonly kind: ActionKind;
  /** Dollars per share held at the close before, in shares of the ex-date; 0 for a split. */
  readonly cashPerShare: number;
  /** Close of the session before in dollars a share of the ex-date, as the source had it; NaN when it named none. */
  readonly reference: number;
  /** When a distribution is cash; absent when the source did not say, and then it is on the ex-date. */
  readonly payDate?: DayNumber;
}

/** What a source says of an action that is to come, with the name that it gave it (C-49). */
export interface AnnouncedAction {
  readonly id: string;
  readonly symbol: string;
  /** First day that trades without the right. */
  readonly exDate: DayNumber;
  readonly terms: AnnouncedTerms;
}

export type AnnouncedTerms =
  | ({ readonly kind: "split" } & SplitRatio)
  /** Dollars per share, positive. */
  | { readonly kind: "dividend"; readonly perShare: number }
  /** What books cannot be restated for by themselves: a new symbol, a merger, a spin-off, a word that nobody knows. */
  | { readonly kind: "other"; readonly what: string };

/** What an action overnight makes of an order at rest: nano-shares, and prices in dollars per share. */
export interface Restatement {
  shares(nanos: number): number;
  stop(price: number): number;
  /** Of one that sells, and of one that buys. */
  sellLimit(price: number): number;
  buyLimit(price: number): number;
}

/** The same arithmetic for everything that keeps a share or a price (CA-2, CA-3). */
export const splitOf = (ratio: SplitRatio): Restatement => {
  const price = (before: number) => before / ratioOf(ratio);
  return {
    shares: (nanos) => splitHolding(nanos, ratio).kept,
    stop: price,
    sellLimit: price,
    buyLimit: price,
  };
};

export const dividendOf = (perShare: number): Restatement => ({
  shares: (nanos) => nanos,
  stop: (before) => lessDividend(before, perShare),
  sellLimit: (before) => before,
  buyLimit: (before) => lessDividend(before, perShare),
});

/** New shares for one old one, as a double: for prices, marks and features, never for share counts. */
export const ratioOf = ({ newShares, oldShares }: SplitRatio): number => newShares / oldShares;

/** No company splits twice within so many days: two that are told of are one, or a list that was put right. */
export const SPLITS_APART_DAYS = 30;

/** Order of actions of one ex-date and symbol: cash is stated per new share, so the split comes before it. */
export const actionOrder = (kind: ActionKind): number => (kind === "split" ? 0 : 1);

/** What becomes of a holding, signed nano-shares. */
export interface SplitHolding {
  readonly kept: number;
  /** Sold by the agent for cash: the part of a share that no account may hold. */
  readonly fraction: number;
}

/**
 * A holding of whole shares stays whole, rounded towards zero; one that held fractions already keeps them to the
 * nano-share. `kept + fraction` is the exact product, rounded to the nano-share.
 */
export function splitHolding(nanos: number, { newShares, oldShares }: SplitRatio): SplitHolding {
  const scaled =
    (BigInt(Math.abs(nanos)) * BigInt(newShares) * 2n + BigInt(oldShares)) / BigInt(2 * oldShares);
  const total = Number(scaled) * Math.sign(nanos);
  if (nanos % NANOS !== 0) return { kept: total, fraction: 0 };
  const kept = Math.trunc(total / NANOS) * NANOS + 0;
  return { kept, fraction: total - kept + 0 };
}

/** The same for shares of an order: what cannot trade as a whole share is not ordered. */
export function splitOrderShares(shares: number, ratio: SplitRatio): number {
  return splitHolding(Math.round(shares * NANOS), ratio).kept / NANOS;
}

/** Least price that a distribution leaves, dollars: at zero every ratio of prices would be undefined. */
const LEAST_PRICE = 0.0001;

/** A price of the close before, without the right to the dividend; NaN stays NaN. */
export const lessDividend = (price: number, perShare: number): number =>
  Math.max(price - perShare, LEAST_PRICE);

/** An instant on the ex-date or pay date before any bar of it, in or out of hours: 01:00 or 02:00 in New York. */
export function actionInstant(exDate: DayNumber): EpochMicros {
  return (exDate * 86_400_000_000 + 6 * 3_600_000_000) as EpochMicros;
}
