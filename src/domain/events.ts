/**
 * Everything that can happen to the engine. Events are facts: past tense, never edited. The journal
 * gives each its sequence; `at` is when it happened at its source, not when we heard of it.
 *
 * Adding one: declare the interface, add it to `EngineEvent`, and follow the compile errors.
 */
import type { BarBatch } from "./bars.ts";
import type { ClaimAuthority, ClaimLevel, ClaimSide } from "./claim.ts";
import type { SplitRatio } from "./corporate-action.ts";
import type { InstrumentId } from "./instrument.ts";
import type { Money, Price, Quantity } from "./money.ts";
import type { FillId, OrderNumber } from "./order.ts";
import type { Quote, TradePrint } from "./quote.ts";
import type { ReferenceRow } from "./reference-table.ts";
import type { RegimeReading } from "./regime-reading.ts";
import type { DayNumber, EpochMicros } from "./time.ts";

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
 * A person, or the file `killswitch/HALT`, wants something of the engine.
 *
 * - `halt` closes everything and stays shut; `pause` bars entries; `resume` ends both.
 * - `flatten` closes everything, or the instrument, and bars entries; `close` closes the instrument and bars nothing.
 * - `disable` lets the strategy reduce only, until `enable`.
 * - `finish` closes everything because the run is over: it is no alarm.
 */
export interface OperatorActed {
  readonly kind: "OperatorActed";
  readonly at: EpochMicros;
  readonly action: "halt" | "pause" | "resume" | "finish" | "flatten" | "close" | "enable" | "disable";
  readonly by: string;
  readonly reason: string;
  /** Needed by `close`; absent with `flatten`: all. */
  readonly instrument?: InstrumentId;
  /** Index of the strategy; needed by `enable` and `disable`. */
  readonly strategy?: number;
}

/** The exchange's clock moved on while the market told nothing. Never older than a TimePassed before it. */
export interface TimePassed {
  readonly kind: "TimePassed";
  readonly at: EpochMicros;
}

/** What somebody outside the engine wants trading to be restricted to, or no longer. */
export interface ClaimChanged {
  readonly kind: "ClaimChanged";
  readonly at: EpochMicros;
  /** Raised, from `at` on; a latched one that stands is only tightened. */
  readonly claim?: {
    readonly authority: ClaimAuthority;
    readonly source: string;
    /** Index of the only strategy it binds. */
    readonly scope?: number;
    /** The only side of entries that it binds; never with a scope. */
    readonly side?: ClaimSide;
    readonly level: ClaimLevel;
    /** Multiplies sizes, in (0, 1.2]. */
    readonly scalar: number;
    readonly reason: string;
    readonly until?: EpochMicros;
    readonly liftedBy: "itself" | "operator";
  };
  /** Lifted, if whoever asks may do so. */
  readonly lifted?: {
    readonly authority: ClaimAuthority;
    readonly source: string;
    readonly scope?: number;
    readonly by: "itself" | "operator";
  };
}

/** Our books of the instrument and the broker's do not agree: nobody enters it until that is cleared up (C-47). */
export interface InstrumentLocked {
  readonly kind: "InstrumentLocked";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  readonly reason: string;
}

export interface InstrumentUnlocked {
  readonly kind: "InstrumentUnlocked";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
}

/**
 * The broker's word casts doubt on the position, or does no longer: meanwhile no stop that ended rests again, and no
 * closing that was refused as not there is repeated.
 */
export interface PositionDoubted {
  readonly kind: "PositionDoubted";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  readonly stopsWait: boolean;
  readonly exitsWait: boolean;
}

/**
 * The broker holds more or less than our orders explain, and the broker is right (I-24). What is less is taken from
 * who holds it, what is more belongs to nobody who trades.
 */
export interface PositionAdjusted {
  readonly kind: "PositionAdjusted";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  /** Signed, never 0: what the broker's position is ahead of ours by. */
  readonly shares: number;
  /** Dollars per share. */
  readonly price: number;
  readonly reason: string;
  /** The same for the same difference, whoever finds it and however often: it counts once. */
  readonly id: string;
}

/** Two reads of the broker's books showed no position and no open order after the halt of that name began. */
export interface FlattenVerified {
  readonly kind: "FlattenVerified";
  readonly at: EpochMicros;
  readonly haltId: string;
}

/** An operator has made a limit stricter for a while (ADMIN-1); a value that is not stricter changes nothing. */
export interface LimitOverridden {
  readonly kind: "LimitOverridden";
  readonly at: EpochMicros;
  /** Path in the configuration: `risk.spread.maxFraction`. */
  readonly key: string;
  /** In the limit's own unit. */
  readonly value: number;
  /** Which way is stricter. */
  readonly stricter: "less" | "more";
  /** First instant at which it no longer holds, unless the session ends before. */
  readonly until: EpochMicros;
}

/** Somebody wants our books compared with the broker's now, by a look that begins after this (C-47). */
export interface BooksAsked {
  readonly kind: "BooksAsked";
  readonly at: EpochMicros;
  /** For people: who, and why. */
  readonly reason: string;
}

/** What the market's regime is for one session, by all that was known before its open (REGIME-1). */
export interface RegimeTold extends RegimeReading {
  readonly kind: "RegimeTold";
  readonly at: EpochMicros;
}

/** Rows of a reference table became known: a company reported, pairs were formed anew, the VIX closed. */
export interface ReferenceTold {
  readonly kind: "ReferenceTold";
  readonly at: EpochMicros;
  /** Id of the table. */
  readonly table: string;
  readonly rows: readonly ReferenceRow[];
  /** The table as a whole: what it does not list is not known any more. */
  readonly isWhole?: true;
  /** The session that it was told for; absent: the one that is on, or that comes next. */
  readonly session?: DayNumber;
}

/** What neither the market nor an order tells, but who watches over the engine. */
export type ControlEvent =
  | TimePassed
  | ClaimChanged
  | InstrumentLocked
  | InstrumentUnlocked
  | PositionDoubted
  | PositionAdjusted
  | FlattenVerified
  | LimitOverridden
  | BooksAsked
  | RegimeTold
  | ReferenceTold;

/** From here on one old share is `newShares / oldShares` new ones. Before the first bar of the ex-date (DATA-6). */
export interface SharesSplit extends SplitRatio {
  readonly kind: "SharesSplit";
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  /** Absent: the day of `at` in New York. */
  readonly exDate?: DayNumber;
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
  /** The broker's own record books the cash when it comes: here it only moves prices (CA-6). */
  readonly isExpected?: true;
  /** Absent: the day of `at` in New York. */
  readonly exDate?: DayNumber;
}

export type CorporateActionEvent = SharesSplit | DividendPaid;

/** Cash came from outside the account or went there: no profit, no loss, unless it says so. Positive is a deposit. */
export interface CashMoved {
  readonly kind: "CashMoved";
  readonly at: EpochMicros;
  /** Never 0; whole micro-dollars count, finer parts are rounded. */
  readonly dollars: number;
  /** For people: "deposit", "withdrawal", "transfer". */
  readonly reason: string;
  /** It was earned or paid after all: interest, a dividend, a fee that no fill and no corporate action told of. */
  readonly isResult?: true;
}

export type EngineEvent =
  | BarsClosed
  | QuoteUpdated
  | TradePrinted
  | VenueEvent
  | TradingStatusEvent
  | OperatorActed
  | ControlEvent
  | CashMoved
  | CorporateActionEvent;

const controlKinds: readonly EngineEvent["kind"][] = [
  "TimePassed",
  "ClaimChanged",
  "InstrumentLocked",
  "InstrumentUnlocked",
  "PositionDoubted",
  "PositionAdjusted",
  "FlattenVerified",
  "LimitOverridden",
  "BooksAsked",
  "RegimeTold",
  "ReferenceTold",
] satisfies readonly ControlEvent["kind"][];

export const isControl = (event: EngineEvent): event is ControlEvent => controlKinds.includes(event.kind);

export const eventAt = (event: EngineEvent): EpochMicros =>
  event.kind === "BarsClosed" ? event.bars.at : event.at;
