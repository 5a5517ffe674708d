/**
 * The orchestrator's process (OPS-1): asks the planner what is due, runs it, writes down how it ended. It trades
 * nothing and nobody waits for it: what it wants of the running system it asks at execute's door, as an operator
 * would.
 *
 * OR-1  A run is written down before it works; whoever starts after a crash knows which one it was.
 * OR-2  Each lane runs one task at a time, and each run has its end: its own, or that of its time-out.
 * OR-3  While a task without which nothing is to be entered fails, entries are barred; it passes only when they
 *       are let again. What it bars without having found anything wrong ends with the orchestrator (`task-claim.ts`).
 */
import { randomUUID } from "node:crypto";
import type { LinkServer } from "../../adapters/bus/link-server.ts";
import { JobsStore, jobsPath } from "../../adapters/jobs/jobs-store.ts";
import type { TimerHandle } from "../../adapters/net/ports.ts";
import { InputError } from "../../domain/assert.ts";
import { type Session, sessionIndexAt } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate, parseIsoDate } from "../../domain/time.ts";
import { sessionAt, xnysSessions } from "../../market/calendar.ts";
import { phaseStart } from "../../market/phases.ts";
import { dayPlan } from "../../ops/orchestrator/day-planner.ts";
import { phaseOf, whenText } from "../../ops/orchestrator/task-moments.ts";
import type { DayPlan, DueTask, PastRun, TaskTerms } from "../../ops/orchestrator/task-terms.ts";
import { ControlClient } from "../live/control-client.ts";
import { ProcessTimers } from "../live/process-timers.ts";
import type { StageContext } from "../live/stage-context.ts";
import { contextOf, controlDoor } from "./context-of.ts";
import { serveJobs } from "./jobs-door.ts";
import { type Task, type TaskResult, unjudged } from "./task.ts";
import { runInChild } from "./task-child.ts";
import { withClaim } from "./task-claim.ts";
import type { Door, TaskContext } from "./task-context.ts";
import { taskIds, tasks } from "./task-registry.ts";
import { resultOf } from "./task-result.ts";

/** Of the wall: no beat comes more often than that, whatever the speed of the exchange's clock. */
const LEAST_BEAT_MS = 1000;
/** Of the wall, for a start: what fell into it was not missed, also where the exchange's clock is fast. */
const START_MS = 60_000;
/** Of the wall, between two looks at the plan. */
const LOOK_LEAST_MS = 20;
const LOOK_MOST_MS = 30_000;
/** Of the wall, between two words to execute that somebody judges the tasks. */
const WORD_EVERY_MS = 15_000;

/** For `stageMain`. */
export async function runOrchestrator(context: StageContext): Promise<() => Promise<void>> {
  const process = new OrchestratorProcess(context);
  await process.start();
  return () => process.stop();
}

interface Asked {
  readonly id: string;
  readonly task: Task;
}

class OrchestratorProcess {
  readonly #stage: StageContext;
  readonly #store: JobsStore;
  readonly #client: ControlClient;
  readonly #door: Door;
  readonly #past = new Map<string, PastRun>();
  /** Machine's milliseconds at which attempts began that a crash cut short. */
  readonly #crashedAtMs = new Map<string, number>();
  readonly #running = new Map<TaskTerms["lane"], { readonly id: string; readonly end: AbortController }>();
  readonly #memories = new Map<string, Map<string, number>>();
  /** What a beat said last: only what is new is a line of the log. */
  readonly #said = new Map<string, string>();
  readonly #asked: Asked[] = [];
  readonly #aliveSince: EpochMicros;
  #firstRow: number;
  #server: LinkServer | undefined;
  #timer: TimerHandle | undefined;
  readonly #timers: ProcessTimers;
  #isStopped = false;

  constructor(stage: StageContext) {
    const { terms, places } = stage;
    this.#stage = stage;
    this.#timers = new ProcessTimers(stage.clock);
    this.#store = new JobsStore(jobsPath(places.root), Date.now);
    this.#client = new ControlClient(places.root, terms);
    this.#door = controlDoor(this.#client);
    this.#aliveSince = (stage.now().at - START_MS * 1000 * terms.clock.speed) as EpochMicros;
    this.#firstRow = sessionIndexAt(xnysSessions(), terms.clock.exchangeAt);
  }

  async start(): Promise<void> {
    const { terms, log, now } = this.#stage;
    const cut = this.#store.cutShort(terms.run, now().at);
    for (const { task, session, state, attempt, isCutShort, startedAt, wallMs } of this.#store.newest(
      terms.run,
    )) {
      const key = keyOf(task, parseIsoDate(session) as DayNumber);
      const beganAt = startedAt === null ? undefined : (startedAt as EpochMicros);
      this.#past.set(key, { state, attempt, isCutShort, endedMs: undefined, beganAt });
      if (isCutShort) this.#crashedAtMs.set(key, wallMs);
    }
    const session = this.#sessionNow();
    const context = this.#contextOf(session, "", new AbortController().signal, undefined);
    this.#store.describe(
      tasks.map(({ id, when, about, missing }) => ({
        ...{ id, about, phase: phaseOf(when), schedule: whenText(when) },
        whyNot: missing(context) ?? null,
      })),
    );
    log(
      "info",
      `the tasks of the day begin: ${tasks.length} tasks, ${cut} of an earlier life were cut short`,
    );
    this.#timers.every(WORD_EVERY_MS, () => this.#sayOnDuty());
    this.#server = await serveJobs(this.#stage, (task, by) => this.#ask(task, by));
    this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timers.cancel();
    for (const { end } of this.#running.values()) end.abort();
    await this.#server?.close();
    this.#client.close();
    this.#store.cutShort(this.#stage.terms.run, this.#stage.now().at);
    this.#store.close();
  }

  /** Execute goes by its own clock: what it does not hear is silence, whatever the cause. */
  #sayOnDuty(): void {
    this.#client.ask({ verb: "onDuty" }).catch(() => undefined);
  }

  #look(): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    for (;;) {
      const plan = this.#plan();
      this.#firstRow = plan.firstRow;
      for (const skip of plan.skipped) this.#skip(skip);
      const asked = this.#asked.find(({ task }) => !this.#running.has(task.lane));
      const due = plan.due.find(({ task }) => !this.#running.has(task.lane));
      if (asked !== undefined) this.#beginAsked(asked);
      else if (due !== undefined) this.#beginDue(due);
      else {
        this.#wakeAt(plan);
        return;
      }
    }
  }

  #plan(): DayPlan {
    const { terms, now } = this.#stage;
    return dayPlan({
      tasks,
      sessions: xnysSessions(),
      firstRow: this.#firstRow,
      aliveSince: this.#aliveSince,
      now: now(),
      disabled: new Set(terms.config.orchestrator.disabledTasks),
      leastBeatMicros: LEAST_BEAT_MS * 1000 * terms.clock.speed,
      past: (task, date) => this.#past.get(keyOf(task, date)),
    });
  }

  #wakeAt({ wake }: DayPlan): void {
    const { exchange, clock } = this.#stage;
    const byExchange = Number.isFinite(wake.at)
      ? exchange.machineAt(wake.at as EpochMicros) - Date.now()
      : LOOK_MOST_MS;
    const afterMs = Math.min(byExchange, wake.mono - clock.now(), LOOK_MOST_MS);
    this.#timer = clock.timer(Math.max(LOOK_LEAST_MS, afterMs), () => this.#look());
  }

  #skip({ task, session, scheduledAt, why }: DayPlan["skipped"][number]): void {
    const date = isoDate(session.date);
    const row = { run: this.#stage.terms.run, task: task.id, phase: phaseOf(task.when), session: date };
    this.#store.skip({ ...row, scheduledAt, attempt: 1, text: why });
    this.#past.set(keyOf(task.id, session.date), {
      ...{ state: "skipped", attempt: 1, isCutShort: false, endedMs: undefined, beganAt: undefined },
    });
    this.#stage.log("info", `${task.id} of ${date} is left out: ${why}`, { task: task.id });
  }

  /** The name of the run to come. Throws InputError. */
  #ask(id: string, by: string): string {
    const task = tasks.find((one) => one.id === id);
    if (task === undefined)
      throw new InputError(
        `${id.slice(0, 60)}: there is no such task; the tasks are ${taskIds.join(", ")}`,
        2,
      );
    const isUnderWay =
      [...this.#running.values()].some((one) => one.id === id) ||
      this.#asked.some((one) => one.task === task);
    if (isUnderWay)
      throw new InputError(`${id}: it is running now; see: plimsoll jobs history --task ${id}`, 3);
    const runId = randomUUID();
    this.#asked.push({ id: runId, task });
    this.#stage.log("info", `${id} was asked for by ${by}`, { task: id });
    setImmediate(() => this.#look());
    return runId;
  }

  #beginAsked(asked: Asked): void {
    this.#asked.splice(this.#asked.indexOf(asked), 1);
    const { task, id } = asked;
    const session = this.#sessionNow();
    const { at } = this.#stage.now();
    const row = {
      run: this.#stage.terms.run,
      task: task.id,
      phase: phaseOf(task.when),
      session: isoDate(session.date),
    };
    this.#store.begin({ ...row, id, origin: "asked", scheduledAt: at, startedAt: at, attempt: 1 });
    void this.#work(task, session, { id, isAfterCrash: false, crashedAtMs: undefined });
  }

  #beginDue({ task: { id: taskId }, session, scheduledAt, attempt, after, missedBeats }: DueTask): void {
    const task = tasks.find((one) => one.id === taskId) as Task;
    const key = keyOf(task.id, session.date);
    const { at } = this.#stage.now();
    const date = isoDate(session.date);
    const isBeat = task.when.kind === "beats";
    const id = this.#store.begin({
      ...{ run: this.#stage.terms.run, task: task.id, phase: phaseOf(task.when), session: date },
      ...{ origin: "schedule", scheduledAt, startedAt: at, attempt },
      ...(isBeat ? { beat: { missed: missedBeats } } : {}),
    });
    const crashedAtMs = after === "crash" ? this.#crashedAtMs.get(key) : undefined;
    const past = { attempt, isCutShort: false, endedMs: undefined, beganAt: at };
    this.#past.set(key, { ...past, state: "running" });
    const ended = (state: TaskResult["state"]) =>
      this.#past.set(key, { ...past, state, endedMs: this.#stage.clock.now() });
    void this.#work(task, session, { id, isAfterCrash: after === "crash", crashedAtMs, ended });
  }

  /** OR-2. Never rejects. */
  async #work(
    task: Task,
    session: Session,
    run: {
      readonly id: string;
      readonly isAfterCrash: boolean;
      readonly crashedAtMs: number | undefined;
      readonly ended?: (state: TaskResult["state"]) => void;
    },
  ): Promise<void> {
    const { clock } = this.#stage;
    const end = new AbortController();
    this.#running.set(task.lane, { id: task.id, end });
    const begun = clock.now();
    const timer = clock.timer(task.timeoutMs, () => end.abort());
    const late = new Promise<TaskResult>((resolve) =>
      end.signal.addEventListener("abort", () =>
        resolve(unjudged(`it took longer than ${task.timeoutMs / 1000} s`)),
      ),
    );
    const context = this.#contextOf(session, task.id, end.signal, run.crashedAtMs);
    const worked = this.#attempt(task, context, run.isAfterCrash);
    const ended = await Promise.race([worked, late]);
    const result = this.#isStopped ? ended : await withClaim(this.#door, task, ended);
    timer.cancel();
    if (this.#isStopped) return;
    this.#running.delete(task.lane);
    const { state, text, output } = result;
    const tookMs = Math.round(clock.now() - begun);
    this.#store.end(run.id, { state, endedAt: this.#stage.now().at, tookMs, text, output });
    run.ended?.(state);
    this.#tell(task, isoDate(session.date), result);
    this.#look();
  }

  async #attempt(task: Task, context: TaskContext, isAfterCrash: boolean): Promise<TaskResult> {
    const why = task.missing(context);
    if (why !== undefined) return { state: "unavailable", text: why };
    if (task.lane === "loop") return resultOf(task, context, isAfterCrash);
    const { root, date, crashedAtMs, signal } = context;
    return runInChild({ root, task: task.id, date, crashedAtMs, isAfterCrash, signal });
  }

  #tell(task: Task, date: string, { state, text }: TaskResult): void {
    const isBeat = task.when.kind === "beats";
    const isBad = state === "failed";
    // A beat that says what it said before, or that all is well as before, is no news.
    if (isBeat && this.#said.get(task.id) === (isBad ? text : "")) return;
    if (isBeat) this.#said.set(task.id, isBad ? text : "");
    this.#stage.log(isBad ? "warning" : "info", `${task.id} of ${date}: ${state}: ${text}`, {
      task: task.id,
    });
  }

  #contextOf(
    session: Session,
    task: string,
    signal: AbortSignal,
    crashedAtMs: number | undefined,
  ): TaskContext {
    const memory = this.#memories.get(task) ?? new Map<string, number>();
    this.#memories.set(task, memory);
    const found: TaskContext["found"] = (table, date, rows) => {
      // Who was given up must not write over what came after.
      if (!signal.aborted) this.#store.found(table, this.#stage.terms.run, date, rows);
    };
    return contextOf(
      { stage: this.#stage, door: this.#door, found },
      { session, signal, crashedAtMs, memory },
    );
  }

  /** The one whose day has begun last; the run's first before that. */
  #sessionNow(): Session {
    const { terms, now } = this.#stage;
    const table = xnysSessions();
    const first = sessionIndexAt(table, terms.clock.exchangeAt);
    let row = sessionIndexAt(table, now().at);
    while (row > first && phaseStart("PRE_MARKET", sessionAt(table, row)) > now().at) row -= 1;
    return sessionAt(table, Math.max(first, row));
  }
}

const keyOf = (task: string, date: DayNumber): string => `${date} ${task}`;
