/** What the desk asks the gate for, made of a wish or of what is held. */
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { BUY, OrderStatus, type OrderType, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type ExecutionParams, priceEntry, roundToTick } from "../execution/order-policy.ts";
import type { Birth } from "../execution/order-table.ts";
import type { RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";

const NONE = -1;

/** Of a share: the last bits of a product. */
const DUST = 1e-9;

/** Closes what is held at the market: a protective order does not, before its price is reached. */
export const isExit = (purpose: Purpose): boolean =>
  purpose === Purpose.Exit || purpose === Purpose.Flatten || purpose === Purpose.VirtualStop;

/** The order policy, and who knows better than its fixed offset what it takes to trade an instrument now. */
export interface EntryPricing extends ExecutionParams {
  /** Basis points; absent: `limitOffsetBps`. */
  readonly entryOffsetBps?: (instrument: InstrumentId) => number;
}

/** An entry priced by the order policy. */
export function entryRequest(intent: EntryIntent, pricing: EntryPricing): OrderRequest {
  const { instrument, strategy, shares, reference } = intent;
  const side: Side = shares > 0 ? BUY : SELL;
  const limitOffsetBps = pricing.entryOffsetBps?.(instrument);
  const execution = limitOffsetBps === undefined ? pricing : { ...pricing, limitOffsetBps };
  const { type, timeInForce, limit } = priceEntry(side, reference, intent.timing, execution);
  return {
    instrument,
    strategy,
    side,
    shares: Math.abs(shares),
    purpose: Purpose.Entry,
    type,
    timeInForce,
    limit,
    // Rounded away from the entry: never closer than the strategy asked.
    stop: roundToTick(intent.stop, -side, execution.tick),
    reference,
    decidedAt: intent.at,
  };
}

/** What is to be closed of a position, and what it was worth when that was decided. */
export interface Closing {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly purpose: Purpose;
  readonly type: OrderType;
  /** Of the position: its sign. */
  readonly held: number;
  /** To be closed, positive. */
  readonly shares: number;
  /** Dollars per share. */
  readonly reference: number;
  readonly decidedAt: EpochMicros;
}

/** The row of an order that was shown to the gate just now; `shares` as approved, undefined when it was refused. */
export function birthOf(
  request: OrderRequest,
  shares: number | undefined,
  { binding, verdict, rules }: RiskGate,
  from: Pick<Birth, "signal" | "sizing">,
): Birth {
  return {
    ...from,
    requested: request.shares,
    shares: shares ?? 0,
    rule: binding === undefined ? NONE : rules.indexOf(binding),
    ruleUsed: verdict?.used ?? Number.NaN,
    ruleLimit: verdict?.limit ?? Number.NaN,
    parent: NONE,
    status: shares === undefined ? OrderStatus.Denied : OrderStatus.Sent,
  };
}

export const closingRequest = ({ held, ...closing }: Closing): OrderRequest => ({
  ...closing,
  side: held > 0 ? SELL : BUY,
  timeInForce: TimeInForce.GoodTillCanceled,
  limit: Number.NaN,
  stop: Number.NaN,
});

/** Whole shares that are at least that fraction of what is held, and never a part of one. */
export function partOf(held: number, fraction: number): number {
  const shares = Math.abs(held);
  return Math.min(Math.floor(shares), Math.ceil(shares * fraction - DUST));
}
