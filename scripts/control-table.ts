/**
 * The 65 controls of RELIABILITY 1.1 and how far each is built. Files of rules and breakers come from their
 * registries, so they cannot be forgotten here; everything else is named by hand and checked to exist.
 */

/** `done`: all that the control asks for. `partly`: what `missing` says is not there. `later`: nothing yet. */
export type ControlState = "done" | "partly" | "later";

export interface Control {
  readonly id: string;
  readonly name: string;
  readonly state: ControlState;
  /** Files besides those of rules and breakers. */
  readonly where?: readonly string[];
  /** Tests besides those of rules and breakers. */
  readonly tests?: readonly string[];
  /** What is not there, or for `later` the area in which it will be. */
  readonly missing?: string;
}

type Parts = Omit<Control, "id" | "name" | "state">;
const done = (id: string, name: string, parts: Parts = {}): Control => ({
  id,
  name,
  state: "done",
  ...parts,
});
const partly = (id: string, name: string, missing: string, parts: Parts = {}): Control => ({
  id,
  name,
  state: "partly",
  missing,
  ...parts,
});
const later = (id: string, name: string, area: string): Control => ({
  id,
  name,
  state: "later",
  missing: area,
});

const STOP_TESTS = [
  "src/engine/virtual-stops.test.ts",
  "src/execution/virtual-stop-policy.test.ts",
  "test/tick-engine.test.ts",
  "src/sim/storm/storm.test.ts",
];

export const controls: readonly Control[] = [
  partly("C-01", "Kill switch", "the dashboard's button", {
    where: ["src/engine/outside-word.ts", "src/app/live/halt-file.ts", "src/guardian/guardian.ts"],
    tests: [
      "src/engine/outside-word.test.ts",
      "src/guardian/decide.test.ts",
      "src/sim/engine-scenarios.test.ts",
    ],
  }),
  partly("C-02", "Latch and resume", "who may resume: whoever has the account's files", {
    where: ["src/risk/authority.ts", "src/app/live/control-desk.ts"],
    tests: ["src/risk/authority.test.ts", "test/engine-breakers.test.ts"],
  }),
  done("C-03", "Parent/child quantity", {
    where: ["src/execution/lifecycle/tickets.ts", "src/execution/lifecycle/sliced-order.ts"],
    tests: [
      "src/execution/lifecycle/order-lifecycle.test.ts",
      "src/execution/lifecycle/lifecycle-storm.test.ts",
    ],
  }),
  done("C-04", "Max order shares/notional, hard"),
  partly("C-05", "Price collar", "the ATR as a width; the escalating collar of exits", {
    tests: ["test/collar-and-pricing.test.ts"],
  }),
  done("C-06", "Duplicate-order check", {
    where: ["src/engine/entry-memory.ts"],
    tests: ["src/engine/risk-state.test.ts", "test/risk-restart.test.ts"],
  }),
  partly(
    "C-07",
    "Message throttle",
    "ten breaches of the broker's budget as a kill: entries alone are counted",
    {
      where: ["src/engine/entry-memory.ts", "src/adapters/brokers/alpaca/rate-limit.ts"],
      tests: [
        "src/engine/risk-state.test.ts",
        "test/risk-restart.test.ts",
        "src/adapters/brokers/alpaca/rate-limit.test.ts",
      ],
    },
  ),
  partly("C-08", "Unit-typed values", "shares and dollars inside the engine are plain numbers", {
    where: ["src/domain/money.ts", "src/domain/brand.ts"],
    tests: ["src/domain/money.test.ts"],
  }),
  partly("C-09", "Data validation gate", "confidence of signals", {
    where: ["src/market/gatekeeper.ts"],
    tests: ["src/market/gatekeeper.test.ts"],
  }),
  partly("C-10", "Stale-decision guard", "a backtest's one limit serves bars and decisions", {
    where: ["src/execution/lifecycle/submission.ts", "src/engine/live-execute.ts"],
    tests: ["src/execution/lifecycle/order-lifecycle.test.ts"],
  }),
  partly("C-11", "Gross, credit, buying power", "the broker's own figure; orders of unknown fate", {
    where: ["src/engine/strategy-exposure.ts"],
    tests: ["src/engine/risk-books.test.ts"],
  }),
  partly("C-12", "Single egress, no bypass", "approvals expire at the life cycle's door, not in the gate", {
    where: ["src/risk/gate.ts", "src/engine/live-execute.ts"],
    tests: ["src/risk/gate.test.ts", "src/sim/engine-invariants.test.ts"],
  }),
  partly("C-13", "Position size", "alert on drift"),
  partly("C-14", "ADV cap", "the mean serves as median; share of the bar's volume", {
    where: ["src/engine/instrument-activity.ts"],
    tests: ["src/engine/risk-books.test.ts"],
  }),
  partly("C-15", "Per-trade risk", "stops are not required by default"),
  partly("C-16", "Kelly", "probabilities of a promoted model; the strategy's own trades stand in", {
    where: ["src/ensemble/kelly.ts", "src/ensemble/track-record.ts"],
    tests: ["src/ensemble/kelly.test.ts", "src/ensemble/track-record.test.ts"],
  }),
  partly("C-17", "ATR scaling", "size by a multiple of ATR; ATR scales the size, the stop sets the risk", {
    where: ["src/ensemble/vix-atr-scale.ts"],
    tests: ["src/ensemble/vix-atr-scale.test.ts"],
  }),
  partly("C-18", "VIX regime scalar", "a source of the VIX; the steps 15, 25, 35", {
    where: ["src/ensemble/vix-atr-scale.ts"],
    tests: ["src/ensemble/vix-atr-scale.test.ts"],
  }),
  later("C-19", "HMM regime gate", "regime"),
  later("C-20", "Position shock exit", "risk"),
  done("C-21", "Spread filter"),
  partly("C-22", "Virtual stop", "a live mode, where it is on unasked; a backtest asks for it", {
    where: ["src/engine/virtual-stops.ts", "src/execution/virtual-stop-policy.ts"],
    tests: STOP_TESTS,
  }),
  partly("C-23", "Broker-side disaster stop", "a broker; the death of a process, not of an engine", {
    where: ["src/execution/virtual-stop-policy.ts", "src/engine/order-desk.ts"],
    tests: STOP_TESTS,
  }),
  partly("C-24", "Short limits", "the lists of rule 201 and of the broker", {
    where: ["src/sim/borrow.ts"],
    tests: ["src/sim/venue-realism.test.ts"],
  }),
  partly("C-25", "Max positions", "the lower tier for new accounts and the first 20 live sessions"),
  done("C-26", "Max trades/day", {
    where: ["src/engine/entry-memory.ts"],
    tests: ["src/engine/risk-state.test.ts", "test/risk-restart.test.ts"],
  }),
  partly("C-27", "Consecutive losses", "positions closed outside the program", {
    where: ["src/risk/loss-streak.ts"],
  }),
  done("C-28", "Rapid loss"),
  done("C-29", "Drawdown from day's high", {
    where: ["src/portfolio/baselines.ts"],
    tests: ["src/portfolio/baselines.test.ts"],
  }),
  partly("C-30", "Daily circuit breaker", "e-mail and SMS; the broker's equity as second witness", {
    where: ["src/portfolio/baselines.ts"],
    tests: ["test/engine-breakers.test.ts"],
  }),
  done("C-31", "15 % drawdown", { tests: ["test/engine-breakers.test.ts"] }),
  done("C-32", "Strategy loss", {
    where: ["src/engine/strategy-ledger.ts"],
    tests: ["src/engine/risk-books.test.ts"],
  }),
  partly("C-33", "Open-risk (heat) cap", "sector bucket", {
    where: ["src/engine/strategy-exposure.ts"],
    tests: ["src/engine/risk-books.test.ts"],
  }),
  partly("C-34", "Toxic windows", "macro calendar, first bar after a halt", {
    where: ["src/risk/rules/session.ts"],
    tests: ["src/risk/rules/session.test.ts"],
  }),
  done("C-35", "Reconnect backoff", {
    where: ["src/adapters/net/kept-line.ts", "src/adapters/net/back-off.ts"],
    tests: ["src/adapters/net/kept-line.test.ts", "src/adapters/feeds/alpaca/data-stream.test.ts"],
  }),
  done("C-36", "Heartbeat watchdog", {
    where: ["src/ops/watchdog/watchdog.ts", "src/ops/watchdog/stamp-watch.ts", "src/app/live/watch-duty.ts"],
    tests: [
      "src/ops/watchdog/watchdog.test.ts",
      "src/ops/watchdog/stamp-watch.test.ts",
      "src/ops/watchdog/quiet-days.test.ts",
    ],
  }),
  done("C-37", "Feed-down kill", {
    where: ["src/ops/watchdog/confirmation.ts"],
    tests: ["src/ops/watchdog/watchdog.test.ts"],
  }),
  partly("C-38", "Broker-error kill", "a storm of refusals that pauses one strategy", {
    where: ["src/engine/broker-errors.ts", "src/ops/health/round-trips.ts"],
    tests: [
      "src/engine/broker-errors.test.ts",
      "src/ops/health/round-trips.test.ts",
      "test/latency-ramp.test.ts",
    ],
  }),
  done("C-39", "Order timeout", {
    where: ["src/execution/order-policy.ts", "src/execution/lifecycle/placed-order.ts"],
    tests: [
      "src/execution/order-policy.test.ts",
      "src/sim/venue.test.ts",
      "src/execution/lifecycle/order-lifecycle.test.ts",
    ],
  }),
  done("C-40", "Partial-fill policy", {
    where: ["src/execution/partial-fill.ts", "src/engine/order-desk.ts"],
    tests: ["src/execution/partial-fill.test.ts", "src/engine/partial-fill.test.ts"],
  }),
  done("C-41", "Self-trade prevention", {
    where: ["src/engine/demand-netting.ts", "src/engine/instrument-activity.ts"],
    tests: ["src/sim/netting.test.ts", "src/engine/risk-books.test.ts"],
  }),
  partly(
    "C-42",
    "Restricted/tradable list",
    "status of the asset at the broker; leveraged and inverse funds",
    {
      where: ["src/domain/raw-basis.ts", "src/market/actions/adjust-bars.ts"],
      tests: ["src/domain/raw-basis.test.ts", "src/market/actions/adjust-bars.test.ts"],
    },
  ),
  partly("C-43", "Session gate", "the broker's calendar as a second source", {
    where: ["src/market/calendar.ts"],
    tests: ["src/market/calendar.test.ts"],
  }),
  partly("C-44", "Halts / LULD", "bands of the stream: halts and pauses alone count", {
    where: ["src/sim/halts.ts", "src/adapters/feeds/alpaca/trading-status.ts"],
    tests: ["src/sim/halts.test.ts", "src/engine/trading-status.test.ts"],
  }),
  partly("C-45", "Flatten protocol", "e-mail and SMS: alerts wait in the outbox", {
    where: ["src/execution/flatten.ts", "src/engine/flatten-duty.ts", "src/engine/claim-enforcement.ts"],
    tests: ["src/execution/flatten.test.ts", "src/sim/engine-scenarios.test.ts"],
  }),
  done("C-46", "Drop-copy equivalent", {
    where: ["src/guardian/guardian.ts", "src/domain/guardian-beat.ts"],
    tests: ["src/guardian/guardian.test.ts"],
  }),
  done("C-47", "Reconciliation", {
    where: ["src/execution/reconciliation.ts", "src/engine/broker-duty.ts"],
    tests: ["src/execution/reconciliation.test.ts"],
  }),
  done("C-48", "External/manual orders", {
    where: ["src/execution/reconciliation.ts", "src/engine/position-adjustments.ts"],
    tests: ["src/execution/reconciliation.test.ts", "src/engine/outside-word.test.ts"],
  }),
  partly("C-49", "Corporate actions", "announcements and the broker's quantities; the symbol's lock", {
    where: ["src/engine/corporate-actions.ts"],
    tests: ["src/sim/corporate-actions.test.ts", "test/corporate-actions.test.ts"],
  }),
  later("C-50", "Clock guard", "operations"),
  later("C-51", "Event-loop guard", "operations"),
  partly("C-52", "Resource guard", "the planned restart of a full heap", {
    where: ["src/ops/health/guards.ts", "src/app/live/watch-post.ts", "src/adapters/journal/ballast.ts"],
    tests: [
      "src/ops/health/guards.test.ts",
      "src/app/live/watch-post.test.ts",
      "src/adapters/journal/ballast.test.ts",
    ],
  }),
  partly("C-53", "Journal durability", "bit flips", {
    where: [
      "src/adapters/journal/live-journal.ts",
      "src/app/live/request-outbox.ts",
      "src/app/live/journal-guard.ts",
    ],
    tests: ["src/adapters/journal/live-journal.test.ts", "test/full-disk.test.ts"],
  }),
  partly("C-54", "Crash-loop guard", "what a child started with SAFE_START holds back", {
    where: ["src/ops/restart-policy.ts", "src/ops/supervisor.ts"],
    tests: ["src/ops/restart-policy.test.ts", "src/ops/supervisor.test.ts"],
  }),
  partly("C-55", "Build/config attestation", "a release record to compare with", {
    where: ["src/app/code-version.ts", "src/app/live/run-terms.ts", "src/adapters/bus/socket-link.ts"],
    tests: ["src/adapters/bus/link.test.ts"],
  }),
  later("C-56", "Change control", "operations"),
  partly("C-57", "Config schema", "loosening only from the next session on", {
    where: ["src/app/config.ts", "src/app/profile.ts", "src/app/limit-table.ts", "src/app/hard-bounds.ts"],
    tests: [
      "src/app/config.test.ts",
      "src/app/profile.test.ts",
      "src/app/limit-table.test.ts",
      "src/app/hard-bounds.test.ts",
    ],
  }),
  later("C-58", "Limit-reasonableness audit", "operations"),
  done("C-59", "Environment interlock", {
    where: ["src/adapters/brokers/alpaca/credentials.ts"],
    tests: ["src/adapters/brokers/alpaca/credentials.test.ts"],
  }),
  partly("C-60", "Alert delivery", "delivery: rows are written with what they tell of", {
    where: ["src/app/live/execute-driver.ts"],
    tests: ["src/adapters/journal/live-journal.test.ts"],
  }),
  later("C-61", "Alert aggregation", "operations"),
  partly("C-62", "Dead-man's switch", "market hours: it pings around the clock", {
    where: ["src/guardian/main.ts"],
    tests: ["src/guardian/guardian.test.ts"],
  }),
  done("C-63", "Cooldown after exit", {
    where: ["src/engine/instrument-activity.ts"],
    tests: ["src/engine/risk-books.test.ts", "src/engine/risk-state.test.ts", "test/risk-restart.test.ts"],
  }),
  later("C-64", "Margin/day-trade rules", "broker adapter"),
  later("C-65", "End-of-day policy", "orchestrator"),
];
