/** A context for tasks without a running system: books and a market that a test sets, and what was asked of them. */
import type { FoundRow } from "../src/adapters/jobs/jobs-store.ts";
import { loadConfig } from "../src/app/config.ts";
import type { EngineSnapshot, PositionLine } from "../src/app/engine-snapshot.ts";
import type { MarketLine } from "../src/app/live/market-lines.ts";
import type { StatusValue } from "../src/app/live/status-answer.ts";
import type { LedgerFacts } from "../src/app/orchestrator/ledger-facts.ts";
import type { TaskAct, TaskContext } from "../src/app/orchestrator/task-context.ts";
import type { DayNumber, EpochMicros } from "../src/domain/time.ts";
import { parseIsoDate } from "../src/domain/time.ts";
import { nextSession, sessionOn } from "../src/market/calendar.ts";

const DATE = "2026-11-24";
const session = sessionOn(parseIsoDate(DATE) as DayNumber)!;
const { orchestrator: params, research: researchParams } = loadConfig();

export interface FakeWorld {
  readonly context: TaskContext;
  readonly asked: { readonly act: TaskAct; readonly id: string | undefined }[];
  readonly tables: Map<string, readonly FoundRow[]>;
  readonly lines: { readonly level: string; readonly text: string }[];
  at: EpochMicros;
  ms: number;
  status: StatusValue;
  market: MarketLine[];
  ledger: { -readonly [Name in keyof LedgerFacts]: LedgerFacts[Name] };
  processes: { readonly id: string; readonly state: string }[];
  /** Called at each act, to change the books as execute would. */
  acted: (act: TaskAct) => void;
  /** Called at each pause. */
  passed: () => void;
}

export const position = (symbol: string, more: Partial<PositionLine> = {}): PositionLine => ({
  ...{
    symbol,
    strategy: "swing_trend_following",
    shares: 10,
    averageEntry: 100,
    mark: 100,
    unrealised: 0,
    stop: 95,
  },
  ...more,
});

export const market = (symbol: string, more: Partial<MarketLine> = {}): MarketLine => ({
  ...{
    symbol,
    mark: 100,
    bid: 99.99,
    ask: 100.01,
    quotedAt: "2026-11-24T15:00:00Z",
    isHalted: false,
    lock: null,
  },
  ...more,
});

export function fakeWorld(): FakeWorld {
  let compared = 1;
  const world: FakeWorld = {
    asked: [],
    tables: new Map(),
    lines: [],
    at: (session.open + 1_800_000_000) as EpochMicros,
    ms: 0,
    status: {
      snapshot: {
        positions: [],
        permission: { level: "NORMAL", scalar: 1, claims: [] },
        session: { date: DATE },
        dayPnl: 12.5,
        bars: 0,
      } as unknown as EngineSnapshot,
      feed: { line: "up", reason: "", symbols: 3, messageAgeMs: 5 } as StatusValue["feed"],
      lastReconciliation: "2026-11-24T14:00:00Z",
      booksDiffer: null,
      brokerRefuses: null,
      requestsHeld: 0,
      unknownOrders: 0,
      models: [],
    } as unknown as StatusValue,
    market: [],
    ledger: {
      meta: () => ({ applied: 10, decisions: 5, staleDecisions: 0 }),
      days: () => [],
      claims: () => [],
      positions: () => new Map(),
      entered: () => new Set(),
      signalled: () => new Map(),
      strategies: () => [],
    },
    processes: ["ingest", "compute", "execute", "guardian"].map((id) => ({ id, state: "ready" })),
    acted: ({ verb }) => {
      if (verb === "reconcile") compared += 1;
      world.status = { ...world.status, lastReconciliation: `2026-11-24T14:00:0${compared % 10}Z` };
    },
    passed: () => undefined,
    context: undefined as unknown as TaskContext,
  };
  const context: TaskContext = {
    ...{
      run: "d1",
      root: "/nowhere",
      mode: "demo",
      session,
      date: DATE,
      nextSession: nextSession(session.date),
    },
    ...{ strategyIds: ["swing_trend_following"], modelMaxAgeDays: 100 },
    ...{ symbols: ["AAA", "BBB", "CCC"], intraday: new Set(["day_trader"]), params, crashedAtMs: undefined },
    researchParams,
    signal: new AbortController().signal,
    log: (level, text) => void world.lines.push({ level, text }),
    door: {
      status: async () => world.status,
      market: async () => world.market,
      act: async (act, id) => {
        world.asked.push({ act, id });
        world.acted(act);
      },
    },
    get ledger() {
      return world.ledger;
    },
    memory: new Map(),
    now: () => ({ at: world.at, mono: world.ms }),
    pause: async (ms) => {
      world.ms += ms;
      world.passed();
    },
    processes: () => world.processes,
    journalEntries: () => 11,
    found: (table, date, rows) => void world.tables.set(`${table} ${date}`, rows),
    files: { remove: () => ({ logs: [], caches: [] }) },
  };
  return Object.assign(world, { context });
}

export const holds = (world: FakeWorld, ...positions: readonly PositionLine[]): void => {
  world.status = { ...world.status, snapshot: { ...world.status.snapshot, positions } };
};
