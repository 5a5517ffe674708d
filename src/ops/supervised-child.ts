/** A child as its supervisor keeps it, and as others are told of it. */
import type { ProcessVitals } from "../domain/process-vitals.ts";
import type { ProcessPlan } from "./process-plan.ts";
import { crashesAt, freshRestartState, type RestartState } from "./restart-policy.ts";

/** A child that was started. */
export interface RunningChild {
  readonly pid: number;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Tells one that stands by that its turn has come, with what a start would have added to its environment. */
  takeOver(env: Readonly<Record<string, string>>): void;
  /** A message by the channel it was started with; lost where it is not there any more. */
  tell(message: object): void;
}

type ChildState = "down" | "starting" | "ready" | "waiting";

export interface ChildStatus {
  readonly id: string;
  readonly state: ChildState;
  readonly pid: number | undefined;
  /** Abnormal ends within the last ten minutes. */
  readonly crashes: number;
  readonly isCrashLoop: boolean;
  /** Starts and takings-over after the first. */
  readonly restarts: number;
  /** Restarts and new lines that were asked for and granted. */
  readonly recoveries: number;
  /** Since it was started; undefined where it does not run. */
  readonly upMs: number | undefined;
  readonly hasStandby: boolean;
  /** The last that it told of itself, and how old that is. */
  readonly vitals: ProcessVitals | undefined;
  readonly vitalsAgeMs: number | undefined;
}

export interface Standby {
  running: RunningChild | undefined;
  hasTurn: boolean;
}

export interface Child {
  readonly plan: ProcessPlan;
  state: ChildState;
  restart: RestartState;
  running: RunningChild | undefined;
  startedMs: number;
  starts: number;
  heardMs: number;
  vitals: ProcessVitals | undefined;
  /** When something was done to it on request. */
  readonly restartedMs: number[];
  reconnects: number;
  /** Of the restart while it waits, of readiness while it starts. */
  timer: { cancel(): void } | undefined;
  standby: Standby | undefined;
  standbyTimer: { cancel(): void } | undefined;
  readonly standbyWaiters: (() => void)[];
  readonly readyWaiters: (() => void)[];
  readonly endWaiters: (() => void)[];
}

export const newChild = (plan: ProcessPlan): Child => ({
  plan,
  state: "down",
  restart: freshRestartState,
  running: undefined,
  startedMs: 0,
  starts: 0,
  heardMs: 0,
  vitals: undefined,
  restartedMs: [],
  reconnects: 0,
  timer: undefined,
  standby: undefined,
  standbyTimer: undefined,
  standbyWaiters: [],
  readyWaiters: [],
  endWaiters: [],
});

export const statusOf = (child: Child, now: number, isLoop: boolean): ChildStatus => ({
  id: child.plan.id,
  state: child.state,
  pid: child.running?.pid,
  crashes: crashesAt(child.restart, now),
  isCrashLoop: isLoop,
  restarts: Math.max(0, child.starts - 1),
  recoveries: child.restartedMs.length + child.reconnects,
  upMs: child.running === undefined ? undefined : now - child.startedMs,
  hasStandby: child.standby !== undefined,
  vitals: child.vitals,
  vitalsAgeMs: child.vitals === undefined ? undefined : now - child.heardMs,
});
