/**
 * What one run of the engine leaves behind: the shape of `result.json` (CLI.md) and of what the report
 * is drawn from. Undefined figures are NaN here and null in JSON. Money is in dollars: this is the
 * reading side, exact amounts stay in the ledger and in the CSV files.
 */
import type { Adjustment, Timeframe } from "../domain/bars.ts";

export interface RunScope {
  readonly strategies: readonly {
    readonly id: string;
    readonly params: unknown;
    readonly allocation: number;
    /** Of the file of one that is not built in. */
    readonly sha256?: string;
  }[];
  readonly symbols: readonly string[];
  readonly timeframe: Timeframe;
  /** First and last session of the run, ISO dates. */
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  readonly bars: number;
  /** Starting cash, dollars. */
  readonly cash: number;
  readonly seed: number;
  readonly profile: string;
}

/** QUANT g over daily net returns, plus the per-trade figures. Ratios are fractions: 0.13 is 13 %. */
export interface RunMetrics {
  readonly totalReturn: number;
  readonly cagr: number;
  readonly volatility: number;
  readonly sharpe: number;
  readonly sortino: number;
  readonly calmar: number;
  /** Negative fractions: at the closes of sessions, and at the close of every bar. */
  readonly maxDrawdown: number;
  readonly maxDrawdownBars: number;
  /** Trading days under the last high, at the longest. */
  readonly longestDrawdownDays: number;
  readonly var05: number;
  readonly cvar05: number;
  readonly skew: number;
  readonly kurtosis: number;
  readonly trades: number;
  readonly winRate: number;
  readonly profitFactor: number;
  /** Dollars per round trip, net. */
  readonly expectancy: number;
  readonly averageWin: number;
  readonly averageLoss: number;
  /** Mean of gross exposure over equity, and the share of bar closes at which anything was held. */
  readonly grossExposure: number;
  readonly timeInMarket: number;
  /** One-way turnover a year, as a multiple of equity. */
  readonly turnover: number;
  /** Against the benchmark; NaN without one. */
  readonly beta: number;
  readonly alpha: number;
}

export interface CanaryResult {
  /** Why nothing was re-run, a sentence; absent where it was. */
  readonly notRun?: string;
  readonly passed: boolean;
  /** Decisions compared, over all cuts. */
  readonly decisions: number;
  /** Of those, how many moved when the future was cut off or poisoned. */
  readonly moved: number;
  readonly firstDifference: {
    readonly at: string;
    readonly strategy: string;
    readonly symbol: string;
  } | null;
}

export interface Honesty {
  /** Probability that the true Sharpe is above zero (Bailey, Lopez de Prado 2012). */
  readonly psr: number;
  /** The same against the best Sharpe that luck would show in this many trials (2014). */
  readonly dsr: number;
  /** Annualised Sharpe that luck alone would show as the best of the counted trials. */
  readonly expectedMaxSharpe: number;
  /** Counted in the lake's research.db: every backtest with any of these strategies, this one included. */
  readonly trials: number;
  /** Why this run is none of them, a sentence; absent where it is one. */
  readonly uncounted?: string;
  /** Of those, how many are long enough for a Sharpe ratio: luck is measured by the scatter of theirs. */
  readonly trialsCompared: number;
  /** Daily observations needed for the PSR to reach 0.95; Infinity when the Sharpe is not positive. */
  readonly minTrackRecord: number;
  readonly observations: number;
  readonly canary: CanaryResult;
  /** Many symbols and every one trades to the last day: what died is missing from the data. */
  readonly survivorsOnly: boolean;
  readonly warnings: readonly string[];
}

export interface RunCosts {
  /** Dollars, positive. */
  readonly commission: number;
  readonly fees: number;
  /** The sum of spread, drift and impact, where the venue tells them apart. */
  readonly slippage: number;
  readonly spread: number;
  readonly drift: number;
  readonly impact: number;
  readonly borrow: number;
}

/** Fills that paid one figure, whatever the volatility. */
export interface FlatCosts {
  readonly fills: number;
  /** All fills in the market. */
  readonly of: number;
  readonly bps: number;
  /** True where they met an auction; false where the whole cost model is a fixed one. */
  readonly isAuction: boolean;
}

export interface RunIncome {
  /** Dollars: dividends received less those owed on shorts, and cash for parts of shares. */
  readonly dividends: number;
  readonly cashInLieu: number;
}

/** Corporate actions that the run lived through, and what its data audit kept out. */
export interface RunActions {
  readonly splits: number;
  readonly dividends: number;
  readonly spinoffs: number;
  /** Actions that the prices contradict. */
  readonly refused: number;
  /** Bars that leapt with no action behind them. */
  readonly quarantinedBars: number;
}

/** What the prices of the run hold, and whose dividends nobody paid. */
export interface PriceBasis {
  /** Of the prices that were traded, each once. */
  readonly adjustments: readonly Adjustment[];
  readonly symbols: number;
  /** Their dividends are in no price and were paid to no position. */
  readonly symbolsWithoutDividends: number;
  /** True where dividends were paid to positions as they fell due. */
  readonly arePaid: boolean;
}

export interface BlockedByRule {
  /** A rule's id, or `permission:` and the source of the claim that barred all entries. */
  readonly rule: string;
  /** Orders refused outright, and orders trimmed. */
  readonly count: number;
  readonly shrunk: number;
  /** Dollars that did not trade. */
  readonly notional: number;
  /** Dollars that the blocked entries would have lost, and won, before costs, followed on paper (RISK-6). */
  readonly saved: number;
  readonly cost: number;
  /** Blocked entries that would have filled and are over. */
  readonly followed: number;
}

export interface StrategyShare {
  readonly strategy: string;
  /** Dollars of its own capital at the start. */
  readonly capital: number;
  /** Dollars won on its lots, open ones at the last close, net of all costs. */
  readonly netProfit: number;
  readonly trades: number;
  readonly winRate: number;
  /** Of its daily result on its own capital. */
  readonly sharpe: number;
  /** Negative fraction of its own capital's high. */
  readonly maxDrawdown: number;
  /** Dollars: slippage, commission, fees and borrow. */
  readonly costs: number;
  /** Of these, what the shares it was short of cost. */
  readonly borrow: number;
  /** Dollars, exact to the micro-dollar: dividends received less those owed, and cash for parts of shares. */
  readonly dividends: number;
  readonly cashInLieu: number;
  /** Shares that it bought from or sold to another strategy inside the account (ENS-1). */
  readonly crossedShares: number;
  /** Null where Kelly does not size it. */
  readonly judgedBy: JudgedBy | null;
}

/** Closed trades that Kelly judges a strategy by at the end of the run (SIZE-1). */
export interface JudgedBy {
  readonly trades: number;
  /** Of those, without money: their fills are estimates. */
  readonly onPaper: number;
  /** Closed on paper over the whole run. */
  readonly paperTrades: number;
}

/** What strategies saved each other by meeting inside the account (ENS-1). */
export interface NettingSummary {
  /** Shares that changed hands between strategies, each counted once, and what they were worth, dollars. */
  readonly crossedShares: number;
  readonly crossedNotional: number;
  /** Orders that left for several strategies at once, and the wishes that they stood for. */
  readonly sharedOrders: number;
  readonly sharedMembers: number;
}

/** How often a sizing constraint decided. */
export interface SizeCause {
  readonly constraint: string;
  /** Entry orders whose size it set. */
  readonly orders: number;
  /** Wishes that it left without a share: they became no order. */
  readonly unsized: number;
  /** Of those, the ones that went on on paper. */
  readonly onPaper: number;
}

/** A claim of the permission lattice, as it came and went. */
export interface RunClaim {
  readonly authority: string;
  readonly source: string;
  /** The only strategy that it bound; null: the account. */
  readonly strategy: string | null;
  readonly level: string;
  /** What sizes were multiplied with. */
  readonly scalar: number;
  readonly reason: string;
  /** ISO instants, UTC; null while it stands at the end of the run. */
  readonly since: string;
  readonly ended: string | null;
  readonly endedBy: "lapsed" | "itself" | "operator" | "replaced" | null;
}

export interface RunClaims {
  readonly events: readonly RunClaim[];
  /** Claims beyond those kept. */
  readonly dropped: number;
}

/** The same strategies over the same data with every cost at zero. */
export interface WithoutCosts {
  /** Dollars. */
  readonly netResult: number;
  readonly totalReturn: number;
  readonly cagr: number;
  readonly sharpe: number;
  /** Negative fraction. */
  readonly maxDrawdown: number;
  readonly orders: number;
  readonly fills: number;
}

/** One fill with every number that its price and its costs come from. Dollars and shares. */
export interface HandFill {
  /** ISO instant, UTC. */
  readonly at: string;
  readonly order: number;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: "buy" | "sell";
  readonly purpose: string;
  readonly shares: number;
  /** Dollars per share before anything was paid for trading. */
  readonly unslipped: number;
  readonly price: number;
  readonly spread: number;
  readonly drift: number;
  readonly impact: number;
  readonly commission: number;
  readonly commissionPerShare: number;
  /** What was charged: both fees together. */
  readonly fees: number;
  /** Null on a purchase, and where fees are off. */
  readonly rates: FeeRatesUsed | null;
}

export interface FeeRatesUsed {
  /** First date on which they were in force. */
  readonly from: string;
  readonly secPerMillion: number;
  readonly tafPerShare: number;
  readonly tafCap: number;
}

/** What a run over quotes and trades stood on. */
export interface TickFacts {
  /** Changes of the best bid and offer, and trades. */
  readonly quotes: number;
  readonly trades: number;
  /** Quotes of single exchanges behind them, and those that a newer one crossed. */
  readonly quoteRows: number;
  readonly setAside: number;
}

/** The limits that curves are drawn against, as the run had them. */
export interface RunLimits {
  /** Gross exposure as a fraction of equity (C-11). */
  readonly gross: number;
  /** Fraction below the all-time high at which sizes shrink, and by what factor (C-31). */
  readonly drawdown: number;
  readonly drawdownScalar: number;
}

export interface RunResult {
  readonly runId: string;
  /** What it was; absent for a backtest. */
  readonly mode?: "demo" | "paper" | "live";
  readonly scope: RunScope;
  readonly snapshot: string;
  /** Absent where no market had prices: a demo. */
  readonly prices?: PriceBasis;
  /** Present when orders met recorded quotes and trades. */
  readonly ticks?: TickFacts;
  readonly featureVersion: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly metrics: RunMetrics;
  readonly benchmark: { readonly label: string; readonly metrics: RunMetrics } | null;
  readonly honesty: Honesty;
  readonly blocked: readonly BlockedByRule[];
  readonly costs: RunCosts;
  readonly flatCosts: FlatCosts;
  readonly income: RunIncome;
  readonly actions: RunActions;
  readonly strategies: readonly StrategyShare[];
  readonly netting: NettingSummary;
  readonly sizes: readonly SizeCause[];
  readonly claims: RunClaims;
  readonly limits: RunLimits;
  /** Null where nobody ran it, or orders met recorded quotes, whose spread is not ours to take away. */
  readonly withoutCosts: WithoutCosts | null;
  readonly digests: { readonly orders: string; readonly fills: string; readonly equity: string };
  /** The command that makes these bytes again. */
  readonly reproduce: string;
}

export interface TradeRow {
  readonly strategy: string;
  readonly symbol: string;
  readonly side: "long" | "short";
  readonly shares: number;
  /** ISO instants, UTC. */
  readonly openedAt: string;
  readonly closedAt: string;
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Dollars, net of commission and fees, dividends included. */
  readonly pnl: number;
  readonly costs: number;
  readonly dividends: number;
  /** Result in multiples of the risk taken at entry; NaN without a stop. */
  readonly r: number;
  readonly barsHeld: number;
  readonly whyIn: string;
  readonly whyOut: string;
  /** Shares of its fills, in and out, that crossed with another strategy's. */
  readonly crossed: number;
}

/** Session by session, for curves and tables. Arrays have one entry per session. */
export interface DailySeries {
  /** ISO dates. */
  readonly date: readonly string[];
  readonly equity: readonly number[];
  /** Buy and hold of the same capital, or empty. */
  readonly benchmark: readonly number[];
  /** Gross exposure over equity at the close, and longs less shorts over equity. */
  readonly gross: readonly number[];
  readonly net: readonly number[];
  /** Dollars bought and sold in the market in the session. */
  readonly traded: readonly number[];
}

export interface ReportInput {
  readonly result: RunResult;
  readonly daily: DailySeries;
  readonly trades: readonly TradeRow[];
  /** Ten fills or fewer, the largest of each cause of cost and of each purpose among them. */
  readonly handFills: readonly HandFill[];
}
