/**
 * When the guardian closes everything itself (RISK-5, RELIABILITY 1.3 S2 and 1.4): a function of what it sees, and of
 * nothing that it remembers doing. It yields to whoever is closing already, for as long as that makes progress.
 *
 * GU-1  Someone who closes and makes progress is left alone; after 3 s without progress the guardian takes over.
 * GU-2  A kill asked for (HALT) and not acted on within 1 s, or a loss of the day's limit not acted on within 3 s, is
 *       acted on here, whatever state the engine says it is in.
 * GU-3  A dead engine is one that is silent 3 s and has no process, or silent 10 s; with positions, in market hours.
 *       One that was never heard has three minutes to start: it reads its whole journal, and stops rest at the broker.
 * GU-4  Progress is what the broker shows: an engine that says it closes while nothing there changes for two minutes of
 *       an open market is joined, under the same order ids, so that no share is closed twice.
 */
import type { KillMode } from "../domain/kill-mode.ts";

export interface GuardianFacts {
  readonly killMode: KillMode;
  /** The broker shows positions; undefined before its first answer. */
  readonly isExposed: boolean | undefined;
  /** The broker shows open orders. */
  readonly hasOrders: boolean;
  readonly isMarketOpen: boolean;
  /** For how long the HALT file has stood; undefined: it does not. */
  readonly haltMs: number | undefined;
  /** Since the engine was last heard, or since the guardian began. */
  readonly beatAgeMs: number;
  readonly hasBeaten: boolean;
  /** The system knows no such process. */
  readonly isProcessGone: boolean;
  /** It beats, and says that it closes everything or has just done so. */
  readonly isEngineClosing: boolean;
  /** For how long the loss has been beyond the limit, on two looks; undefined: it is not. */
  readonly lossMs: number | undefined;
  /** Since anything changed in somebody else's lease; undefined: there is none. */
  readonly leaseIdleMs: number | undefined;
  /** For how long the broker has shown the same while the engine says that it closes, in an open market. */
  readonly unchangedMs: number;
}

export type Cause = "engine-dead" | "loss" | "halt" | "engine-stuck";

export type Decision =
  | { readonly kind: "watch" }
  | { readonly kind: "yield"; readonly to: "lease" | "engine" }
  | {
      readonly kind: "act";
      readonly cause: Cause;
      /** What is done: everything closed, or orders cancelled only. */
      readonly does: "flatten" | "cancel";
      readonly reason: string;
    };

const LEASE_IDLE_MS = 3000;
const HALT_MS = 1000;
const LOSS_MS = 3000;
const GONE_MS = 3000;
const SILENT_MS = 10_000;
const START_MS = 180_000;
/** Longer than the minute that closing waits after an open, and than a look, a cancel and a first try take together. */
const STUCK_MS = 120_000;

const WATCH: Decision = { kind: "watch" };

export function decide(facts: GuardianFacts): Decision {
  const stuck = stuckCause(facts);
  if (stuck !== undefined) return stuck;
  const cause = causeOf(facts);
  if (cause === undefined) return WATCH;
  if (facts.leaseIdleMs !== undefined && facts.leaseIdleMs < LEASE_IDLE_MS)
    return { kind: "yield", to: "lease" };
  return facts.isEngineClosing ? { kind: "yield", to: "engine" } : cause;
}

type Act = Extract<Decision, { kind: "act" }>;

function workOf({ killMode, isExposed = false, hasOrders }: GuardianFacts) {
  const does = killMode === "cancel" ? "cancel" : "flatten";
  return {
    does,
    hasWork: hasOrders || (isExposed && does === "flatten"),
    obeys: killMode !== "halt_only",
  } as const;
}

function stuckCause(facts: GuardianFacts): Act | undefined {
  const { unchangedMs, isEngineClosing, isMarketOpen } = facts;
  const { does, hasWork, obeys } = workOf(facts);
  if (!isEngineClosing || !isMarketOpen || !hasWork || !obeys || unchangedMs < STUCK_MS) return undefined;
  const reason = `the engine says that it closes, and the broker has shown the same for ${unchangedMs} ms`;
  return { kind: "act", cause: "engine-stuck", does, reason };
}

function causeOf(facts: GuardianFacts): Act | undefined {
  const { isExposed = false, haltMs, lossMs, isMarketOpen } = facts;
  const { does, hasWork, obeys } = workOf(facts);
  if (obeys && hasWork && haltMs !== undefined && haltMs >= HALT_MS) {
    const reason = `killswitch/HALT has stood for ${haltMs} ms`;
    return { kind: "act", cause: "halt", does, reason };
  }
  if (obeys && hasWork && isMarketOpen && lossMs !== undefined && lossMs >= LOSS_MS) {
    const reason = `the day's loss has been beyond its limit for ${lossMs} ms`;
    return { kind: "act", cause: "loss", does, reason };
  }
  if (!isExposed || !isMarketOpen || !isEngineDead(facts)) return undefined;
  const gone = facts.isProcessGone ? ", its process is gone" : "";
  const reason = `the engine has been silent for ${facts.beatAgeMs} ms${gone}`;
  return { kind: "act", cause: "engine-dead", does: "flatten", reason };
}

function isEngineDead({ beatAgeMs, hasBeaten, isProcessGone }: GuardianFacts): boolean {
  if (!hasBeaten) return beatAgeMs >= START_MS;
  return beatAgeMs >= SILENT_MS || (isProcessGone && beatAgeMs >= GONE_MS);
}
