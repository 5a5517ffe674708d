/**
 * Says what is due, in which order, what is left out and why, and what comes next: a function of the calendar, of what
 * has been run, and of the instant (OPS-1). It starts nothing and knows no clock; asked twice it says the same.
 *
 * JP-1  A task begins once in a session, and again only after a failure or a crash; every task of every session since
 *       the run began comes to an end that is written down: done, failed, unavailable, or left out with the reason.
 * JP-2  No task begins before those that it needs have ended well; where one of them did not, it is left out.
 * JP-3  What is due begins in the order of its time, then of the registry; in each lane one at a time.
 * JP-4  A beat that comes too late falls out: there is never more than one to make up for. A task of the session never
 *       falls out because it is late, but only when the same task of a later session is due.
 * JP-5  Back-off goes by the monotonic clock, schedules by the exchange's.
 */
import type { Session, SessionTable } from "../../domain/session.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_SECOND,
} from "../../domain/time.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { sessionAt } from "../../market/calendar.ts";
import { phaseStart } from "../../market/phases.ts";
import { isPlanned, scheduledAt, windowEnd } from "./task-moments.ts";
import type { DayPlan, DueTask, NextTask, PastRun, SkippedTask, TaskTerms } from "./task-terms.ts";

export interface PlanQuestion {
  /** In the order of the registry: what is needed stands before who needs it. */
  readonly tasks: readonly TaskTerms[];
  readonly sessions: SessionTable;
  /** Row of the first session whose tasks are ours; `DayPlan.firstRow` of the answer before. */
  readonly firstRow: number;
  /** What was over by then was missed: when this process came to be, less the time that a start takes. */
  readonly aliveSince: EpochMicros;
  readonly now: Instants;
  /** Switched off by the configuration. */
  readonly disabled: ReadonlySet<string>;
  /** Exchange micros between two beats at least: a fast clock must not make them pile up. */
  readonly leastBeatMicros: number;
  past(task: string, date: DayNumber): PastRun | undefined;
}

const BACK_OFF_MAX_MS = 300_000;
/** Sessions ahead in which the next run of a weekly task is looked for. */
const ROWS_AHEAD = 12;

/** `good` and `bad`: over, `open`: not over, or not begun. */
type End = "good" | "bad" | "open";

export function dayPlan(question: PlanQuestion): DayPlan {
  const { sessions, now } = question;
  let { firstRow } = question;
  const last = lastBegunRow(sessions, firstRow, now.at);
  const due: (DueTask & { readonly turn: number })[] = [];
  const skipped: SkippedTask[] = [];
  let wakeMono = Number.POSITIVE_INFINITY;
  for (let row = firstRow; row <= last; row++) {
    const look = new SessionLook(question, row, last);
    const ends = question.tasks.map((task) => look.judge(task));
    due.push(...look.due);
    skipped.push(...look.skipped);
    wakeMono = Math.min(wakeMono, look.retryMono);
    if (row === firstRow && row < last && !ends.includes("open")) firstRow += 1;
  }
  const next = nextTasks(question, firstRow);
  return {
    due: due.toSorted((a, b) => a.turn - b.turn).map(({ turn: _, ...task }) => task),
    skipped,
    next,
    wake: { at: next[0]?.at ?? Number.POSITIVE_INFINITY, mono: wakeMono },
    firstRow,
  };
}

/** The newest session whose day has begun; the one before `firstRow` where none has. */
function lastBegunRow({ open, date, close }: SessionTable, firstRow: number, at: EpochMicros): number {
  let row = firstRow - 1;
  while (row + 1 < open.length) {
    const session = sessionAt({ open, date, close }, row + 1);
    if (phaseStart("PRE_MARKET", session) > at) break;
    row += 1;
  }
  return row;
}

/** One session's tasks, one after the other in the order of the registry. */
class SessionLook {
  readonly #question: PlanQuestion;
  readonly #row: number;
  readonly #last: number;
  readonly #session: Session;
  readonly #ends = new Map<string, End>();
  /** `turn`: since when it has been waiting for its turn. */
  readonly due: (DueTask & { readonly turn: number })[] = [];
  readonly skipped: SkippedTask[] = [];
  retryMono = Number.POSITIVE_INFINITY;

  constructor(question: PlanQuestion, row: number, last: number) {
    this.#question = question;
    this.#row = row;
    this.#last = last;
    this.#session = sessionAt(question.sessions, row);
  }

  judge(task: TaskTerms): End {
    const end = isPlanned(task, this.#question.sessions, this.#row) ? this.#judge(task) : "good";
    this.#ends.set(task.id, end);
    return end;
  }

  #judge(task: TaskTerms): End {
    const { now, past } = this.#question;
    const at = scheduledAt(task.when, this.#session);
    const before = past.call(this.#question, task.id, this.#session.date);
    if (before?.state === "running" && !before.isCutShort) return "open";
    if (now.at < at) return "open";
    if (task.when.kind === "beats") return this.#beat(task, at, before);
    if (before !== undefined && isOver(before, task))
      return before.state === "failed" ? "bad" : overEnd(before);
    const successor = this.#successor(task);
    if (before === undefined) {
      const why = this.#whyNever(task, successor);
      if (why !== undefined) return this.#skip(task, at, why);
    } else if (successor !== undefined) return "bad";
    return this.#needsThen(task, at, () => this.#attempt(task, at, before));
  }

  #beat(task: TaskTerms, phaseAt: EpochMicros, before: PastRun | undefined): End {
    const { now, leastBeatMicros, disabled } = this.#question;
    const { when } = task;
    if (when.kind !== "beats") return "open";
    if (before?.state === "skipped") return "bad";
    if (disabled.has(task.id)) return this.#skip(task, phaseAt, SWITCHED_OFF);
    if (now.at >= windowEnd(when, this.#session))
      return before === undefined ? this.#skip(task, phaseAt, this.#whyNoBeat(task)) : "good";
    const every = beatMicros(when.everySeconds, leastBeatMicros);
    const slot = Math.floor((now.at - phaseAt) / every);
    const lastSlot = before?.beganAt === undefined ? -1 : Math.floor((before.beganAt - phaseAt) / every);
    if (lastSlot >= slot) return "open";
    const slotAt = (phaseAt + slot * every) as EpochMicros;
    return this.#needsThen(task, phaseAt, () => {
      // Who has waited longest is first, or one that takes its time would leave the others none.
      const turn = phaseAt + (lastSlot + 1) * every;
      const missedBeats = slot - lastSlot - 1;
      this.#push(task, { scheduledAt: slotAt, turn, attempt: 1, after: "nothing", missedBeats });
      return "open";
    });
  }

  #attempt(task: TaskTerms, at: EpochMicros, before: PastRun | undefined): End {
    const { now } = this.#question;
    const attempt = (before?.attempt ?? 0) + 1;
    const after = before === undefined ? "nothing" : before.isCutShort ? "crash" : "failure";
    const again = after === "failure" ? retryAt(task, before) : Number.NEGATIVE_INFINITY;
    if (again > now.mono) this.retryMono = Math.min(this.retryMono, again);
    else this.#push(task, { scheduledAt: at, turn: at, attempt, after, missedBeats: 0 });
    return "open";
  }

  #push(task: TaskTerms, run: Omit<DueTask, "task" | "session" | "lateMicros"> & { turn: number }): void {
    const lateMicros = this.#question.now.at - run.scheduledAt;
    this.due.push({ task, session: this.#session, lateMicros, ...run });
  }

  #skip(task: TaskTerms, at: EpochMicros, why: string): End {
    this.skipped.push({ task, session: this.#session, scheduledAt: at, why });
    return "bad";
  }

  /** JP-2. */
  #needsThen(task: TaskTerms, at: EpochMicros, go: () => End): End {
    const missing = task.needs.find((id) => this.#ends.get(id) !== "good");
    if (missing === undefined) return go();
    if (this.#ends.get(missing) !== "bad") return "open";
    return this.#skip(task, at, `it needs ${missing}, which did not end well`);
  }

  #whyNever(task: TaskTerms, successor: string | undefined): string | undefined {
    const { disabled, aliveSince } = this.#question;
    if (disabled.has(task.id)) return SWITCHED_OFF;
    if (successor !== undefined) return `the same task of ${successor} is due; this one would come too late`;
    const end = windowEnd(task.when, this.#session);
    if (task.catchUp === "run" || end > aliveSince) return undefined;
    return `its time was over at ${isoInstant(end)}, before the orchestrator was there`;
  }

  #whyNoBeat(task: TaskTerms): string {
    const end = windowEnd(task.when, this.#session);
    return end <= this.#question.aliveSince
      ? `its time was over at ${isoInstant(end)}, before the orchestrator was there`
      : "no beat had its turn before its time was over";
  }

  /** Date of a later session whose same task is due already. */
  #successor(task: TaskTerms): string | undefined {
    const { sessions, now } = this.#question;
    for (let row = this.#row + 1; row <= this.#last; row++) {
      if (!isPlanned(task, sessions, row)) continue;
      const later = sessionAt(sessions, row);
      return scheduledAt(task.when, later) <= now.at ? isoDate(later.date) : undefined;
    }
    return undefined;
  }
}

const SWITCHED_OFF = "switched off by orchestrator.disabledTasks";

/** The pause between two beats on a clock of that speed. */
export const beatMicros = (everySeconds: number, leastMicros: number): number =>
  Math.max(everySeconds * MICROS_PER_SECOND, leastMicros);

/** A crash is no failure of the task: it has a second attempt, whatever its retries. */
function isOver({ state, attempt, isCutShort }: PastRun, { retries }: TaskTerms): boolean {
  if (isCutShort) return attempt >= Math.max(2, 1 + retries);
  return state !== "failed" || attempt > retries;
}

const overEnd = ({ state, isCutShort }: PastRun): End => (state === "skipped" || isCutShort ? "bad" : "good");

function retryAt({ backOffMs }: TaskTerms, before: PastRun | undefined): number {
  // What ended in an earlier life has waited long enough.
  if (before?.endedMs === undefined) return Number.NEGATIVE_INFINITY;
  return before.endedMs + Math.min(BACK_OFF_MAX_MS, backOffMs * 2 ** (before.attempt - 1));
}

function nextTasks({ tasks, sessions, now, leastBeatMicros }: PlanQuestion, firstRow: number): NextTask[] {
  const next = tasks.flatMap((task): NextTask[] => {
    const end = Math.min(firstRow + ROWS_AHEAD, sessions.open.length);
    for (let row = firstRow; row < end; row++) {
      if (!isPlanned(task, sessions, row)) continue;
      const at = nextIn(task, sessionAt(sessions, row), now.at, leastBeatMicros);
      if (at !== undefined) return [{ id: task.id, at }];
    }
    return [];
  });
  return next.toSorted((a, b) => a.at - b.at);
}

function nextIn(
  { when }: TaskTerms,
  session: Session,
  now: EpochMicros,
  leastBeatMicros: number,
): EpochMicros | undefined {
  const at = scheduledAt(when, session);
  if (at > now) return at;
  if (when.kind !== "beats") return undefined;
  const every = beatMicros(when.everySeconds, leastBeatMicros);
  const beat = (at + (Math.floor((now - at) / every) + 1) * every) as EpochMicros;
  return beat < windowEnd(when, session) ? beat : undefined;
}
