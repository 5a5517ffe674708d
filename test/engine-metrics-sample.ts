/** An answer of execute to `metrics` in which every list has a row, for tests of what is made of it. */
import {
  type EngineMetrics,
  engineHistograms,
  fillBounds,
  ratioBounds,
} from "../src/ops/metrics/engine-metrics.ts";
import { latencyBounds } from "../src/ops/metrics/latency-histogram.ts";
import type { MetricSources } from "../src/ops/metrics/samples.ts";

const zeros = (bounds: readonly number[]) => ({ counts: bounds.map((_, n) => n).concat(1), sum: 3 });
const ratios = ["slippage", "priceImprovement", "adverseSelection"];

export const engineSample: EngineMetrics = {
  ...{ run: "d1", mode: "demo", build: "0.1.0+abc", config: "cafe", at: "2026-11-18T15:00:00Z", speed: 60 },
  ...{
    isMarketOpen: true,
    level: "NO_NEW_ENTRIES",
    scalar: 1,
    positions: 2,
    unknownOrders: 1,
    tombstones: 0,
  },
  claims: [
    {
      ...{ authority: "circuit_breakers", source: "watchdog", level: "NO_NEW_ENTRIES" },
      ...{ liftedBy: "operator", heldSeconds: 60, outage: "feed" },
    },
  ],
  transitions: [{ from: "NORMAL", to: "NO_NEW_ENTRIES", cause: "watchdog", count: 1 }],
  ...{ equity: 97_123.45, navRatio: 1.01 },
  drawdown: { high: 0.01, day: 0.005, hwm: 0.02 },
  exposure: { long: 0.3, short: 0.1, gross: 0.4, net: 0.2, heat: 0.001 },
  limits: [{ control: "C-29", use: 0.01, limit: 0.02 }],
  orders: [{ kind: "entry", outcome: "filled", count: 3 }],
  inflight: [{ state: "ACKED", count: 1 }],
  decisions: [{ control: "C-13", outcome: "denied", count: 2 }],
  rejects: [{ class: "invalid", count: 0 }],
  fillRatio: 0.9,
  histograms: Object.fromEntries(
    engineHistograms.map((name) => [
      name,
      zeros(name === "fill" ? fillBounds : ratios.includes(name) ? ratioBounds : latencyBounds),
    ]),
  ) as unknown as EngineMetrics["histograms"],
  channels: [{ channel: "feed", ageSeconds: 0.1, deadlineSeconds: 20, state: "ok" }],
  sockets: [{ socket: "data", rttSeconds: 0.01, reconnects: [{ reason: "silent", count: 1 }] }],
  feed: { line: "up", messageAgeSeconds: 0.1, records: 100, rejected: 1, late: 2, gaps: 0 },
  brokerRequests: [{ endpoint: "read_account", code: "200", count: 9 }],
  brokerAnswerAgeSeconds: 1,
  budget: [{ priority: "enter", ratio: 0.5 }],
  mismatches: [{ kind: "position", count: 0 }],
  reconcileAgeSeconds: 12,
  queues: [{ queue: "journal", depth: 0 }],
  engineLagSeconds: 0.05,
  journal: { state: "open", oldestSeconds: 0, isFull: false, next: 100 },
  ...{ skewSeconds: 0.001, guardianBeatAgeSeconds: 0.05 },
};

const vitals = {
  ...{ rssBytes: 2e8, heapUsedBytes: 5e7, heapLimitBytes: 4e9, loopP50Ms: 1, loopP99Ms: 9, loopMaxMs: 20 },
  ...{ cpuShare: 0.1, upSeconds: 60, histograms: { signal: zeros(latencyBounds) } },
};

export const sourcesSample: MetricSources = {
  build: { version: "0.1.0", commit: "abc", config: "cafe", mode: "demo" },
  ...{ engine: engineSample, isEngineUp: true, ages: { execute: 1, supervisor: 2, health: 3 } },
  processes: [
    {
      ...{ id: "compute", isReady: true, isCrashLoop: false, restarts: 1, hasStandby: false, vitals },
      ...{ upSeconds: 60, silentSeconds: 2, openFiles: 30, readBytes: 1, writtenBytes: 2 },
    },
  ],
  machine: {
    ...{ memoryBytes: 8e9, availableBytes: 4e9, load: [1, 2, 3], cpuSeconds: { user: 5 } },
    ...{
      network: { received: 1, sent: 2 },
      diskIo: { read: 3, written: 4 },
      diskFreeBytes: 5e9,
      diskBytes: 9e9,
    },
  },
  files: [{ file: "journal.db", bytes: 1, walBytes: 2 }],
  ...{ chainOk: Number.NaN, backupAgeSeconds: Number.NaN, drillAgeSeconds: Number.NaN, ledgerLag: 0 },
  alerts: [{ severity: "critical", channel: "smtp", result: "delivered", count: 1 }],
  ...{ oldestAlertSeconds: 0, recoveries: [{ action: "restart", count: 1 }] },
  health: [{ check: "hung", subject: "ledger", state: 2 }],
  showsEquity: false,
};
