/**
 * Every family of figures that is offered to Prometheus (OPS-5, RELIABILITY 6.2): its name, what it counts, in which
 * unit, under which labels. Labels come from short lists; no family has a symbol, an account or an order in one.
 *
 * MX-1  What is not known is NaN or absent, never 0; while execute is dead its counts stay as they were last known, and
 *       what would mislead is NaN.
 * MX-2  Nobody learns an account number, a key or the exact equity, unless the settings say so.
 */
import { fillBounds, ratioBounds } from "./engine-metrics.ts";
import { latencyBounds } from "./latency-histogram.ts";

export type FamilyKind = "gauge" | "counter" | "histogram" | "summary";

export interface Family {
  readonly name: string;
  readonly kind: FamilyKind;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, rising. */
  readonly bounds?: readonly number[];
}

type Row = readonly [
  name: string,
  kind: FamilyKind,
  labels: string,
  help: string,
  bounds?: readonly number[],
];

const permission: readonly Row[] = [
  ["build_info", "gauge", "version commit config_hash mode", "1, under what runs"],
  ["state", "gauge", "state", "1 for the level in force; DOWN while execute does not answer"],
  [
    "state_transitions_total",
    "counter",
    "from to cause",
    "changes of the level, by the claim that caused them",
  ],
  [
    "latch_seconds",
    "gauge",
    "",
    "how long a claim that only an operator lifts has held, seconds of the exchange",
  ],
  ["market_open", "gauge", "", "1 while the exchange is in regular hours"],
  ["slo_able", "gauge", "", "1 while it could trade; what bars entries on purpose counts as able"],
  [
    "slo_able_lost",
    "gauge",
    "cause",
    "1 for whoever is the reason why it could not: own, broker, feed, network",
  ],
  ["clock_speed_ratio", "gauge", "", "seconds of the exchange for one of the wall"],
];

const money: readonly Row[] = [
  ["equity_usd", "gauge", "", "dollars; NaN unless metrics.equity says that it may be told"],
  ["nav_ratio", "gauge", "", "equity as a fraction of what the run began with"],
  ["drawdown_ratio", "gauge", "base", "loss from the day's high, the day's base and the highest value ever"],
  ["limit_utilization_ratio", "gauge", "control", "use of a limit as a fraction of it"],
  ["exposure_ratio", "gauge", "side kind", "fractions of equity; heat is what all stops together would lose"],
  ["positions", "gauge", "", "instruments that are held"],
];

const orders: readonly Row[] = [
  [
    "orders_total",
    "counter",
    "kind outcome",
    "orders that are over, by what they were for and how they ended",
  ],
  ["orders_inflight", "gauge", "state", "orders at the broker, by where they stand"],
  ["order_ack_seconds", "histogram", "", "from an order's bytes to the broker's answer", latencyBounds],
  ["order_fill_seconds", "histogram", "", "from the decision to a fill, seconds of the exchange", fillBounds],
  [
    "decision_to_order_seconds",
    "histogram",
    "",
    "from a decision at execute to the order's bytes",
    latencyBounds,
  ],
  [
    "slippage_ratio",
    "histogram",
    "",
    "how much worse a fill was than the close of its decision",
    ratioBounds,
  ],
  [
    "price_improvement_ratio",
    "histogram",
    "",
    "how much better a fill was than the order's limit",
    ratioBounds,
  ],
  [
    "adverse_selection_ratio",
    "histogram",
    "",
    "how far the price went against a fill in a minute",
    ratioBounds,
  ],
  ["fill_ratio", "gauge", "", "shares filled of shares ordered, of entries that are over"],
  ["unknown_orders", "gauge", "", "orders of which nobody knows what became of them"],
  ["tombstones", "gauge", "", "orders given up as never created"],
  ["control_decisions_total", "counter", "control outcome", "what each control denied, trimmed or raised"],
  ["rejects_total", "counter", "class", "requests that the broker refused"],
];

const lines: readonly Row[] = [
  ["feed_age_seconds", "gauge", "channel", "since a channel was heard last"],
  ["feed_deadline_seconds", "gauge", "channel", "silence that is too long"],
  ["feed_state", "gauge", "channel", "0 well, 1 late, 2 down, as the watchdog judges it"],
  ["feed_records_total", "counter", "outcome", "records of the market's data: taken, rejected, late"],
  [
    "feed_gaps_total",
    "counter",
    "",
    "times that the line of the market's data was lost and what was missed fetched",
  ],
  ["ws_rtt_seconds", "gauge", "socket", "round trip of the last ping"],
  ["ws_reconnects_total", "counter", "socket reason", "times that a socket was lost"],
  ["broker_requests_total", "counter", "endpoint code", "requests to the broker; code none: no answer came"],
  ["broker_request_seconds", "histogram", "", "from the wire to the broker's answer", latencyBounds],
  ["rate_budget_ratio", "gauge", "priority", "what each priority may still send of its share of the minute"],
  ["reconcile_mismatch_total", "counter", "kind", "differences that a comparison with the broker found"],
  ["reconcile_age_seconds", "gauge", "", "since the books were compared with the broker's"],
];

const engine: readonly Row[] = [
  [
    "feed_to_engine_seconds",
    "histogram",
    "",
    "age of quotes and trades, by the exchange's stamp, at execute",
    latencyBounds,
  ],
  ["signal_seconds", "histogram", "", "from a minute to its decision, for one symbol", latencyBounds],
  ["latency_seconds", "summary", "step", "all that is timed, in quantiles since the process began"],
  ["engine_lag_seconds", "gauge", "", "age of the last minute when execute took it in"],
  ["queue_depth", "gauge", "queue", "what waits"],
  ["journal_commit_seconds", "histogram", "", "from a row handed over to its being durable", latencyBounds],
  ["journal_bytes", "gauge", "file", "size of a database"],
  ["wal_bytes", "gauge", "file", "size of its write-ahead log"],
  ["hashchain_ok", "gauge", "", "1 when the last check of the journal's chain held; NaN before the first"],
  ["backup_age_seconds", "gauge", "", "since the last backup that was made; NaN before the first"],
  ["restore_drill_age_seconds", "gauge", "", "since the last drill that went well; NaN before the first"],
  ["ledger_lag_entries", "gauge", "", "entries of the journal that the ledger has not taken in"],
];

const machine: readonly Row[] = [
  [
    "event_loop_delay_seconds",
    "gauge",
    "process stat",
    "delay of each process's event loop over five seconds",
  ],
  ["heap_bytes", "gauge", "process kind", "heap used and allowed"],
  ["process_up", "gauge", "process", "1 while it runs and is ready"],
  ["process_memory_bytes", "gauge", "process", "resident memory"],
  ["process_cpu_ratio", "gauge", "process", "share of one core over five seconds"],
  ["process_uptime_seconds", "gauge", "process", "since it was started"],
  ["process_restarts_total", "counter", "process", "starts after the first"],
  ["process_standby", "gauge", "process", "1 while a second one stands by"],
  ["process_crash_loop", "gauge", "process", "1 while it ends again and again"],
  ["process_silent_seconds", "gauge", "process", "since its vitals were heard"],
  ["process_open_files", "gauge", "process", "file descriptors"],
  ["process_io_bytes_total", "counter", "process direction", "read from and written to storage"],
  [
    "host_memory_bytes",
    "gauge",
    "kind",
    "of the machine, or of the group that it is allowed: total, available",
  ],
  ["host_cpu_seconds_total", "counter", "mode", "of all cores: user, system, idle, iowait, steal"],
  ["host_load", "gauge", "window", "processes that run or wait, over 1, 5 and 15 minutes"],
  ["network_bytes_total", "counter", "direction", "of all devices but the loopback"],
  ["disk_io_bytes_total", "counter", "direction", "of all disks"],
  ["disk_free_bytes", "gauge", "", "on the disk that holds the state"],
  ["disk_size_bytes", "gauge", "", "of that disk"],
  ["clock_skew_seconds", "gauge", "", "our clock less the broker's"],
];

const watch: readonly Row[] = [
  [
    "alerts_total",
    "counter",
    "severity channel result",
    "messages to people, by channel and what became of them",
  ],
  [
    "alert_oldest_undelivered_seconds",
    "gauge",
    "",
    "age of the oldest critical message nobody has got; 0: none waits",
  ],
  ["guardian_beat_age_seconds", "gauge", "", "since execute heard the guardian"],
  ["auto_recoveries_total", "counter", "action", "what the system did to heal itself"],
  ["health_state", "gauge", "check subject", "0 well, 1 late, 2 down"],
  ["sample_age_seconds", "gauge", "source", "since execute, the supervisor and the health checks were heard"],
];

/** In the order in which they are shown. */
export const families: readonly Family[] = [permission, money, orders, lines, engine, machine, watch]
  .flat()
  .map(([name, kind, labels, help, bounds]) => ({
    name: `trader_${name}`,
    kind,
    help,
    labels: labels === "" ? [] : labels.split(" "),
    ...(bounds === undefined ? {} : { bounds }),
  }));
