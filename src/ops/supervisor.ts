/**
 * Starts the processes, starts each again alone when it ends (OPS-2), and stops them in order. It knows no process: it
 * has plans, and ports for time and starting.
 *
 * SU-1  The end of one child moves no other.
 * SU-2  After `stop` nothing is started.
 * SU-3  One that stands by is no child until it takes over: its end is no crash, and it never keeps a child from
 *       starting.
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
  /** Tells one that stands by that its turn has come, with what a start would have added to its environment. */
  takeOver(env: Readonly<Record<string, string>>): void;
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
  /** So many abnormal ends in ten minutes are a crash loop; three when absent. */
  readonly crashesMax?: number | undefined;
}

/** From a child's being ready until a second one is started to stand by, and from that one's end until the next. */
const STANDBY_AFTER_MS = 2000;
const STANDBY_AGAIN_MS = 10_000;

export type ChildState = "down" | "starting" | "ready" | "waiting";

export interface ChildStatus {
  readonly id: string;
  readonly state: ChildState;
  readonly pid: number | undefined;
  /** Abnormal ends within the last ten minutes. */
  readonly crashes: number;
  readonly isCrashLoop: boolean;
}

interface Standby {
  running: RunningChild | undefined;
  hasTurn: boolean;
}

interface Child {
  readonly plan: ProcessPlan;
  state: ChildState;
  restart: RestartState;
  running: RunningChild | undefined;
  startedMs: number;
  /** Of the restart while it waits, of readiness while it starts. */
  timer: { cancel(): void } | undefined;
  standby: Standby | undefined;
  standbyTimer: { cancel(): void } | undefined;
  readonly standbyWaiters: (() => void)[];
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
      isCrashLoop: this.#isLoop(restart),
    }));
  }

  /** One after the other; resolves when the last has ended. Restarts end at once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const child of this.#children.values()) {
      child.standbyTimer?.cancel();
      if (child.state !== "waiting") continue;
      child.timer?.cancel();
      child.state = "down";
    }
    const standing = [...this.#children.values()].filter(({ standby }) => standby !== undefined);
    if (standing.length > 0) await Promise.all(standing.map((child) => this.#dismiss(child)));
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
    const { now, report } = this.#ports;
    const isSafeStart = this.#isLoop(restart);
    child.startedMs = now();
    child.state = "starting";
    try {
      child.running = this.#ports.start(plan, safeStart(isSafeStart), {
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
    this.#awaitReady(child, plan.readyWithinMs);
  }

  #awaitReady(child: Child, readyWithinMs = this.#terms.readyWithinMs): void {
    const why = `it was not ready after ${readyWithinMs} ms`;
    child.timer = this.#ports.timer(readyWithinMs, () => this.#kill(child, why));
  }

  #standBy(child: Child): void {
    const { plan } = child;
    if (this.#isStopping || child.standby !== undefined || child.state !== "ready") return;
    const standby: Standby = { running: undefined, hasTurn: false };
    try {
      standby.running = this.#ports.start(
        plan,
        { STANDBY: "1" },
        {
          ready: () => {
            if (standby.hasTurn) this.#ready(child);
          },
          exited: (exit) => {
            if (standby.hasTurn) this.#exited(child, exit);
            else this.#standbyEnded(child, exit);
          },
        },
      );
    } catch {
      this.#standbyEnded(child, { code: null, signal: "not started" });
      return;
    }
    child.standby = standby;
    this.#ports.report({ kind: "standing-by", id: plan.id, pid: standby.running.pid });
  }

  #standbyEnded(child: Child, exit: ExitFacts): void {
    child.standby = undefined;
    for (const resolve of child.standbyWaiters.splice(0)) resolve();
    this.#ports.report({ kind: "standby-ended", id: child.plan.id, exit });
    if (!this.#isStopping) this.#standByAfter(child, STANDBY_AGAIN_MS);
  }

  #standByAfter(child: Child, afterMs: number): void {
    child.standbyTimer?.cancel();
    child.standbyTimer = this.#ports.timer(afterMs, () => this.#standBy(child));
  }

  /** True where one stood by: it is the child from now on. */
  #takeOver(child: Child): boolean {
    const { plan, standby } = child;
    if (standby?.running === undefined) return false;
    const isSafeStart = this.#isLoop(child.restart);
    child.standby = undefined;
    standby.hasTurn = true;
    child.running = standby.running;
    child.startedMs = this.#ports.now();
    child.state = "starting";
    this.#ports.report({ kind: "took-over", id: plan.id, pid: standby.running.pid, isSafeStart });
    this.#awaitReady(child);
    standby.running.takeOver(safeStart(isSafeStart));
    return true;
  }

  /** It holds nothing that would have to be put in order. */
  #dismiss(child: Child): Promise<void> {
    const running = child.standby?.running;
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      child.standbyWaiters.push(resolve);
      running.kill("SIGKILL");
    });
  }

  #isLoop(restart: RestartState): boolean {
    return isCrashLoop(restart, this.#ports.now(), this.#terms.crashesMax);
  }

  #ready(child: Child): void {
    if (child.state !== "starting" || child.running === undefined) return;
    child.state = "ready";
    if (!this.#isStopping) child.timer?.cancel();
    this.#ports.report({ kind: "ready", id: child.plan.id, afterMs: this.#ports.now() - child.startedMs });
    for (const resolve of child.readyWaiters.splice(0)) resolve();
    if (child.plan.standby === true) this.#standByAfter(child, STANDBY_AFTER_MS);
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
    const wasLoop = this.#isLoop(child.restart);
    child.restart = state;
    if (!wasLoop && this.#isLoop(state)) {
      this.#ports.report({ kind: "crash-loop", id, exits: crashesAt(state, this.#ports.now()) });
    }
    if (restartAfterMs === undefined || this.#takeOver(child)) return;
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

const safeStart = (isSafeStart: boolean): Readonly<Record<string, string>> =>
  isSafeStart ? { SAFE_START: "1" } : {};

const newChild = (plan: ProcessPlan): Child => ({
  plan,
  state: "down",
  restart: freshRestartState,
  running: undefined,
  startedMs: 0,
  timer: undefined,
  standby: undefined,
  standbyTimer: undefined,
  standbyWaiters: [],
  readyWaiters: [],
  endWaiters: [],
});
