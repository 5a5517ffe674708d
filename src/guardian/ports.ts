/**
 * The guardian's view of the world, so that the same code runs against a broker's REST interface, a test server and a
 * broker made of arithmetic under virtual time.
 */
import type { ClientOrderId, Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";

/** Dollars. */
export interface SeenAccount {
  readonly equity: number;
  /** At the previous close. */
  readonly lastEquity: number;
}

export interface SeenPosition {
  readonly symbol: string;
  /** Signed. */
  readonly shares: number;
  /** Not held by open orders; positive. */
  readonly available: number;
  /** Last price, dollars per share. */
  readonly price: number;
}

export interface SeenOrder {
  readonly id: string;
  readonly clientId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly submittedAt: EpochMicros;
}

export interface SeenClock {
  readonly at: EpochMicros;
  readonly isOpen: boolean;
}

export interface SeenQuote {
  readonly at: EpochMicros;
  readonly bid: number;
  readonly ask: number;
}

/** A closing order: there is no other kind. `limit` absent: at market. */
export interface CloseOrder {
  readonly clientId: ClientOrderId;
  readonly symbol: string;
  readonly side: Side;
  readonly shares: number;
  readonly limit?: number;
}

/**
 * How a write came out. `duplicate`: the id exists. `held`: the shares are reserved by other orders. `unknown`: it may
 * have happened, or may yet.
 */
export type CloseResult = "accepted" | "duplicate" | "held" | "refused" | "unknown";

/** Reads throw BrokerError; writes answer. */
export interface GuardianBroker {
  account(): Promise<SeenAccount>;
  positions(): Promise<readonly SeenPosition[]>;
  /** Those that may still trade, legs of others included. */
  openOrders(): Promise<readonly SeenOrder[]>;
  /** Highest attempt per symbol among all orders of that halt, ended ones too. */
  attempts(haltId: string, since: EpochMicros): Promise<ReadonlyMap<string, number>>;
  clock(): Promise<SeenClock>;
  /** Fresh ones only as far as known; a symbol without one is absent. Never throws. */
  quotes(symbols: readonly string[]): Promise<ReadonlyMap<string, SeenQuote>>;
  cancelAll(): Promise<boolean>;
  cancel(orderId: string): Promise<boolean>;
  close(order: CloseOrder): Promise<{ readonly result: CloseResult; readonly text: string }>;
}

/** A read that brought nothing. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
}

export type AlertCode =
  | "flatten-begun"
  | "flatten-withdrawn"
  | "flat"
  | "not-flat"
  | "market-closed"
  | "sign-flipped"
  | "close-refused"
  | "attempts-spent"
  | "broker-silent"
  | "books-differ"
  | "journal-lost";

/** For the outbox: one JSON line each. `key` tells repeats of one incident. */
export interface GuardianAlert {
  readonly severity: "critical" | "warning";
  readonly code: AlertCode;
  readonly key: string;
  readonly text: string;
}
