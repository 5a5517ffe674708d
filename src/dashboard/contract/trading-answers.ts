/** What the page asks about trading. All GET, all JSON, all behind the session; conventions as in `picture.ts`. */
import type { LevelName, LimitUse } from "./picture.ts";

/** GET /api/equity?range=today|run */
export interface EquityAnswer {
  readonly range: "today" | "run";
  readonly points: readonly EquityPoint[];
  /** Rungs of today, both numbers on the chart: where entries stop and where everything is closed. */
  readonly rungs: { readonly fromHigh: number; readonly fromBase: number };
  /** Halts, breakers, reconnects: a vertical rule with words. */
  readonly marks: readonly { readonly at: string; readonly text: string; readonly level: LevelName | null }[];
}

export interface EquityPoint {
  readonly at: string;
  readonly equity: number;
  /** Day high so far; the 2 % rung follows it. */
  readonly high: number;
}

/** GET /api/orders?from=N&limit=N&symbol=&strategy=&state=: newest first; `total` counts what the filter leaves. */
export interface OrdersAnswer {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly OrderRow[];
  readonly funnel: Funnel;
}

export interface OrderRow {
  readonly id: string;
  readonly at: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: string;
  readonly purpose: string;
  readonly shares: number;
  readonly filled: number;
  readonly price: number | null;
  readonly state: string;
  /** Against the reference price, + costs us; null without a fill. */
  readonly slippageBps: number | null;
  /** Why asked, or what refused it with both numbers. */
  readonly cause: string;
}

export interface Funnel {
  readonly decided: number;
  readonly denied: number;
  readonly rulesThatDenied: number;
  readonly sent: number;
  readonly acked: number;
  readonly filled: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly meanSlippageBps: number | null;
  readonly ackP99Ms: number | null;
}

/** GET /api/orders/:id/chain. A denied chain ends at the gate: later steps are absent. */
export interface ChainAnswer {
  readonly order: OrderRow;
  readonly title: string;
  readonly clientOrderId: string | null;
  readonly steps: readonly ChainStep[];
}

export interface ChainStep {
  readonly kind: "bar" | "features" | "signal" | "vote" | "size" | "gate" | "order" | "fills" | "slippage";
  readonly at: string | null;
  /** One sentence; the page draws the rest from what else is given. */
  readonly text: string;
  readonly isRefusal: boolean;
  readonly bars?: readonly BarPoint[];
  readonly figures?: readonly { readonly name: string; readonly value: number | null }[];
  /** Shares that each constraint allows, the binding one first. */
  readonly constraints?: readonly {
    readonly name: string;
    readonly shares: number | null;
    readonly isBinding: boolean;
  }[];
  /** Rules with their numbers, the nearest to its limit first. */
  readonly verdicts?: readonly {
    readonly rule: string;
    readonly use: number | null;
    readonly limit: number | null;
    readonly passed: boolean;
    readonly text: string;
  }[];
  readonly fills?: readonly { readonly at: string; readonly shares: number; readonly price: number }[];
}

export interface BarPoint {
  readonly at: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** GET /api/why?symbol= : the last decision with every verdict, and the claims in force. */
export interface WhyAnswer {
  readonly symbol: string | null;
  readonly decidedAt: string | null;
  readonly answer: string;
  readonly decisions: readonly {
    readonly symbol: string;
    readonly strategy: string;
    readonly wanted: string;
    readonly reason: string;
    readonly became: string;
    readonly orderId: string | null;
  }[];
  readonly blocked: readonly { readonly rule: string; readonly count: number; readonly shrunk: number }[];
}

/** GET /api/signals?from=N&limit=N&symbol=&strategy= */
export interface SignalsAnswer {
  readonly total: number;
  readonly rows: readonly {
    readonly id: string;
    readonly at: string;
    readonly symbol: string;
    readonly strategy: string;
    readonly type: string;
    readonly price: number | null;
    readonly strength: number | null;
    readonly stop: number | null;
    readonly target: number | null;
    readonly status: string;
    readonly reason: string;
  }[];
}

/** GET /api/strategies */
export interface StrategiesAnswer {
  readonly rows: readonly {
    readonly id: string;
    readonly isEnabled: boolean;
    readonly allocation: number;
    readonly horizon: string;
    /** What holds it back; empty when nothing does. */
    readonly held: string;
    /** Who decides on its entries: a model's version, or the rules alone, and why; empty when nobody says. */
    readonly decides: string;
    readonly positions: number;
    readonly maxPositions: number;
    readonly dayPnl: number | null;
    readonly totalPnl: number | null;
    readonly trades: number;
    readonly winRate: number | null;
    readonly profitFactor: number | null;
    readonly sharpe: number | null;
    readonly maxDrawdown: number | null;
  }[];
  /** Net P&L by day and strategy, newest day last. */
  readonly days: readonly {
    readonly date: string;
    readonly strategy: string;
    readonly netPnl: number | null;
  }[];
}

/** GET /api/risk */
export interface RiskAnswer {
  readonly limits: readonly (LimitUse & { readonly origin: string })[];
  readonly controls: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: "done" | "partly" | "later";
    readonly fired: number;
    readonly text: string;
  }[];
  readonly blocked: readonly { readonly rule: string; readonly count: number; readonly shrunk: number }[];
  readonly breakers: readonly {
    readonly id: string;
    readonly scope: string;
    readonly isActive: boolean;
    readonly action: string;
    readonly reason: string;
    readonly triggeredAt: string;
    readonly expiresAt: string | null;
    readonly endedAt: string | null;
  }[];
  readonly overrides: readonly {
    readonly key: string;
    readonly value: number;
    readonly ceiling: number;
    readonly until: string;
  }[];
  /** Keys that may be overridden, with what holds now. */
  readonly overridable: readonly {
    readonly key: string;
    readonly value: number;
    readonly label: string;
    readonly tightens: "down" | "up";
  }[];
}
