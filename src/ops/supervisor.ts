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
import { vitalsIn } from "../domain/process-vitals.ts";
import type { ExitFacts, ProcessPlan, SupervisorReport } from "./process-plan.ts";
import { crashesAt, decideRestart, isCrashLoop, type RestartState } from "./restart-policy.ts";
import { type RecoveryAsk, recoveryIn, refusalOf } from "./restart-request.ts";
import {
  type Child,
  type ChildStatus,
  newChild,
  type RunningChild,
  type Standby,
  statusOf,
} from "./supervised-child.ts";

export interface ChildEvents {
  ready(): void;
  /** Whatever else it says by its channel. */
  told(message: unknown): void;
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
  /** Everything is being closed: nothing is restarted on request then. Never, when absent. */
  readonly isClosing?: (() => boolean) | undefined;
}

/** From a child's being ready until a second one is started to stand by, and from that one's end until the next. */
const STANDBY_AFTER_MS = 2000;
const STANDBY_AGAIN_MS = 10_000;

export class Supervisor {
  readonly #terms: SupervisorTerms;
  readonly #ports: SupervisorPorts;
  readonly #children: ReadonlyMap<string, Child>;
  #isStopping = false;
  readonly #grantedMs: number[] = [];

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
    const now = this.#ports.now();
    return [...this.#children.values()].map((child) => statusOf(child, now, this.#isLoop(child.restart)));
  }

  #told(child: Child, message: unknown): void {
    const vitals = vitalsIn(message);
    if (vitals !== undefined) {
      child.vitals = vitals;
      child.heardMs = this.#ports.now();
      return;
    }
    const ask = recoveryIn(message);
    if (ask !== undefined && child.plan.mayAsk === true) this.#asked(ask, child.plan.id);
  }

  /** Whether it is done is judged here (RR-1, RR-2). */
  #asked(ask: RecoveryAsk, by: string): void {
    const { id, wish, cause, why } = ask;
    const child = this.#children.get(id);
    const refusal = this.#isStopping
      ? "the system is being stopped"
      : child === undefined
        ? "there is no such process"
        : this.#refusal(ask, child);
    this.#ports.report({ kind: "asked", id, wish, by, why, refusal });
    if (refusal !== undefined || child === undefined) return;
    if (wish === "reconnect") {
      child.reconnects += 1;
      child.running?.tell({ ask: "reconnect", why });
      return;
    }
    child.restartedMs.push(this.#ports.now());
    this.#grantedMs.push(this.#ports.now());
    // What hangs hears no signal but one.
    if (cause === "hung") this.#kill(child, why);
    else this.#end(child, why);
  }

  #refusal(ask: RecoveryAsk, { plan, state, vitals, heardMs, restartedMs }: Child): string | undefined {
    if (ask.wish === "reconnect") return state === "ready" ? undefined : "it is not running";
    const nowMs = this.#ports.now();
    return refusalOf(ask, {
      ...{ isReady: state === "ready", isGuarded: plan.isGuarded === true, vitals, nowMs },
      ...{ silentMs: nowMs - heardMs, ownMs: restartedMs, allMs: this.#grantedMs },
      isClosing: this.#terms.isClosing?.() ?? false,
    });
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
      child.endWaiters.push(resolve);
      this.#end(child, `it had not ended ${this.#terms.stopWithinMs} ms after SIGTERM`);
    });
  }

  #end(child: Child, why: string): void {
    child.timer?.cancel();
    child.timer = this.#ports.timer(this.#terms.stopWithinMs, () => this.#kill(child, why));
    child.running?.kill("SIGTERM");
  }

  #launch(child: Child): void {
    const { plan, restart } = child;
    const { now, report } = this.#ports;
    const isSafeStart = this.#isLoop(restart);
    child.startedMs = now();
    child.starts += 1;
    child.state = "starting";
    try {
      child.running = this.#ports.start(plan, safeStart(isSafeStart), {
        ready: () => this.#ready(child),
        told: (message) => this.#told(child, message),
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
          told: (message) => {
            if (standby.hasTurn) this.#told(child, message);
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
    child.starts += 1;
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
    child.heardMs = this.#ports.now();
    if (!this.#isStopping) child.timer?.cancel();
    this.#ports.report({ kind: "ready", id: child.plan.id, afterMs: this.#ports.now() - child.startedMs });
    for (const resolve of child.readyWaiters.splice(0)) resolve();
    if (child.plan.standby === true) this.#standByAfter(child, STANDBY_AFTER_MS);
  }

  #exited(child: Child, exit: ExitFacts): void {
    const { id, restart: when } = child.plan;
    child.timer?.cancel();
    child.running = undefined;
    child.vitals = undefined;
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
