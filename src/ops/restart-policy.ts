/**
 * When a child that ended is started again, and how (OPS-2, C-54). Decisions over monotonic milliseconds; who waits and
 * starts is elsewhere.
 */
import type { ExitFacts, RestartWhen } from "./process-plan.ts";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** So long up, and the next end counts as the first. */
const HEALTHY_MS = 60_000;
const CRASH_WINDOW_MS = 600_000;
const CRASHES_MAX = 3;

export interface RestartState {
  /** Of the next restart. */
  readonly waitMs: number;
  /** Abnormal ends of the last ten minutes, oldest first. */
  readonly crashesMs: readonly number[];
}

export const freshRestartState: RestartState = { waitMs: FIRST_WAIT_MS, crashesMs: [] };

export interface RestartDecision {
  readonly state: RestartState;
  readonly isAbnormal: boolean;
  /** Undefined: it stays down. */
  readonly restartAfterMs: number | undefined;
}

/** An end that nobody asked for: other than by exit code 0. */
export const isAbnormalExit = ({ code, signal }: ExitFacts): boolean => signal !== null || code !== 0;

export interface ChildEnd {
  readonly exit: ExitFacts;
  readonly when: RestartWhen;
  /** When it was started, and when it ended. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Bound of the wait; ten seconds when absent. */
  readonly longestWaitMs?: number | undefined;
}

/** After an end that nobody asked for. */
export function decideRestart(
  state: RestartState,
  { exit, when, startedMs, endedMs, longestWaitMs = LONGEST_WAIT_MS }: ChildEnd,
): RestartDecision {
  const isAbnormal = isAbnormalExit(exit);
  const waitMs = endedMs - startedMs >= HEALTHY_MS ? FIRST_WAIT_MS : state.waitMs;
  const crashesMs = isAbnormal ? [...recent(state, endedMs), endedMs] : recent(state, endedMs);
  const isWanted = when === "always" || (when === "on-failure" && isAbnormal);
  return {
    state: { waitMs: Math.min(longestWaitMs, waitMs * 2), crashesMs },
    isAbnormal,
    restartAfterMs: isWanted ? waitMs : undefined,
  };
}

/** Abnormal ends within the last ten minutes. */
export const crashesAt = (state: RestartState, nowMs: number): number => recent(state, nowMs).length;

/** True when the child has to start in safe hold: three abnormal ends in ten minutes, or as many as given (C-54). */
export const isCrashLoop = (state: RestartState, nowMs: number, crashesMax = CRASHES_MAX): boolean =>
  crashesAt(state, nowMs) >= crashesMax;

const recent = ({ crashesMs }: RestartState, nowMs: number): readonly number[] =>
  crashesMs.filter((crashMs) => nowMs - crashMs < CRASH_WINDOW_MS);
