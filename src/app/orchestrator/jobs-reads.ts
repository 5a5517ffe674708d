/**
 * What people see of the tasks of the day, on the page and on the command line: each task with its last run and its
 * next time, and the history. Plain reads of db/jobs.db and the plan; a dead orchestrator is seen by what is late. What
 * it gives is `JobsAnswer` and `NextJob` of the dashboard's contract, which stands above this room.
 */
import { JobsReader, type RunLine } from "../../adapters/jobs/jobs-reader.ts";
import { jobsPath } from "../../adapters/jobs/jobs-store.ts";
import { InputError } from "../../domain/assert.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, isoDate, isoInstant, MICROS_PER_SECOND } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { ExchangeClock } from "../../market/exchange-clock.ts";
import { phaseAt } from "../../market/phases.ts";
import { dayPlan } from "../../ops/orchestrator/day-planner.ts";
import { phaseOf } from "../../ops/orchestrator/task-moments.ts";
import type { DayPlan, PastRun } from "../../ops/orchestrator/task-terms.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { askForTask } from "./jobs-door.ts";
import { tasks } from "./task-registry.ts";

/** ISO instants. */
export interface JobLine {
  readonly task: string;
  readonly session: string;
  readonly state: "running" | "done" | "failed" | "skipped" | "unavailable" | "late";
  readonly scheduledAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly attempt: number;
  readonly text: string;
}

export interface JobTask {
  readonly id: string;
  readonly phase: string;
  readonly about: string;
  readonly isAvailable: boolean;
  readonly nextAt: string | null;
  readonly last: JobLine | null;
}

export interface JobsPicture {
  readonly phase: string;
  readonly tasks: readonly JobTask[];
  readonly history: readonly JobLine[];
}

const HISTORY_ROWS = 200;
const NEXT_ROWS = 5;
/** What is due for longer and has not begun is late: of the exchange, and of the wall on a fast clock. */
const LATE_MICROS = 120 * MICROS_PER_SECOND;
const LATE_WALL_MS = 15_000;

export class JobsReads {
  readonly #root: string;
  readonly #run: RunTerms;
  readonly #exchange: ExchangeClock;
  readonly #wallMs: () => number;
  readonly #isOver: boolean;
  #reader: JobsReader | undefined;

  /** `isOver`: the run was closed; nothing of it is late, nothing comes next. */
  constructor(
    root: string,
    run: RunTerms,
    { wallMs = Date.now, isOver = false }: { readonly wallMs?: () => number; readonly isOver?: boolean } = {},
  ) {
    this.#isOver = isOver;
    this.#root = root;
    this.#run = run;
    this.#wallMs = wallMs;
    this.#exchange = new ExchangeClock(run.clock, xnysSessions());
  }

  read(): JobsPicture {
    const reader = this.#open();
    const plan = this.#plan(reader);
    const described = new Map(reader?.tasks().map((line) => [line.id, line]));
    const newest = reader?.newest(this.#run.run);
    const next = new Map(this.#isOver ? [] : plan.next.map(({ id, at }) => [id, isoInstant(at)]));
    const late = new Map(this.#late(plan).map((line) => [line.task, line]));
    return {
      phase: phaseAt(this.#now()),
      tasks: tasks.map(({ id, when, about }) => {
        const run = newest?.get(id);
        return {
          ...{ id, about, phase: phaseOf(when), nextAt: next.get(id) ?? null },
          isAvailable: (described.get(id)?.whyNot ?? null) === null,
          last: late.get(id) ?? (run === undefined ? null : jobLine(run)),
        };
      }),
      history: [...late.values(), ...this.history(HISTORY_ROWS)],
    };
  }

  /** Newest first. */
  history(limit: number, task?: string): JobLine[] {
    return (this.#open()?.history(this.#run.run, limit, task) ?? []).map(jobLine);
  }

  find(id: string): RunLine | undefined {
    return this.#open()?.find(id);
  }

  /** Tasks of the newest session whose last attempt failed. */
  failed(): number {
    return this.#open()?.failed(this.#run.run) ?? 0;
  }

  next(): readonly { readonly id: string; readonly at: string }[] {
    const { next } = this.#plan(undefined);
    return next.slice(0, NEXT_ROWS).map(({ id, at }) => ({ id, at: isoInstant(at) }));
  }

  /** Asks the orchestrator to run a task now; says what was begun. Throws InputError when it was refused. */
  async run(task: string, by: string, _reason?: string): Promise<string> {
    await this.begin(task, by);
    return `${task} runs now.`;
  }

  /** As `run`; gives the name of the run, for `find`. */
  async begin(task: string, by: string): Promise<string> {
    const answer = await askForTask(this.#root, this.#run, { task, by });
    if (answer.kind === "refused") throw new InputError(answer.reason, answer.exitCode === 2 ? 2 : 3);
    return answer.runId;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  #now(): EpochMicros {
    return this.#exchange.exchangeAt(this.#wallMs());
  }

  /** Undefined until the orchestrator has begun. */
  #open(): JobsReader | undefined {
    try {
      this.#reader ??= new JobsReader(jobsPath(this.#root));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    return this.#reader;
  }

  #plan(reader: JobsReader | undefined): DayPlan {
    const { run, clock, config } = this.#run;
    const past = new Map(reader?.scheduled(run).map((one) => [`${one.session} ${one.task}`, one]));
    const at = this.#now();
    return dayPlan({
      tasks,
      sessions: xnysSessions(),
      firstRow: Math.max(
        sessionIndexAt(xnysSessions(), clock.exchangeAt),
        // What is older has long ended, or is told by its row.
        sessionIndexAt(xnysSessions(), at) - 2,
      ),
      aliveSince: clock.exchangeAt,
      now: { at, mono: Number.POSITIVE_INFINITY },
      disabled: new Set(config.orchestrator.disabledTasks),
      leastBeatMicros: MICROS_PER_SECOND * clock.speed,
      past: (task, date) => pastOf(past.get(`${isoDate(date)} ${task}`)),
    });
  }

  #late({ due }: DayPlan): JobLine[] {
    if (this.#isOver) return [];
    const most = Math.max(LATE_MICROS, LATE_WALL_MS * 1000 * this.#run.clock.speed);
    return due
      .filter(
        ({ lateMicros, after, task }) =>
          after === "nothing" && task.when.kind !== "beats" && lateMicros > most,
      )
      .map(({ task, session, scheduledAt, attempt }) => ({
        ...{
          task: task.id,
          session: isoDate(session.date),
          state: "late",
          scheduledAt: isoInstant(scheduledAt),
        },
        ...{ startedAt: null, endedAt: null, attempt, text: "it is due and has not begun" },
      }));
  }
}

function pastOf(
  found:
    | { readonly state: PastRun["state"]; readonly attempt: number; readonly startedAt: number | null }
    | undefined,
): PastRun | undefined {
  if (found === undefined) return undefined;
  const beganAt = found.startedAt === null ? undefined : (found.startedAt as EpochMicros);
  return { state: found.state, attempt: found.attempt, isCutShort: false, endedMs: undefined, beganAt };
}

function jobLine(run: RunLine): JobLine {
  const { task, session, state, attempt, beats, beatsFailed, beatsMissed, text } = run;
  const instant = (at: number | null) => (at === null ? null : isoInstant(at as EpochMicros));
  const beatsText = beats === 0 ? "" : `; ${beats} times, ${beatsFailed} failed, ${beatsMissed} left out`;
  return {
    ...{ task, session, state, attempt },
    scheduledAt: isoInstant(run.scheduledAt as EpochMicros),
    startedAt: instant(run.startedAt),
    endedAt: instant(run.endedAt),
    text: `${run.origin === "asked" ? "asked for: " : ""}${text}${beatsText}`,
  };
}
