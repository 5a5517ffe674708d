/**
 * One session of a run as the daily report tells it: data alone, for the page, the digests and machines. Dollars,
 * fractions, minutes; instants are ISO in UTC; null is what nobody knows.
 */
import type { AbleMinutes, OutageCause } from "../../ops/able-minutes.ts";

export interface DailyReport {
  readonly run: string;
  readonly mode: "demo" | "paper" | "live";
  readonly build: string;
  /** Exchange seconds per second of the machine. */
  readonly speed: number;
  readonly session: DailySession;
  readonly account: DailyAccount;
  readonly permission: DailyPermission;
  readonly byStrategy: readonly StrategyResult[];
  readonly bySymbol: readonly SymbolResult[];
  /** What no symbol made: fees, interest, corrections of cash. */
  readonly unattributed: number;
  readonly curve: DailyCurve;
  readonly trades: readonly DailyTrade[];
  readonly positions: readonly DailyPosition[];
  readonly limits: readonly LimitHigh[];
  readonly blocked: readonly DailyBlocked[];
  readonly signals: DailySignals;
  readonly orders: DailyOrders;
  readonly quality: DailyQuality;
  readonly incidents: DailyIncidents;
  readonly jobs: DailyJobs;
  readonly able: AbleMinutes;
  readonly anchors: DailyAnchors;
  /** How far the ledger is behind the journal it is made of, entries; 0 when it has everything. */
  readonly ledgerBehind: number;
}

export interface DailySession {
  readonly date: string;
  readonly open: string;
  readonly close: string;
  /** Of the session: 390, or 210 on a half day. */
  readonly minutes: number;
  readonly isEarlyClose: boolean;
  /** Of the last entry that is counted. */
  readonly asOf: string;
  /** The session is over. */
  readonly isOver: boolean;
}

export interface DailyAccount {
  readonly startEquity: number;
  readonly equity: number | null;
  readonly pnl: number | null;
  readonly pnlFraction: number | null;
  /** Deposits less withdrawals of the day. */
  readonly flows: number;
  readonly cash: number;
  readonly gross: number;
  readonly net: number;
  readonly runPnl: number | null;
  readonly runPnlFraction: number | null;
  /** Below the highest value ever. */
  readonly drawdown: number | null;
  readonly costs: number;
}

export interface DailyPermission {
  /** In force at `asOf`. */
  readonly level: string;
  readonly scalar: number;
  readonly reasons: readonly string[];
}

export interface StrategyResult {
  readonly strategy: string;
  readonly pnl: number | null;
  readonly costs: number;
  readonly opened: number;
  readonly closed: number;
  readonly wins: number;
  readonly losses: number;
  readonly isEnabled: boolean;
}

export interface SymbolResult {
  readonly symbol: string;
  readonly pnl: number | null;
  /** Dollars bought and sold. */
  readonly traded: number;
  readonly fills: number;
  /** Signed shares at `asOf`. */
  readonly shares: number;
}

/** One point per valued minute: columns of equal length. */
export interface DailyCurve {
  /** Minutes since the open. */
  readonly minute: readonly number[];
  readonly equity: readonly number[];
  /** Where entries are barred: so far under the day's high. */
  readonly highRung: readonly number[];
  /** Where everything is closed: so far under the day's base. */
  readonly baseRung: readonly number[];
  readonly highRungFraction: number;
  readonly baseRungFraction: number;
}

export interface DailyTrade {
  readonly symbol: string;
  readonly strategy: string;
  readonly side: string;
  readonly shares: number;
  readonly openedAt: string;
  readonly closedAt: string;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly pnl: number;
  /** Multiples of the risk taken; null without a stop. */
  readonly r: number | null;
  readonly whyIn: string;
  readonly whyOut: string;
}

export interface DailyPosition {
  readonly symbol: string;
  readonly strategy: string;
  readonly shares: number;
  readonly entry: number;
  readonly mark: number | null;
  readonly unrealised: number | null;
  /** Protective stop, dollars per share; null without one. */
  readonly stop: number | null;
}

export interface LimitHigh {
  readonly id: string;
  readonly label: string;
  readonly unit: "fraction" | "count" | "USD";
  /** The highest use of the day and its instant; null where nothing was measured. */
  readonly used: number | null;
  readonly at: string | null;
  readonly limit: number;
}

export interface DailyBlocked {
  /** A rule's id, or `permission:` and whose claim barred. */
  readonly rule: string;
  readonly refused: number;
  readonly trimmed: number;
  /** Dollars that did not trade, and what those followed on paper would have lost and won. */
  readonly notional: number;
  readonly saved: number;
  readonly cost: number;
  readonly followed: number;
  /** The farthest refusal or trim, with both numbers; null for a claim. */
  readonly worst: { readonly used: number | null; readonly limit: number | null } | null;
}

export interface DailySignals {
  readonly total: number;
  readonly byStatus: readonly { readonly status: string; readonly count: number }[];
}

export interface DailyOrders {
  readonly asked: number;
  readonly denied: number;
  readonly sent: number;
  readonly filled: number;
  /** Ended with a part of it filled. */
  readonly partial: number;
  readonly canceled: number;
  readonly expired: number;
  readonly rejected: number;
  readonly working: number;
  /** Entries that got all or a part, of those sent; null without one. */
  readonly entryFillRate: number | null;
  readonly fills: number;
  readonly traded: number;
  readonly costs: number;
  readonly slippage: readonly SlippageRow[];
}

/** Fill prices against the close that was decided on: positive costs us. */
export interface SlippageRow {
  readonly purpose: string;
  readonly orders: number;
  readonly dollars: number;
  readonly bps: number;
  readonly worstBps: number;
  readonly worstSymbol: string;
}

export interface DailyQuality {
  /** Bars that were heard, and those that the gatekeeper let pass. */
  readonly records: number;
  readonly accepted: number;
  readonly rejected: readonly { readonly rule: string; readonly count: number; readonly example: string }[];
  readonly late: number;
  /** Of the session so far: minutes that are over, that were valued, and spans that nothing was told of. */
  readonly minutesDue: number;
  readonly minutesTold: number;
  readonly gaps: readonly string[];
  readonly halts: number;
}

export interface DailyIncidents {
  readonly claims: readonly DailyClaim[];
  readonly restarts: readonly DailyRestart[];
  readonly alerts: readonly DailyAlert[];
  readonly errors: readonly DailyError[];
  readonly acts: readonly DailyAct[];
}

export interface DailyClaim {
  readonly authority: string;
  readonly source: string;
  /** `account` or a strategy's id. */
  readonly target: string;
  readonly level: string;
  readonly reason: string;
  readonly from: string;
  readonly to: string | null;
  readonly endedBy: string | null;
  /** Undefined for what bars on purpose, or bars no entry of the account. */
  readonly cause?: OutageCause;
}

export interface DailyRestart {
  readonly life: number;
  /** Last sign of life before it, and the first one after. */
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
}

export interface DailyAlert {
  readonly at: string;
  readonly from: "execute" | "guardian";
  readonly level: string;
  readonly text: string;
  readonly state: string;
  readonly channel: string | null;
  readonly deliveredAt: string | null;
}

/** Errors of one kind together. */
export interface DailyError {
  readonly level: string;
  readonly component: string;
  readonly message: string;
  readonly count: number;
  readonly last: string;
}

export interface DailyAct {
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly reason: string;
}

export type DailyJobs =
  | { readonly kind: "absent"; readonly text: string }
  | { readonly kind: "known"; readonly tasks: readonly DailyTask[] };

export interface DailyTask {
  readonly task: string;
  readonly state: string;
  readonly scheduledAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly attempt: number;
  readonly text: string;
}

/** Heads of the hash chains: kept elsewhere, they prove that nothing before them was changed since. */
export interface DailyAnchors {
  readonly journals: readonly {
    readonly journal: string;
    readonly entries: number;
    readonly head: string;
  }[];
  readonly audit: { readonly count: number; readonly head: string };
}
