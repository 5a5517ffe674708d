/** Gathers what the figures are made of: execute's answer, the supervisor's file, the state's files, the machine. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { machineFigures, processFiguresOf } from "../../adapters/machine-figures.ts";
import type { HealthRecord } from "../../ops/health/health-record.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import type { MetricSources, ProcessSource } from "../../ops/metrics/samples.ts";
import type { ChildStatus } from "../../ops/supervised-child.ts";
import { type ActiveRun, readActive } from "../live/active-run.ts";
import { keptRecord } from "../live/kept-records.ts";
import { type RunTerms, termsHash } from "../live/run-terms.ts";
import { alertFiguresOf } from "./alert-figures.ts";

const databases = ["journal.db", "ingest.db", "compute.db", "trades.db", "performance.db"] as const;
/** A file that another process writes is waited for so long. */
const BUSY_MS = 500;

export interface SourceTerms {
  readonly root: string;
  readonly terms: RunTerms;
  readonly nowMs: () => number;
}

/** Of the last answer of execute. */
export interface EngineTold {
  readonly told: EngineMetrics | undefined;
  readonly isUp: boolean;
  readonly ageSeconds: number;
}

export function metricSources(
  { root, terms, nowMs }: SourceTerms,
  { told: engine, isUp, ageSeconds }: EngineTold,
): MetricSources {
  const now = nowMs();
  const active = readActive(dirname(terms.killSwitch));
  const health = readHealth(root);
  const [version = "", commit = ""] = terms.build.split("+");
  return {
    build: { version, commit, config: termsHash(terms), mode: terms.mode },
    engine,
    isEngineUp: isUp,
    ages: {
      execute: ageSeconds,
      supervisor: secondsSince(active?.writtenAt, now),
      health: secondsSince(health?.at, now),
    },
    processes: processSources(active, now),
    machine: machineFigures(root),
    files: databases.map((file) => ({
      file,
      bytes: sizeOf(join(root, "db", file)),
      walBytes: sizeOf(join(root, "db", `${file}-wal`)),
    })),
    ...recordAges(root, now),
    ledgerLag: ledgerLag(root, terms.run, engine),
    ...alertFiguresOf(root, now),
    recoveries: recoveriesOf(active, health),
    health: (health?.checks ?? []).map(({ check, subject, state }) => ({
      check,
      subject,
      state: state === "ok" ? 0 : state === "late" ? 1 : 2,
    })),
    showsEquity: terms.config.metrics.equity,
  };
}

/** Undefined before the first look of the health checks, and where they do not run. */
export const readHealth = (root: string): HealthRecord | undefined =>
  readJson<HealthRecord>(join(root, "run", "health.json"));

export function processSources(active: ActiveRun | undefined, now: number): ProcessSource[] {
  if (active === undefined) return [];
  const since = secondsSince(active.writtenAt, now);
  const supervisor: Partial<ChildStatus> = { vitals: active.supervisor, vitalsAgeMs: 0, state: "ready" };
  const all = [{ id: "supervisor", pid: active.pid, ...supervisor }, ...active.processes];
  return all.map(({ id, pid, state, isCrashLoop, restarts, hasStandby, upMs, vitals, vitalsAgeMs }) => ({
    ...{ id, vitals, isReady: state === "ready", isCrashLoop: isCrashLoop ?? false },
    ...{ restarts: restarts ?? 0, hasStandby: hasStandby ?? false },
    upSeconds: id === "supervisor" ? (vitals?.upSeconds ?? Number.NaN) : (upMs ?? Number.NaN) / 1000 + since,
    silentSeconds: (vitalsAgeMs ?? Number.NaN) / 1000 + since,
    ...(pid === undefined
      ? { openFiles: Number.NaN, readBytes: Number.NaN, writtenBytes: Number.NaN }
      : processFiguresOf(pid)),
  }));
}

/** What the supervisor did on request counts there, once; the rest the health checks did by themselves. */
function recoveriesOf(
  active: ActiveRun | undefined,
  health: HealthRecord | undefined,
): MetricSources["recoveries"] {
  const { restart: _, ...own } = health?.recoveries ?? {};
  const restarts = active?.processes.reduce((sum, { recoveries }) => sum + recoveries, 0);
  const { reconnect = 0 } = own;
  const granted =
    restarts === undefined ? [] : [{ action: "restart", count: Math.max(0, restarts - reconnect) }];
  return [...granted, ...Object.entries(own).map(([action, count]) => ({ action, count }))];
}

/** NaN for what was never done: a backup that is unknown is not a fresh one. */
function recordAges(
  root: string,
  now: number,
): Pick<MetricSources, "backupAgeSeconds" | "drillAgeSeconds" | "chainOk"> {
  const [backup, drill] = [keptRecord(root, "backup"), keptRecord(root, "drill")];
  const checked = keptRecord(root, "verify") ?? drill;
  return {
    backupAgeSeconds: secondsSince(backup?.lastOkAt ?? (backup?.ok === true ? backup.at : undefined), now),
    drillAgeSeconds: secondsSince(drill?.ok === true ? drill.at : undefined, now),
    chainOk: checked === undefined ? Number.NaN : Number(checked.ok),
  };
}

/** NaN where either side is not known. */
export function ledgerLag(root: string, run: string, engine: EngineMetrics | undefined): number {
  const { trades } = ledgerPlaces(root);
  if (engine === undefined || !existsSync(trades)) return Number.NaN;
  try {
    const db = new DatabaseSync(trades, { readOnly: true, timeout: BUSY_MS });
    try {
      const row = db.prepare("SELECT applied_sequence AS applied FROM meta WHERE run = ?").get(run);
      return Math.max(0, engine.journal.next - 1 - Number(row?.applied ?? Number.NaN));
    } finally {
      db.close();
    }
  } catch {
    return Number.NaN;
  }
}

const secondsSince = (at: string | null | undefined, now: number): number =>
  at === null || at === undefined ? Number.NaN : Math.max(0, now - Date.parse(at)) / 1000;

function readJson<Value>(path: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Value;
  } catch {
    return undefined;
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
