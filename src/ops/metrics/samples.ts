/** A sample of each family, made of what the parts of the system tell: figures in, labelled values out, no I/O. */
import type { HistogramCounts, ProcessVitals } from "../../domain/process-vitals.ts";
import { outageCauses } from "../able-minutes.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import { families } from "./families.ts";
import { countOf, quantileOf } from "./latency-histogram.ts";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Behind the family's name: what a summary has beside its quantiles. */
  readonly suffix?: "_sum" | "_count";
}
export interface HistogramSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: HistogramCounts;
}
export type Samples = ReadonlyMap<string, readonly (Sample | HistogramSample)[]>;

export interface ProcessSource {
  readonly id: string;
  readonly isReady: boolean;
  readonly isCrashLoop: boolean;
  readonly restarts: number;
  readonly hasStandby: boolean;
  readonly upSeconds: number;
  readonly silentSeconds: number;
  readonly vitals: ProcessVitals | undefined;
  readonly openFiles: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** NaN for what the machine does not tell. */
export interface MachineSource {
  readonly memoryBytes: number;
  readonly availableBytes: number;
  readonly load: readonly [number, number, number];
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly network: { readonly received: number; readonly sent: number };
  readonly diskIo: { readonly read: number; readonly written: number };
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
}

export interface MetricSources {
  readonly build: {
    readonly version: string;
    readonly commit: string;
    readonly config: string;
    readonly mode: string;
  };
  /** The last that execute told; undefined before the first. */
  readonly engine: EngineMetrics | undefined;
  /** It told that just now. */
  readonly isEngineUp: boolean;
  /** Seconds since each was heard. */
  readonly ages: Readonly<Record<"execute" | "supervisor" | "health", number>>;
  readonly processes: readonly ProcessSource[];
  readonly machine: MachineSource;
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly walBytes: number }[];
  readonly chainOk: number;
  readonly backupAgeSeconds: number;
  readonly drillAgeSeconds: number;
  readonly ledgerLag: number;
  readonly alerts: readonly {
    readonly severity: string;
    readonly channel: string;
    readonly result: string;
    readonly count: number;
  }[];
  readonly oldestAlertSeconds: number;
  readonly recoveries: readonly { readonly action: string; readonly count: number }[];
  readonly health: readonly { readonly check: string; readonly subject: string; readonly state: 0 | 1 | 2 }[];
  /** Of the settings. */
  readonly showsEquity: boolean;
}

const LEVELS = ["NORMAL", "SCALED", "NO_NEW_ENTRIES", "REDUCE_ONLY", "FLATTEN", "HALTED"] as const;
const QUANTILES = [0.5, 0.9, 0.99] as const;
const FEED_STATES = { ok: 0, late: 1, down: 2 } as const;

const known = (value: number | null | undefined): number => value ?? Number.NaN;

/** Every family has its entry; one that nobody tells anything of has none in it. */
export function samplesOf(sources: MetricSources): Samples {
  const samples = new Map<string, (Sample | HistogramSample)[]>(families.map(({ name }) => [name, []]));
  const put: Put = (name, value, labels = {}, suffix) =>
    samples.get(`trader_${name}`)?.push({ labels, value, ...(suffix === undefined ? {} : { suffix }) });
  const counts: PutCounts = (name, histogram) =>
    samples.get(`trader_${name}`)?.push({ labels: {}, histogram });
  permissionSamples(sources, put);
  moneySamples(sources, put);
  orderSamples(sources, put, counts);
  lineSamples(sources, put, counts);
  engineSamples(sources, put, counts);
  processSamples(sources, put);
  machineSamples(sources, put);
  watchSamples(sources, put);
  return samples;
}

type Put = (
  name: string,
  value: number,
  labels?: Readonly<Record<string, string>>,
  suffix?: Sample["suffix"],
) => void;
type PutCounts = (name: string, histogram: HistogramCounts) => void;

function permissionSamples({ build, engine, isEngineUp }: MetricSources, put: Put): void {
  const { version, commit, config, mode } = build;
  put("build_info", 1, { version, commit, config_hash: config, mode });
  for (const state of LEVELS) put("state", isEngineUp && engine?.level === state ? 1 : 0, { state });
  put("state", isEngineUp ? 0 : 1, { state: "DOWN" });
  for (const { from, to, cause, count } of engine?.transitions ?? [])
    put("state_transitions_total", count, { from, to, cause });
  const latched = (engine?.claims ?? []).filter(({ liftedBy }) => liftedBy === "operator");
  const longest = latched.reduce((most, { heldSeconds }) => Math.max(most, heldSeconds), 0);
  put("latch_seconds", isEngineUp ? longest : Number.NaN);
  put("market_open", engine === undefined ? Number.NaN : Number(engine.isMarketOpen));
  const lost = outagesOf(engine, isEngineUp);
  put("slo_able", lost.size === 0 ? 1 : 0);
  for (const cause of outageCauses) put("slo_able_lost", lost.has(cause) ? 1 : 0, { cause });
  put("clock_speed_ratio", known(engine?.speed));
}

function outagesOf(engine: EngineMetrics | undefined, isEngineUp: boolean): Set<string> {
  if (!isEngineUp || engine === undefined) return new Set(["own"]);
  return new Set(engine.claims.flatMap(({ outage }) => outage ?? []));
}

function moneySamples({ engine, isEngineUp, showsEquity }: MetricSources, put: Put): void {
  const now = isEngineUp ? engine : undefined;
  put("equity_usd", showsEquity ? known(now?.equity) : Number.NaN);
  put("nav_ratio", known(now?.navRatio));
  for (const base of ["high", "day", "hwm"] as const)
    put("drawdown_ratio", known(now?.drawdown[base]), { base });
  for (const { control, use, limit } of now?.limits ?? [])
    put("limit_utilization_ratio", known(use) / limit, { control });
  const { long, short, gross, net, heat } = now?.exposure ?? {};
  put("exposure_ratio", known(gross), { side: "all", kind: "gross" });
  put("exposure_ratio", known(net), { side: "all", kind: "net" });
  put("exposure_ratio", known(long), { side: "long", kind: "gross" });
  put("exposure_ratio", known(short), { side: "short", kind: "short" });
  put("exposure_ratio", known(heat), { side: "all", kind: "heat" });
  put("positions", known(now?.positions));
}

const INFLIGHT = ["INTENT", "SENDING", "UNKNOWN", "ACKED", "PARTIAL", "PENDING_CANCEL", "PENDING_REPLACE"];

function orderSamples({ engine, isEngineUp }: MetricSources, put: Put, counts: PutCounts): void {
  if (engine !== undefined) {
    const { submitToAck, fill, decisionToOrder, slippage, priceImprovement, adverseSelection } =
      engine.histograms;
    counts("order_ack_seconds", submitToAck);
    counts("order_fill_seconds", fill);
    counts("decision_to_order_seconds", decisionToOrder);
    counts("slippage_ratio", slippage);
    counts("price_improvement_ratio", priceImprovement);
    counts("adverse_selection_ratio", adverseSelection);
    for (const { kind, outcome, count } of engine.orders) put("orders_total", count, { kind, outcome });
    for (const { control, outcome, count } of engine.decisions)
      put("control_decisions_total", count, { control, outcome });
    for (const { class: name, count } of engine.rejects) put("rejects_total", count, { class: name });
  }
  const now = isEngineUp ? engine : undefined;
  const inflight = new Map(now?.inflight.map(({ state, count }) => [state, count]));
  for (const state of new Set([...INFLIGHT, ...inflight.keys()]))
    put("orders_inflight", now === undefined ? Number.NaN : (inflight.get(state) ?? 0), { state });
  put("fill_ratio", known(engine?.fillRatio));
  put("unknown_orders", known(now?.unknownOrders));
  put("tombstones", known(now?.tombstones));
}

function lineSamples({ engine, isEngineUp }: MetricSources, put: Put, counts: PutCounts): void {
  for (const { channel, ageSeconds, deadlineSeconds, state } of engine?.channels ?? []) {
    put("feed_age_seconds", isEngineUp ? known(ageSeconds) : Number.NaN, { channel });
    put("feed_deadline_seconds", deadlineSeconds, { channel });
    put("feed_state", isEngineUp ? FEED_STATES[state] : Number.NaN, { channel });
  }
  const { records, rejected, late, gaps } = engine?.feed ?? {};
  if (records !== undefined) {
    put("feed_records_total", records, { outcome: "heard" });
    put("feed_records_total", known(rejected), { outcome: "rejected" });
    put("feed_records_total", known(late), { outcome: "late" });
  }
  put("feed_gaps_total", known(gaps));
  for (const { socket, rttSeconds, reconnects } of engine?.sockets ?? []) {
    put("ws_rtt_seconds", isEngineUp ? known(rttSeconds) : Number.NaN, { socket });
    for (const { reason, count } of reconnects) put("ws_reconnects_total", count, { socket, reason });
  }
  for (const { endpoint, code, count } of engine?.brokerRequests ?? [])
    put("broker_requests_total", count, { endpoint, code });
  if (engine !== undefined) counts("broker_request_seconds", engine.histograms.brokerRequest);
  for (const { priority, ratio } of engine?.budget ?? [])
    put("rate_budget_ratio", isEngineUp ? ratio : Number.NaN, { priority });
  for (const { kind, count } of engine?.mismatches ?? []) put("reconcile_mismatch_total", count, { kind });
  put("reconcile_age_seconds", isEngineUp ? known(engine?.reconcileAgeSeconds) : Number.NaN);
}

function engineSamples(sources: MetricSources, put: Put, counts: PutCounts): void {
  const { engine, isEngineUp, processes, files } = sources;
  const signal = processes.find(({ id }) => id === "compute")?.vitals?.histograms?.signal;
  if (signal !== undefined) counts("signal_seconds", signal);
  if (engine !== undefined) {
    counts("feed_to_engine_seconds", engine.histograms.feedToEngine);
    counts("journal_commit_seconds", engine.histograms.commit);
    const { feedToEngine, decisionToOrder, submitToAck, commit, brokerRequest } = engine.histograms;
    const timed = { feedToEngine, decisionToOrder, submitToAck, commit, brokerRequest };
    for (const [step, histogram] of Object.entries({ ...timed, ...(signal && { signal }) })) {
      for (const share of QUANTILES)
        put("latency_seconds", quantileOf(histogram, share), { step, quantile: String(share) });
      put("latency_seconds", histogram.sum, { step }, "_sum");
      put("latency_seconds", countOf(histogram), { step }, "_count");
    }
  }
  put("engine_lag_seconds", isEngineUp ? known(engine?.engineLagSeconds) : Number.NaN);
  for (const { queue, depth } of engine?.queues ?? [])
    put("queue_depth", isEngineUp ? depth : Number.NaN, { queue });
  for (const { file, bytes, walBytes } of files) {
    put("journal_bytes", bytes, { file });
    put("wal_bytes", walBytes, { file });
  }
  put("hashchain_ok", sources.chainOk);
  put("backup_age_seconds", sources.backupAgeSeconds);
  put("restore_drill_age_seconds", sources.drillAgeSeconds);
  put("ledger_lag_entries", sources.ledgerLag);
}

function processSamples({ processes }: MetricSources, put: Put): void {
  for (const source of processes) {
    const { id: process, vitals } = source;
    const [p50, p99] = [known(vitals?.loopP50Ms) / 1000, known(vitals?.loopP99Ms) / 1000];
    put("event_loop_delay_seconds", p50, { process, stat: "p50" });
    put("event_loop_delay_seconds", p99, { process, stat: "p99" });
    put("event_loop_delay_seconds", known(vitals?.loopMaxMs) / 1000, { process, stat: "max" });
    put("heap_bytes", known(vitals?.heapUsedBytes), { process, kind: "used" });
    put("heap_bytes", known(vitals?.heapLimitBytes), { process, kind: "limit" });
    put("process_up", source.isReady ? 1 : 0, { process });
    put("process_memory_bytes", known(vitals?.rssBytes), { process });
    put("process_cpu_ratio", known(vitals?.cpuShare), { process });
    put("process_uptime_seconds", source.upSeconds, { process });
    put("process_restarts_total", source.restarts, { process });
    put("process_standby", source.hasStandby ? 1 : 0, { process });
    put("process_crash_loop", source.isCrashLoop ? 1 : 0, { process });
    put("process_silent_seconds", source.silentSeconds, { process });
    put("process_open_files", source.openFiles, { process });
    put("process_io_bytes_total", source.readBytes, { process, direction: "read" });
    put("process_io_bytes_total", source.writtenBytes, { process, direction: "written" });
  }
}

function machineSamples({ machine, engine, isEngineUp }: MetricSources, put: Put): void {
  put("host_memory_bytes", machine.memoryBytes, { kind: "total" });
  put("host_memory_bytes", machine.availableBytes, { kind: "available" });
  for (const [mode, seconds] of Object.entries(machine.cpuSeconds))
    put("host_cpu_seconds_total", seconds, { mode });
  for (const [n, window] of ["1m", "5m", "15m"].entries())
    put("host_load", known(machine.load[n]), { window });
  put("network_bytes_total", machine.network.received, { direction: "received" });
  put("network_bytes_total", machine.network.sent, { direction: "sent" });
  put("disk_io_bytes_total", machine.diskIo.read, { direction: "read" });
  put("disk_io_bytes_total", machine.diskIo.written, { direction: "written" });
  put("disk_free_bytes", machine.diskFreeBytes);
  put("disk_size_bytes", machine.diskBytes);
  put("clock_skew_seconds", isEngineUp ? known(engine?.skewSeconds) : Number.NaN);
}

/** Offered from the start, so that a rate of it is known when the first comes. */
const RESULTS = ["waiting", "delivered", "failed"];
const ACTIONS = ["restart", "reconnect", "clean_up", "escalate"];

function watchSamples(sources: MetricSources, put: Put): void {
  const { alerts, recoveries, health, ages, engine, isEngineUp } = sources;
  for (const { severity, channel, result, count } of alerts)
    put("alerts_total", count, { severity, channel, result });
  if (alerts.length === 0)
    for (const result of RESULTS) put("alerts_total", 0, { severity: "critical", channel: "none", result });
  put("alert_oldest_undelivered_seconds", sources.oldestAlertSeconds);
  put("guardian_beat_age_seconds", isEngineUp ? known(engine?.guardianBeatAgeSeconds) : Number.NaN);
  const done = new Map(recoveries.map(({ action, count }) => [action, count]));
  for (const action of new Set([...ACTIONS, ...done.keys()]))
    put("auto_recoveries_total", done.get(action) ?? 0, { action });
  for (const { check, subject, state } of health) put("health_state", state, { check, subject });
  for (const [source, age] of Object.entries(ages)) put("sample_age_seconds", age, { source });
}
