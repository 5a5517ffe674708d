/** Account, positions, activities and history as the brokerage shows them. Micro-dollars and nano-shares. */
import type { EpochMicros } from "../../domain/time.ts";
import type { OrderView, SideWord } from "./order-view.ts";
import type { Refusal } from "./refusals.ts";

export interface AccountView {
  readonly id: string;
  readonly accountNumber: string;
  readonly createdAt: EpochMicros;
  readonly cash: number;
  /** Exactly cash + longMarketValue + shortMarketValue. */
  readonly equity: number;
  /** At the last close; what the account was opened with before the first. */
  readonly lastEquity: number;
  /** Date of it, days since 1970. */
  readonly balanceDay: number;
  readonly longMarketValue: number;
  /** Never positive. */
  readonly shortMarketValue: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  readonly lastMaintenanceMargin: number;
  readonly buyingPower: number;
  readonly regtBuyingPower: number;
  readonly nonMarginableBuyingPower: number;
  readonly multiplier: 1 | 2 | 4;
  /** Fees of the day that are not charged yet. */
  readonly accruedFees: number;
  readonly pendingTafFees: number;
  readonly shortingEnabled: boolean;
  readonly tradeSuspendedByUser: boolean;
}

export interface PositionView {
  readonly assetId: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly marginable: boolean;
  readonly side: "long" | "short";
  /** Negative for shorts, as are quantityAvailable, marketValue and costBasis. */
  readonly quantity: number;
  readonly quantityAvailable: number;
  readonly averageEntryPrice: number;
  readonly marketValue: number;
  readonly costBasis: number;
  readonly unrealized: number;
  /** Since the last close, or since it was opened. */
  readonly unrealizedIntraday: number;
  /** What `unrealizedIntraday` is measured against, positive. */
  readonly intradayBasis: number;
  readonly currentPrice: number;
  readonly lastDayPrice: number;
}

interface ActivityHeader {
  /** `YYYYMMDDHHMMSSmmm::uuid`, UTC. */
  readonly id: string;
  readonly at: EpochMicros;
}

export interface FillActivity extends ActivityHeader {
  readonly activityType: "FILL";
  readonly type: "fill" | "partial_fill";
  readonly orderId: string;
  readonly orderStatus: "filled" | "partially_filled";
  readonly symbol: string;
  readonly side: SideWord | "sell_short";
  readonly quantity: number;
  readonly price: number;
  readonly cumulativeQuantity: number;
  readonly leavesQuantity: number;
}

export interface FeeActivity extends ActivityHeader {
  readonly activityType: "FEE";
  readonly activitySubType: "REG" | "TAF";
  /** Days since 1970: the session whose sales it is for. */
  readonly day: number;
  /** Negative: it leaves the account. */
  readonly netAmount: number;
}

/** Cash that no trade moved: deposits, withdrawals, dividends, interest. */
export interface CashActivity extends ActivityHeader {
  readonly activityType: "CSD" | "CSW" | "DIV" | "INT";
  /** Micro-dollars; positive is received. */
  readonly netAmount: number;
  readonly symbol?: string;
}

export type Activity = FillActivity | FeeActivity | CashActivity;

export interface ActivityFilter {
  /** All when absent. */
  readonly types?: readonly string[];
  /** Strictly after, strictly before. */
  readonly after?: EpochMicros;
  readonly until?: EpochMicros;
  /** Newest first (desc) when absent. */
  readonly direction?: "asc" | "desc";
  /** 1 to 100; 100 when absent. */
  readonly pageSize?: number;
  /** Id of the last row of the page before. */
  readonly pageToken?: string;
  readonly orderId?: string;
}

export interface HistoryFilter {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  /** Width of a row; rows carry their left edge. */
  readonly stepMicros: number;
  /** Regular hours only, or from 04:00 to 20:00. */
  readonly hours: "market" | "extended";
}

export interface HistoryRow {
  readonly at: EpochMicros;
  readonly equity: number;
}

/** One order of a mass cancel: 200, or why it stands. */
export interface CancelRow {
  readonly id: string;
  readonly status: number;
  readonly body?: Refusal;
}

export type CloseRow =
  | { readonly symbol: string; readonly status: 200; readonly body: OrderView }
  | { readonly symbol: string; readonly status: number; readonly body: Refusal };
