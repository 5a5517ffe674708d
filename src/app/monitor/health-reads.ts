/**
 * How processes, machine, lines and latencies are, as the dashboard's server asks for its health page: plain reads of
 * what the supervisor, the health checks and execute have told. Null is what is not known.
 */
import { dirname } from "node:path";
import { machineFigures } from "../../adapters/machine-figures.ts";
import type { HealthRecord, HealthState } from "../../ops/health/health-record.ts";
import { type EngineMetrics, fillBounds } from "../../ops/metrics/engine-metrics.ts";
import { latencyBounds } from "../../ops/metrics/latency-histogram.ts";
import { latencyLine, timedHistograms } from "../../ops/metrics/metrics-summary.ts";
import type { MachineSource, ProcessSource } from "../../ops/metrics/samples.ts";
import { type ActiveRun, readActive } from "../live/active-run.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { processSources, readHealth } from "./metric-sources.ts";

export interface ProcessRow {
  readonly id: string;
  readonly state: HealthState;
  readonly text: string;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly standby: boolean;
  readonly memoryMb: number | null;
  readonly memoryLimitMb: number | null;
  readonly loopP99Ms: number | null;
}

export interface MachineLimit {
  readonly id: string;
  readonly label: string;
  readonly group: "machine";
  readonly unit: "fraction" | "ms";
  readonly use: number | null;
  readonly limit: number;
  readonly then: string;
}

export interface LatencyRow {
  readonly id: string;
  readonly label: string;
  readonly goalMs: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly buckets: readonly { readonly leMs: number | null; readonly count: number }[];
}

export interface SourceRow {
  readonly id: string;
  readonly state: HealthState | "off";
  readonly ageMs: number | null;
  readonly deadlineMs: number | null;
  readonly records: number | null;
  readonly rejected: number | null;
  readonly gaps: number | null;
  readonly worst: string;
}

export interface HealthReads {
  readonly processes: readonly ProcessRow[];
  readonly machine: readonly MachineLimit[];
  readonly latency: readonly LatencyRow[];
  readonly sources: readonly SourceRow[];
  /** Every check of the monitor that is not well, the worst first. */
  readonly findings: HealthRecord["checks"];
}

const MEGABYTE = 1e6;
const STATES: readonly HealthState[] = ["ok", "late", "down"];
const orNull = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** `engine`: the last answer of execute to `metrics`; undefined where it does not answer. */
export function healthReads(
  root: string,
  terms: Pick<RunTerms, "killSwitch">,
  engine: EngineMetrics | undefined,
  nowMs: number,
): HealthReads {
  const active = readActive(dirname(terms.killSwitch));
  const processes = processSources(active, nowMs);
  const health = readHealth(root);
  const signal = processes.find(({ id }) => id === "compute")?.vitals?.histograms?.signal;
  const findings = (health?.checks ?? []).filter(({ state }) => state !== "ok");
  return {
    processes: processes.map((process) => processRow(process, active, findings)),
    machine: machineLimits(machineFigures(root), processes, engine),
    latency: engine === undefined ? [] : latencyRows(engine, signal),
    sources: engine === undefined ? [] : sourceRows(engine, findings),
    findings: findings.toSorted((a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state)),
  };
}

function processRow(
  { id, isReady, isCrashLoop, restarts, hasStandby, vitals, upSeconds }: ProcessSource,
  active: ActiveRun | undefined,
  findings: HealthRecord["checks"],
): ProcessRow {
  const child = active?.processes.find((each) => each.id === id);
  const own = findings.filter(({ subject }) => subject === id);
  const worst = own.reduce<HealthState>(
    (most, { state }) => (STATES.indexOf(state) > STATES.indexOf(most) ? state : most),
    isReady ? "ok" : "down",
  );
  const [first] = own.filter(({ state }) => state === worst);
  const plain = isCrashLoop ? "ends again and again" : (child?.state ?? (isReady ? "ready" : "gone"));
  const since = Date.parse(active?.writtenAt ?? "") - (child?.upMs ?? upSeconds * 1000);
  return {
    ...{ id, state: worst, text: first?.text ?? plain, restarts, standby: hasStandby },
    pid: child?.pid ?? (id === "supervisor" ? (active?.pid ?? null) : null),
    startedAt: Number.isFinite(since) ? new Date(since).toISOString() : null,
    memoryMb: orNull((vitals?.rssBytes ?? Number.NaN) / MEGABYTE),
    memoryLimitMb: orNull((vitals?.heapLimitBytes ?? Number.NaN) / MEGABYTE),
    loopP99Ms: orNull(vitals?.loopP99Ms),
  };
}

function machineLimits(
  { memoryBytes, availableBytes, diskFreeBytes, diskBytes }: MachineSource,
  processes: readonly ProcessSource[],
  engine: EngineMetrics | undefined,
): MachineLimit[] {
  const heaps = processes.flatMap(({ vitals }) =>
    vitals === undefined ? [] : [vitals.heapUsedBytes / vitals.heapLimitBytes],
  );
  const loop = processes.find(({ id }) => id === "execute")?.vitals?.loopP99Ms;
  const row = (
    [id, label, unit, then]: readonly [string, string, MachineLimit["unit"], string],
    use: number | null | undefined,
    limit: number,
  ): MachineLimit => ({ id, label, group: "machine", unit, use: orNull(use), limit, then });
  return [
    row(["C-52", "disk used", "fraction", "no entries"], 1 - diskFreeBytes / diskBytes, 0.95),
    row(["OPS-3", "memory of the machine", "fraction", "a person"], 1 - availableBytes / memoryBytes, 0.8),
    row(
      ["C-52 heap", "largest heap", "fraction", "restart"],
      heaps.length === 0 ? null : Math.max(...heaps),
      0.8,
    ),
    row(["C-51", "execute's event loop, p99", "ms", "a warning"], loop, 100),
    row(
      ["C-50", "clock off the broker's", "ms", "no entries"],
      Math.abs((engine?.skewSeconds ?? Number.NaN) * 1000),
      1000,
    ),
    row(
      ["C-53", "journal waits", "ms", "no entries"],
      (engine?.journal.oldestSeconds ?? Number.NaN) * 1000,
      250,
    ),
  ];
}

function latencyRows(engine: EngineMetrics, signal: Parameters<typeof timedHistograms>[1]): LatencyRow[] {
  return timedHistograms(engine, signal).map(([step, histogram]) => {
    const { step: id, label, goalMs, p50Ms, p99Ms } = latencyLine(step, histogram);
    const bounds = id === "fill" ? fillBounds : latencyBounds;
    const buckets = histogram.counts.map((count, n) => {
      const bound = bounds[n];
      return { leMs: bound === undefined ? null : bound * 1000, count };
    });
    return { id, label, goalMs, p50Ms, p99Ms, buckets };
  });
}

function sourceRows({ channels, feed }: EngineMetrics, findings: HealthRecord["checks"]): SourceRow[] {
  return channels.map(({ channel, ageSeconds, deadlineSeconds, state }) => {
    const isFeed = channel === "feed";
    return {
      ...{
        id: channel,
        state,
        ageMs: orNull((ageSeconds ?? Number.NaN) * 1000),
        deadlineMs: deadlineSeconds * 1000,
      },
      records: isFeed ? (feed?.records ?? null) : null,
      rejected: isFeed ? (feed?.rejected ?? null) : null,
      gaps: isFeed ? (feed?.gaps ?? null) : null,
      worst: findings.find(({ check }) => check === channel)?.text ?? "",
    };
  });
}
