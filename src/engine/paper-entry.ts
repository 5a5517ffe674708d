/**
 * An entry on paper: how long it waits, which bars it may meet, and where one fills it. The same as an order at the
 * simulated venue (SM-1, SM-2, SM-8), without one.
 */
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, type OrderType, type Side, TimeInForce } from "../domain/order.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { ENTRY_LIFE_MICROS } from "../execution/order-policy.ts";
import { fillPrice } from "./bar-fill.ts";
import type { SessionClock } from "./session-clock.ts";

/** What of an order its fills and its costs depend on. Dollars per share; NaN for no limit. */
export interface PaperOrder {
  /** Tells delays apart, which are drawn by it. */
  readonly number: OrderNumber;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limit: number;
}

/** Where in a bar a price reached it: the opening print, the trade after it, later, the closing auction. */
export type ReachedAt = "at_open" | "after_open" | "inside" | "at_close";

export interface WaitingEntry extends PaperOrder {
  readonly stop: number;
  readonly target: number;
  readonly decidedAt: EpochMicros;
  /** Session it ends with; NaN for the next one, when it was decided after a close. */
  session: DayNumber;
}

/** The batch at hand, and the instant of the one before it. */
export interface EntryMoment {
  readonly batch: BarBatch;
  readonly before: EpochMicros;
  readonly clock: SessionClock;
}

export interface Reached {
  /** Dollars per share, before what trading costs. */
  readonly price: number;
  readonly where: ReachedAt;
}

/** Where the bar in `row` fills the entry; undefined when it does not. */
export function reachEntry(entry: WaitingEntry, row: number, moment: EntryMoment): Reached | undefined {
  if (!mayTrade(entry, moment)) return undefined;
  const { open, high, low, close } = moment.batch.columns;
  const { timeInForce } = entry;
  if (timeInForce === TimeInForce.AtClose) {
    const price = close[row]!;
    const fills = Number.isNaN(entry.limit) || entry.side * (entry.limit - price) >= 0;
    return fills ? { price, where: "at_close" } : undefined;
  }
  const price = fillPrice(entry, open[row]!, high[row]!, low[row]!);
  if (price === open[row]!) return { price, where: "at_open" };
  const onlyAtOpen = timeInForce === TimeInForce.AtOpen || timeInForce === TimeInForce.ImmediateOrCancel;
  return onlyAtOpen || Number.isNaN(price) ? undefined : { price, where: "inside" };
}

function mayTrade(entry: WaitingEntry, { batch, before, clock }: EntryMoment): boolean {
  const { timeInForce } = entry;
  if (timeInForce === TimeInForce.AtOpen) return sessionOpens(before, clock);
  if (timeInForce !== TimeInForce.Day && timeInForce !== TimeInForce.AtClose) return true;
  if (Number.isNaN(entry.session)) entry.session = clock.date;
  const isTime = timeInForce === TimeInForce.Day || batch.at === clock.close;
  return isTime && entry.session === clock.date;
}

/** True when an entry that this batch has not filled waits no longer. */
export function isExpired(entry: WaitingEntry, { batch, before, clock }: EntryMoment): boolean {
  switch (entry.timeInForce) {
    case TimeInForce.NextBar:
      return isLong(batch.columns.timeframe) || batch.at - entry.decidedAt >= ENTRY_LIFE_MICROS;
    case TimeInForce.ImmediateOrCancel:
      return true;
    case TimeInForce.AtOpen:
      return sessionOpens(before, clock);
    case TimeInForce.Day:
    case TimeInForce.AtClose:
      return batch.at >= clock.close || entry.session < clock.date;
    default:
      return false;
  }
}

/** A bar of a minute or more is its own time-out. */
const isLong = (timeframe: Timeframe): boolean => timeframe !== "1s";

/** True on the first batch inside a session: the one that holds the opening print. */
const sessionOpens = (before: EpochMicros, clock: SessionClock): boolean =>
  clock.inSession && before <= clock.open;
