/**
 * Starts the processes, starts each again alone when it ends (OPS-2), and stops them in order. It knows no process: it
 * has plans, and ports for time and starting.
 *
 * SU-1  The end of one child moves no other. SU-2  After `stop` nothing is started.
 */
import { InputError } from "../domain/assert.ts";
import type { ExitFacts, ProcessPlan, SupervisorReport } from "./process-plan.ts";
import {
  crashesAt,
  decideRestart,
  freshRestartState,
  isCrashLoop,
  type RestartState,
} from "./restart-policy.ts";

/** A child that was started. */
export interface RunningChild {
  readonly pid: number;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface ChildEvents {
  ready(): void;
  /** Once. */
  exited(exit: ExitFacts): void;
}

export interface SupervisorPorts {
  /** Throws when it cannot be started at all. `env` is added to the plan's. */
  start(plan: ProcessPlan, env: Readonly<Record<string, string>>, events: ChildEvents): RunningChild;
  /** Monotonic milliseconds. */
  now(): number;
  timer(afterMs: number, fire: () => void): { cancel(): void };
  report(report: SupervisorReport): void;
}

export interface SupervisorTerms {
  readonly plans: readonly ProcessPlan[];
  /** A child that is not ready by then is killed, and that is an abnormal end. */
  readonly readyWithinMs: number;
  /** Ids in the order in which they are stopped; the others after them, in the order of the plans. */
  readonly stopOrder: readonly string[];
  /** From SIGTERM to SIGKILL, for each of them. */
  readonly stopWithinMs: number;
  /** Bound of the wait before a restart; ten seconds when absent. */
  readonly longestWaitMs?: number | undefined;
}

export type ChildState = "down" | "starting" | "ready" | "waiting";

export interface ChildStatus {
  readonly id: string;
  readonly state: ChildState;
  readonly pid: number | undefined;
  /** Abnormal ends within the last ten minutes. */
  readonly crashes: number;
  readonly isCrashLoop: boolean;
}

interface Child {
  readonly plan: ProcessPlan;
  state: ChildState;
  restart: RestartState;
  running: RunningChild | undefined;
  startedMs: number;
  /** Of the restart while it waits, of readiness while it starts. */
  timer: { cancel(): void } | undefined;
  readonly readyWaiters: (() => void)[];
  readonly endWaiters: (() => void)[];
}

export class Supervisor {
  readonly #terms: SupervisorTerms;
  readonly #ports: SupervisorPorts;
  readonly #children: ReadonlyMap<string, Child>;
  #isStopping = false;

  /** Throws InputError (exit 2) for plans that share an id and for an unknown id in the stop order. */
  constructor(terms: SupervisorTerms, ports: SupervisorPorts) {
    this.#terms = terms;
    this.#ports = ports;
    this.#children = new Map(terms.plans.map((plan) => [plan.id, newChild(plan)]));
    if (this.#children.size < terms.plans.length) throw new InputError("processes: two plans have one id");
    for (const id of terms.stopOrder) this.#child(id);
  }

  /** Starts one; does nothing where it runs already. */
  start(id: string): void {
    const child = this.#child(id);
    if (child.running !== undefined || child.state === "waiting") return;
    this.#launch(child);
  }

  /** Starts all, in the order of the plans. */
  startAll(): void {
    for (const id of this.#children.keys()) this.start(id);
  }

  /** Resolves when it is ready, at once where it is; waits across restarts for as long as it takes. */
  whenReady(id: string): Promise<void> {
    const child = this.#child(id);
    if (child.state === "ready") return Promise.resolve();
    return new Promise((resolve) => child.readyWaiters.push(resolve));
  }

  status(): ChildStatus[] {
    return [...this.#children.values()].map(({ plan, state, running, restart }) => ({
      id: plan.id,
      state,
      pid: running?.pid,
      crashes: crashesAt(restart, this.#ports.now()),
      isCrashLoop: isCrashLoop(restart, this.#ports.now()),
    }));
  }

  /** One after the other; resolves when the last has ended. Restarts end at once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const child of this.#children.values()) {
      if (child.state !== "waiting") continue;
      child.timer?.cancel();
      child.state = "down";
    }
    const rest = [...this.#children.keys()].filter((id) => !this.#terms.stopOrder.includes(id));
    for (const id of [...this.#terms.stopOrder, ...rest]) await this.#stopOne(this.#child(id));
  }

  #stopOne(child: Child): Promise<void> {
    if (child.running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      child.timer?.cancel();
      child.timer = this.#ports.timer(this.#terms.stopWithinMs, () =>
        this.#kill(child, `it had not ended ${this.#terms.stopWithinMs} ms after SIGTERM`),
      );
      child.endWaiters.push(resolve);
      child.running?.kill("SIGTERM");
    });
  }

  #launch(child: Child): void {
    const { plan, restart } = child;
    const { now, timer, report } = this.#ports;
    const isSafeStart = isCrashLoop(restart, now());
    child.startedMs = now();
    child.state = "starting";
    try {
      child.running = this.#ports.start(plan, isSafeStart ? { SAFE_START: "1" } : {}, {
        ready: () => this.#ready(child),
        exited: (exit) => this.#exited(child, exit),
      });
    } catch (error) {
      report({
        kind: "not-started",
        id: plan.id,
        why: error instanceof Error ? error.message : String(error),
      });
      this.#exited(child, { code: null, signal: "not started" });
      return;
    }
    report({ kind: "started", id: plan.id, pid: child.running.pid, isSafeStart });
    if (plan.ready === "started") {
      this.#ready(child);
      return;
    }
    const { readyWithinMs } = this.#terms;
    child.timer = timer(readyWithinMs, () => this.#kill(child, `it was not ready after ${readyWithinMs} ms`));
  }

  #ready(child: Child): void {
    if (child.state !== "starting" || child.running === undefined) return;
    child.state = "ready";
    if (!this.#isStopping) child.timer?.cancel();
    this.#ports.report({ kind: "ready", id: child.plan.id, afterMs: this.#ports.now() - child.startedMs });
    for (const resolve of child.readyWaiters.splice(0)) resolve();
  }

  #exited(child: Child, exit: ExitFacts): void {
    const { id, restart: when } = child.plan;
    child.timer?.cancel();
    child.running = undefined;
    child.state = "down";
    for (const resolve of child.endWaiters.splice(0)) resolve();
    const { longestWaitMs } = this.#terms;
    const ended = { exit, when, startedMs: child.startedMs, endedMs: this.#ports.now(), longestWaitMs };
    const { state, isAbnormal, restartAfterMs } = decideRestart(child.restart, ended);
    this.#ports.report({ kind: "exited", id, exit, isAbnormal });
    if (this.#isStopping) return;
    const wasLoop = isCrashLoop(child.restart, this.#ports.now());
    child.restart = state;
    if (!wasLoop && isCrashLoop(state, this.#ports.now())) {
      this.#ports.report({ kind: "crash-loop", id, exits: crashesAt(state, this.#ports.now()) });
    }
    if (restartAfterMs === undefined) return;
    child.state = "waiting";
    this.#ports.report({ kind: "restarting", id, afterMs: restartAfterMs });
    child.timer = this.#ports.timer(restartAfterMs, () => this.#launch(child));
  }

  #kill(child: Child, why: string): void {
    this.#ports.report({ kind: "killed", id: child.plan.id, why });
    child.running?.kill("SIGKILL");
  }

  #child(id: string): Child {
    const child = this.#children.get(id);
    if (child !== undefined) return child;
    throw new InputError(`processes: ${id} is none of ${[...this.#children.keys()].join(", ")}`);
  }
}

const newChild = (plan: ProcessPlan): Child => ({
  plan,
  state: "down",
  restart: freshRestartState,
  running: undefined,
  startedMs: 0,
  timer: undefined,
  readyWaiters: [],
  endWaiters: [],
});
