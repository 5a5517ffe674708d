/** Invented snapshots for the tests of the terminal view: an ordinary day, a halt, a start, a losing day. */
import type { EngineSnapshot, OrderLine, PositionLine } from "../app/engine-snapshot.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { fromNewYork } from "../market/us-eastern.ts";
import { createRng } from "../numerics/rng.ts";

const day = dayNumber(2026, 11, 19);
const clockAt = (hour: number, minute: number) => fromNewYork(day, 60 * hour + minute) as EpochMicros;

/** A random walk that ends at `end`. */
function curve(seed: number, length: number, start: number, end: number): number[] {
  const rng = createRng(seed, "sample curve");
  const steps = Array.from({ length }, () => rng.normal() * start * 0.0003);
  const walk = steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, step) => sum + step, 0));
  const last = walk.at(-1) ?? 0;
  return walk.map((value, i) => start + value + ((end - start - last) * (i + 1)) / length);
}

function position(
  symbol: string,
  strategy: string,
  shares: number,
  prices: readonly [number, number, number],
): PositionLine {
  const [averageEntry, mark, stop] = prices;
  return { symbol, strategy, shares, averageEntry, mark, stop, unrealised: shares * (mark - averageEntry) };
}

function order(clock: string, what: string, details: Partial<OrderLine>): OrderLine {
  const [side = "buy", shares = "1", symbol = "", strategy = ""] = what.split(" ");
  return {
    at: `2026-11-19T${clock}Z`,
    clock,
    symbol,
    strategy,
    side: side === "sell" ? "sell" : "buy",
    purpose: "entry",
    shares: Number(shares),
    filled: 0,
    price: Number.NaN,
    status: "sent",
    reason: "",
    verdict: "",
    ...details,
  };
}

const orders: readonly OrderLine[] = [
  order("14:07:00", "buy 310 SOLUM swing_trend_following", {
    reason: "pullback to 55.10 held EMA 55.06 in an uptrend, ADX 27.4",
  }),
  order("14:06:00", "buy 120 HAULO swing_trend_following", {
    status: "partially_filled",
    filled: 45,
    price: 93.42,
    reason: "pullback to 93.20 held EMA 93.11 in an uptrend, ADX 31.0",
    verdict: "trimmed: position_size 0.062 of 0.050",
  }),
  order("14:02:00", "sell 80 QUBIK reference_ema_cross", {
    status: "filled",
    filled: 80,
    price: 47.655,
    purpose: "exit",
    reason: "fast EMA 47.70 crossed below slow EMA 47.71",
  }),
  order("13:58:00", "buy 900 PETRA swing_trend_following", {
    status: "denied",
    reason: "pullback to 66.80 held EMA 66.75 in an uptrend, ADX 22.1",
    verdict: "gross_exposure 0.553 of 0.500",
  }),
  order("13:41:00", "sell 52 VAULO swing_trend_following", {
    status: "filled",
    filled: 52,
    price: 131.04,
    purpose: "stop_loss",
    reason: "stop at 131.10",
  }),
  order("13:20:00", "buy 64 BYTEL reference_ema_cross", {
    status: "canceled",
    price: 152.1,
    reason: "fast EMA 152.03 crossed above slow EMA 152.01",
  }),
];

const positions: readonly PositionLine[] = [
  position("HAULO", "swing_trend_following", 45, [93.42, 93.51, 92.4]),
  position("CURAL", "reference_ema_cross", 141, [179.732, 181.2, 176.1]),
  position("TIDES", "reference_ema_cross", 60, [208.4, 207.92, 206.8]),
  position("MINTA", "mean_reversion", -110, [229.28, 230.4, 231.1]),
  position("WAFRO", "buy_and_hold", 250, [98.9, 98.9, Number.NaN]),
];

export const ordinary: EngineSnapshot = {
  mode: "demo",
  at: "2026-11-19T19:07:00Z",
  clock: "14:07:00",
  session: { date: "2026-11-19", phase: "TRADING", progress: 0.71, number: 3, of: 5 },
  permission: { level: "NORMAL", scalar: 1, claims: [] },
  equity: 100_412.55,
  startEquity: 100_000,
  dayPnl: 268.45,
  drawdownFromDayHigh: 0.0009,
  drawdownLimit: 0.02,
  gross: 0.294,
  grossLimit: 0.5,
  net: 0.163,
  cash: 71_084.55,
  curve: curve(3, 277, 100_144.1, 100_412.55),
  positions,
  orders,
  trades: { count: 14, wins: 8, realised: 237.8 },
  costs: { commission: 0, regulatory: 3.2, slippage: 41.12 },
  blocked: [
    { rule: "position_size", count: 2, shrunk: 11 },
    { rule: "gross_exposure", count: 4, shrunk: 0 },
    { rule: "duplicate", count: 1, shrunk: 0 },
  ],
  rejectedRecords: 13,
  bars: 31_204,
  speed: 60,
};

export const scaled: EngineSnapshot = {
  ...ordinary,
  permission: {
    level: "SCALED",
    scalar: 0.7,
    claims: [
      {
        authority: "regime",
        source: "volatility",
        level: "SCALED",
        scalar: 0.7,
        reason: "realised volatility 26.4 is in the band 25 to 35",
        since: clockAt(9, 41),
        until: undefined,
        liftedBy: "itself",
      },
      {
        authority: "ensemble",
        source: "disagreement",
        level: "SCALED",
        scalar: 0.85,
        reason: "3 of 8 strategies disagree",
        since: clockAt(11, 2),
        until: undefined,
        liftedBy: "itself",
      },
    ],
  },
};

export const barred: EngineSnapshot = {
  ...ordinary,
  equity: 98_310.2,
  dayPnl: -1832.91,
  drawdownFromDayHigh: 0.02004,
  gross: 0.47,
  curve: curve(9, 390, 100_143.1, 98_310.2),
  permission: {
    level: "NO_NEW_ENTRIES",
    scalar: 1,
    claims: [
      {
        authority: "circuit_breakers",
        source: "daily_drawdown",
        level: "NO_NEW_ENTRIES",
        scalar: 1,
        reason: "equity fell 2.004% from the day's high, limit 2.00%",
        since: clockAt(13, 41),
        until: clockAt(16, 0),
        liftedBy: "itself",
      },
    ],
  },
};

export const halted: EngineSnapshot = {
  ...barred,
  equity: 97_060.02,
  dayPnl: -3083.09,
  drawdownFromDayHigh: 0.0331,
  gross: 0,
  net: 0,
  cash: 97_060.02,
  curve: curve(9, 390, 100_143.1, 97_060.02),
  positions: [],
  permission: {
    level: "HALTED",
    scalar: 1,
    claims: [
      {
        authority: "kill_switch",
        source: "operator",
        level: "HALTED",
        scalar: 1,
        reason: "file: killswitch/HALT appeared; flat",
        since: clockAt(13, 46),
        until: undefined,
        liftedBy: "operator",
      },
      ...barred.permission.claims,
    ],
  },
};

export const starting: EngineSnapshot = {
  ...ordinary,
  at: "2026-11-17T14:31:00Z",
  clock: "09:31:00",
  session: {
    date: "2026-11-17",
    phase: "MARKET_OPEN",
    progress: 0.003,
    number: 1,
    of: Number.POSITIVE_INFINITY,
  },
  equity: 100_000,
  dayPnl: 0,
  drawdownFromDayHigh: 0,
  gross: 0,
  net: 0,
  cash: 100_000,
  curve: [100_000],
  positions: [],
  orders: [],
  trades: { count: 0, wins: 0, realised: 0 },
  costs: { commission: 0, regulatory: 0, slippage: 0 },
  blocked: [],
  rejectedRecords: 0,
  bars: 31,
  speed: Number.POSITIVE_INFINITY,
};

/** Much of everything, and words nobody planned for. */
export const crowded: EngineSnapshot = {
  ...scaled,
  equity: 1_234_567_890.12,
  startEquity: 1_200_000_000,
  dayPnl: -12_345_678.9,
  gross: 1.99,
  grossLimit: 2,
  bars: 5_912_337,
  positions: Array.from({ length: 30 }, (_, i) =>
    position(`LONG${i}`, "a_strategy_with_quite_a_long_name", 1000 + i, [1234.5678, 1240.1, 1200 + i]),
  ),
  orders: Array.from({ length: 40 }, (_, i) =>
    order("15:59:59", `sell ${100_000 + i} LONG${i} a_strategy_with_quite_a_long_name`, {
      status: "partially_filled",
      filled: 12_345,
      price: 1234.567,
      purpose: "take_profit",
      reason: "a reason\nin two lines, with \u001b[31mcolour\u001b[0m and 漢字 and a long tail ".repeat(3),
      verdict: "position_size 0.071 of 0.050",
    }),
  ),
  blocked: Array.from({ length: 12 }, (_, i) => ({ rule: `rule_number_${i}`, count: 1000 * i, shrunk: i })),
};

export const samples = { ordinary, scaled, barred, halted, starting, crowded };
