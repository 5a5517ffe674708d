/**
 * What is looked at (OPS-3), each a function of what was read: which level it has at this moment, with both numbers,
 * and what would cure it. Nothing here remembers or acts.
 */
import { positionDrift } from "../../risk/rules/position-size.ts";
import type { EngineMetrics } from "../metrics/engine-metrics.ts";
import type { MachineSource, ProcessSource } from "../metrics/samples.ts";
import { HUNG_AFTER_MS, MEMORY_SHARE_MAX, type RestartCause } from "../restart-request.ts";
import type { HealthState } from "./health-record.ts";

export type Cure =
  | { readonly kind: "restart"; readonly id: string; readonly cause: RestartCause }
  | { readonly kind: "reconnect"; readonly id: string }
  | { readonly kind: "clean_up" };

export interface Finding {
  readonly check: string;
  /** The process, the disk, the line; empty where there is one alone. */
  readonly subject: string;
  readonly level: HealthState;
  readonly text: string;
  /** Tried in their order, the last one again. */
  readonly cures: readonly Cure[];
  /** Where it stays, nobody should enter anything. */
  readonly isDangerous: boolean;
}

export interface HealthFacts {
  readonly engine: EngineMetrics | undefined;
  /** Since execute answered, seconds; NaN before the first. */
  readonly engineAgeSeconds: number;
  readonly processes: readonly ProcessSource[];
  /** Since the supervisor told of the processes, seconds; NaN where it tells nothing. */
  readonly supervisorAgeSeconds: number;
  readonly machine: Pick<MachineSource, "memoryBytes" | "availableBytes" | "diskFreeBytes" | "diskBytes">;
  readonly ledgerLag: number;
}

/** Seconds of the exchange; a fast demo must not call a hiccup of the machine a mute feed. */
const FEED_SECONDS = 30;
const FEED_WALL_SECONDS = 5;
const BROKER_SECONDS = { late: 90, down: 180 };
const HOST_MEMORY = { late: MEMORY_SHARE_MAX, down: 0.95 };
const PROCESS_MEMORY = { late: 0.7, down: MEMORY_SHARE_MAX };
const DISK_FREE = { late: 0.1, down: 0.05 };
const LOOP_SECONDS = { late: 0.1, down: 1 };
const SKEW_SECONDS = { late: 0.25, down: 1 };
const LEDGER_ENTRIES = { late: 5_000, down: 50_000 };
const EXECUTE_SECONDS = { late: 15, down: 30 };
const GUARDIAN_SECONDS = { late: 2, down: 10 };
const SUPERVISOR_SECONDS = { late: 15, down: 30 };
/** Without one of these nothing may be entered. */
const trades = ["ingest", "compute", "execute", "guardian"];
/** Only a hang ends them (RR-2). */
const guarded = ["execute", "guardian"];

export function healthFindings(facts: HealthFacts): Finding[] {
  return [
    ...lineFindings(facts),
    ...engineFindings(facts),
    ...facts.processes.flatMap((process) => processFindings(process, facts.supervisorAgeSeconds)),
    ...machineFindings(facts.machine),
    finding(
      "supervisor",
      "",
      above(facts.supervisorAgeSeconds, SUPERVISOR_SECONDS),
      `the supervisor is silent for ${shown(facts.supervisorAgeSeconds)} s, ${SUPERVISOR_SECONDS.late} allowed`,
    ),
  ];
}

/** What is no number is not known, and no trouble of its own. */
const above = (
  value: number,
  { late, down }: { readonly late: number; readonly down: number },
): HealthState => (value >= down ? "down" : value >= late ? "late" : "ok");
const below = (
  value: number,
  { late, down }: { readonly late: number; readonly down: number },
): HealthState => (value < down ? "down" : value < late ? "late" : "ok");

const finding = (
  check: string,
  subject: string,
  level: HealthState,
  text: string,
  cures: readonly Cure[] = [],
  isDangerous = false,
): Finding => ({ check, subject, level, text, cures, isDangerous });

const shown = (value: number): string =>
  Number.isNaN(value) ? "an unknown number of" : value.toFixed(value < 10 ? 1 : 0);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function lineFindings({ engine, engineAgeSeconds }: HealthFacts): Finding[] {
  // What execute told long ago says nothing of now.
  if (engine === undefined || engineAgeSeconds >= EXECUTE_SECONDS.late) return [];
  const { feed, speed, isMarketOpen, brokerAnswerAgeSeconds, skewSeconds, claims } = engine;
  const silent = isMarketOpen && feed !== null ? feed.messageAgeSeconds * speed : 0;
  const allowed = Math.max(FEED_SECONDS, FEED_WALL_SECONDS * speed);
  const slow = claims.find(({ source }) => source === "round-trips");
  return [
    finding(
      "feed",
      "",
      above(silent, { late: allowed, down: 2 * allowed }),
      `no market data for ${shown(silent)} s of the exchange, ${shown(allowed)} allowed`,
      [
        { kind: "reconnect", id: "ingest" },
        { kind: "restart", id: "ingest", cause: "mute" },
      ],
    ),
    finding(
      "broker",
      "",
      above(brokerAnswerAgeSeconds ?? Number.NaN, BROKER_SECONDS),
      `the broker is silent for ${shown(brokerAnswerAgeSeconds ?? Number.NaN)} s, ${BROKER_SECONDS.late} allowed`,
    ),
    finding(
      "broker-latency",
      "",
      slow === undefined ? "ok" : "late",
      "the broker answers slowly: entries wait",
    ),
    finding(
      "clock",
      "",
      above(Math.abs(skewSeconds ?? Number.NaN), SKEW_SECONDS),
      `our clock is ${shown((skewSeconds ?? Number.NaN) * 1000)} ms off, ${SKEW_SECONDS.late * 1000} allowed`,
    ),
  ];
}

function engineFindings({ engine, engineAgeSeconds, ledgerLag }: HealthFacts): Finding[] {
  const told = [
    finding(
      "execute",
      "",
      above(engineAgeSeconds, EXECUTE_SECONDS),
      `execute has not answered for ${shown(engineAgeSeconds)} s, ${EXECUTE_SECONDS.late} allowed`,
    ),
    finding(
      "ledger",
      "",
      above(ledgerLag, LEDGER_ENTRIES),
      `the ledger is ${shown(ledgerLag)} entries behind, ${LEDGER_ENTRIES.late} allowed`,
      [{ kind: "restart", id: "ledger", cause: "behind" }],
    ),
  ];
  if (engine === undefined || engineAgeSeconds >= EXECUTE_SECONDS.late) return told;
  const { journal, guardianBeatAgeSeconds, limits } = engine;
  const position = limits.find(({ control }) => control === "C-13");
  const [held, drift] = [position?.use ?? 0, positionDrift(position?.limit ?? Number.POSITIVE_INFINITY)];
  const isBroken = journal.state !== "open" || journal.isFull;
  return [
    ...told,
    finding(
      "journal",
      "",
      isBroken ? "down" : journal.oldestSeconds >= 0.25 ? "late" : "ok",
      isBroken
        ? `the journal is ${journal.isFull ? "full" : journal.state}`
        : `the journal has waited ${shown(journal.oldestSeconds * 1000)} ms for the disk, 250 allowed`,
    ),
    finding(
      "position-drift",
      "",
      held > drift ? "late" : "ok",
      `a position has grown to ${percent(held)} of equity, ${percent(drift)} allowed; trim it, see: plimsoll positions`,
    ),
    finding(
      "guardian",
      "",
      above(guardianBeatAgeSeconds ?? Number.NaN, GUARDIAN_SECONDS),
      `the guardian is silent for ${shown(guardianBeatAgeSeconds ?? Number.NaN)} s, ${GUARDIAN_SECONDS.late} allowed`,
    ),
  ];
}

function processFindings(process: ProcessSource, supervisorAgeSeconds: number): Finding[] {
  const { id, isReady, isCrashLoop, silentSeconds, vitals } = process;
  if (id === "supervisor") return [];
  const isDangerous = trades.includes(id);
  // While the supervisor tells nothing, nobody can say that its children are silent.
  const isKnown = supervisorAgeSeconds < SUPERVISOR_SECONDS.late;
  const hung = isReady && isKnown && silentSeconds * 1000 >= HUNG_AFTER_MS;
  const restart = (cause: RestartCause): Cure => ({ kind: "restart", id, cause });
  const found = [
    finding("running", id, isReady ? "ok" : "late", `${id} is not ready`, [], isDangerous),
    finding("crash-loop", id, isCrashLoop ? "down" : "ok", `${id} ends again and again`, [], isDangerous),
    finding(
      "hung",
      id,
      hung ? "down" : "ok",
      `${id} has said nothing for ${shown(silentSeconds)} s, ${HUNG_AFTER_MS / 1000} are a hang`,
      [restart("hung")],
      isDangerous,
    ),
  ];
  if (vitals === undefined) return found;
  const share = vitals.heapUsedBytes / vitals.heapLimitBytes;
  const loopSeconds = vitals.loopP99Ms / 1000;
  return [
    ...found,
    finding(
      "memory",
      id,
      above(share, PROCESS_MEMORY),
      `${id} uses ${percent(share)} of its heap, ${percent(PROCESS_MEMORY.down)} allowed`,
      guarded.includes(id) ? [] : [restart("memory")],
    ),
    finding(
      "event-loop",
      id,
      above(loopSeconds, LOOP_SECONDS),
      `the event loop of ${id} is ${shown(loopSeconds * 1000)} ms late (p99), ${LOOP_SECONDS.late * 1000} allowed`,
    ),
  ];
}

function machineFindings({ memoryBytes, availableBytes, diskFreeBytes, diskBytes }: HealthFacts["machine"]) {
  const used = 1 - availableBytes / memoryBytes;
  const free = diskFreeBytes / diskBytes;
  return [
    finding(
      "host-memory",
      "",
      above(used, HOST_MEMORY),
      `the machine uses ${percent(used)} of its memory, ${percent(HOST_MEMORY.late)} allowed`,
      [],
      true,
    ),
    finding(
      "disk",
      "",
      below(free, DISK_FREE),
      `${percent(free)} of the disk is free, ${percent(DISK_FREE.late)} wanted`,
      [{ kind: "clean_up" }],
      true,
    ),
  ];
}
