/** Invented pictures of the dashboard's fixture server: one for each state that the page must show. */
import type {
  ClaimRow,
  LimitUse,
  LinkPicture,
  MoneyPicture,
  NextJob,
  Picture,
  PositionRow,
} from "../src/dashboard/contract/picture.ts";

export const fixtureStates = ["normal", "scaled", "noentries", "halted", "stale", "lost", "empty"] as const;
export type FixtureState = (typeof fixtureStates)[number];

const day = "2026-11-19";
/** Eastern time of the invented day as UTC. */
export const et = (time: string): string => new Date(Date.parse(`${day}T${time}-05:00`)).toISOString();

const nows: Readonly<Record<FixtureState, string>> = {
  normal: "14:07:32",
  scaled: "14:07:32",
  noentries: "14:07:32",
  halted: "13:46:20",
  stale: "14:07:32",
  lost: "14:07:32",
  empty: "05:23:10",
};
export const nowOf = (state: FixtureState): number => Date.parse(et(nows[state]));

export const base = 409_912.1;
export const highOf = (state: FixtureState): number =>
  state === "halted" ? 411_204.6 : state === "empty" ? base : 414_021.8;
export const equityOf = (state: FixtureState): number =>
  state === "noentries" ? 405_712.3 : state === "halted" ? 397_588.05 : state === "empty" ? base : 412_380.55;

const holdings = [
  ["CAT", 31, 388.127, 390.42, 381.92, 397.1, "relative_volume_breakout", 9],
  ["COST", 14, 971.3, 978.55, 958.1, 992, "vol_managed_momentum", 4320],
  ["JPM", 52, 271.84, 270.66, 267.9, 279.7, "mean_reversion", 161],
  ["AMD", 61, 214.36, 217.92, 208.9, 226, "relative_volume_breakout", 72],
  ["XOM", 118, 117.42, 116.88, 115.6, 120.9, "mean_reversion", 235],
  ["HD", 33, 402.77, 399.12, 396.4, 414, "gap_fill", 242],
  ["MRK", 139, 101.2, 101.86, 98.9, 105.9, "pairs_trading", 1440],
  ["PFE", -520, 27.44, 27.19, 28.05, 26.2, "pairs_trading", 1440],
  ["INTC", -410, 31.05, 31.38, 31.86, 29.4, "mean_reversion", 15],
] as const;

export function positionsOf(state: FixtureState): PositionRow[] {
  if (state === "empty" || state === "halted") return [];
  return holdings.map(([symbol, shares, entry, quoted, stop, target, strategy, minutes]) => {
    const side = Math.sign(shares);
    const last = state === "noentries" ? Number((quoted - side * entry * 0.011).toFixed(2)) : quoted;
    const pnl = (last - entry) * shares;
    return {
      symbol,
      strategy,
      shares,
      entry,
      last,
      pnl,
      pnlFraction: (last / entry - 1) * side,
      weight: (last * shares) / equityOf(state),
      stop,
      target,
      risk: Math.abs(last - stop) * Math.abs(shares),
      heldSince: new Date(nowOf(state) - minutes * 60_000).toISOString(),
    };
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function moneyOf(state: FixtureState): MoneyPicture {
  const equity = equityOf(state);
  const rows = positionsOf(state);
  const long = sum(rows.map((row) => Math.max(0, row.weight ?? 0))) * equity;
  const short = sum(rows.map((row) => Math.max(0, -(row.weight ?? 0)))) * equity;
  const unrealised = sum(rows.map((row) => row.pnl ?? 0));
  return {
    equity,
    cash: equity - long + short,
    dayBase: base,
    dayHigh: highOf(state),
    dayPnl: equity - base,
    dayPnlFraction: equity / base - 1,
    realisedToday: equity - base - unrealised,
    unrealised,
    startEquity: 400_000,
    gross: long + short,
    net: long - short,
    long,
    short,
    costsToday: 38.41,
  };
}

type Claim = readonly [
  level: ClaimRow["level"],
  reason: string,
  since?: string,
  until?: string | null,
  liftedBy?: ClaimRow["liftedBy"],
  more?: Partial<ClaimRow>,
];

const calm = {
  killSwitch: [null, "File, command and guardian clear"],
  breakers: [null, "5 armed, 0 tripped"],
  orchestrator: [null, "Phase TRADING, 19 of 19 checks pass"],
  regime: [null, "VIX 16.8, band 15–25; P(bear) 0.08 of 0.50"],
  ensemble: [null, "8 strategies enabled, 100% allocated"],
  strategy: [null, "No strategy paused"],
} as const satisfies Record<ClaimRow["authority"], Claim>;

const regimeHolds: Claim = [
  "SCALED",
  "VIX 26.4, band 25–35; P(bear) 0.21 of 0.50",
  "09:28:41",
  null,
  "itself",
  { scalar: 0.7 },
];
const gapFillPaused: Claim = [
  "NO_NEW_ENTRIES",
  "3 losses in a row (limit 3)",
  "12:31:06",
  "16:31:06",
  "operator",
  { scope: "gap_fill" },
];

function claimsBy(state: FixtureState): Partial<Record<ClaimRow["authority"], Claim>> {
  const scaled = { regime: regimeHolds, strategy: gapFillPaused };
  switch (state) {
    case "normal":
      return {};
    case "scaled":
    case "lost":
      return scaled;
    case "noentries":
      return {
        ...scaled,
        breakers: [
          "NO_NEW_ENTRIES",
          "2.01% below the day’s high, limit 2.00%",
          "13:52:19",
          "16:00:00",
          "operator",
        ],
      };
    case "stale":
      return {
        ...scaled,
        orchestrator: [
          "NO_NEW_ENTRIES",
          "Feed silent 14.2 s, deadline 10.0 s: safe hold",
          "14:07:18",
          null,
          "itself",
        ],
      };
    case "halted":
      return {
        killSwitch: [null, "File absent. Guardian agrees: flat at 13:41:44"],
        breakers: ["HALTED", "3.01% below the day’s base, limit 3.00%", "13:41:07", null, "operator"],
        regime: [
          "SCALED",
          "VIX 31.9, band 25–35; P(bear) 0.44 of 0.50",
          "09:28:41",
          null,
          "itself",
          { scalar: 0.7 },
        ],
      };
    case "empty":
      return {
        orchestrator: [
          "NO_NEW_ENTRIES",
          "Phase OVERNIGHT: entries open 09:35 ET",
          "00:00:00",
          "09:35:00",
          "itself",
          { isScheduled: true },
        ],
      };
  }
}

const ranks = ["NORMAL", "SCALED", "NO_NEW_ENTRIES", "REDUCE_ONLY", "FLATTEN", "HALTED"] as const;

export function claimsOf(state: FixtureState): ClaimRow[] {
  const found: Record<ClaimRow["authority"], Claim> = { ...calm, ...claimsBy(state) };
  const strictest = Math.max(
    ...Object.values(found).map(([level, , , , , more]) =>
      more?.scope ? 0 : ranks.indexOf(level ?? "NORMAL"),
    ),
  );
  return (Object.keys(calm) as ClaimRow["authority"][]).map((authority) => {
    const [level, reason, since, until, liftedBy, more] = found[authority];
    return {
      authority,
      level,
      scalar: 1,
      scope: null,
      source: authority,
      reason,
      since: since === undefined ? null : et(since),
      until: until === undefined || until === null ? null : et(until),
      liftedBy: liftedBy ?? null,
      isLeading: level !== null && !more?.scope && ranks.indexOf(level) === strictest && strictest > 0,
      isScheduled: false,
      isAbsent: false,
      ...more,
    };
  });
}

const answers: Readonly<Record<FixtureState, readonly [answer: string, because: string]>> = {
  normal: [
    "Yes, at full size.",
    "No authority objects. Next rung: 1.60% more from the day’s high bars entries.",
  ],
  scaled: [
    "Yes, at 0.70 of normal size.",
    "Regime holds it there since 09:28:41 ET: VIX 26.4 is in the band 25–35. It lifts itself when VIX closes below 24.0 on two readings. Next rung: 1.60% more from the day’s high bars entries.",
  ],
  noentries: [
    "No new entries. Exits run.",
    "Breakers barred entries at 13:52:19 ET: equity fell 2.01% from the day’s high, limit 2.00%. Holds to session end (16:00:00 ET). Next rung: 1.98% more from the day’s base flattens and locks.",
  ],
  halted: [
    "No. Flat and locked.",
    "Breakers halted at 13:41:07 ET: equity fell 3.01% from the day’s base, limit 3.00%. All 9 positions closed in 37 s. It does not lift by itself: reconcile, then an operator resumes with a reason.",
  ],
  stale: [
    "No new entries. Safe hold.",
    "Orchestrator barred entries at 14:07:18 ET: the data feed is silent for 14.2 s, deadline 10.0 s. Stops run from REST quotes. It lifts after 5 s of clean data; at 120 s with positions open it flattens.",
  ],
  lost: [
    "Unknown. Last known: yes, at 0.70.",
    "Execute does not answer since 14:07:23 ET. The guardian may be fine: check with plimsoll status on the machine.",
  ],
  empty: [
    "Not yet. Entries open at 09:35 ET.",
    "No session is running: Orchestrator holds NO_NEW_ENTRIES overnight. Opens in 4 h 11 m. Pre-market checks start at 06:30 ET.",
  ],
};

type Row = readonly [
  id: string,
  label: string,
  group: LimitUse["group"],
  unit: LimitUse["unit"],
  use: number | null,
  limit: number,
  then: string,
];

export const limitUse = ([id, label, group, unit, use, limit, then]: Row): LimitUse => ({
  id,
  label,
  group,
  unit,
  use,
  limit,
  then,
});

export function limitsOf(state: FixtureState): LimitUse[] {
  const money = moneyOf(state);
  const share = (dollars: number | null) => (dollars ?? 0) / equityOf(state);
  const rows = positionsOf(state);
  const risk = sum(rows.map((row) => row.risk ?? 0)) / equityOf(state);
  const heaviest = Math.max(0, ...rows.map((row) => Math.abs(row.weight ?? 0)));
  const fall = Math.max(0, 1 - equityOf(state) / highOf(state));
  const loss = Math.max(0, 1 - equityOf(state) / base);
  const isOpen = state !== "empty";
  const list: Row[] = [
    ["C-11", "Gross", "exposure", "fraction", share(money.gross), 0.5, "shrinks, then no entries"],
    ["C-11.net", "Net, absolute", "exposure", "fraction", Math.abs(share(money.net)), 0.5, "no entries"],
    ["C-11.long", "Long", "exposure", "fraction", share(money.long), 0.5, "no entries"],
    [
      "C-24",
      "Short, of gross",
      "exposure",
      "fraction",
      money.gross ? (money.short ?? 0) / money.gross : 0,
      0.5,
      "no shorts",
    ],
    ["C-33", "Open risk", "exposure", "fraction", risk, 0.02, "no entries; hard 3%"],
    ["C-13", "Largest position", "exposure", "fraction", heaviest, 0.05, "shrinks to it"],
    ["C-25", "Positions", "exposure", "count", rows.length, 10, "no entries; hard 30"],
    ["C-29", "From day high", "drawdown", "fraction", fall, 0.02, "no entries"],
    ["C-30", "From day base", "drawdown", "fraction", loss, 0.03, "flatten, lock"],
    [
      "C-31",
      "From peak",
      "drawdown",
      "fraction",
      Math.max(0, 1 - equityOf(state) / 421_904),
      0.15,
      "halve positions",
    ],
    [
      "C-28",
      "Loss in 15 min",
      "drawdown",
      "fraction",
      state === "noentries" ? 0.0061 : state === "halted" ? 0.0088 : isOpen ? 0.0009 : 0,
      0.01,
      "pause 30 min",
    ],
    ["C-27", "Losses in a row", "drawdown", "count", isOpen ? 2 : 0, 5, "account pause"],
    ["C-26", "Trades today", "orders", "count", isOpen ? 23 : 0, 100, "no entries"],
    ["C-07", "Entries per min", "orders", "count", isOpen ? 3 : 0, 60, "waits"],
    ["C-07.budget", "Broker budget, min", "orders", "count", isOpen ? 41 : 2, 200, "exits keep 40%"],
    ["C-38", "Rejects in 5 min", "orders", "count", isOpen ? 1 : 0, 10, "kill"],
    ["C-38.errors", "Broker errors in a row", "orders", "count", 0, 5, "kill"],
    [
      "C-37",
      "Feed age",
      "machine",
      "seconds",
      state === "stale" ? 14.2 : isOpen ? 0.2 : null,
      10,
      "hold; kill at 120 s",
    ],
    ["C-36", "Guardian beat", "machine", "seconds", 0.1, 0.5, "no entries"],
    ["C-50", "Clock skew", "machine", "ms", 12, 1000, "no entries"],
    ["C-21", "Quote age at egress", "machine", "seconds", isOpen ? 0.41 : null, 2, "refused"],
  ];
  return list
    .map(limitUse)
    .map((limit) => (limit.id === "C-13" ? { ...limit, bindsEntries: true, drift: 0.075 } : limit));
}

function linksOf(state: FixtureState): LinkPicture[] {
  const link = (
    id: string,
    label: string,
    light: LinkPicture["state"],
    ageMs: number | null,
    deadlineMs: number | null,
    text: string,
  ) => ({ id, label, state: light, ageMs, deadlineMs, text });
  const feed =
    state === "stale"
      ? link("feed", "Data feed, IEX", "down", 14_200, 10_000, "Data feed silent 14.2 s, deadline 10.0 s.")
      : state === "empty"
        ? link("feed", "Data feed, IEX", "off", null, 10_000, "Market closed")
        : link("feed", "Data feed, IEX", "ok", 210, 10_000, "Minutes arrive");
  return [
    feed,
    link("broker-stream", "Order stream", "ok", 31, 500, "Round trip"),
    link("broker", "Broker API", "ok", 41, 2000, "Round trip"),
    link("guardian", "Guardian", "ok", 110, 500, "Beats"),
    link("monitor", "Monitor", "ok", 900, 5000, "Delivers alerts"),
    link("sentiment", "Sentiment", "late", 1_560_000, 1_200_000, "Readings are late"),
  ];
}

function jobsOf(state: FixtureState): NextJob[] {
  const list =
    state === "empty"
      ? ([
          ["Pre-market checks", "06:30:00"],
          ["Universe refresh", "08:30:00"],
          ["Regime fit, gate fixed", "09:28:00"],
          ["Market open", "09:30:00"],
        ] as const)
      : ([
          ["Reconcile positions", state === "halted" ? "13:47:00" : "14:08:12"],
          ["Market-close phase", "15:45:00"],
          ["Day-end reconcile", "16:00:00"],
          ["Report, backup", "16:30:00"],
        ] as const);
  return list.map(([id, time]) => ({ id, at: et(time) }));
}

export interface Moment {
  readonly state: FixtureState;
  /** Wall milliseconds since the fixture began. */
  readonly passedMs: number;
  readonly sequence: number;
}

export function pictureOf({ state, passedMs, sequence }: Moment): Picture {
  const isLost = state === "lost";
  const claims = claimsOf(state);
  const leading = claims.find((claim) => claim.isLeading);
  const [answer, because] = answers[state];
  const isOpen = state !== "empty";
  return {
    mode: "paper",
    run: "run-20261119",
    account: "PA3K…7Q1",
    build: "0.9.2 7c41e0",
    sequence,
    at: new Date(nowOf(state) + (isLost ? 0 : passedMs)).toISOString(),
    speed: 1,
    madeAt: new Date().toISOString(),
    engine: isLost
      ? {
          state: "down",
          ageMs: 9000 + passedMs,
          why: "Execute does not answer; it is asked again every second.",
        }
      : { state: "ok", ageMs: 40, why: "" },
    session: {
      date: day,
      phase: isOpen ? "TRADING" : "OVERNIGHT",
      opensAt: et("09:30:00"),
      closesAt: et("16:00:00"),
      isEarlyClose: false,
      number: 4,
      of: null,
    },
    permission: {
      level: isLost ? null : (leading?.level ?? "NORMAL"),
      scalar: isLost ? null : Math.min(...claims.map((claim) => claim.scalar)),
      answer,
      because,
      claims,
    },
    money: moneyOf(state),
    limits: limitsOf(state),
    links: linksOf(state),
    positions: positionsOf(state),
    working: positionsOf(state)
      .slice(0, 1)
      .map((row) => ({
        id: "4711",
        symbol: row.symbol,
        leg: "entry",
        shares: row.shares,
        at: row.entry,
        state: "acked",
        since: et("14:07:02"),
      })),
    counts: {
      ordersToday: isOpen ? 23 : 0,
      unknownOrders: 0,
      errorsOpen: isOpen ? { critical: 0, error: 1, warning: 2 } : { critical: 0, error: 0, warning: 0 },
      alertsOpen: state === "halted" ? 1 : 0,
      jobsFailed: 0,
    },
    nextJobs: jobsOf(state),
    killMode: "flatten",
    resumeBarred: state === "noentries" ? ["Equity is 2.01% below the day's high, limit 2.00%."] : [],
  };
}
