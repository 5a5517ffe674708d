/**
 * The words of the order life cycle (RELIABILITY 3): what it is told, what it tells, and the states of 3.1. Everything
 * here is plain data, so that inputs can be journaled and replayed.
 */
import type { BrokerNews, BrokerOrderId, BrokerRequest, RefusalClass } from "../../domain/broker.ts";
import type { Restatement } from "../../domain/corporate-action.ts";
import type { BrokerEvent, FillCosts } from "../../domain/events.ts";
import type {
  ClientOrderId,
  OrderNumber,
  OrderType,
  Purpose,
  Side,
  TimeInForce,
} from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { LeaveWindow } from "../auction-window.ts";
import type { Environment, IdKind } from "../client-order-id.ts";

/** The two clocks at one moment; never mixed. */
export interface Instants {
  /** The exchange's: validity of orders. */
  readonly at: EpochMicros;
  /** Monotonic milliseconds of this life of the process: deadlines. */
  readonly mono: number;
}

/** The next instant on each clock at which `time` has something to do; Infinity for never. */
export interface Due {
  readonly at: number;
  readonly mono: number;
}

/** As on an approved order; dollars per share, NaN for what there is not. */
export interface LiveBracket {
  readonly stopOrder?: OrderNumber | undefined;
  readonly stop: number;
  readonly targetOrder?: OrderNumber | undefined;
  readonly target: number;
}

/** How an order that is large for its market leaves (EXEC-1). */
export interface SlicePlan {
  /** Of each slice but the last, which is what is left. */
  readonly shares: number;
  /** From one slice's leaving to the next one's, exchange micros, at least. */
  readonly everyMicros: number;
}

export interface LiveMember {
  readonly number: OrderNumber;
  /** Its part of the order. */
  readonly shares: number;
  /** Never leave, but are protected from the start. */
  readonly crossed: number;
  readonly bracket?: LiveBracket | undefined;
}

/** What an approved order holds, with the names that the world knows: symbol, strategy, client id. */
export interface LiveOrder {
  readonly number: OrderNumber;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: Side;
  readonly shares: number;
  readonly purpose: Purpose;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
  readonly stop: number;
  readonly decidedAt: EpochMicros;
  readonly bracket?: LiveBracket | undefined;
  readonly members?: readonly LiveMember[] | undefined;
  /** Absent: it leaves as one. */
  readonly slices?: SlicePlan | undefined;
  readonly clientId: ClientOrderId;
}

/**
 * Of one order at the broker. ABANDONED: nobody knows of it, its exposure still counts. TOMBSTONE: given up, told as
 * ended, and canceled should it ever appear.
 */
export type LifecycleState =
  | "INTENT"
  | "SENDING"
  | "UNKNOWN"
  | "ACKED"
  | "PARTIAL"
  | "PENDING_CANCEL"
  | "PENDING_REPLACE"
  | "ABANDONED"
  | "TOMBSTONE"
  | "FILLED"
  | "CANCELED"
  | "EXPIRED"
  | "REJECTED";

export type NoteCause = "command" | "reply" | "stream" | "poll" | "timer" | "restart";

/** True for the end of an order that the broker refused in that way; the class begins the reason. */
export const wasRefusedAs = (reason: string, why: RefusalClass): boolean => reason.startsWith(`${why}: `);

const ofAccount: readonly RefusalClass[] = ["buying_power", "day_trading", "account"];
/** True for one that was refused for margin, for day trading or for the account (C-64). */
export const wasRefusedByAccount = (reason: string): boolean =>
  ofAccount.some((why) => wasRefusedAs(reason, why));

/** For the journal, for counting, for people. `transition` is the ordinary one; all others want a look. */
export type NoteKind =
  | "transition"
  | "bust"
  | "stuckCancel"
  | "unknownStatus"
  | "mismatch"
  | "overfill"
  | "lateFill"
  | "noPrice";

export interface LifecycleNote {
  readonly kind: NoteKind;
  readonly number: OrderNumber;
  readonly clientId: ClientOrderId;
  readonly from: LifecycleState;
  readonly to: LifecycleState;
  readonly cause: NoteCause;
  readonly reason: string;
}

export interface LifecycleTerms {
  readonly environment: Environment;
  /** What a broker's confirmation does not tell: commission and regulatory fees of one fill. */
  fees(
    side: Side,
    at: EpochMicros,
    shares: number,
    dollars: number,
  ): Pick<FillCosts, "commission" | "regulatory">;
  /** How old a decision to enter may be when it leaves (C-10); 5 s of exchange time where not given. */
  readonly staleAfterMicros?: number;
  /**
   * When an order for an auction that is placed at that instant may leave; undefined when the auction is not known, and
   * then it never leaves. Where the function is absent such orders leave at once.
   */
  readonly auctionWindow?: (auction: "open" | "close", at: EpochMicros) => LeaveWindow | undefined;
}

/** One order at the broker, for reconciliation. Shares. */
export interface OpenOrder {
  readonly clientId: ClientOrderId;
  readonly brokerId: BrokerOrderId | undefined;
  /** All that it has had: each replacement gave it a new one. */
  readonly brokerIds: readonly BrokerOrderId[];
  /** The engine's order whose fills these are. */
  readonly number: OrderNumber;
  readonly symbol: string;
  readonly side: Side;
  readonly shares: number;
  readonly filled: number;
  readonly state: LifecycleState;
  /** Present while it waits for the window of its auction: the broker has never heard of it. */
  readonly isHeld?: true;
}

/** Entries that leave later than they were approved: for an auction, or as a further slice (EXEC-6). */
export interface RecheckDesk {
  /** Whose time has come: each leaves once `answer` says that it is still wanted. The caller empties it. */
  readonly asks: OrderNumber[];
  /** `refusal`: why it is not wanted any more; undefined lets it go. */
  /** Nobody can say yet: it is asked about again shortly, as long as its window is open. */
  later(number: OrderNumber, now: Instants): void;
  answer(number: OrderNumber, refusal: string | undefined, now: Instants): void;
}

/** Decides the identity of an order that is about to be placed. */
export interface IdParts {
  readonly strategy: string;
  readonly symbol: string;
  readonly decidedAt: EpochMicros;
  readonly kind: IdKind;
}

/** Between the engine's venue port and a broker adapter. The caller empties the arrays after each input. */
/** When what protects is rested anew: `later` when the broker has the shares; `back` undoes what was to come later. */
export type RestsWhen = "now" | "later" | "back";

export interface Lifecycle {
  readonly requests: BrokerRequest[];
  readonly events: BrokerEvent[];
  readonly notes: LifecycleNote[];
  readonly nextDue: Due;
  /** Absent where every order leaves at once. */
  readonly rechecks?: RecheckDesk;
  place(order: LiveOrder, now: Instants): void;
  cancel(number: OrderNumber, now: Instants): void;
  moveStop(number: OrderNumber, stop: number, now: Instants): void;
  heard(news: BrokerNews, now: Instants): void;
  time(now: Instants): void;
  /**
   * An action overnight changed what a share is: entries and exits that work are taken back, what protects is rested
   * anew in the new shares and prices, with `later` once `follow` says so, and with `back` not after all. Absent where
   * nothing rests at a broker.
   */
  restate?(symbol: string, change: Restatement, now: Instants, rests?: RestsWhen): void;
  /** The broker holds the new shares: what rests in old ones is rested anew. */
  follow?(symbol: string, now: Instants): void;
  /** The process began anew and its monotonic clock with it: what is not settled is asked about again. */
  restarted(now: Instants): void;
  /** The id for an order that is to be placed; the same until an order was placed under it. */
  clientIdFor(parts: IdParts): ClientOrderId;
  /** What may still trade, or nobody knows of. */
  open(): readonly OpenOrder[];
  byClientId(): ReadonlyMap<ClientOrderId, OpenOrder>;
  /** True for an order of this life cycle, legs that the broker named included. */
  owns(clientId: ClientOrderId): boolean;
  tombstones(): readonly OpenOrder[];
  readonly unknownCount: number;
}
