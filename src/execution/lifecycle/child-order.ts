/**
 * One order at the broker, as far as we know: the row that submission, queries, cancels and counting work on. An order
 * of the engine has one of these, or one after another; two live ones for the same shares never (I-7).
 */
import type { BrokerOrder, BrokerOrderId, OrderSpec, Priority, RefusalClass } from "../../domain/broker.ts";
import type { Price } from "../../domain/money.ts";
import type { ClientOrderId, OrderNumber, Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { EntryWait } from "./entry-waits.ts";
import type { Instants, LifecycleState, NoteCause, OpenOrder } from "./words.ts";

const NANOS_PER_SHARE = 1_000_000_000;
const NEVER = Number.POSITIVE_INFINITY;

/** What one fill, or several that were heard of at once, did. Nano-shares, micro-dollars. */
export interface Trade {
  readonly nanos: number;
  readonly price: Price;
  readonly at: EpochMicros;
  readonly cause: NoteCause;
}

/** How it ended. `class` only where the broker refused it at once. */
export interface ChildEnd {
  readonly kind: "filled" | "canceled" | "expired" | "rejected";
  readonly class?: RefusalClass;
  readonly reason: string;
}

/** Whoever wanted the order. Each is told of the same thing once. */
export interface ChildOwner {
  /** The broker has it. */
  held(child: ChildOrder, now: Instants): void;
  traded(child: ChildOrder, trade: Trade, now: Instants): void;
  /** Nothing more will come of it, as far as anybody can know. */
  over(child: ChildOrder, end: ChildEnd, now: Instants): void;
  /** The orders that it brought along, each time they are seen. */
  legs(child: ChildOrder, legs: readonly BrokerOrder[], now: Instants): void;
  /** Refused for the sake of another order of ours; it will be tried again. */
  blocked(child: ChildOrder, why: RefusalClass, now: Instants): void;
  /** A change was answered, or something else moved that may let the owner act. */
  moved(child: ChildOrder, now: Instants): void;
}

/** What was counted of one broker order: its shares and what they were told to have cost, dollars. */
export interface FillCount {
  filled: number;
  value: number;
}

export interface ChildOrder {
  readonly clientId: ClientOrderId;
  /** The engine's order that its fills belong to. */
  readonly number: OrderNumber;
  readonly symbol: string;
  readonly side: Side;
  /** Nano-shares. */
  readonly shares: number;
  /** Absent for what the broker made itself. */
  readonly spec: OrderSpec | undefined;
  readonly priority: Priority;
  readonly decidedAt: EpochMicros;
  readonly owner: ChildOwner;
  /** When the gate last said yes to it: from then on it ages (C-10). */
  judgedAt: EpochMicros;
  /** Of an order for an auction, or a further slice. */
  readonly wait: EntryWait | undefined;
  state: LifecycleState;
  /** Its owner was told that it is over. */
  isOver: boolean;
  isHeld: boolean;
  /** The order it lives on as. */
  brokerId: BrokerOrderId | undefined;
  readonly counts: Map<BrokerOrderId, FillCount>;
  /** Nano-shares over all of `counts`. */
  filled: number;
  updatedAt: number;
  /** As the broker shows it; NaN while unknown. */
  stop: number;
  /** Monotonic ms before which it is not sent. */
  notBefore: number;
  attempts: number;
  firstSent: number;
  /** Submissions whose outcome nobody knows. */
  doubts: number;
  /** The broker said that the id exists. */
  proven: boolean;
  wasResent: boolean;
  wasRefused: boolean;
  sendDeadline: number;
  /** Start of the query plan, the next query of it, and how many there were. */
  doubtSince: number;
  queryDue: number;
  queries: number;
  /** An absence heard for a query sent from here on is an answer. */
  horizon: number;
  readDue: number;
  reads: number;
  /** Monotonic ms at which a read left that is not answered; Infinity without one. */
  readSent: number;
  cancelWanted: boolean;
  cancelSince: number;
  cancelDue: number;
  stuckTold: boolean;
  changeId: ClientOrderId | undefined;
  /** The broker would not change it: it has to be replaced. */
  changeFailed: boolean;
}

export type ChildTerms = Partial<Pick<ChildOrder, "wait">> &
  Pick<
    ChildOrder,
    "clientId" | "number" | "symbol" | "side" | "shares" | "spec" | "priority" | "decidedAt" | "owner"
  >;

export function childOrder(terms: ChildTerms): ChildOrder {
  return {
    ...terms,
    judgedAt: terms.decidedAt,
    wait: terms.wait,
    state: "INTENT",
    isOver: false,
    isHeld: false,
    brokerId: undefined,
    counts: new Map(),
    filled: 0,
    updatedAt: 0,
    stop: Number.NaN,
    notBefore: 0,
    attempts: 0,
    firstSent: NEVER,
    doubts: 0,
    proven: false,
    wasResent: false,
    wasRefused: false,
    sendDeadline: NEVER,
    doubtSince: NEVER,
    queryDue: NEVER,
    queries: 0,
    horizon: NEVER,
    readDue: NEVER,
    reads: 0,
    readSent: NEVER,
    cancelWanted: false,
    cancelSince: NEVER,
    cancelDue: NEVER,
    stuckTold: false,
    changeId: undefined,
    changeFailed: false,
  };
}

export const isEntry = (child: ChildOrder): boolean => child.spec?.opens === true;

const restingStates: readonly LifecycleState[] = ["ACKED", "PARTIAL", "PENDING_CANCEL", "PENDING_REPLACE"];
/** True for what the broker is known to hold. */
export const isResting = (child: ChildOrder): boolean => restingStates.includes(child.state);

const finalStates: readonly LifecycleState[] = ["FILLED", "CANCELED", "EXPIRED", "REJECTED"];
/** True when its state is taken back by nothing. A tombstone may still turn out to live. */
export const isFinal = (child: ChildOrder): boolean => finalStates.includes(child.state);

/** ACKED, or PARTIAL once something has traded. */
export const ackedState = (child: ChildOrder): LifecycleState => (child.filled > 0 ? "PARTIAL" : "ACKED");

export const viewOf = (child: ChildOrder): OpenOrder => ({
  clientId: child.clientId,
  brokerId: child.brokerId,
  brokerIds: [...child.counts.keys()],
  number: child.number,
  symbol: child.symbol,
  side: child.side,
  shares: child.shares / NANOS_PER_SHARE,
  filled: child.filled / NANOS_PER_SHARE,
  state: child.state,
  ...(child.state === "INTENT" && child.attempts === 0 && child.wait !== undefined ? { isHeld: true } : {}),
});
