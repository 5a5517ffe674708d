/**
 * Goal: the map of the source documents leaves nothing out, points only at what exists, and counts itself
 * right; so a row can be believed without opening the files behind it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { strategies } from "../src/strategies/registry.ts";

const ROOT = join(import.meta.dirname, "..");
const NOT_YET = "not yet";
const HEADER = ["item", "what the document says", "SYSTEM id", "where", "test"];

/** Topics of the specification's section 19: the only grounds for a deliberate deviation. */
const TOPICS = new Set([
  "daily loss",
  "consecutive losses",
  "positions",
  "risk per trade",
  "VIX",
  "allocation tables",
  "processes",
  "flatten intraday",
  "gross exposure",
  "compression",
  "safety mode exit",
  "fast-exit slope",
  "HMM bull state",
  "Kelly",
  "FinBERT score",
  "primary trainer",
  "kill switch",
  "IEX Cloud",
  "purged split",
  "source defaults",
  "20-step pipeline",
  "language",
  "pattern day trader fields",
]);

const SECTIONS = {
  A: "Document A: technical resiliency",
  B: "Document B: system architecture phases 1-4",
  C: "Document C: hardened pipeline",
  D: "Document D: system audit",
} as const;
type DocumentLetter = keyof typeof SECTIONS;

interface Row {
  readonly line: number;
  readonly section: string;
  readonly cells: readonly string[];
}

interface SourceMap {
  readonly text: string;
  readonly sections: readonly string[];
  readonly headers: readonly Row[];
  readonly rows: readonly Row[];
}

function parseMap(text: string): SourceMap {
  const sections: string[] = [];
  const headers: Row[] = [];
  const rows: Row[] = [];
  let inTable = false;
  for (const [n, line] of text.split("\n").entries()) {
    if (line.startsWith("## ")) sections.push(line.slice(3));
    if (!line.startsWith("|")) {
      inTable = false;
      continue;
    }
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const row = { line: n + 1, section: sections.at(-1) ?? "", cells };
    if (!inTable) headers.push(row);
    else if (!/^[|-]+$/.test(line)) rows.push(row);
    inTable = true;
  }
  return { text, sections, headers, rows };
}

const map = parseMap(readFileSync(join(ROOT, "docs", "source-map.md"), "utf8"));

const item = ({ cells }: Row): string => cells[0] ?? "";
const says = ({ cells }: Row): string => cells[1] ?? "";
const ids = ({ cells }: Row): string => cells[2] ?? "";
const where = ({ cells }: Row): string => cells[3] ?? "";
const testOf = ({ cells }: Row): string => cells[4] ?? "";
const label = (row: Row): string => `line ${row.line}, ${item(row)}`;
const rowsOf = (letter: DocumentLetter): Row[] =>
  map.rows.filter(({ section }) => section === SECTIONS[letter]);

/** What is wrong with a reference `path#name`; undefined when nothing is. */
function brokenReference(reference: string): string | undefined {
  const [path = "", name] = reference.split("#");
  if (
    posix.isAbsolute(path) ||
    posix.normalize(path) !== path ||
    path.startsWith("..") ||
    path.includes("\\")
  )
    return `${path} is not a plain path inside the repository`;
  if (!existsSync(join(ROOT, path))) return `${path} does not exist`;
  if (name === undefined) return undefined;
  const exported = new RegExp(`^export [^\\n=(]*\\b${name}\\b`, "m");
  return exported.test(readFileSync(join(ROOT, path), "utf8"))
    ? undefined
    : `${path} does not export ${name}`;
}

function problemsOf(row: Row): string[] {
  const problems: string[] = [];
  if (where(row) !== NOT_YET) {
    const [, reference] = /^`([^`]+)`(?: \(partly: [^()]+\))?$/.exec(where(row)) ?? [];
    const broken =
      reference === undefined ? `where is no \`path\`, maybe with (partly: ...)` : brokenReference(reference);
    if (broken !== undefined) problems.push(`${label(row)}: ${broken}`);
  }
  if (testOf(row) !== NOT_YET) {
    const [, path] = /^`([^`#]+\.test\.ts)`$/.exec(testOf(row)) ?? [];
    const broken = path === undefined ? "test is no `path.test.ts`" : brokenReference(path);
    if (broken !== undefined) problems.push(`${label(row)}: ${broken}`);
  }
  return problems;
}

function summaryOf(rows: readonly Row[]): string {
  const working = rows.filter((row) => where(row) !== NOT_YET);
  const partly = working.filter((row) => where(row).includes("(partly: "));
  const untested = working.filter((row) => testOf(row) === NOT_YET);
  return (
    `${rows.length} items: works ${working.length}, not yet ${rows.length - working.length}. ` +
    `Of the ${working.length}, ${partly.length} only partly and ${untested.length} without a test of their own.`
  );
}

const words = (text: string): string[] => text.trim().split(/\s+/);

/** The names that each document makes a reader look for. */
const mustHave: readonly (readonly [what: string, letter: DocumentLetter, names: readonly string[]])[] = [
  [
    "mechanisms",
    "A",
    [
      "Reconnect Logic",
      "Watchdog Timer",
      "Data Validation",
      "Position Sizing",
      "Volatility Scaling",
      "Regime Filter",
      "Fast-Exit Overlay",
      "Process Isolation",
      "Circuit Breaker",
      "Spread Filter",
      "Virtual Stop Monitor",
    ],
  ],
  [
    "components",
    "B",
    [
      "Data Sources",
      "Data Storage",
      "Data Feed",
      "Feature Store",
      "Universe Analytics",
      "ML Models",
      "Base Strategy",
      "Risk Manager",
      "Execution Engine",
      "Portfolio Manager",
      "Backtester",
      "Walk-Forward Validation",
      "Admin Controls",
      "Self-Healing",
      "Metrics Tracker",
      "Scheduler",
      "Integrated System",
    ],
  ],
  [
    "key methods",
    "B",
    words(`fetch_bars stream_quotes handle_failover write_bars read_bars create_snapshot connect subscribe
      on_bar on_quote on_trade reconnect compute_features validate_features get_feature_version
      build_universe score_liquidity assign_tiers check_shortability train_model validate_model
      compute_shap_values promote_model generate_signals calculate_position_size validate_signal
      check_trade_risk update_pnl should_trigger_kill_switch flatten_all_positions execute_signal
      place_bracket_order monitor_fills calculate_limit_offset update_positions calculate_pnl get_exposures
      reconcile run_backtest apply_slippage generate_performance_report run_walk_forward
      compute_aggregate_metrics check_promotion_gates pause_trading resume_trading emergency_halt
      override_risk_limit flatten_all get_system_state check_health trigger_recovery send_alert
      record_latency record_fill get_latency_summary get_fill_quality_summary export_prometheus
      schedule_task run_task get_task_status start stop run_trading_loop get_system_status`).map(
      (name) => `\`${name}()\``,
    ),
  ],
  [
    "environment variables",
    "B",
    words("APCA_API_KEY_ID APCA_API_SECRET_KEY APCA_API_BASE_URL").map((name) => `\`${name}\``),
  ],
  ["strategies", "B", ["intraday_mean_reversion", "swing_trend_following"]],
  [
    "classes, functions and constants",
    "C",
    words(`HeartbeatMonitor ResilientStreamManager FundamentalSnapshot FundamentalGatekeeper
      ingestion_process() indicator_process() execution_process() launch_pipeline() fractional_kelly()
      volatility_adjusted_size() compute_position_size() RegimeDetector FastExitOverlay
      purged_embargo_cv() ExecutionGatekeeper VirtualStopMonitor SentimentChangeDetector
      PortfolioCircuitBreaker MAX_BACKOFF BASE_BACKOFF threshold_ms MAX_SPREAD_PCT DRAWDOWN_THRESHOLD
      bar_queue signal_queue vix_baseline vix_max atr_baseline atr_max n_states n_iter random_state
      spy_lookback slope_threshold n_splits gap_size embargo_pct history_window fraction`).map(
      (name) => `\`${name}\``,
    ),
  ],
  [
    "tasks of TASK_REGISTRY",
    "D",
    words(`TASK_REGISTRY validate_api_connectivity sync_positions_from_broker load_regime_detector
      run_premarket_analysis check_opening_conditions execute_opening_orders monitor_positions
      process_intraday_signals check_circuit_breakers close_intraday_positions calculate_daily_pnl
      run_daily_research update_watchlists run_strategy_optimization run_nightly_research_pipeline
      checkpoint_system_state`).map((name) => `\`${name}\``),
  ],
  [
    "configuration variables",
    "D",
    words(
      "TOTAL_CAPITAL RISK_PER_TRADE MAX_POSITION_SIZE MAX_POSITIONS MAX_POSITION_PCT CASH_BUFFER_PCT",
    ).map((name) => `\`${name}\``),
  ],
  [
    "environment variables",
    "D",
    words("TRADING_CAPITAL ALPACA_API_KEY ALPACA_SECRET_KEY TRADING_SYSTEM_ROOT LOG_LEVEL").map(
      (name) => `\`${name}\``,
    ),
  ],
  [
    "circuit breakers",
    "D",
    ["Daily Loss", "Drawdown", "Rapid Loss", "Consecutive Losses", "Strategy Loss"].map(
      (name) => `Breaker: ${name}`,
    ),
  ],
  [
    "strategies",
    "D",
    words(`mean_reversion relative_volume_breakout gap_fill vol_managed_momentum vix_regime_rotation
      pairs_trading quality_smallcap_value factor_momentum sector_rotation opening_range_breakout
      vwap_reversion`),
  ],
  ["VIX regimes", "D", words("Low Normal High Extreme").map((name) => `VIX regime ${name}`)],
  [
    "databases",
    "D",
    words("trades.db performance.db research.db pairs.db").map((name) => `Database ${name}`),
  ],
];

/** Columns of the document's schema, table by table. */
const schema: Readonly<Record<string, string>> = {
  signals: `id timestamp symbol strategy signal_type strength price confidence direction stop_loss take_profit
    quantity status executed execution_id expires_at executed_at`,
  trades: `id signal_id timestamp symbol strategy side quantity entry_price stop_loss target_price exit_price
    exit_timestamp peak_price trough_price pnl pnl_percent status exit_reason commission slippage`,
  positions: `symbol strategy side quantity entry_price entry_timestamp stop_loss target_price current_price
    unrealized_pnl unrealized_pnl_pct status`,
  orders: `id trade_id alpaca_order_id symbol side order_type quantity limit_price stop_price status filled_qty
    filled_avg_price`,
  executions: "id signal_id order_id symbol direction quantity fill_price commission slippage executed_at",
  strategy_daily: `date strategy trades_opened trades_closed wins losses gross_pnl net_pnl commission sharpe_20d
    sharpe_60d win_rate_30d avg_win avg_loss profit_factor max_drawdown is_enabled`,
  portfolio_daily: `date equity cash positions_value num_positions exposure_pct daily_pnl daily_pnl_pct
    cumulative_pnl cumulative_pnl_pct drawdown drawdown_pct high_water_mark sharpe_ratio sortino_ratio`,
  strategy_stats: `strategy total_trades winning_trades losing_trades total_pnl avg_pnl win_rate profit_factor
    sharpe_ratio sortino_ratio max_drawdown is_enabled`,
  circuit_breaker_state: "breaker_type triggered_at expires_at reason action target is_active",
  regime_log: "timestamp vix_level vix_regime previous_regime action_taken",
  error_log: `id timestamp level logger_name message source_file line_number exception_type
    exception_traceback component is_resolved resolved_at resolved_by`,
};

describe("shape", () => {
  it("one section per document, in order, each with rows", () => {
    expect(map.sections).toEqual(Object.values(SECTIONS));
    for (const letter of ["A", "B", "C", "D"] as const)
      expect(rowsOf(letter).length, letter).toBeGreaterThan(10);
  });

  it("every table has the five columns, every row five filled cells", () => {
    for (const header of map.headers) expect(header.cells, `line ${header.line}`).toEqual(HEADER);
    const torn = map.rows.filter(({ cells }) => cells.length !== HEADER.length || cells.includes(""));
    expect(torn.map(label)).toEqual([]);
  });

  it("no item stands twice in one part of a document", () => {
    const seen = new Set<string>();
    const twice = map.rows.filter((row) => {
      const key = `${row.section} ${item(row)} ${ids(row)} ${says(row)}`;
      return seen.has(key) || !seen.add(key);
    });
    expect(twice.map(label)).toEqual([]);
  });

  it("ids look like ids: AUTH-1, a section, or none", () => {
    const id = /^(?:none|section \d+|[A-Z]+-\d+(?:, [A-Z]+-\d+)*)$/;
    expect(map.rows.filter((row) => !id.test(ids(row))).map(label)).toEqual([]);
  });
});

describe("truth", () => {
  it("every place and every test exists, and exports the name it promises", () => {
    expect(map.rows.flatMap(problemsOf)).toEqual([]);
  });

  it("nothing is tested that is not there", () => {
    const early = map.rows.filter((row) => where(row) === NOT_YET && testOf(row) !== NOT_YET);
    expect(early.map(label)).toEqual([]);
  });

  it("a strategy that is registered is not called missing", () => {
    const registered = new Set(strategies.map(({ id }) => id));
    const late = map.rows.filter((row) => registered.has(item(row)) && where(row) === NOT_YET);
    expect(late.map(label), "give these rows their file and test").toEqual([]);
  });

  it("every deviation names a topic of section 19", () => {
    const named = map.rows.flatMap((row) =>
      [...says(row).matchAll(/\(differs: ([^)]*)\)/g)].map(([, t = ""]) => t),
    );
    const unknown = named.filter((topic) => !TOPICS.has(topic.replace(/^SYSTEM 19, /, "")));
    expect(named.length).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  it("the summary counts the rows", () => {
    const summary = summaryOf(map.rows);
    const given = map.text.split("\n").find((line) => /^\d+ items: /.test(line));
    expect(given, `paste this line under the title:\n${summary}\n`).toBe(summary);
  });
});

describe("completeness", () => {
  it.each(mustHave)("the %s of document %s are all there", (_, letter, names) => {
    const items = new Set(rowsOf(letter).map(item));
    expect(names.filter((name) => !items.has(name))).toEqual([]);
  });

  it.each(Object.entries(schema))("table %s stands there with its columns", (table, columns) => {
    const row = rowsOf("D").find((candidate) => item(candidate) === `\`${table}\``);
    expect(row === undefined ? undefined : says(row).split(", ")).toEqual(words(columns));
  });
});

describe("a reference", () => {
  it.each([
    ["/etc/passwd", "plain path"],
    ["../shared/x.ts", "plain path"],
    ["src/../package.json", "plain path"],
    ["src/nowhere.ts", "does not exist"],
    ["src/risk/gate.ts#NoSuchGate", "does not export"],
    ["src/risk/gate.ts#pass", "does not export"],
  ])("%s is refused", (reference, because) => {
    expect(brokenReference(reference)).toContain(because);
  });

  it("to an exported name is accepted", () => {
    expect(brokenReference("src/risk/gate.ts#RiskGate")).toBeUndefined();
    expect(brokenReference("package.json")).toBeUndefined();
  });
});
