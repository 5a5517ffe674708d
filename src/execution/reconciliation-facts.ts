/** What reconciliation is told of our own books, and what it asks for: plain values in, plain values out (EXEC-3). */

import type { BrokerFill, BrokerOrder, BrokerOrderId, BrokerReport } from "../domain/broker.ts";
import type { ClaimLevel } from "../domain/claim.ts";
import type { SplitRatio } from "../domain/corporate-action.ts";
import type { ClientOrderId, Side } from "../domain/order.ts";

/** Where an order of ours stands by our own books. `unknown`: asked for, and nobody knows whether it exists. */
export type LocalOrderState = "unknown" | "working" | "ended";

export interface LocalOrder {
  readonly clientId: ClientOrderId;
  /** Absent until the broker named it. */
  readonly brokerId?: BrokerOrderId;
  /** All that it has had: a look may show one that was replaced meanwhile. */
  readonly brokerIds?: readonly BrokerOrderId[];
  readonly symbol: string;
  readonly side: Side;
  readonly state: LocalOrderState;
  /** Shares traded so far. */
  readonly filled: number;
  /** True for what can only make a position smaller. */
  readonly reduces: boolean;
  /** When something was last heard of it, monotonic milliseconds. */
  readonly heardMs: number;
}

export interface LocalPosition {
  readonly symbol: string;
  /** Signed: all strategies, and of it what no order of ours explains. */
  readonly shares: number;
  readonly external: number;
  /** Dollars per share; absent when unknown. */
  readonly averageEntry?: number;
  /** Last price, dollars per share; absent when unknown. */
  readonly price?: number;
  /** Adjustments that were booked in the symbol so far: it makes the next one's id. */
  readonly adjustments: number;
  /** When a fill or an order of ours last moved in the symbol, monotonic milliseconds. */
  readonly heardMs: number;
}

export interface LocalBooks {
  readonly positions: readonly LocalPosition[];
  /** Open orders, and those that ended since what the look was asked for. */
  readonly orders: readonly LocalOrder[];
  /** Dollars. */
  readonly cash: number;
  readonly equity: number;
  /** What the account was worth at the close before, by our books; absent when they do not know. Dollars. */
  readonly previousEquity?: number;
  /** True for an id that we made, whether we remember the order or not. */
  owns(clientId: ClientOrderId): boolean;
  /** Ids that were given up as never created. */
  readonly tombstones: ReadonlySet<ClientOrderId>;
  /** External orders that an operator has seen: they lock nothing. */
  readonly acknowledged: ReadonlySet<BrokerOrderId>;
  /** Symbols whose corporate action of today is not in the books yet: locked until it is (C-49). */
  readonly restating: ReadonlySet<string>;
  /** Past fills of orders that are in none of our books, from earlier looks, not booked yet. */
  readonly strangeFills?: readonly BrokerFill[];
}

export type ReconcileRequest = { readonly priority: "reconcile" } & (
  | { readonly kind: "Read"; readonly order: BrokerOrderId }
  | { readonly kind: "FindByClientId"; readonly clientId: ClientOrderId }
);

/** To be booked as PositionAdjusted. */
export interface Adjustment {
  readonly symbol: string;
  /** Signed: what the broker is ahead of us by. */
  readonly shares: number;
  /** Dollars per share. */
  readonly price: number;
  readonly reason: string;
  /** A function of the books and the difference: found again after a restart it is the same. */
  readonly id: string;
}

export interface RaisedClaim {
  readonly source: string;
  readonly level: ClaimLevel;
  readonly reason: string;
  readonly liftedBy: "itself" | "operator";
}

export interface Alarm {
  /** `page` wakes somebody up, `flag` is written down. */
  readonly severity: "page" | "flag";
  readonly text: string;
}

/** Cash at the broker and in our books differ by more than fees and rounding explain. */
export interface CashDifference {
  /** What the broker is ahead by, dollars. */
  readonly dollars: number;
  /** Too little to bar entries. */
  readonly isSmall: boolean;
  /** It has stood unchanged for long enough to be booked. */
  readonly isStanding: boolean;
}

export interface Reconciliation {
  readonly requests: ReconcileRequest[];
  /** For the life cycle, as if a poll had found them. */
  readonly reports: BrokerReport[];
  /** Ours by their id, and unknown to our books. */
  readonly imports: BrokerOrder[];
  /** Ours by our books, and unknown to the broker, which was asked for them one by one. */
  readonly missing: ClientOrderId[];
  /** Protective orders to be canceled before what they protect is taken out of the books. */
  readonly cancels: ClientOrderId[];
  readonly adjustments: Adjustment[];
  /** Splits that the broker has booked and nobody announced. */
  readonly splits: { readonly symbol: string; readonly ratio: SplitRatio }[];
  /** Symbols that nobody may enter any more, and why. */
  readonly locks: { readonly symbol: string; readonly reason: string }[];
  readonly unlocks: string[];
  readonly claims: RaisedClaim[];
  /** Symbols of which both hold the same. */
  readonly agreed: string[];
  /** Sources of claims that may go, if nobody latched them. */
  readonly lifts: string[];
  readonly alarms: Alarm[];
  cash: CashDifference | undefined;
  /** What the day's losses are to be measured from, where the two know different figures: the higher one. Dollars. */
  previousEquity: number | undefined;
  /** Nothing differs and nothing is being found out. */
  clean: boolean;
}

export const nothingFound = (): Reconciliation => ({
  requests: [],
  reports: [],
  imports: [],
  missing: [],
  cancels: [],
  adjustments: [],
  splits: [],
  locks: [],
  unlocks: [],
  claims: [],
  agreed: [],
  lifts: [],
  alarms: [],
  cash: undefined,
  previousEquity: undefined,
  clean: true,
});

/** Limits of RELIABILITY 3.4. Milliseconds, and fractions of equity or price. */
export interface ReconcileTerms {
  /** So long after the last event of a symbol or order nothing is compared: the stream may be on its way. */
  readonly graceMs: number;
  /** So long a difference must stand, in two looks at least, before anything is booked. */
  readonly persistMs: number;
  readonly averagePrice: number;
  /** How far the two figures of the close before may be apart. */
  readonly previousEquity: number;
  /** Cash that fees and rounding may explain, dollars, and what bars entries as a fraction of equity. */
  readonly cashDollars: number;
  readonly cashFraction: number;
  readonly equityFraction: number;
  readonly equityMs: number;
  /** How far positions and account of one look may be apart before the look is not believed. */
  readonly coherence: number;
  /** A targeted read that was not answered by then is asked for again. */
  readonly readMs: number;
  /** So long a count that changed as by a split waits for its price. */
  readonly splitMs: number;
}

export const reconcileTerms: ReconcileTerms = {
  graceMs: 5000,
  persistMs: 30_000,
  averagePrice: 0.0001,
  previousEquity: 0.0001,
  cashDollars: 1,
  cashFraction: 0.001,
  equityFraction: 0.0025,
  equityMs: 120_000,
  coherence: 0.005,
  readMs: 5000,
  splitMs: 1_800_000,
};

/** For comparisons at a start: nothing of ours is on its way yet, and all of it may take ten seconds. */
export const startTerms: Partial<ReconcileTerms> = { graceMs: 0, persistMs: 2000 };
