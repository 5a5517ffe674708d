/** What a task of the day is, as the planner and the documents see it (OPS-1): data, and nothing that runs. */
import type { Session } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Phase } from "../../market/phases.ts";

/** Jobs with an hour of their own, by its name on a full day. */
export const clockTimes = ["08:30", "09:15", "16:30", "02:00"] as const;
export type ClockTime = (typeof clockTimes)[number];

/** Once at the start of a phase or at an hour; or again and again while a phase lasts. */
export type When =
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "clock"; readonly time: ClockTime }
  /** Seconds of the exchange's clock between two beats. */
  | { readonly kind: "beats"; readonly phase: Phase; readonly everySeconds: number };

export interface TaskTerms {
  readonly id: string;
  readonly when: When;
  /** One sentence. */
  readonly about: string;
  /** Tasks of the same session that must have ended well before: earlier ones of the registry. */
  readonly needs: readonly string[];
  /** Of the wall, 1 s to an hour. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Of the wall before the second attempt; doubles with each, to five minutes. */
  readonly backOffMs: number;
  /** What is done when its time was over before the orchestrator was there: it is run late, or left out. */
  readonly catchUp: "run" | "skip";
  /** True: after a crash in the middle it is run again. False: its own check looks first at what was done. */
  readonly isIdempotent: boolean;
  /** `child`: heavy, in a process of its own beside the others; one at a time in each lane. */
  readonly lane: "loop" | "child";
  /** Only in the last session of a week. */
  readonly isWeekly?: true;
  /** While it fails, nothing is entered: the orchestrator claims NO_NEW_ENTRIES. */
  readonly isEssential?: true;
  /** For docs/tasks.md. */
  readonly inputs: string;
  /** Table of db/jobs.db, or what else it leaves; `task_runs` for none but its own row. */
  readonly output: string;
}

/** How the last run of a task in a session stands. */
export interface PastRun {
  readonly state: "running" | "done" | "failed" | "skipped" | "unavailable";
  /** From 1. */
  readonly attempt: number;
  /** It began and nobody wrote down its end: the orchestrator died in it. */
  readonly isCutShort: boolean;
  /** Monotonic milliseconds of this life; undefined: it ended in an earlier one. */
  readonly endedMs: number | undefined;
  /** Of the exchange; undefined for one that never began. */
  readonly beganAt: EpochMicros | undefined;
}

/** One run that is to begin now. */
export interface DueTask {
  readonly task: TaskTerms;
  readonly session: Session;
  readonly scheduledAt: EpochMicros;
  /** From 1; of beats always 1. */
  readonly attempt: number;
  /** What came before it in this session. `crash`: it may be half done. */
  readonly after: "nothing" | "failure" | "crash";
  /** How long it has been due, exchange micros. */
  readonly lateMicros: number;
  /** Beats that fell out since the last one. */
  readonly missedBeats: number;
}

/** One run that will never be, and why. */
export interface SkippedTask {
  readonly task: TaskTerms;
  readonly session: Session;
  readonly scheduledAt: EpochMicros;
  readonly why: string;
}

export interface NextTask {
  readonly id: string;
  readonly at: EpochMicros;
}

export interface DayPlan {
  /** In the order in which they are to begin; of each lane only the first. */
  readonly due: readonly DueTask[];
  readonly skipped: readonly SkippedTask[];
  /** What comes next of each task, soonest first. */
  readonly next: readonly NextTask[];
  /** When to ask again if nothing else happens: exchange micros and monotonic milliseconds, Infinity for never. */
  readonly wake: { readonly at: number; readonly mono: number };
  /** Row of the first session of which something is still to come. */
  readonly firstRow: number;
}
