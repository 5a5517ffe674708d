/**
 * Days of an orchestrator in virtual time: what it begins by its plan, one run at a time in each lane, with crashes,
 * failures and runs that take their time. The history is all that outlives a crash, as in the database.
 */
import { sessionIndexAt } from "../src/domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate, parseIsoDate } from "../src/domain/time.ts";
import { sessionOn, xnysSessions } from "../src/market/calendar.ts";
import { fromNewYork, newYorkDay, newYorkMinuteOfDay } from "../src/market/us-eastern.ts";
import { dayPlan } from "../src/ops/orchestrator/day-planner.ts";
import type { DayPlan, DueTask, PastRun, TaskTerms } from "../src/ops/orchestrator/task-terms.ts";

/** `2026-11-27 12:45`, New York's wall. */
export function wall(text: string): EpochMicros {
  const [date = "", clock = ""] = text.split(" ");
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return fromNewYork(parseIsoDate(date) as DayNumber, hour * 60 + minute);
}

export function wallText(at: EpochMicros): string {
  const minute = newYorkMinuteOfDay(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${isoDate(newYorkDay(at))} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** One line of what happened. */
export interface Noted {
  readonly id: string;
  readonly session: string;
  readonly at: EpochMicros;
  readonly what: "began" | "skipped";
  readonly attempt: number;
  readonly after: DueTask["after"];
  readonly why: string;
}

interface Running {
  readonly due: DueTask;
  readonly endsMs: number;
}

export interface TaskDaysTerms {
  readonly tasks: readonly TaskTerms[];
  readonly since: EpochMicros;
  readonly disabled?: readonly string[];
  /** Milliseconds that a run takes; 0 when absent. */
  readonly tookMs?: (due: DueTask) => number;
  readonly state?: (due: DueTask) => "done" | "failed" | "unavailable";
}

export class TaskDays {
  readonly #terms: TaskDaysTerms;
  readonly #past = new Map<string, PastRun>();
  readonly #running = new Map<TaskTerms["lane"], Running>();
  readonly #firstRow: number;
  #row: number;
  #aliveSince: EpochMicros;
  #bornMs = 0;
  #isAlive = true;
  at: EpochMicros;
  /** Of the wall since the beginning. */
  ms = 0;
  plan: DayPlan | undefined;
  readonly log: Noted[] = [];

  constructor(terms: TaskDaysTerms) {
    this.#terms = terms;
    this.at = terms.since;
    this.#aliveSince = terms.since;
    this.#firstRow = sessionIndexAt(xnysSessions(), terms.since);
    this.#row = this.#firstRow;
  }

  /** Lives on to that instant, looking every `stepMicros`. */
  live(to: EpochMicros, stepMicros: number): void {
    for (;;) {
      this.look();
      if (this.at >= to) return;
      const step = Math.min(stepMicros, to - this.at);
      this.at = (this.at + step) as EpochMicros;
      this.ms += step / 1000;
    }
  }

  /** Everything that is not written down is lost. */
  kill(): void {
    this.#isAlive = false;
    for (const { due } of this.#running.values()) {
      const past = this.#past.get(keyOf(due.task.id, due.session.date));
      if (past !== undefined)
        this.#past.set(keyOf(due.task.id, due.session.date), { ...past, isCutShort: true });
    }
    this.#running.clear();
  }

  start(at: EpochMicros): void {
    this.ms += Math.max(0, at - this.at) / 1000;
    this.at = at;
    this.#isAlive = true;
    this.#aliveSince = at;
    this.#bornMs = this.ms;
    this.#row = this.#firstRow;
    for (const [key, past] of this.#past) this.#past.set(key, { ...past, endedMs: undefined });
  }

  look(): void {
    if (!this.#isAlive) return;
    for (const [lane, { due, endsMs }] of this.#running) if (endsMs <= this.ms) this.#end(lane, due);
    for (;;) {
      const { tasks, disabled = [] } = this.#terms;
      const plan = dayPlan({
        tasks,
        sessions: xnysSessions(),
        firstRow: this.#row,
        aliveSince: this.#aliveSince,
        now: { at: this.at, mono: this.ms - this.#bornMs },
        disabled: new Set(disabled),
        leastBeatMicros: 0,
        past: (task, date) => this.#past.get(keyOf(task, date)),
      });
      this.plan = plan;
      this.#row = plan.firstRow;
      for (const { task, session, why } of plan.skipped) {
        this.#note(task.id, session.date, { what: "skipped", attempt: 0, after: "nothing", why });
        this.#put(task.id, session.date, {
          state: "skipped",
          attempt: 0,
          endedMs: undefined,
          beganAt: undefined,
        });
      }
      const first = plan.due.find(({ task }) => !this.#running.has(task.lane));
      if (first === undefined) return;
      this.#begin(first);
    }
  }

  /** Of the once-a-session tasks, what happened, as `session id`; beats only the first. */
  get order(): string[] {
    return this.log.map(({ session, id }) => `${session} ${id}`);
  }

  #begin(due: DueTask): void {
    const { tookMs = () => 0 } = this.#terms;
    const { task, session, attempt, after } = due;
    this.#note(task.id, session.date, { what: "began", attempt, after, why: "" });
    this.#put(task.id, session.date, { state: "running", attempt, endedMs: undefined, beganAt: this.at });
    const took = tookMs(due);
    this.#running.set(task.lane, { due, endsMs: this.ms + took });
    if (took === 0) this.#end(task.lane, due);
  }

  #end(lane: TaskTerms["lane"], due: DueTask): void {
    const { state = () => "done" } = this.#terms;
    const { task, session, attempt } = due;
    const beganAt = this.#past.get(keyOf(task.id, session.date))?.beganAt;
    this.#put(task.id, session.date, {
      state: state(due),
      attempt,
      endedMs: this.ms - this.#bornMs,
      beganAt,
    });
    this.#running.delete(lane);
  }

  #put(id: string, date: DayNumber, past: Omit<PastRun, "isCutShort">): void {
    this.#past.set(keyOf(id, date), { ...past, isCutShort: false });
  }

  #note(id: string, date: DayNumber, more: Omit<Noted, "id" | "session" | "at">): void {
    this.log.push({ id, session: isoDate(date), at: this.at, ...more });
  }
}

const keyOf = (task: string, date: DayNumber): string => `${date} ${task}`;

export const sessionDates = (from: string, to: string): string[] => {
  const dates: string[] = [];
  for (let day = parseIsoDate(from) as number; day <= (parseIsoDate(to) as number); day++)
    if (sessionOn(day as DayNumber) !== undefined) dates.push(isoDate(day as DayNumber));
  return dates;
};
