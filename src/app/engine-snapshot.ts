/** The state of a running engine, as people see it: what the terminal view and `status` draw. Dollars and fractions. */
import type { Claim, Level } from "../risk/authority.ts";

export interface PositionLine {
  readonly symbol: string;
  readonly strategy: string;
  /** Signed shares. */
  readonly shares: number;
  readonly averageEntry: number;
  readonly mark: number;
  readonly unrealised: number;
  /** Resting protective stop, dollars per share; NaN without one. */
  readonly stop: number;
}

export interface OrderLine {
  /** ISO instant of the decision, UTC, and its New York wall-clock time HH:MM:SS. */
  readonly at: string;
  readonly clock: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: "buy" | "sell";
  readonly purpose: string;
  readonly shares: number;
  readonly filled: number;
  /** Mean fill price, else the limit or stop price; NaN for a market order not filled yet. */
  readonly price: number;
  readonly status: string;
  /** Why the strategy asked. */
  readonly reason: string;
  /** What refused or trimmed it, with both numbers: "trimmed: position_size 0.071 of 0.050"; empty when nothing did. */
  readonly verdict: string;
}

export interface EngineSnapshot {
  readonly mode: string;
  /** ISO instant of the last bar and its New York wall-clock time. */
  readonly at: string;
  readonly clock: string;
  readonly session: {
    readonly date: string;
    readonly phase: string;
    /** Share of the session that is over, 0 to 1. */
    readonly progress: number;
    /** 1-based, and how many will run; Infinity when it runs until stopped. */
    readonly number: number;
    readonly of: number;
  };
  readonly permission: { readonly level: Level; readonly scalar: number; readonly claims: readonly Claim[] };
  readonly equity: number;
  readonly startEquity: number;
  /** Since the last value of the session before, as the ledger has it; breakers measure from the day's base. */
  readonly dayPnl: number;
  /** Fractions, zero or positive. */
  readonly drawdownFromDayHigh: number;
  readonly drawdownLimit: number;
  readonly gross: number;
  readonly grossLimit: number;
  readonly net: number;
  readonly cash: number;
  /** Equity at recent bars, oldest first, for a sparkline. */
  readonly curve: readonly number[];
  readonly positions: readonly PositionLine[];
  /** Most recent first. */
  readonly orders: readonly OrderLine[];
  readonly trades: { readonly count: number; readonly wins: number; readonly realised: number };
  readonly costs: { readonly commission: number; readonly regulatory: number; readonly slippage: number };
  readonly blocked: readonly { readonly rule: string; readonly count: number; readonly shrunk: number }[];
  readonly rejectedRecords: number;
  readonly bars: number;
  /** Exchange seconds per wall-clock second; Infinity when as fast as possible. */
  readonly speed: number;
}
