/** An order as the brokerage holds it, the group it belongs to, and the copy of it that is shown. */
import type { InstrumentId } from "../../domain/instrument.ts";
import { type Money, NANOS, type Price, type Quantity } from "../../domain/money.ts";
import type { Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { notQueued, type QueuePosition } from "../queue-position.ts";
import type {
  BrokerageStatus,
  ClassWord,
  IntentWord,
  OrderView,
  SideWord,
  TimeInForceWord,
  TypeWord,
} from "./order-view.ts";
import { isTerminal } from "./order-view.ts";

const CENT = 10_000;

/** What an order is in its group. The target of an `oco` is its parent. */
export type Role = "single" | "entry" | "target" | "stop";

/** Orders that live and die together. */
export interface OrderGroup {
  readonly kind: Exclude<ClassWord, "simple">;
  entry: OrderRecord | undefined;
  target: OrderRecord | undefined;
  stop: OrderRecord | undefined;
  /** The position is there: target and stop work. */
  awake: boolean;
}

/** All prices in micro-dollars, all quantities in nano-shares; NaN where there is none. */
export interface OrderDraft {
  readonly instrument: InstrumentId;
  readonly symbol: string;
  readonly assetId: string;
  readonly side: Side;
  readonly type: TypeWord;
  readonly timeInForce: TimeInForceWord;
  readonly orderClass: ClassWord;
  readonly role: Role;
  readonly extendedHours: boolean;
  readonly quantity: number;
  readonly notional: number;
  readonly limit: number;
  readonly stop: number;
  readonly trailPrice: number;
  readonly trailPercent: number;
}

export interface OrderRecord extends Omit<OrderDraft, "quantity" | "stop" | "limit"> {
  readonly id: string;
  readonly clientOrderId: string;
  /** Order of submission. */
  readonly sequence: number;
  readonly intent: IntentWord;
  status: BrokerageStatus;
  quantity: number;
  stop: number;
  limit: number;
  /** With the dollars: of its own fills and of those of the orders that it replaced. */
  filled: number;
  spent: Money;
  highWaterMark: number;
  /** A stop that was reached: from then on a market order, or a limit order with `cap`. */
  elected: boolean;
  electedAt: number;
  cap: number;
  /** Shares that it holds of a position, for an order by value; NaN for others. */
  held: number;
  /** Micro-dollars per share that it reserves. */
  reservePrice: number;
  /** It is in the market: it may trade when its price is there, also while a cancel is on its way. */
  works: boolean;
  /** It waits to take the place of the order that it replaces. */
  waits: boolean;
  rests: boolean;
  splitDrawn: boolean;
  queue: QueuePosition;
  group: OrderGroup | undefined;
  expiresAt: number;
  /** Opening or closing auction that it waits for. */
  auctionAt: number;
  /** When a cancel or replacement on its way is carried out; Infinity for none, or for one that hangs. */
  dueAt: number;
  successor: OrderRecord | undefined;
  createdAt: EpochMicros;
  updatedAt: EpochMicros;
  submittedAt: EpochMicros;
  filledAt: EpochMicros | undefined;
  expiredAt: EpochMicros | undefined;
  canceledAt: EpochMicros | undefined;
  failedAt: EpochMicros | undefined;
  replacedAt: EpochMicros | undefined;
  cancelRequestedAt: EpochMicros | undefined;
  replacedBy: string | undefined;
  replaces: string | undefined;
}

export interface RecordIdentity {
  readonly id: string;
  readonly clientOrderId: string;
  readonly sequence: number;
  readonly intent: IntentWord;
  readonly at: EpochMicros;
}

export function orderRecord(draft: OrderDraft, { at, ...identity }: RecordIdentity): OrderRecord {
  return {
    ...draft,
    ...identity,
    status: "pending_new",
    filled: 0,
    spent: 0 as Money,
    highWaterMark: Number.NaN,
    elected: false,
    electedAt: Number.NEGATIVE_INFINITY,
    cap: Number.NaN,
    held: Number.NaN,
    reservePrice: 0,
    works: false,
    waits: false,
    rests: false,
    splitDrawn: false,
    queue: notQueued(),
    group: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    auctionAt: Number.NaN,
    dueAt: Number.POSITIVE_INFINITY,
    successor: undefined,
    createdAt: at,
    updatedAt: at,
    submittedAt: at,
    filledAt: undefined,
    expiredAt: undefined,
    canceledAt: undefined,
    failedAt: undefined,
    replacedAt: undefined,
    cancelRequestedAt: undefined,
    replacedBy: undefined,
    replaces: undefined,
  };
}

export const isLive = ({ status }: OrderRecord): boolean => !isTerminal(status);

/** Nano-shares still to trade; of an order by value, what it holds at most. */
export const remainingOf = ({ quantity, held, filled }: OrderRecord): number =>
  Math.max(0, (Number.isNaN(quantity) ? held : quantity) - filled);

/** True for what adds to a position or opens one. */
export const isOpening = ({ intent }: Pick<OrderRecord, "intent">): boolean => intent.endsWith("_open");

export const sideWord = (side: Side): SideWord => (side > 0 ? "buy" : "sell");

export const membersOf = ({ entry, target, stop }: OrderGroup): OrderRecord[] =>
  [entry, target, stop].filter((each) => each !== undefined);

/** The order that its legs are shown under; undefined for a parent and for a single order. */
export function parentOf(record: OrderRecord): OrderRecord | undefined {
  const parent = record.group?.entry ?? record.group?.target;
  return parent === record ? undefined : parent;
}

/** The leg whose turn it is as soon as the entry is complete: the target, or a stop without one. */
export const isFirstAwake = ({ group, role }: OrderRecord): boolean =>
  group?.awake === true && (role === "target" || group.target === undefined);

/** A leg whose turn has not come: it holds no shares and reserves no money. */
export const sleeps = (record: OrderRecord): boolean =>
  !record.works && parentOf(record) !== undefined && !isFirstAwake(record);

/** True when nothing of it is left to trade; of dollars, less than a cent. */
export function isComplete({ quantity, notional, spent, held, filled }: OrderRecord): boolean {
  if (Number.isNaN(notional)) return filled >= quantity;
  return notional - spent < CENT || held - filled <= 0;
}

export const legsOf = (record: OrderRecord): OrderRecord[] =>
  record.group === undefined || parentOf(record) !== undefined
    ? []
    : membersOf(record.group).filter((each) => each !== record);

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/** Mean price of `filled` nano-shares for `spent`, micro-dollars rounded to the nearest. */
export function averagePrice(spent: number, filled: number): Price {
  const doubled = (BigInt(spent) * BigInt(NANOS) * 2n) / BigInt(filled);
  return Number((doubled + 1n) / 2n) as Price;
}

export function viewOf(record: OrderRecord, legs?: readonly OrderView[]): OrderView {
  const { side, filled, spent, expiresAt, intent, orderClass } = record;
  return {
    id: record.id,
    clientOrderId: record.clientOrderId,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    submittedAt: record.submittedAt,
    filledAt: record.filledAt,
    expiredAt: record.expiredAt,
    canceledAt: record.canceledAt,
    failedAt: record.failedAt,
    replacedAt: record.replacedAt,
    cancelRequestedAt: record.cancelRequestedAt,
    expiresAt: Number.isFinite(expiresAt) ? (expiresAt as EpochMicros) : undefined,
    replacedBy: record.replacedBy,
    replaces: record.replaces,
    assetId: record.assetId,
    symbol: record.symbol,
    notional: known(record.notional),
    quantity: known(record.quantity),
    filledQuantity: filled,
    filledAveragePrice: filled > 0 ? averagePrice(spent, filled as Quantity) : undefined,
    orderClass,
    type: record.type,
    side: sideWord(side),
    positionIntent: intent,
    timeInForce: record.timeInForce,
    limitPrice: known(record.limit),
    stopPrice: known(record.stop),
    trailPrice: known(record.trailPrice),
    trailPercent: known(record.trailPercent),
    highWaterMark: known(record.highWaterMark),
    status: record.status,
    extendedHours: record.extendedHours,
    legs,
  };
}

/** With its legs inside, where it has any. */
export const nestedView = (record: OrderRecord): OrderView => {
  const legs = legsOf(record);
  return viewOf(record, legs.length === 0 ? undefined : legs.map((leg) => viewOf(leg)));
};
