/**
 * Whole runs made from one seed, for tests of what is drawn from a run. Every figure that the report
 * derives follows from the same daily path, so that pictures and tables agree with each other.
 */
import type {
  DailySeries,
  HandFill,
  ReportInput,
  RunClaim,
  RunMetrics,
  RunResult,
  TradeRow,
} from "../src/app/run-result.ts";
import {
  dayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_MINUTE,
  weekday,
} from "../src/domain/time.ts";
import { fromNewYork } from "../src/market/us-eastern.ts";
import { kurtosis, mean, sampleDeviation, skewness } from "../src/numerics/moments.ts";
import { normalCdf } from "../src/numerics/normal-distribution.ts";

export interface SampleShape {
  readonly sessions: number;
  readonly seed: number;
  /** Mean daily return, as a fraction. */
  readonly drift: number;
  readonly tradeCount: number;
  readonly trials: number;
  readonly strategies?: readonly string[];
  readonly symbols?: readonly string[];
  readonly warnings?: readonly string[];
}

const CASH = 100_000;
const YEAR = 252;
/** Variance of the Sharpe between trials, annual: what luck is measured by. */
const TRIAL_DEVIATION = 0.33;

/** A run of daily bars from 2011-01-03 on. */
export function sampleRun(shape: SampleShape): ReportInput {
  const next = uniform(shape.seed);
  const dates = weekdays(shape.sessions);
  const market = dates.map(() => 0.0004 + gauss(next) * 0.0095);
  const returns = market.map((move) =>
    shape.tradeCount === 0 ? 0 : shape.drift + gauss(next) * 0.0048 + move * 0.1,
  );
  const daily: DailySeries = {
    date: dates,
    equity: compound(returns),
    benchmark: compound(market),
    gross: returns.map((move) => (move === 0 ? 0 : 0.25 + 0.3 * next())),
    net: returns.map((move) => (move === 0 ? 0 : 0.1 + 0.1 * next())),
    traded: returns.map((move) => (move === 0 ? 0 : CASH * 0.06 * next())),
  };
  const trades = Array.from({ length: shape.tradeCount }, (_, i) => trade(i, shape, next));
  const handFills = trades.slice(0, 10).map(handFill);
  return { result: resultOf(shape, { daily, returns, market, trades }), daily, trades, handFills };
}

/** The same run with its canary dead: some decisions moved. */
export function withDeadCanary({ result, ...rest }: ReportInput): ReportInput {
  const canary = {
    passed: false,
    decisions: 18_204,
    moved: 3,
    firstDifference: { at: "2012-03-04T14:31:00Z", strategy: "reference_ema_cross", symbol: "AAPL" },
  };
  return { ...rest, result: { ...result, honesty: { ...result.honesty, canary } } };
}

interface Parts {
  readonly daily: DailySeries;
  readonly returns: readonly number[];
  readonly market: readonly number[];
  readonly trades: readonly TradeRow[];
}

function resultOf(shape: SampleShape, { daily, returns, market, trades }: Parts): RunResult {
  const metrics = metricsOf(returns, trades);
  const strategies = shape.strategies ?? ["reference_ema_cross"];
  const net = (daily.equity.at(-1) ?? CASH) - CASH;
  const n = returns.length;
  const daySharpe = metrics.sharpe / Math.sqrt(YEAR);
  const spread = Math.sqrt(1 - metrics.skew * daySharpe + ((metrics.kurtosis - 1) / 4) * daySharpe ** 2);
  const psr = (against: number) =>
    normalCdf(((daySharpe - against / Math.sqrt(YEAR)) * Math.sqrt(n - 1)) / spread);
  const expectedMaxSharpe =
    shape.trials === 1 ? 0 : TRIAL_DEVIATION * Math.sqrt(2 * Math.log(shape.trials)) * 0.85;
  const isIdle = trades.length === 0;
  return {
    runId: `bt-${shape.seed}-${shape.sessions}`,
    scope: {
      strategies: strategies.map((id) => ({
        id,
        params: { slow: 30, fast: 10 },
        allocation: 1 / strategies.length,
      })),
      symbols: shape.symbols ?? ["AAPL", "MSFT"],
      timeframe: "1d",
      from: daily.date[0] ?? "2011-01-03",
      to: daily.date.at(-1) ?? "2011-01-03",
      sessions: n,
      bars: n * 2,
      cash: CASH,
      seed: shape.seed,
      profile: "strict",
    },
    snapshot: "2026-11-14#9f3c1e",
    featureVersion: "f3a91c",
    configHash: "c91e04d2",
    codeVersion: "0.1.0 7c41e0",
    metrics,
    benchmark: { label: "SPY", metrics: { ...metricsOf(market, []), beta: Number.NaN, alpha: Number.NaN } },
    honesty: {
      psr: psr(0),
      dsr: psr(expectedMaxSharpe),
      expectedMaxSharpe,
      trials: shape.trials,
      trialsCompared: shape.trials,
      minTrackRecord:
        daySharpe > 0
          ? 1 + (spread * (1.6449 / daySharpe)) ** 2
          : daySharpe <= 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN,
      observations: n,
      canary: { passed: true, decisions: isIdle ? 0 : 18_204, moved: 0, firstDifference: null },
      survivorsOnly: false,
      warnings: shape.warnings ?? [],
    },
    blocked: isIdle
      ? []
      : [
          {
            rule: "max_position",
            count: 41,
            shrunk: 212,
            notional: 184_220.5,
            saved: 6120,
            cost: 7410.5,
            followed: 203,
          },
          {
            rule: "permission:rapid_loss",
            count: 11,
            shrunk: 0,
            notional: 61_200,
            saved: 1340,
            cost: 870,
            followed: 9,
          },
        ],
    income: { dividends: 0, cashInLieu: 0 },
    actions: { splits: 0, dividends: 0, spinoffs: 0, refused: 0, quarantinedBars: 0 },
    costs: isIdle
      ? { commission: 0, fees: 0, slippage: 0, spread: 0, drift: 0, impact: 0, borrow: 0 }
      : {
          commission: Math.abs(net) * 0.03 + 4,
          fees: Math.abs(net) * 0.01 + 1,
          slippage: Math.abs(net) * 0.12 + 20,
          spread: Math.abs(net) * 0.06 + 12,
          drift: Math.abs(net) * 0.02 + 5,
          impact: Math.abs(net) * 0.04 + 3,
          borrow: 0,
        },
    flatCosts: { fills: trades.length, of: trades.length * 2, bps: 1, isAuction: true },
    strategies: strategies.map((strategy, i) => ({
      strategy,
      capital: CASH / strategies.length,
      netProfit: i === strategies.length - 1 ? net - net * 0.4 * i : net * 0.4,
      trades: Math.floor(trades.length / strategies.length),
      winRate: metrics.winRate,
      sharpe: metrics.sharpe,
      maxDrawdown: metrics.maxDrawdown,
      costs: isIdle ? 0 : (Math.abs(net) * 0.16 + 25) / strategies.length,
      borrow: 0,
      dividends: 0,
      cashInLieu: 0,
      crossedShares: strategies.length > 1 && !isIdle ? 420 : 0,
      judgedBy: null,
    })),
    netting:
      strategies.length > 1 && !isIdle
        ? {
            crossedShares: 210 * strategies.length,
            crossedNotional: 31_240.5,
            sharedOrders: 12,
            sharedMembers: 25,
          }
        : { crossedShares: 0, crossedNotional: 0, sharedOrders: 0, sharedMembers: 0 },
    sizes: isIdle
      ? [{ constraint: "kelly", orders: 0, unsized: 18, onPaper: 0 }]
      : [
          { constraint: "kelly_cold", orders: 301, unsized: 2, onPaper: 0 },
          { constraint: "position_usd", orders: 212, unsized: 0, onPaper: 0 },
          { constraint: "cash_buffer", orders: 40, unsized: 117, onPaper: 0 },
        ],
    limits: { gross: 1, drawdown: 0.15, drawdownScalar: 0.5 },
    claims: isIdle ? { events: [], dropped: 0 } : { events: sampleClaims(daily.date), dropped: 0 },
    withoutCosts: isIdle
      ? null
      : {
          netResult: net + Math.abs(net) * 0.16 + 25,
          totalReturn: (net + Math.abs(net) * 0.16 + 25) / CASH,
          cagr: metrics.cagr + 0.01,
          sharpe: metrics.sharpe + 0.2,
          maxDrawdown: metrics.maxDrawdown,
          orders: trades.length * 2 + 4,
          fills: trades.length * 2 + 1,
        },
    digests: { orders: digest("a1"), fills: digest("b2"), equity: digest("c3") },
    reproduce:
      "plimsoll backtest --strategies reference_ema_cross --symbols AAPL,MSFT --from 2011-01-03 --seed 4 --out run",
  };
}

function metricsOf(values: readonly number[], trades: readonly TradeRow[]): RunMetrics {
  const returns = Float64Array.from(values);
  const n = returns.length;
  const total = values.reduce((growth, value) => growth * (1 + value), 1) - 1;
  const deviation = sampleDeviation(returns);
  const sharpe = deviation > 1e-12 ? (mean(returns) / deviation) * Math.sqrt(YEAR) : Number.NaN;
  let [growth, high, maxDrawdown] = [1, 1, 0];
  for (const value of values) {
    growth *= 1 + value;
    high = Math.max(high, growth);
    maxDrawdown = Math.min(maxDrawdown, growth / high - 1);
  }
  const cagr = (1 + total) ** (YEAR / n) - 1;
  const wins = trades.filter(({ pnl }) => pnl > 0).map(({ pnl }) => pnl);
  const losses = trades.filter(({ pnl }) => pnl < 0).map(({ pnl }) => pnl);
  const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
  const isTrading = trades.length > 0;
  return {
    totalReturn: total,
    cagr,
    volatility: deviation * Math.sqrt(YEAR),
    sharpe,
    sortino: sharpe * 1.4,
    calmar: maxDrawdown === 0 ? Number.NaN : cagr / -maxDrawdown,
    maxDrawdown,
    maxDrawdownBars: maxDrawdown,
    longestDrawdownDays: Math.min(n, 311),
    var05: mean(returns) - 1.64 * deviation,
    cvar05: mean(returns) - 2.06 * deviation,
    skew: skewness(returns),
    kurtosis: kurtosis(returns),
    trades: trades.length,
    winRate: isTrading ? wins.length / (wins.length + losses.length) : Number.NaN,
    profitFactor: isTrading ? sum(wins) / -sum(losses) : Number.NaN,
    expectancy: isTrading ? (sum(wins) + sum(losses)) / trades.length : Number.NaN,
    averageWin: isTrading ? sum(wins) / wins.length : Number.NaN,
    averageLoss: isTrading ? sum(losses) / losses.length : Number.NaN,
    grossExposure: isTrading ? 0.384 : 0,
    timeInMarket: isTrading ? 0.91 : 0,
    turnover: isTrading ? 8.4 : 0,
    beta: 0.1,
    alpha: 0.04,
  };
}

function trade(
  i: number,
  { sessions, symbols = ["AAPL", "MSFT"], strategies = ["reference_ema_cross"] }: SampleShape,
  next: () => number,
): TradeRow {
  const entryPrice = Math.round((60 + 200 * next()) * 100) / 100;
  const move = gauss(next) * 0.03 + 0.004;
  const shares = 20 + Math.floor(next() * 140);
  const exitPrice = Math.round(entryPrice * (1 + move) * 1000) / 1000;
  const closed = Math.floor((i / 2000) * sessions) + i;
  const day = dayNumber(2011, 1, 3) + closed;
  const at = fromNewYork(day as Parameters<typeof fromNewYork>[0], 600 + Math.floor(next() * 350));
  return {
    strategy: strategies[i % strategies.length] ?? "",
    symbol: symbols[i % symbols.length] ?? "",
    side: next() < 0.8 ? "long" : "short",
    shares,
    openedAt: isoInstant((at - 400 * MICROS_PER_MINUTE) as EpochMicros),
    closedAt: isoInstant(at),
    entryPrice,
    exitPrice,
    pnl: Math.round((exitPrice - entryPrice) * shares * 100) / 100,
    costs: 1.2,
    dividends: 0,
    r: i % 5 === 4 ? Number.NaN : move / 0.02,
    barsHeld: 1 + Math.floor(next() * 30),
    whyIn: "fast average crossed over the slow one, z \u22122.31, confidence 0.58",
    whyOut: move > 0 ? "target reached" : "stop loss",
    crossed: 0,
  };
}

/** One on the account that ended, one on a strategy, one that stands at the end. */
function sampleClaims(dates: readonly string[]): RunClaim[] {
  const on = (share: number) => `${dates[Math.floor(share * (dates.length - 1))] ?? "2011-01-03"}T20:00:00Z`;
  const breaker = { authority: "circuit_breakers", scalar: 1 } as const;
  return [
    {
      ...breaker,
      source: "rapid_loss",
      strategy: null,
      level: "NO_NEW_ENTRIES",
      reason: "equity fell 1.12% in 15 minutes, limit 1.00%",
      since: on(0.3),
      ended: on(0.34),
      endedBy: "lapsed",
    },
    {
      ...breaker,
      source: "strategy_losses",
      strategy: "reference_ema_cross",
      level: "NO_NEW_ENTRIES",
      reason: "3 losses in a row, limit 3",
      since: on(0.5),
      ended: on(0.51),
      endedBy: "itself",
    },
    {
      ...breaker,
      source: "day_loss",
      strategy: null,
      level: "HALTED",
      reason: "equity is 3.05% under the day's base, limit 3.00%",
      since: on(0.9),
      ended: null,
      endedBy: null,
    },
  ];
}

function handFill(trade: TradeRow, i: number): HandFill {
  const sells = i % 2 === 1;
  return {
    at: trade.openedAt,
    order: i,
    strategy: trade.strategy,
    symbol: trade.symbol,
    side: sells ? "sell" : "buy",
    purpose: sells ? "exit" : "entry",
    shares: trade.shares,
    unslipped: trade.entryPrice,
    price: trade.entryPrice + (sells ? -0.03 : 0.03),
    spread: trade.shares * 0.01,
    drift: trade.shares * 0.015,
    impact: trade.shares * 0.005,
    commission: 0,
    commissionPerShare: 0,
    fees: sells ? 0.25 : 0,
    rates: sells ? { from: "2011-01-21", secPerMillion: 19.2, tafPerShare: 0.000_09, tafCap: 4.5 } : null,
  };
}

function weekdays(length: number): string[] {
  const dates: string[] = [];
  for (let day = dayNumber(2011, 1, 3); dates.length < length; day = (day + 1) as typeof day) {
    if (weekday(day) < 5) dates.push(isoDate(day));
  }
  return dates;
}

const compound = (returns: readonly number[]): number[] => {
  let equity = CASH;
  return returns.map((value) => {
    equity *= 1 + value;
    return equity;
  });
};

const digest = (start: string): string => start.repeat(32);

/** mulberry32, so that a sample is the same on every machine. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const gauss = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
