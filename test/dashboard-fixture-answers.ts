/** Invented answers of the dashboard's fixture server: 10,000 orders, 5,000 errors, and one of everything else. */
import type * as Running from "../src/dashboard/contract/running-answers.ts";
import type * as Trading from "../src/dashboard/contract/trading-answers.ts";
import {
  base,
  equityOf,
  et,
  type FixtureState,
  highOf,
  limitsOf,
  limitUse,
  nowOf,
} from "./dashboard-fixture-picture.ts";

const strategyNames = [
  "gap_fill",
  "mean_reversion",
  "pairs_trading",
  "relative_volume_breakout",
  "vol_managed_momentum",
  "opening_range",
  "overnight_drift",
  "factor_momentum",
] as const;
const symbols = [
  "CAT",
  "COST",
  "JPM",
  "AMD",
  "XOM",
  "HD",
  "MRK",
  "PFE",
  "INTC",
  "NVDA",
  "TSLA",
  "MSFT",
] as const;

/** Repeatable chance in [0, 1). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function equityAnswer(state: FixtureState, range: "today" | "run"): Trading.EquityAnswer {
  const high = highOf(state);
  const ways: Partial<Record<FixtureState, readonly (readonly [number, number])[]>> = {
    noentries: [
      [0, base],
      [70, base + 2700],
      [110, high],
      [165, high - 1400],
      [215, high - 4700],
      [262, high * 0.9799],
      [277, equityOf(state)],
    ],
    halted: [
      [0, base],
      [40, high],
      [120, base - 2600],
      [190, base - 5200],
      [230, base - 9200],
      [251, base * 0.9699],
      [256, equityOf(state)],
    ],
    empty: [
      [0, base],
      [0, base],
    ],
  };
  const way = ways[state] ?? [
    [0, base],
    [18, base - 640],
    [70, base + 2700],
    [110, high],
    [165, high - 2100],
    [215, high - 900],
    [277, equityOf(state)],
  ];
  const next = chance(11);
  const points: Trading.EquityPoint[] = [];
  let reached = base;
  let wobble = 0;
  for (let k = 0; k + 1 < way.length; k++) {
    const [from, start] = way[k] as readonly [number, number];
    const [to, end] = way[k + 1] as readonly [number, number];
    for (let minute = from; minute < to; minute++) {
      const part = (minute - from) / (to - from);
      wobble = wobble * 0.93 + (next() - 0.5) * 420;
      const edge = Math.min(1, 4 * part, 4 * (1 - part));
      const equity = Math.min(high, start + (end - start) * part + wobble * edge);
      reached = Math.max(reached, equity);
      points.push({
        at: new Date(Date.parse(et("09:30:00")) + minute * 60_000).toISOString(),
        equity,
        high: reached,
      });
    }
  }
  const marks =
    state === "halted"
      ? [{ at: et("13:41:07"), text: "13:41:07 halt", level: "HALTED" as const }]
      : state === "noentries"
        ? [{ at: et("13:52:19"), text: "13:52:19 entries barred", level: "NO_NEW_ENTRIES" as const }]
        : [];
  return { range, points: state === "empty" ? [] : points, rungs: { fromHigh: 0.02, fromBase: 0.03 }, marks };
}

const orderStates = [
  "filled",
  "filled",
  "filled",
  "filled",
  "denied",
  "canceled",
  "partial",
  "rejected",
] as const;

const orders: readonly Trading.OrderRow[] = (() => {
  const next = chance(7);
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
  return Array.from({ length: 10_000 }, (_, k) => {
    const state = pick(orderStates);
    const shares = 5 + Math.floor(next() * 400);
    const filled = state === "filled" ? shares : state === "partial" ? Math.floor(shares / 2) : 0;
    return {
      id: String(10_000 - k),
      at: new Date(nowOf("scaled") - 30_000 - k * 61_000).toISOString(),
      symbol: pick(symbols),
      strategy: pick(strategyNames),
      side: next() > 0.5 ? "buy" : "sell",
      purpose: next() > 0.4 ? "entry" : "exit",
      shares,
      filled,
      price: filled > 0 ? Math.round(next() * 40_000) / 100 : null,
      state,
      slippageBps: filled > 0 ? (next() - 0.4) * 4 : null,
      cause: state === "denied" ? "Spread 7.1 of 5.0 bps" : "Close 2.1 deviations below its mean, limit 2.0",
    };
  });
})();

const matches = (row: { symbol: string; strategy: string }, asked: URLSearchParams) =>
  (!asked.get("symbol") || row.symbol.includes((asked.get("symbol") ?? "").toUpperCase())) &&
  (!asked.get("strategy") || row.strategy === asked.get("strategy"));

const slice = (asked: URLSearchParams) => {
  const from = Number(asked.get("from") ?? 0);
  return [from, from + Number(asked.get("limit") ?? 100)] as const;
};

/** `toCome`: so many of the newest are not there yet. */
export function ordersAnswer(state: FixtureState, asked: URLSearchParams, toCome = 0): Trading.OrdersAnswer {
  const all = state === "empty" ? [] : orders.slice(toCome);
  const found = all.filter(
    (row) => matches(row, asked) && (!asked.get("state") || row.state === asked.get("state")),
  );
  const [from, to] = slice(asked);
  return {
    total: found.length,
    from,
    rows: found.slice(from, to),
    funnel:
      state === "empty"
        ? {
            decided: 0,
            denied: 0,
            rulesThatDenied: 0,
            sent: 0,
            acked: 0,
            filled: 0,
            rejected: 0,
            unknown: 0,
            meanSlippageBps: null,
            ackP99Ms: null,
          }
        : {
            decided: 41,
            denied: 16,
            rulesThatDenied: 7,
            sent: 25,
            acked: 25,
            filled: 23,
            rejected: 1,
            unknown: 0,
            meanSlippageBps: 0.95,
            ackP99Ms: 121,
          },
  };
}

const otherVerdicts = [
  ["max_positions", 9, 10],
  ["gross_exposure", 0.294, 0.5],
  ["position_size", 0.0294, 0.05],
  ["shorts_share", 0.223, 0.5],
  ["open_risk", 0.0062, 0.02],
  ["daily_drawdown", 0.0021, 0.02],
  ["trades_per_day", 23, 100],
  ["per_trade_risk", 0.00047, 0.004],
  ["price_collar", 0.0001, 0.005],
  ["stale_data", 0.18, 90],
  ["throttle", 3, 60],
  ["buying_power", 0.032, 0.9],
  ["adv", 0.00001, 0.01],
  ["duplicate", null, 30],
  ["self_trade", 0, 0],
  ["halt", 0, 0],
  ["session", 117, 5],
].map(([rule, use, limit]) => ({
  rule: String(rule),
  use: use as number | null,
  limit: limit as number,
  passed: true,
  text: "",
}));

export function chainAnswer(id: string): Trading.ChainAnswer | null {
  const order = orders.find((row) => row.id === id);
  if (order === undefined) return null;
  const at = Date.parse(order.at);
  const when = (ms: number) => new Date(at + ms).toISOString();
  const isDenied = order.state === "denied";
  const next = chance(Number(id));
  let close = order.price ?? 120;
  const bars = Array.from({ length: 60 }, (_, k) => {
    const open = close;
    close = open * (1 + (next() - 0.5) * 0.004);
    return {
      at: when((k - 60) * 60_000),
      open,
      high: Math.max(open, close) * (1 + next() * 0.001),
      low: Math.min(open, close) * (1 - next() * 0.001),
      close,
      volume: Math.round(1000 + next() * 9000),
    };
  });
  const steps: Trading.ChainStep[] = [
    {
      kind: "bar",
      at: when(-1200),
      isRefusal: false,
      text: `Minute of ${order.symbol} closed at ${close.toFixed(2)}.`,
      bars,
    },
    {
      kind: "features",
      at: when(-900),
      isRefusal: false,
      text: "5 features were ready.",
      figures: [
        { name: "zscore_20", value: -2.13 },
        { name: "atr_14", value: 1.84 },
        { name: "relative_volume", value: 1.62 },
        { name: "spread_bps", value: isDenied ? 7.1 : 1.8 },
        { name: "sentiment", value: null },
      ],
    },
    { kind: "signal", at: when(-800), isRefusal: false, text: `${order.strategy}: ${order.cause}` },
    {
      kind: "vote",
      at: when(-700),
      isRefusal: false,
      text: "Two want it, one wants the other side.",
      figures: [
        { name: order.strategy, value: 0.14 },
        { name: "vol_managed_momentum", value: 0.031 },
        { name: "mean_reversion", value: -0.038 },
        { name: "net", value: 0.133 },
      ],
    },
    {
      kind: "size",
      at: when(-600),
      isRefusal: false,
      text: `${order.shares} shares: quarter Kelly bound.`,
      constraints: [
        { name: "Quarter Kelly", shares: order.shares, isBinding: true },
        { name: "Risk 0.40% of equity", shares: order.shares + 7, isBinding: false },
        { name: "Position 5.00%", shares: order.shares * 2, isBinding: false },
        { name: "1% of daily volume", shares: order.shares * 310, isBinding: false },
        { name: "Buying power", shares: null, isBinding: false },
      ],
    },
    {
      kind: "gate",
      at: when(-400),
      isRefusal: isDenied,
      text: isDenied
        ? "Refused: spread 7.1 of 5.0 bps."
        : "18 of 18 rules passed. Nearest to its limit: positions.",
      verdicts: [
        {
          rule: "risk.spread",
          use: isDenied ? 0.00071 : 0.00018,
          limit: 0.0005,
          passed: !isDenied,
          text: isDenied ? "Spread 7.1 of 5.0 bps" : "Spread 1.8 of 5.0 bps",
        },
        ...otherVerdicts,
      ],
    },
  ];
  if (!isDenied) {
    steps.push(
      {
        kind: "order",
        at: when(0),
        isRefusal: false,
        text: `Limit ${order.side} ${order.shares}, for one minute.`,
      },
      {
        kind: "fills",
        at: when(840),
        isRefusal: false,
        text: `${order.filled} of ${order.shares} filled.`,
        fills: [
          { at: when(105), shares: Math.ceil(order.filled / 3), price: (order.price ?? close) - 0.01 },
          { at: when(840), shares: order.filled - Math.ceil(order.filled / 3), price: order.price ?? close },
        ].filter(({ shares }) => shares > 0),
      },
      {
        kind: "slippage",
        at: when(840),
        isRefusal: false,
        text: "+0.95 bps, 1.15 USD against the price at the decision.",
      },
    );
  }
  return {
    order,
    title: `${order.side === "buy" ? "Bought" : "Sold"} ${order.filled} of ${order.shares} ${order.symbol}`,
    clientOrderId: isDenied ? null : `pl-${id}-1-0`,
    steps,
  };
}

export function riskAnswer(state: FixtureState): Trading.RiskAnswer {
  const tripped = state === "normal" || state === "empty" ? [] : [0];
  return {
    limits: limitsOf(state).map((limit) => ({ ...limit, origin: "profile standard, B" })),
    controls: [
      ["C-01", "Kill switch", "done", state === "halted" ? 1 : 0, "Armed: file, command, guardian"],
      ["C-05", "Price collar", "done", 0, "0.50% from a fresh middle"],
      ["C-06", "Duplicate orders", "done", 1, "30 s, same side and symbol"],
      ["C-19", "HMM regime gate", "later", 0, "Not built yet"],
      ["C-21", "Spread filter", "done", 6, "5.0 bps"],
      ["C-22", "Virtual stop", "done", 2, "Watched on trades"],
      ["C-34", "Toxic windows", "partly", 1, "Open and close; no macro calendar yet"],
    ].map(
      ([id, name, built, fired, text]) =>
        ({ id, name, state: built, fired, text }) as Trading.RiskAnswer["controls"][0],
    ),
    blocked:
      state === "empty"
        ? []
        : [
            { rule: "risk.spread", count: 6, shrunk: 0 },
            { rule: "strategy paused", count: 3, shrunk: 0 },
            { rule: "risk.open_risk", count: 2, shrunk: 4 },
            { rule: "risk.stale_data", count: 2, shrunk: 0 },
            { rule: "risk.max_positions", count: 1, shrunk: 0 },
            { rule: "risk.session", count: 1, shrunk: 0 },
            { rule: "risk.position_size", count: 0, shrunk: 5 },
          ],
    breakers: [
      ...tripped.map(() => ({
        id: "strategy_losses",
        scope: "gap_fill",
        isActive: true,
        action: "NO_NEW_ENTRIES",
        reason: "3 losses in a row (limit 3)",
        triggeredAt: et("12:31:06"),
        expiresAt: et("16:31:06"),
        endedAt: null,
      })),
      ...(state === "halted"
        ? [
            {
              id: "day_base_loss",
              scope: "account",
              isActive: true,
              action: "HALTED",
              reason: "3.01% below the day’s base, limit 3.00%",
              triggeredAt: et("13:41:07"),
              expiresAt: null,
              endedAt: null,
            },
          ]
        : []),
      {
        id: "rapid_loss",
        scope: "account",
        isActive: false,
        action: "NO_NEW_ENTRIES",
        reason: "1.04% in 15 min, limit 1.00%",
        triggeredAt: "2026-11-17T15:12:40.000Z",
        expiresAt: "2026-11-17T15:42:40.000Z",
        endedAt: "2026-11-17T15:42:40.000Z",
      },
    ],
    overrides:
      state === "scaled"
        ? [{ key: "risk.gross_exposure.reducedFraction", value: 0.4, ceiling: 0.5, until: et("16:00:00") }]
        : [],
    overridable: [
      { key: "risk.gross_exposure.maxFraction", value: 1, label: "Gross, most", tightens: "down" },
      {
        key: "risk.gross_exposure.reducedFraction",
        value: 0.5,
        label: "Gross in the reduced tier, most",
        tightens: "down",
      },
      { key: "risk.position_size.maxFraction", value: 0.05, label: "One position, most", tightens: "down" },
      { key: "risk.trades_per_day.limit", value: 100, label: "Trades a day, most", tightens: "down" },
      { key: "risk.cooldown.bars", value: 5, label: "Bars after a stop, least", tightens: "up" },
    ],
  };
}

export function strategiesAnswer(state: FixtureState): Trading.StrategiesAnswer {
  const next = chance(3);
  return {
    rows: strategyNames.map((id, k) => ({
      id,
      isEnabled: id !== "factor_momentum",
      allocation: k < 4 ? 0.2 : 0.05,
      horizon: k % 2 === 0 ? "intraday" : "days",
      held: id === "gap_fill" && state !== "normal" ? "3 losses in a row (limit 3), until 16:31:06 ET" : "",
      decides: k === 0 ? `${id}.meta@3, the champion` : "rules alone",
      positions: k % 3,
      maxPositions: 5,
      dayPnl: (next() - 0.4) * 900,
      totalPnl: (next() - 0.3) * 9000,
      trades: Math.floor(next() * 400),
      winRate: 0.45 + next() * 0.15,
      profitFactor: 0.9 + next() * 0.8,
      sharpe: id === "overnight_drift" ? null : next() * 2 - 0.2,
      maxDrawdown: next() * 0.08,
    })),
    days: ["2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"].flatMap(
      (date) =>
        strategyNames.map((strategy) => ({
          date,
          strategy,
          netPnl: next() > 0.2 ? (next() - 0.45) * 1200 : null,
        })),
    ),
  };
}

const signals = orders.slice(0, 1200).map((order, k) => ({
  id: String(5000 - k),
  at: order.at,
  symbol: order.symbol,
  strategy: order.strategy,
  type: order.purpose === "entry" ? order.side.toUpperCase() : "CLOSE",
  price: order.price,
  strength: k % 4 === 0 ? null : (k % 10) / 10,
  stop: order.price === null ? null : order.price * 0.98,
  target: order.price === null ? null : order.price * 1.03,
  status: order.state === "denied" ? "denied" : k < 2 ? "pending" : "executed",
  reason: order.cause,
}));

export function signalsAnswer(state: FixtureState, asked: URLSearchParams): Trading.SignalsAnswer {
  const found = state === "empty" ? [] : signals.filter((row) => matches(row, asked));
  return { total: found.length, rows: found.slice(...slice(asked)) };
}

export function whyAnswer(state: FixtureState, symbol: string | null): Trading.WhyAnswer {
  const found = (state === "empty" ? [] : orders)
    .filter((order) => order.purpose === "entry" && (!symbol || order.symbol === symbol))
    .slice(0, 6);
  const last = found[0];
  return {
    symbol,
    decidedAt: last?.at ?? null,
    answer:
      last === undefined
        ? "No strategy has wanted anything since the start."
        : last.state === "denied"
          ? `${last.symbol} was denied: spread 7.1 of 5.0 bps.`
          : `${last.symbol} was ${last.state}: nothing stood in its way.`,
    decisions: found.map((order) => ({
      symbol: order.symbol,
      strategy: order.strategy,
      wanted: `${order.side} ${order.shares}`,
      reason: "Close 2.1 deviations below its mean, limit 2.0",
      became: order.state === "denied" ? "denied: spread 7.1 of 5.0 bps" : order.state,
      orderId: order.id,
    })),
    blocked:
      last === undefined
        ? []
        : [
            { rule: "risk.spread", count: 6, shrunk: 0 },
            { rule: "risk.open_risk", count: 2, shrunk: 3 },
            { rule: "risk.stale_data", count: 2, shrunk: 0 },
            { rule: "risk.max_positions", count: 1, shrunk: 0 },
          ],
  };
}

const regimes = [
  ["2026-06-01", "bull", 14.2, "none"],
  ["2026-08-03", "neutral", 19.8, "scale to 0.85"],
  ["2026-08-19", "bear", 33.1, "scale to 0.50"],
  ["2026-09-08", "neutral", 24.6, "scale to 0.85"],
  ["2026-09-21", "bull", 16.4, "none"],
  ["2026-10-26", "neutral", 20.9, "scale to 0.85"],
  ["2026-11-11", "bull", 15.3, "none"],
  ["2026-11-19", "neutral", 26.4, "scale to 0.70"],
] as const;

export function researchAnswer(state: FixtureState): Running.ResearchAnswer {
  if (state === "empty") {
    return { backtests: [], regime: [], models: [], pairs: [] };
  }
  const next = chance(5);
  return {
    backtests: Array.from({ length: 12 }, (_, k) => {
      const deflated = k % 5 === 1 ? 0.962 + next() * 0.03 : next() * 0.94;
      return {
        runId: `r${(0x7c41e0 + k * 977).toString(16)}`,
        at: new Date(nowOf("scaled") - k * 86_400_000).toISOString(),
        strategies: strategyNames.slice(0, 1 + (k % 4)),
        timeframe: k % 2 === 0 ? "1m" : "1d",
        from: "2021-01-04",
        to: "2026-10-30",
        sharpe: next() * 2,
        deflated,
        trials: 1 + Math.floor(next() * 300),
        totalReturn: next() * 0.6 - 0.1,
        verdict: deflated >= 0.95 ? "Passes" : k === 7 ? "Failed: look-ahead" : "Not proven",
        report: k % 4 === 3 ? null : `/reports/r${k}/report.html`,
      };
    }),
    regime: regimes.map(([date, regime, vix, action]) => ({
      at: `${date}T14:28:41.000Z`,
      regime,
      vix,
      action,
    })),
    models: [
      { id: "mr-gbdt-31", stage: "champion", text: "Passed 6 of 6 gates on 2026-10-31." },
      { id: "fm-gbdt-03", stage: "rejected", text: "Deflated Sharpe 0.402 of 0.950; 4 gates failed." },
    ],
    pairs: [
      { id: "SPY / IVV", text: "p 0.0010, hedge 1.00, half-life 2.1 sessions, as of 2026-11-19" },
      { id: "GLD / IAU", text: "p 0.0042, hedge 1.01, half-life 3.4 sessions, as of 2026-11-19" },
    ],
  };
}

export function healthAnswer(state: FixtureState): Running.HealthAnswer {
  const names = [
    "ingest",
    "compute",
    "execute",
    "guardian",
    "ledger",
    "monitor",
    "orchestrator",
    "dashboard",
  ];
  const histogram = (id: string, label: string, goalMs: number, p50Ms: number, p99Ms: number) => ({
    id,
    label,
    goalMs,
    p50Ms,
    p99Ms,
    buckets: Array.from({ length: 24 }, (_, k) => ({
      leMs: k === 23 ? null : (p50Ms / 6) * 1.35 ** k,
      count: Math.round(900 * Math.exp(-(((k - 6) / 3) ** 2))) + (k > 12 ? 23 - k : 0),
    })),
  });
  return {
    processes: names.map((id, k) => ({
      id,
      state: id === "execute" && state === "lost" ? "down" : id === "dashboard" ? "late" : "ok",
      text: id === "execute" && state === "lost" ? "No beat since 9 s; started again in 4 s" : "Running",
      pid: id === "execute" && state === "lost" ? null : 4100 + k,
      startedAt: et("09:26:00"),
      restarts: id === "dashboard" ? 1 : 0,
      standby: false,
      memoryMb: 60 + k * 47,
      memoryLimitMb: 1024,
      loopP99Ms: 2.4 + k,
    })),
    machine: [
      limitUse(["disk", "Disk", "machine", "fraction", 0.61, 0.9, "no entries"]),
      limitUse(["memory", "Memory", "machine", "fraction", 0.38, 0.8, "warning"]),
      limitUse(["C-50", "Clock skew", "machine", "ms", 12, 250, "no entries"]),
    ],
    latency: [
      histogram("feed", "Feed to engine", 100, 3.1, 18.4),
      histogram("signal", "Signal", 50, 0.021, 0.094),
      histogram("order", "Signal to order", 500, 0.41, 2.2),
      histogram("ack", "Submit to ack", 200, 38, 121),
    ],
    sources: [
      {
        id: "Alpaca IEX stream",
        state: state === "stale" ? "down" : "ok",
        ageMs: state === "stale" ? 14_200 : 210,
        deadlineMs: 10_000,
        records: 2_418_306,
        rejected: 17,
        gaps: 0,
        worst: "crossed quote, 11",
      },
      {
        id: "Alpaca REST",
        state: "ok",
        ageMs: 900,
        deadlineMs: 5000,
        records: 3812,
        rejected: 0,
        gaps: 0,
        worst: "",
      },
      {
        id: "News",
        state: "late",
        ageMs: 1_560_000,
        deadlineMs: 1_200_000,
        records: 388,
        rejected: 0,
        gaps: 1,
        worst: "",
      },
      {
        id: "Tiingo",
        state: "off",
        ageMs: null,
        deadlineMs: null,
        records: null,
        rejected: null,
        gaps: null,
        worst: "",
      },
    ],
    records: [
      { id: "chain", label: "Journal chain", state: "ok", text: "verified 14:07:30 ET, 8,412,077 rows" },
      {
        id: "reconciliation",
        label: "Reconciliation",
        state: "ok",
        text: "14:07:00 ET: orders, fills, positions, cash equal",
      },
      { id: "backup", label: "Backup", state: "ok", text: "02:04 ET, drill passed 2026-11-16" },
      { id: "alerts", label: "Alert test", state: "late", text: "e-mail failing, SMS 14:00 ET" },
    ],
    able: { fraction: 0.9981, goal: 0.995, sessions: 21, lostMinutes: 15.6 },
  };
}

const errorTexts = [
  [
    "ERROR",
    "alerts.smtp",
    "Connection to the mail server timed out after 10 s. SMS still delivers. Check alerts.smtp.host, then send a test.",
  ],
  [
    "WARNING",
    "sentiment",
    "Readings are 26 m old, limit 20 m. The strategies that use them ignore them meanwhile.",
  ],
  ["WARNING", "features.drift", "PSI 0.27 of 0.25 on 2 features of fm-gbdt-03. The model is not in use."],
  [
    "CRITICAL",
    "execute",
    "The journal's disk is full: 0 of 64 MB free. Entries are barred. Free space, then resume.",
  ],
] as const;

const errors: readonly Running.ErrorLine[] = Array.from({ length: 5000 }, (_, k) => {
  const [level, component, message] = errorTexts[k % 19 === 3 ? 3 : k % 3] ?? errorTexts[0];
  return {
    id: 5000 - k,
    at: new Date(nowOf("scaled") - 560_000 - k * 400_000).toISOString(),
    level,
    component,
    logger: `plimsoll.${component}`,
    message,
    traceback:
      level === "WARNING"
        ? null
        : `Error: ${message}\n    at send (mail.ts:41:11)\n    at run (outbox.ts:88:5)`,
    source: level === "WARNING" ? null : "mail.ts:41",
    resolvedAt: null,
    resolvedBy: null,
  };
});

/** `opened`: how many of the newest lines nobody resolved; `resolved`: those that this test resolved. */
export function errorsAnswer(
  state: FixtureState,
  asked: URLSearchParams,
  { opened, resolved }: { readonly opened: number; readonly resolved: ReadonlySet<number> },
): Running.ErrorsAnswer {
  const all = (state === "empty" ? [] : errors).map((row, k) =>
    k < opened && !resolved.has(row.id)
      ? row
      : { ...row, resolvedAt: et("13:00:00"), resolvedBy: resolved.has(row.id) ? "you" : "operator" },
  );
  const open = all.filter(({ resolvedAt }) => resolvedAt === null);
  const count = (level: Running.ErrorLine["level"]) => open.filter((row) => row.level === level).length;
  const found = (asked.get("open") === "1" ? open : all).filter(
    (row) => !asked.get("level") || row.level === asked.get("level")?.toUpperCase(),
  );
  return {
    total: found.length,
    open: { critical: count("CRITICAL"), error: count("ERROR"), warning: count("WARNING") },
    rows: found.slice(...slice(asked)),
  };
}

export function alertsAnswer(
  state: FixtureState,
  asked: URLSearchParams,
  acknowledged: ReadonlySet<string>,
): Running.AlertsAnswer {
  const rows: Running.AlertLine[] =
    state === "empty"
      ? []
      : Array.from({ length: 40 }, (_, k) => ({
          id: `al-${40 - k}`,
          at: new Date(nowOf("scaled") - k * 3_600_000).toISOString(),
          level: k === 0 ? "critical" : k % 3 === 0 ? "info" : "warning",
          source: "breakers",
          cause: k === 0 ? "day_base_loss" : "strategy_losses",
          text:
            k === 0
              ? "Halted: 3.01% below the day’s base, limit 3.00%."
              : "gap_fill paused: 3 losses in a row.",
          count: 1 + (k % 4),
          runbook: "docs/runbooks/halted.md",
          acknowledgedAt: k < 2 && !acknowledged.has(`al-${40 - k}`) ? null : et("13:50:00"),
          acknowledgedBy: k < 2 && !acknowledged.has(`al-${40 - k}`) ? null : "operator",
          deliveries: [
            { channel: "e-mail", state: "failed", attempts: 3, at: null, error: "time-out after 10 s" },
            { channel: "SMS", state: "delivered", attempts: 1, at: et("13:41:46"), error: null },
          ],
        }));
  return {
    total: rows.length,
    rows: rows.slice(...slice(asked)),
    channels: [
      {
        id: "e-mail",
        state: "late",
        text: "3 of 3 attempts failed; next in 4 m",
        lastDeliveredAt: et("09:02:11"),
      },
      { id: "SMS", state: "ok", text: "delivered 13:41:46 ET", lastDeliveredAt: et("13:41:46") },
      { id: "webhook", state: "off", text: "not configured: alerts.webhook.url", lastDeliveredAt: null },
    ],
  };
}

const outcomes: Readonly<Record<string, Running.JobRun["state"]>> = {
  universe_refresh: "unavailable",
  backup: "failed",
  reconcile: "running",
};

export function jobsAnswer(state: FixtureState): Running.JobsAnswer {
  const run = (task: string, k: number, outcome: Running.JobRun["state"]): Running.JobRun => ({
    task,
    session: "2026-11-19",
    state: outcome,
    scheduledAt: new Date(nowOf("scaled") - k * 1_800_000).toISOString(),
    startedAt:
      outcome === "unavailable" ? null : new Date(nowOf("scaled") - k * 1_800_000 + 400).toISOString(),
    endedAt:
      outcome === "unavailable" ? null : new Date(nowOf("scaled") - k * 1_800_000 + 9400).toISOString(),
    attempt: 1,
    text: outcome === "failed" ? "Fetch timed out after 30 s; again at 14:20 ET." : "19 of 19 checks pass.",
  });
  const tasks = [
    "pre_market_checks",
    "universe_refresh",
    "reconcile",
    "market_close",
    "day_end",
    "report",
    "backup",
  ];
  return {
    phase: state === "empty" ? "OVERNIGHT" : "TRADING",
    tasks: tasks.map((id, k) => ({
      id,
      phase: k < 2 ? "PRE_MARKET" : k < 4 ? "TRADING" : "AFTER_HOURS",
      about: `Runs ${id.replaceAll("_", " ")}.`,
      isAvailable: id !== "universe_refresh",
      nextAt: id === "universe_refresh" ? null : et("16:30:00"),
      last: state === "empty" ? null : run(id, k + 1, outcomes[id] ?? "done"),
    })),
    history:
      state === "empty"
        ? []
        : Array.from({ length: 60 }, (_, k) => run(tasks[k % 7] ?? "backup", k, k === 4 ? "failed" : "done")),
  };
}

export function auditAnswer(state: FixtureState, asked: URLSearchParams): Running.AuditAnswer {
  const rows = Array.from({ length: state === "empty" ? 3 : 640 }, (_, k) => ({
    id: String(640 - k),
    at: new Date(nowOf("scaled") - k * 540_000).toISOString(),
    who: ["risk", "gate", "breakers", "operator", "orchestrator"][k % 5] ?? "risk",
    action: ["trim", "deny", "claim", "acknowledge", "phase"][k % 5] ?? "trim",
    reason:
      ["quarter Kelly bound", "spread 7.1 of 5.0 bps", "3 losses of 3", "seen", "19 of 19 checks pass"][
        k % 5
      ] ?? "",
    before: k % 5 === 0 ? "38" : "NORMAL",
    after: k % 5 === 0 ? "31" : "NO_NEW_ENTRIES",
  }));
  return {
    total: rows.length,
    chain: { state: "ok", text: "hash chain verified to 8c1f…2e at 14:07:30 ET" },
    rows: rows.slice(...slice(asked)),
  };
}
