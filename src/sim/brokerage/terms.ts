/**
 * What a simulated brokerage is opened with, and the faults of its own that it can be told to commit. Exact units
 * throughout: micro-dollars and nano-shares (domain/money.ts), epoch micros. Decimal text is the wire's business.
 */
import type { SessionTable } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { FeeSchedule } from "../regulatory-fees.ts";
import type { BrokerageAction } from "./corporate-desk.ts";

/** What the brokerage knows of a security. Its place in the list is the InstrumentId of quotes and trades. */
export interface AssetTerms {
  readonly symbol: string;
  readonly name: string;
  /** NASDAQ, NYSE, ARCA, AMEX, BATS; what is on OTC takes plain day and gtc orders only. */
  readonly exchange: string;
  readonly tradable: boolean;
  readonly shortable: boolean;
  readonly easyToBorrow: boolean;
  readonly fractionable: boolean;
  readonly marginable: boolean;
}

/**
 * `paper`: fills when marketable against the best bid and offer, whatever is displayed, one order in ten in two parts.
 * `book`: takes what is displayed, rests in the queue, meets prints (the venue of ticks).
 */
export type FillModel = "paper" | "book";

export interface BrokerageTerms {
  readonly assets: readonly AssetTerms[];
  readonly sessions: SessionTable;
  /** The account is opened then; nothing is told about earlier. */
  readonly startsAt: EpochMicros;
  /** Dollars. */
  readonly startingCash: number;
  readonly multiplier: 1 | 2 | 4;
  /** Decides ids and partial fills: a whole number from 0. */
  readonly seed: number;
  readonly fillModel: FillModel;
  /** Regulatory fees of sales by date; absent: none, as on paper. */
  readonly feeSchedule?: FeeSchedule;
  /** How long a cancel or a replacement is on its way to the venue; fills may come first. 0 when absent. */
  readonly requestMicros?: number;
  /** What companies do in the time of the account, each at its instant. */
  readonly actions?: readonly BrokerageAction[];
  /** Before June 2026: four day trades in five sessions need 25,000 dollars of equity. Off when absent. */
  readonly legacyPdt?: boolean;
}

/** Choices of the account's owner. */
export interface AccountConfiguration {
  readonly suspendTrade: boolean;
  readonly noShorting: boolean;
  readonly fractionalTrading: boolean;
  readonly maxMarginMultiplier: 1 | 2 | 4;
}
