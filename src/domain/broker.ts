/**
 * What is said between the order life cycle and a broker, in nobody's wire format: adapters translate, the life cycle
 * decides. Plain values that survive JSON, so that a journal can hold them; what is unknown is absent, never NaN.
 * Everything here is what a broker CLAIMS: sums, ends and owners are judged by who reads it.
 */
import type { Brand } from "./brand.ts";
import type { ClientOrderId, Side } from "./order.ts";
import type { EpochMicros } from "./time.ts";

/** The broker's own name for an order. Never parsed. */
export type BrokerOrderId = Brand<string, "broker order id">;

/**
 * Where an order stands. `unknown` is every word that the broker may invent: it means "ask again", never an end.
 * `held` waits for another order of its group; `replaced` lives on under `replacedBy`.
 */
export const brokerStatuses = [
  "pending",
  "held",
  "working",
  "partially_filled",
  "pending_cancel",
  "pending_replace",
  "done_for_day",
  "unknown",
  "filled",
  "canceled",
  "expired",
  "rejected",
  "replaced",
] as const;
export type BrokerStatus = (typeof brokerStatuses)[number];

const ends: readonly BrokerStatus[] = ["filled", "canceled", "expired", "rejected", "replaced"];
/** True when the broker says that no more of it will trade. */
export const isEnded = (status: BrokerStatus): boolean => ends.includes(status);

export type BrokerOrderType = "market" | "limit" | "stop" | "stop_limit" | "trailing_stop";
export type BrokerTimeInForce = "day" | "gtc" | "opg" | "cls" | "ioc" | "fok";
/** `bracket`: entry with target and stop; `oto`: entry with one of them; `oco`: target and stop of a position. */
export type BrokerOrderClass = "simple" | "bracket" | "oto" | "oco";

/** An order as a broker shows it. Shares and dollars per share. */
export interface BrokerOrder {
  readonly id: BrokerOrderId;
  readonly clientId: ClientOrderId;
  readonly symbol: string;
  readonly side: Side;
  readonly type: BrokerOrderType | "unknown";
  readonly orderClass: BrokerOrderClass;
  readonly timeInForce: BrokerTimeInForce | "unknown";
  /** Absent for an order by value. */
  readonly shares?: number;
  /** Of it, traded so far; never falls, whatever the order of news. */
  readonly filled: number;
  /** Mean over all fills; absent before the first. */
  readonly averagePrice?: number;
  readonly limit?: number;
  readonly stop?: number;
  readonly status: BrokerStatus;
  readonly submittedAt?: EpochMicros;
  readonly updatedAt?: EpochMicros;
  readonly replaces?: BrokerOrderId;
  readonly replacedBy?: BrokerOrderId;
  readonly legs: readonly BrokerOrder[];
}

/** One execution, where the broker tells of it singly. */
export interface BrokerExecution {
  readonly id: string;
  readonly at: EpochMicros;
  readonly shares: number;
  readonly price: number;
}

/** A past fill as a broker's account record lists it. */
export interface BrokerFill extends BrokerExecution {
  readonly order: BrokerOrderId;
  readonly symbol: string;
  readonly side: Side;
  /** Of the order, after this fill. */
  readonly filled: number;
}

export interface BrokerPosition {
  readonly symbol: string;
  /** Signed. */
  readonly shares: number;
  /** Of those, not reserved by open orders; positive. */
  readonly available: number;
  readonly averageEntry: number;
  /** Last price, dollars per share. */
  readonly price: number;
}

/** Dollars. */
export interface BrokerAccount {
  readonly id: string;
  readonly number: string;
  /** False when the broker lets nothing be bought: blocked, suspended, closing only. */
  readonly mayTrade: boolean;
  readonly mayShort: boolean;
  readonly cash: number;
  readonly equity: number;
  /** At the previous close. */
  readonly lastEquity: number;
  readonly buyingPower: number;
  readonly multiplier: number;
}

export interface BrokerAsset {
  readonly symbol: string;
  readonly tradable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
}

/** An order as it is asked for. `clientId` is the identity: asking twice is asking once. */
export interface OrderSpec {
  readonly clientId: ClientOrderId;
  readonly symbol: string;
  readonly side: Side;
  /** Positive; whole for everything but a plain day order. */
  readonly shares: number;
  readonly type: Exclude<BrokerOrderType, "trailing_stop">;
  readonly timeInForce: BrokerTimeInForce;
  readonly limit?: number;
  readonly stop?: number;
  readonly orderClass: BrokerOrderClass;
  /** Limit of the target leg. */
  readonly takeProfit?: number;
  /** Stop of the stop leg. */
  readonly stopLoss?: number;
  /** What it does to the position, so that the broker can refuse a misreading. */
  readonly opens: boolean;
}

/** What may change of a resting order. */
export interface OrderChange {
  readonly clientId: ClientOrderId;
  readonly shares?: number;
  readonly limit?: number;
  readonly stop?: number;
}

/**
 * Who is served first when requests are scarce (C-07): cancels and flattening, protective exits, finding out what
 * happened, entries, everything else.
 */
export const priorities = ["flatten", "protect", "reconcile", "enter", "research"] as const;
export type Priority = (typeof priorities)[number];

/** Tells answers apart: dense within the life of one process. */
export type RequestId = Brand<number, "broker request">;

/** What the life cycle asks of a broker. One answer each, with the same id. */
export type BrokerRequest = { readonly id: RequestId; readonly priority: Priority } & (
  | { readonly kind: "Submit"; readonly spec: OrderSpec }
  | { readonly kind: "Change"; readonly order: BrokerOrderId; readonly change: OrderChange }
  | { readonly kind: "Cancel"; readonly order: BrokerOrderId }
  | { readonly kind: "CancelAll" }
  | { readonly kind: "FindByClientId"; readonly clientId: ClientOrderId }
  | { readonly kind: "Read"; readonly order: BrokerOrderId }
  /**
   * All open orders, what ended since `since`, fills since then, positions and account: one consistent-enough look.
   * `cashSince`: and what moved cash without a trade since that instant.
   */
  | { readonly kind: "Look"; readonly since: EpochMicros; readonly cashSince?: EpochMicros }
);

/** Why a broker said no for good (RELIABILITY 3.3): the order does not exist. */
export const refusalClasses = [
  "invalid",
  "unauthorized",
  /** The money of the account does not suffice, by the broker's rules of margin. */
  "buying_power",
  /** Protection against day trading. */
  "day_trading",
  /** The account as a whole: blocked, suspended, closing only. */
  "account",
  "shares_held",
  "wash_trade",
  /** What it should close is not there. */
  "no_position",
  "not_shortable",
  "not_tradable",
  "closed",
  "not_open",
  "not_found",
  "throttled",
  "other",
] as const;
export type RefusalClass = (typeof refusalClasses)[number];

/** What a look at the account brought back. */
export interface BrokerLook {
  readonly at: EpochMicros;
  readonly account: BrokerAccount;
  readonly positions: readonly BrokerPosition[];
  /** Open ones, and those that ended since the asked instant; legs stand inside their parents. */
  readonly orders: readonly BrokerOrder[];
  readonly fills: readonly BrokerFill[];
  /** Present when it was asked for; oldest first. */
  readonly cash?: readonly BrokerCash[];
}

/** Cash that moved without a trade, as the broker wrote it down. */
export interface BrokerCash {
  readonly id: string;
  /** The broker's word for it: CSD, DIV, INT. */
  readonly word: string;
  /** `flow`: from outside or to it. `result`: earned or paid. `other`: our books hold it already, or nobody knows. */
  readonly kind: "flow" | "result" | "other";
  /** Dollars; positive is received. */
  readonly dollars: number;
  /** What it was paid for; absent where the broker names nothing. */
  readonly symbol?: string;
}

/**
 * How a request came out. `refused`: provably without effect. `duplicate`: the client id exists: proof of an earlier
 * submission. `notSent`: no byte left. `unknown`: everything else; the effect may have happened or may yet happen.
 */
export type BrokerReply = { readonly request: RequestId } & (
  | { readonly kind: "accepted"; readonly order: BrokerOrder }
  | { readonly kind: "done" }
  | { readonly kind: "found"; readonly order: BrokerOrder }
  | { readonly kind: "absent" }
  | { readonly kind: "look"; readonly look: BrokerLook }
  | { readonly kind: "refused"; readonly class: RefusalClass; readonly reason: string }
  | { readonly kind: "duplicate"; readonly reason: string }
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string }
);

/** Something the broker told unasked, or that a poll found: an order as it stands now. */
export interface BrokerReport {
  readonly kind: "report";
  readonly cause: "stream" | "poll";
  /** The broker's word for what happened: for people, and for counting what we do not know. */
  readonly event: string;
  readonly order: BrokerOrder;
  readonly execution?: BrokerExecution;
}

/** The line on which reports come. While it is down, nothing is heard but what is asked. */
export interface BrokerLine {
  readonly kind: "line";
  readonly state: "up" | "down";
  readonly reason: string;
}

export type BrokerNews = BrokerReply | BrokerReport | BrokerLine;
