/**
 * Everything that can happen to the engine. Events are facts: past tense, never edited. The journal
 * gives each its sequence; `at` is when it happened at its source, not when we heard of it.
 *
 * Adding one: declare the interface, add it to `EngineEvent`, and follow the compile errors.
 */
import type { BarBatch } from "./bars.ts";
import type { SplitRatio } from "./corporate-action.ts";
import type { InstrumentId } from "./instrument.ts";
import type { Money, Price, Quantity } from "./money.ts";
import type { FillId, OrderNumber } from "./order.ts";
import type { Quote, TradePrint } from "./quote.ts";
import type { EpochMicros } from "./time.ts";

/** All bars of one instant are known; absent instruments have no row. The unit of decision. */
export interface BarsClosed {
  readonly kind: "BarsClosed";
  /** A cursor that moves on: valid during the step only. */
  readonly bars: BarBatch;
}

/** The best bid or offer of an instrument moved. */
export interface QuoteUpdated extends Quote {
  readonly kind: "QuoteUpdated";
}

/** Somebody traded. Never a fill of ours: those are `OrderFilled`. */
export interface TradePrinted extends TradePrint {
  readonly kind: "TradePrinted";
}

export interface OrderAccepted {
  readonly kind: "OrderAccepted";
  readonly at: EpochMicros;
  readonly order: OrderNumber;
}

/**
 * What the slippage of a fill is made of; the three sum to it exactly (QUANT m). Negative: it was earned, as by a
 * resting limit order.
 */
export interface SlippageParts {
  /** Paid to whoever stood on the other side: half the spread, an auction's cost, a fixed charge. */
  readonly spread: Money;
  /** The price moved while the order travelled: volatility and latency. */
  readonly drift: Money;
  /** The order itself moved the price, or ate through what was displayed. */
  readonly impact: Money;
}

/** What an execution cost beyond its price, in exact money. A positive figure is a cost. */
export interface FillCosts {
  readonly commission: Money;
  /** SEC section 31 and FINRA TAF, sell side only. */
  readonly regulatory: Money;
  /** Distance of the fill from the unslipped price, times quantity: already inside `price`. */
  readonly slippage: Money;
  /** Known to a venue that models its slippage; a broker's confirmation does not tell. */
  readonly parts?: SlippageParts;
}

/**
 * A venue confirmed that some or all of an order traded.
 *
 * - `fillId` is unique within its order and repeats after a reconnect; a repeat changes nothing (EX-4).
 * - May arrive before the OrderAccepted of the same order (EX-5).
 * - Only venues emit it. The engine never invents a fill (EX-1).
 */
export interface OrderFilled {
  readonly kind: "OrderFilled";
  readonly at: EpochMicros;
  readonly order: OrderNumber;
  readonly fillId: FillId;
  /** This fill alone, not the running total. Always positive. */
  readonly quantity: Quantity;
  /** Before commission and fees. */
  readonly price: Price;
  readonly costs: FillCosts;
}

/** The rest of the order will never trade: canceled on request or by its pair (one cancels other). */
export interface OrderCanceled {
  readonly kind: "OrderCanceled";
  readonly at: EpochMicros;
  readonly order: OrderNumber;
  /** All that had traded of it, where the venue says so: its end waits for those fills (EX-5). */
  readonly filled?: Quantity;
}

/** The rest of the order died of old age. */
export interface OrderExpired {
  readonly kind: "OrderExpired";
  readonly at: EpochMicros;
  readonly order: OrderNumber;
  /** All that had traded of it, where the venue says so: its end waits for those fills (EX-5). */
  readonly filled?: Quantity;
}

/** May follow an acceptance: venues accept first and refuse later (RELIABILITY 0.4). */
export interface OrderRejected {
  readonly kind: "OrderRejected";
  readonly at: EpochMicros;
  readonly order: OrderNumber;
  readonly reason: string;
  /** All that had traded of it, where the venue says so: its end waits for those fills (EX-5). */
  readonly filled?: Quantity;
}

/** What lending shares cost a short position since the session before, by calendar days (QUANT m). */
export interface BorrowCharged {
  readonly kind: "BorrowCharged";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  /** Positive: cash falls by it. */
  readonly dollars: Money;
}

/** Nothing trades in the instrument until `TradingResumed`: a halt or a volatility pause (C-44). */
export interface TradingHalted {
  readonly kind: "TradingHalted";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  readonly reason: string;
}

export interface TradingResumed {
  readonly kind: "TradingResumed";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
}

export type TradingStatusEvent = TradingHalted | TradingResumed;

export type BrokerEvent = OrderAccepted | OrderFilled | OrderCanceled | OrderExpired | OrderRejected;

/** Everything a venue tells: the fate of orders, and what it charges the account for. */
export type VenueEvent = BrokerEvent | BorrowCharged;

/**
 * A person, or the file `killswitch/HALT`, asked for a halt, for no new entries, or for that to end. `finish`
 * closes everything because the run is over: it is no alarm.
 */
export interface OperatorActed {
  readonly kind: "OperatorActed";
  readonly at: EpochMicros;
  readonly action: "halt" | "pause" | "resume" | "finish";
  readonly by: string;
  readonly reason: string;
}

/** From here on one old share is `newShares / oldShares` new ones. Before the first bar of the ex-date (DATA-6). */
export interface SharesSplit extends SplitRatio {
  readonly kind: "SharesSplit";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
}

/** Whoever held at the close before is paid, whoever was short pays: booked on the ex-date, not on the pay date. */
export interface DividendPaid {
  readonly kind: "DividendPaid";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  /** Dollars per share, positive. */
  readonly perShare: number;
  /** A part of the company left with it: no price before and after can be compared, whatever the basis. */
  readonly isSpinOff: boolean;
  /** From when on it is cash, later than `at`; absent when it is cash at once. */
  readonly payAt?: EpochMicros;
}

export type CorporateActionEvent = SharesSplit | DividendPaid;

/** Cash came from outside the account or went there: no profit, no loss. Positive is a deposit. */
export interface CashMoved {
  readonly kind: "CashMoved";
  readonly at: EpochMicros;
  /** Never 0; whole micro-dollars count, finer parts are rounded. */
  readonly dollars: number;
  /** For people: "deposit", "withdrawal", "transfer". */
  readonly reason: string;
}

export type EngineEvent =
  | BarsClosed
  | QuoteUpdated
  | TradePrinted
  | VenueEvent
  | TradingStatusEvent
  | OperatorActed
  | CashMoved
  | CorporateActionEvent;

export const eventAt = (event: EngineEvent): EpochMicros =>
  event.kind === "BarsClosed" ? event.bars.at : event.at;
