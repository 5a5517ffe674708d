/**
 * The operator's page in Grafana as data: five rows of panels (RELIABILITY 6.3), each with its unit, what it shows and
 * where the cure stands. `scripts/metrics-pages.ts` makes the file of it.
 */
export type PanelKind = "stat" | "timeseries" | "bargauge" | "table" | "state";

export interface Panel {
  readonly title: string;
  readonly about: string;
  readonly kind: PanelKind;
  /** Of Grafana: s, percentunit, bytes, short, ops. */
  readonly unit: string;
  /** Anchor in docs/RUNBOOK.md. */
  readonly runbook: string;
  /** Legend and expression. */
  readonly queries: readonly (readonly [legend: string, expression: string])[];
  /** Of 24 columns. */
  readonly width: number;
  /** Where a line is drawn, in the panel's unit. */
  readonly limits?: readonly (readonly [value: number, colour: "orange" | "red"])[];
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const panel = (
  title: string,
  kind: PanelKind,
  [unit, width, runbook]: readonly [unit: string, width: number, runbook: string],
  about: string,
  queries: Panel["queries"],
  limits?: Panel["limits"],
): Panel => ({
  title,
  kind,
  unit,
  width,
  runbook,
  about,
  queries,
  ...(limits === undefined ? {} : { limits }),
});

const canItTrade: PanelRow = {
  title: "Can it trade?",
  panels: [
    panel(
      "Level",
      "state",
      ["short", 6, "halted-by-loss"],
      "The level in force; DOWN while execute does not answer.",
      [["{{state}}", "trader_state == 1"]],
    ),
    panel(
      "Locked for",
      "stat",
      ["s", 3, "resume-after-locked"],
      "How long a claim that only an operator lifts has held, on the exchange's clock.",
      [["", "trader_latch_seconds"]],
      [[1, "orange"]],
    ),
    panel(
      "What holds it there",
      "table",
      ["short", 6, "halted-by-loss"],
      "What raised claims within the last hour, by control.",
      [["{{control}}", 'topk(8, increase(trader_control_decisions_total{outcome="raised"}[1h]) > 0)']],
    ),
    panel(
      "Lines and guardian",
      "bargauge",
      ["short", 5, "guardian-lost"],
      "0 well, 1 late, 2 down, as the watchdog judges each channel.",
      [["{{channel}}", "trader_feed_state"]],
      [
        [1, "orange"],
        [2, "red"],
      ],
    ),
    panel(
      "Build and settings",
      "table",
      ["short", 4, "failed-deploy-or-rollback"],
      "What runs; one row is right.",
      [["{{version}} {{commit}} {{config_hash}} {{mode}}", "trader_build_info"]],
    ),
    panel(
      "Able now",
      "state",
      ["short", 4, "health"],
      "1 while it could trade in market hours; what bars entries on purpose counts as able.",
      [["", "trader_slo_able"]],
    ),
    panel(
      "Able over 30 days",
      "stat",
      ["percentunit", 4, "health"],
      "Able market minutes of all; 99.5 % are promised.",
      [["", "trader:slo_able_ratio_30d"]],
    ),
    panel(
      "Budget left",
      "stat",
      ["percentunit", 4, "health"],
      "Of the 0.5 % that may be lost. Below a half no deployment that is no fix.",
      [["", "trader:slo_budget_left_ratio"]],
    ),
    panel("Lost by cause", "timeseries", ["short", 6, "health"], "Why it could not trade.", [
      ["{{cause}}", "trader_slo_able_lost"],
    ]),
    panel(
      "Health checks",
      "bargauge",
      ["short", 6, "health"],
      "0 well, 1 late, 2 down; those that are not well.",
      [["{{check}} {{subject}}", "trader_health_state > 0"]],
    ),
  ],
};

const money: PanelRow = {
  title: "Money",
  panels: [
    panel(
      "Net asset value",
      "timeseries",
      ["percentunit", 8, "halted-by-loss"],
      "Of what the run began with.",
      [["NAV", "trader_nav_ratio"]],
    ),
    panel(
      "Drawdowns",
      "timeseries",
      ["percentunit", 8, "halted-by-loss"],
      "From the day's high (2 % bars entries), from the day's base (3 % closes everything), from the highest ever (15 % halves).",
      [["from {{base}}", "trader_drawdown_ratio"]],
      [
        [0.02, "orange"],
        [0.03, "red"],
      ],
    ),
    panel("Exposure", "timeseries", ["percentunit", 8, "halted-by-loss"], "Fractions of equity.", [
      ["{{side}} {{kind}}", 'trader_exposure_ratio{kind!="heat"}'],
    ]),
    panel(
      "Heat",
      "timeseries",
      ["percentunit", 6, "halted-by-loss"],
      "What all stops together would lose.",
      [["heat", 'trader_exposure_ratio{kind="heat"}']],
      [[0.02, "orange"]],
    ),
    panel(
      "Limits",
      "bargauge",
      ["percentunit", 12, "halted-by-loss"],
      "Use of each limit as a share of it.",
      [["{{control}}", "trader_limit_utilization_ratio"]],
      [
        [0.8, "orange"],
        [1, "red"],
      ],
    ),
    panel(
      "Positions",
      "stat",
      ["short", 6, "not-flat"],
      "Instruments held; their stops stand on the dashboard's page.",
      [["", "trader_positions"]],
    ),
  ],
};

const orders: PanelRow = {
  title: "Orders",
  panels: [
    panel(
      "What became of orders",
      "timeseries",
      ["short", 8, "account-restricted"],
      "Orders that ended, per minute.",
      [["{{kind}} {{outcome}}", "sum by (kind, outcome) (rate(trader_orders_total[5m])) * 60 > 0"]],
    ),
    panel("At the broker", "timeseries", ["short", 8, "unknown-order"], "Orders by where they stand.", [
      ["{{state}}", "trader_orders_inflight"],
    ]),
    panel(
      "Unknown and given up",
      "stat",
      ["short", 4, "unknown-order"],
      "Orders of which nobody knows what became of them, and tombstones.",
      [
        ["unknown", "trader_unknown_orders"],
        ["tombstones", "trader_tombstones"],
      ],
      [[1, "red"]],
    ),
    panel(
      "Fill rate",
      "stat",
      ["percentunit", 4, "health"],
      "Shares filled of shares ordered, of ended entries.",
      [["", "trader_fill_ratio"]],
    ),
    panel(
      "Answer and fill",
      "timeseries",
      ["s", 8, "broker-down-with-exposure"],
      "From an order to the broker's answer, and from the decision to a fill.",
      [
        ["answer p50", "trader:order_ack_seconds:p50_5m"],
        ["answer p99", "trader:order_ack_seconds:p99_5m"],
        ["fill p50", "trader:order_fill_seconds:p50_5m"],
      ],
    ),
    panel(
      "Quality of fills",
      "timeseries",
      ["percentunit", 8, "health"],
      "Means of an hour: slippage and adverse selection cost, improvement earns.",
      [
        ["slippage", "trader:slippage_ratio:mean_1h"],
        ["improvement", "trader:price_improvement_ratio:mean_1h"],
        ["adverse selection", "trader:adverse_selection_ratio:mean_1h"],
      ],
    ),
    panel(
      "Refusals by the broker",
      "timeseries",
      ["short", 8, "account-restricted"],
      "Per minute, by class.",
      [["{{class}}", "rate(trader_rejects_total[5m]) * 60 > 0"]],
    ),
    panel(
      "Budget of requests",
      "timeseries",
      ["percentunit", 8, "broker-down-with-exposure"],
      "What each priority may still send of its share of the minute.",
      [["{{priority}}", "trader_rate_budget_ratio"]],
    ),
    panel("Requests", "timeseries", ["ops", 8, "broker-down-with-exposure"], "By word and answer.", [
      ["{{endpoint}} {{code}}", "rate(trader_broker_requests_total[5m])"],
    ]),
    panel(
      "Differences",
      "timeseries",
      ["short", 8, "unexplained-position"],
      "Found by comparing books, per hour.",
      [["{{kind}}", "increase(trader_reconcile_mismatch_total[1h])"]],
    ),
  ],
};

const machine: PanelRow = {
  title: "Machine",
  panels: [
    panel(
      "Event loops",
      "timeseries",
      ["s", 8, "health"],
      "The 99th of a hundred delays of each process, over five seconds.",
      [["{{process}}", 'trader_event_loop_delay_seconds{stat="p99"}']],
      [
        [0.1, "orange"],
        [0.5, "red"],
      ],
    ),
    panel("Latency", "timeseries", ["s", 8, "health"], "Data to engine, decision to order, commit.", [
      ["data to engine p99", "trader:feed_to_engine_seconds:p99_5m"],
      ["decision to order p99", "trader:decision_to_order_seconds:p99_5m"],
      ["commit p99", "trader:journal_commit_seconds:p99_5m"],
      ["engine lag", "trader_engine_lag_seconds"],
    ]),
    panel(
      "Heap",
      "timeseries",
      ["percentunit", 8, "crash-loop"],
      "Used of allowed, by process; above 80 % it is restarted.",
      [["{{process}}", 'trader_heap_bytes{kind="used"} / ignoring(kind) trader_heap_bytes{kind="limit"}']],
    ),
    panel(
      "Memory",
      "timeseries",
      ["bytes", 6, "health"],
      "Resident, by process, and what the machine has left.",
      [
        ["{{process}}", "trader_process_memory_bytes"],
        ["available", 'trader_host_memory_bytes{kind="available"}'],
      ],
    ),
    panel(
      "Disk",
      "timeseries",
      ["percentunit", 6, "disk-full"],
      "Free share of the disk that holds the state; nothing is entered below 5 %.",
      [["free", "trader_disk_free_bytes / trader_disk_size_bytes"]],
    ),
    panel("Journals", "timeseries", ["bytes", 6, "disk-full"], "Databases, their logs not counted.", [
      ["{{file}}", "trader_journal_bytes"],
    ]),
    panel(
      "Clock",
      "timeseries",
      ["s", 6, "clock-skew"],
      "Our clock less the broker's; beyond a second nothing is entered.",
      [["skew", "trader_clock_skew_seconds"]],
    ),
    panel("Sockets", "timeseries", ["s", 6, "feed-mute"], "Round trips of pings.", [
      ["{{socket}}", "trader_ws_rtt_seconds"],
    ]),
    panel(
      "Age of channels",
      "timeseries",
      ["s", 6, "feed-mute"],
      "Since each was heard; silence that is too long beside it.",
      [
        ["{{channel}}", "trader_feed_age_seconds"],
        ["{{channel}} deadline", "trader_feed_deadline_seconds"],
      ],
    ),
    panel("Input and output", "timeseries", ["Bps", 6, "disk-full"], "Of the disks and of the network.", [
      ["disk {{direction}}", "rate(trader_disk_io_bytes_total[1m])"],
      ["network {{direction}}", "rate(trader_network_bytes_total[1m])"],
    ]),
    panel(
      "What waits",
      "timeseries",
      ["short", 6, "health"],
      "Queues, and entries that the ledger has not taken in.",
      [
        ["{{queue}}", "trader_queue_depth"],
        ["ledger", "trader_ledger_lag_entries"],
      ],
    ),
    panel(
      "Starts",
      "table",
      ["short", 6, "crash-loop"],
      "How often each process was started again; 1 in loop: it ends again and again.",
      [
        ["{{process}} restarts", "trader_process_restarts_total"],
        ["{{process}} loop", "trader_process_crash_loop == 1"],
      ],
    ),
  ],
};

const audit: PanelRow = {
  title: "Audit",
  panels: [
    panel(
      "Changes of the level",
      "table",
      ["short", 8, "halted-by-loss"],
      "From, to, and the claim that caused it.",
      [["{{from}} to {{to}} by {{cause}}", "trader_state_transitions_total"]],
    ),
    panel("Denied and trimmed", "table", ["short", 8, "halted-by-loss"], "By control, since the run began.", [
      ["{{control}} {{outcome}}", 'trader_control_decisions_total{outcome!="raised"} > 0'],
    ]),
    panel(
      "Messages to people",
      "table",
      ["short", 8, "alert-channels-down"],
      "By severity, channel and result.",
      [["{{severity}} {{channel}} {{result}}", "trader_alerts_total"]],
    ),
    panel("Undelivered", "stat", ["s", 4, "alert-channels-down"], "Age of the oldest critical message.", [
      ["", "trader_alert_oldest_undelivered_seconds"],
    ]),
    panel(
      "Chain",
      "state",
      ["short", 4, "corrupted-journal-or-restore"],
      "1 when the last check of the record held.",
      [["", "trader_hashchain_ok"]],
    ),
    panel("Backup and drill", "stat", ["s", 8, "corrupted-journal-or-restore"], "Age of the last of each.", [
      ["backup", "trader_backup_age_seconds"],
      ["drill", "trader_restore_drill_age_seconds"],
    ]),
    panel("Healed by itself", "timeseries", ["short", 8, "health"], "What was done, per hour.", [
      ["{{action}}", "increase(trader_auto_recoveries_total[1h])"],
    ]),
  ],
};

export const panelRows: readonly PanelRow[] = [canItTrade, money, orders, machine, audit];

/** Marks on every panel: what changed, what stopped it, what was lost. */
export const annotations = [
  [
    "Deployments",
    'changes(trader_process_uptime_seconds{process="supervisor"}[1m]) > 0 and trader_process_uptime_seconds{process="supervisor"} < 60',
    "blue",
  ],
  ["Halts", 'increase(trader_state_transitions_total{to=~"FLATTEN|HALTED"}[1m]) > 0', "red"],
  ["Reconnects", "increase(trader_ws_reconnects_total[1m]) > 0", "orange"],
] as const;
