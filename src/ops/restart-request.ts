/**
 * Whether a child is restarted because somebody asked for it (OPS-3). Who asks has looked from outside and some seconds
 * ago; the supervisor judges by what it knows itself.
 *
 * RR-1  Nothing is restarted while everything is being closed, and not what was restarted a minute ago; three times an
 *       hour is the most for one child, six for all.
 * RR-2  Execute and the guardian are restarted for nothing but a hang that the supervisor sees, too: no figure of their
 *       memory ends them.
 */
import type { ProcessVitals } from "../domain/process-vitals.ts";

export const restartCauses = ["hung", "memory", "mute", "behind"] as const;
/** `mute`: it runs and gives nothing. `behind`: it no longer keeps up with what it follows. */
export type RestartCause = (typeof restartCauses)[number];

export interface RecoveryAsk {
  readonly wish: "restart" | "reconnect";
  readonly id: string;
  readonly cause: RestartCause;
  /** For people, with both numbers. */
  readonly why: string;
}

/** The wish in a message of a child; undefined where it is something else. */
export function recoveryIn(message: unknown): RecoveryAsk | undefined {
  const asked = (message as { readonly recover?: Partial<RecoveryAsk> } | null | undefined)?.recover;
  if (typeof asked !== "object" || asked === null) return undefined;
  const { wish, id, cause, why } = asked;
  if (wish !== "restart" && wish !== "reconnect") return undefined;
  const known = restartCauses.find((each) => each === cause);
  if (known === undefined || typeof id !== "string" || typeof why !== "string") return undefined;
  return { wish, id, cause: known, why: why.slice(0, WHY_MAX) };
}

export interface RestartFacts {
  readonly isReady: boolean;
  readonly isGuarded: boolean;
  readonly vitals: ProcessVitals | undefined;
  /** Since the last vitals, or since it was ready. */
  readonly silentMs: number;
  readonly isClosing: boolean;
  readonly nowMs: number;
  /** When restarts on request were granted, oldest first: of this child, and of all. */
  readonly ownMs: readonly number[];
  readonly allMs: readonly number[];
}

const WHY_MAX = 200;
/** Three in a row did not come. */
export const HUNG_AFTER_MS = 15_000;
export const MEMORY_SHARE_MAX = 0.8;
const LEAST_GAP_MS = 60_000;
const HOUR_MS = 3_600_000;
const OWN_MAX = 3;
const ALL_MAX = 6;

/** Why it is left alone; undefined when it is restarted. */
export function refusalOf({ cause }: Pick<RecoveryAsk, "cause">, facts: RestartFacts): string | undefined {
  const { isReady, isGuarded, vitals, silentMs, isClosing, nowMs, ownMs, allMs } = facts;
  if (!isReady) return "it is not running, or just starting";
  if (isClosing) return "everything is being closed";
  if (isGuarded && cause !== "hung") return "only a hang ends it";
  if (cause === "hung" && silentMs < HUNG_AFTER_MS)
    return `it was heard ${Math.round(silentMs)} ms ago, ${HUNG_AFTER_MS} are a hang`;
  if (cause === "memory" && !isLarge(vitals)) return "its heap is within its bound";
  const recent = (times: readonly number[]) => times.filter((atMs) => nowMs - atMs < HOUR_MS);
  const last = ownMs.at(-1);
  if (last !== undefined && nowMs - last < LEAST_GAP_MS) return "it was restarted less than a minute ago";
  if (recent(ownMs).length >= OWN_MAX) return `it was restarted ${OWN_MAX} times within an hour`;
  if (recent(allMs).length >= ALL_MAX) return `${ALL_MAX} processes were restarted within an hour`;
  return undefined;
}

const isLarge = (vitals: ProcessVitals | undefined): boolean =>
  vitals !== undefined && vitals.heapUsedBytes > MEMORY_SHARE_MAX * vitals.heapLimitBytes;
