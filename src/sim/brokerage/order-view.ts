/** An order as the brokerage shows it: a copy of the moment, in exact units. What is unset is undefined. */
import type { SignedQuantity } from "../../domain/money.ts";
import type { EpochMicros } from "../../domain/time.ts";

export const orderStatuses = [
  "pending_new",
  "accepted",
  "held",
  "new",
  "partially_filled",
  "pending_cancel",
  "pending_replace",
  "filled",
  "canceled",
  "expired",
  "rejected",
  "replaced",
] as const;
export type BrokerageStatus = (typeof orderStatuses)[number];

const terminal: readonly BrokerageStatus[] = ["filled", "canceled", "expired", "rejected", "replaced"];
export const isTerminal = (status: BrokerageStatus): boolean => terminal.includes(status);

export type SideWord = "buy" | "sell";
export type TypeWord = "market" | "limit" | "stop" | "stop_limit" | "trailing_stop";
export type TimeInForceWord = "day" | "gtc" | "ioc" | "fok" | "opg" | "cls";
export type ClassWord = "simple" | "bracket" | "oco" | "oto";
export type IntentWord = "buy_to_open" | "buy_to_close" | "sell_to_open" | "sell_to_close";

type Maybe<T> = T | undefined;

export interface OrderView {
  readonly id: string;
  readonly clientOrderId: string;
  readonly createdAt: EpochMicros;
  readonly updatedAt: EpochMicros;
  readonly submittedAt: EpochMicros;
  readonly filledAt: Maybe<EpochMicros>;
  readonly expiredAt: Maybe<EpochMicros>;
  readonly canceledAt: Maybe<EpochMicros>;
  readonly failedAt: Maybe<EpochMicros>;
  readonly replacedAt: Maybe<EpochMicros>;
  readonly cancelRequestedAt: Maybe<EpochMicros>;
  readonly expiresAt: Maybe<EpochMicros>;
  readonly replacedBy: Maybe<string>;
  readonly replaces: Maybe<string>;
  readonly assetId: string;
  readonly symbol: string;
  /** Micro-dollars; then `quantity` is undefined. */
  readonly notional: Maybe<number>;
  /** Nano-shares. */
  readonly quantity: Maybe<number>;
  readonly filledQuantity: number;
  /** Micro-dollars per share, rounded; undefined before the first fill. */
  readonly filledAveragePrice: Maybe<number>;
  readonly orderClass: ClassWord;
  readonly type: TypeWord;
  readonly side: SideWord;
  readonly positionIntent: IntentWord;
  readonly timeInForce: TimeInForceWord;
  readonly limitPrice: Maybe<number>;
  readonly stopPrice: Maybe<number>;
  readonly trailPrice: Maybe<number>;
  /** Millionths of a percent. */
  readonly trailPercent: Maybe<number>;
  /** Best price since a trailing stop came, micro-dollars. */
  readonly highWaterMark: Maybe<number>;
  readonly status: BrokerageStatus;
  readonly extendedHours: boolean;
  /** Only where it was asked for, and in the answer to the order itself. */
  readonly legs: Maybe<readonly OrderView[]>;
}

export type UpdateEvent =
  | "accepted"
  | "new"
  | "held"
  | "partial_fill"
  | "fill"
  | "canceled"
  | "expired"
  | "rejected"
  | "replaced"
  | "pending_cancel"
  | "pending_replace"
  | "order_replace_rejected"
  | "restated";

/** What trade_updates tells, with the order as it stood right then. */
export interface TradeUpdate {
  readonly event: UpdateEvent;
  readonly at: EpochMicros;
  readonly order: OrderView;
  /** Of a fill only, as are the three below. */
  readonly executionId?: string;
  /** Micro-dollars per share. */
  readonly price?: number;
  /** Nano-shares of this execution. */
  readonly quantity?: number;
  /** Signed, after it. */
  readonly positionQuantity?: SignedQuantity;
}

export interface OrderFilter {
  /** open when absent. */
  readonly status?: "open" | "closed" | "all";
  /** 50 when absent, at most 500. */
  readonly limit?: number;
  /** Submitted strictly after, strictly before. */
  readonly after?: EpochMicros;
  readonly until?: EpochMicros;
  /** By submission; newest first (desc) when absent. */
  readonly direction?: "asc" | "desc";
  /** Legs stand inside their parents and not beside them. */
  readonly nested?: boolean;
  readonly symbols?: readonly string[];
  readonly side?: SideWord;
}
