/**
 * The writing side of db/jobs.db, for the orchestrator alone. A run is written down before it begins: whoever starts
 * after a crash finds it without an end.
 *
 * JB-1  A run has one row; of beats a session has one row, which counts them.
 * JB-2  What a task found of a session replaces what it found before, all of it or nothing.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";
import { openDatabase } from "../sqlite-file.ts";
import { jobsMigrations, type TaskTable, taskTables } from "./jobs-schema.ts";

export type RunState = "running" | "done" | "failed" | "skipped" | "unavailable";

export interface RunBegin {
  readonly run: string;
  readonly task: string;
  readonly phase: string;
  /** YYYY-MM-DD. */
  readonly session: string;
  readonly origin: "schedule" | "asked";
  /** Epoch micros of the exchange. */
  readonly scheduledAt: number;
  readonly startedAt: number;
  readonly attempt: number;
  /** Of a recurring one. */
  readonly beat?: { readonly missed: number };
  /** The row's name, where somebody waits for it. */
  readonly id?: string;
}

export interface RunEnd {
  readonly state: "done" | "failed" | "unavailable";
  readonly endedAt: number;
  readonly tookMs: number;
  readonly text: string;
  readonly output?: unknown;
}

export interface RunSkip extends Omit<RunBegin, "startedAt" | "beat" | "origin"> {
  readonly text: string;
}

/** As `past` of the planner wants it: the newest of a task in a session. */
export interface NewestRun {
  readonly task: string;
  readonly session: string;
  readonly state: RunState;
  readonly attempt: number;
  readonly isCutShort: boolean;
  readonly startedAt: number | null;
  /** The machine's milliseconds since 1970 at which it began. */
  readonly wallMs: number;
}

export interface TaskLine {
  readonly id: string;
  readonly phase: string;
  readonly schedule: string;
  readonly about: string;
  /** Null: it can be run. */
  readonly whyNot: string | null;
}

export type FoundRow = Readonly<Record<string, string | number | null>>;

export const jobsPath = (root: string): string => join(root, "db", "jobs.db");
export const CUT_SHORT = "the orchestrator ended while it ran";

export class JobsStore {
  readonly #db: DatabaseSync;
  readonly #wallMs: () => number;
  readonly #prepared = new Map<string, StatementSync>();

  /** Opens or makes it. Throws InputError (exit 1) naming the file. */
  constructor(path: string, wallMs: () => number) {
    this.#wallMs = wallMs;
    try {
      this.#db = openDatabase(path, { synchronous: "NORMAL", migrations: jobsMigrations });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(
        `jobs: ${path} cannot be used (${why}); move it away, a new one begins without the history`,
        1,
      );
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Those that began and never ended, in an earlier life. Returns how many. */
  cutShort(run: string, at: number): number {
    const { changes } = this.#statement(
      `UPDATE task_runs SET state = 'failed', is_cut_short = 1, text = ?, ended_at = ?
       WHERE run = ? AND state = 'running'`,
    ).run(CUT_SHORT, at, run);
    return Number(changes);
  }

  newest(run: string): NewestRun[] {
    return newestRuns(this.#db, run);
  }

  /** Returns the row's name. */
  begin(began: RunBegin): string {
    const { run, task, phase, session, origin, scheduledAt, startedAt, attempt, beat } = began;
    const id = began.id ?? (origin === "asked" ? randomUUID() : idOf(began));
    this.#statement(
      `INSERT INTO task_runs (id, run, task, phase, session, origin, scheduled_at, started_at, attempt, state, text,
         beats, beats_missed, wall_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', '', ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = 'running', scheduled_at = excluded.scheduled_at,
         started_at = excluded.started_at, ended_at = NULL, is_cut_short = 0, beats = beats + excluded.beats,
         beats_missed = beats_missed + excluded.beats_missed, wall_at = excluded.wall_at`,
    ).run(
      ...[id, run, task, phase, session, origin, scheduledAt, startedAt, attempt],
      ...[beat === undefined ? 0 : 1, beat?.missed ?? 0, this.#now()],
    );
    return id;
  }

  end(id: string, { state, endedAt, tookMs, text, output }: RunEnd): void {
    const isBad = state === "failed" ? 1 : 0;
    this.#statement(
      `UPDATE task_runs SET state = ?, ended_at = ?, took_ms = ?, text = ?, output = ?,
         beats_failed = beats_failed + (CASE WHEN beats > 0 THEN ? ELSE 0 END) WHERE id = ?`,
    ).run(state, endedAt, tookMs, text, output === undefined ? null : JSON.stringify(output), isBad, id);
  }

  skip(skipped: RunSkip): void {
    const { run, task, phase, session, scheduledAt, attempt, text } = skipped;
    this.#statement(
      `INSERT INTO task_runs (id, run, task, phase, session, origin, scheduled_at, attempt, state, text, wall_at)
       VALUES (?, ?, ?, ?, ?, 'schedule', ?, ?, 'skipped', ?, ?) ON CONFLICT (id) DO NOTHING`,
    ).run(idOf(skipped), run, task, phase, session, scheduledAt, attempt, text, this.#now());
  }

  /** The registry as it stands in this process: who shows it need not know the tasks. */
  describe(tasks: readonly TaskLine[]): void {
    this.#transaction(() => {
      this.#statement("DELETE FROM tasks").run();
      for (const [n, { id, phase, schedule, about, whyNot }] of tasks.entries())
        this.#statement("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?)").run(
          ...[id, n, phase, schedule, about, whyNot === null ? 1 : 0, whyNot],
        );
    });
  }

  /** JB-2. */
  found(table: TaskTable, run: string, session: string, rows: readonly FoundRow[]): void {
    this.#transaction(() => {
      this.#statement(`DELETE FROM ${table} WHERE run = ? AND session = ?`).run(run, session);
      for (const row of rows) {
        const named = { run, session, ...row };
        const columns = Object.keys(named);
        const places = columns.map(() => "?").join(", ");
        this.#statement(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`).run(
          ...Object.values(named).map(stored),
        );
      }
    });
  }

  /** Rows that tasks found, of the newest sessions of a run. */
  foundIn(table: TaskTable, run: string, session: string): FoundRow[] {
    const order = taskTables[table].join(", ") || "session";
    return this.#statement(`SELECT * FROM ${table} WHERE run = ? AND session = ? ORDER BY ${order}`).all(
      run,
      session,
    ) as FoundRow[];
  }

  #transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #now(): string {
    return new Date(this.#wallMs()).toISOString();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

/** Of each task and session of a run; what was asked for by hand counts as nothing. */
export function newestRuns(db: DatabaseSync, run: string): NewestRun[] {
  const rows = db
    .prepare(
      `SELECT task, session, state, attempt, is_cut_short, started_at, wall_at FROM task_runs r
       WHERE run = ? AND origin = 'schedule' AND attempt = (
         SELECT max(attempt) FROM task_runs o
         WHERE o.run = r.run AND o.session = r.session AND o.task = r.task AND o.origin = 'schedule')`,
    )
    .all(run);
  return rows.map((row) => ({
    task: String(row.task),
    session: String(row.session),
    state: String(row.state) as RunState,
    attempt: Number(row.attempt),
    isCutShort: row.is_cut_short === 1,
    startedAt: row.started_at === null ? null : Number(row.started_at),
    wallMs: Date.parse(String(row.wall_at)),
  }));
}

const idOf = ({
  run,
  session,
  task,
  attempt,
}: Pick<RunBegin, "run" | "session" | "task" | "attempt">): string => `${run}:${session}:${task}:${attempt}`;

const stored = (cell: string | number | null): string | number | null =>
  typeof cell === "number" && !Number.isFinite(cell) ? null : cell;
