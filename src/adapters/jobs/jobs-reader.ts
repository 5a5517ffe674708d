/** The reading side of db/jobs.db, for the page and the command line: read-only, also while it is written. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";
import { jobsMigrations, type TaskTable, taskTables } from "./jobs-schema.ts";
import { type FoundRow, type NewestRun, newestRuns, type RunState, type TaskLine } from "./jobs-store.ts";

const BUSY_MS = 1000;

/** Instants are epoch micros of the exchange. */
export interface RunLine {
  readonly id: string;
  readonly run: string;
  readonly task: string;
  readonly phase: string;
  readonly session: string;
  readonly origin: "schedule" | "asked";
  readonly scheduledAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly tookMs: number | null;
  readonly attempt: number;
  readonly state: RunState;
  readonly text: string;
  readonly output: unknown;
  readonly beats: number;
  readonly beatsFailed: number;
  readonly beatsMissed: number;
}

export class JobsReader {
  readonly #db: DatabaseSync;

  /** Throws InputError (exit 1) when there is none yet, or another program wrote it. */
  constructor(path: string) {
    if (!existsSync(path))
      throw new InputError(`jobs: there is no ${path}; no task has been run yet; see: plimsoll start`, 1);
    this.#db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    const version = Number(this.#db.prepare("PRAGMA user_version").get()?.user_version);
    if (version === jobsMigrations.length) return;
    this.#db.close();
    throw new InputError(
      `jobs: ${path} is of version ${version}, this program reads ${jobsMigrations.length}; ` +
        "use the program that wrote it",
      1,
    );
  }

  close(): void {
    this.#db.close();
  }

  /** In the order of the registry. */
  tasks(): TaskLine[] {
    return this.#db
      .prepare("SELECT * FROM tasks ORDER BY number")
      .all()
      .map((row) => ({
        id: String(row.id),
        phase: String(row.phase),
        schedule: String(row.schedule),
        about: String(row.about),
        whyNot: row.why_not === null ? null : String(row.why_not),
      }));
  }

  /** Newest first. */
  history(run: string, limit: number, task?: string): RunLine[] {
    return this.#db
      .prepare(
        `SELECT * FROM task_runs WHERE run = ? AND task = coalesce(?, task)
         ORDER BY coalesce(started_at, scheduled_at) DESC, rowid DESC LIMIT ?`,
      )
      .all(run, task ?? null, limit)
      .map(runLine);
  }

  /** The newest row of each task. */
  newest(run: string): Map<string, RunLine> {
    const rows = this.#db
      .prepare(
        `SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY task
           ORDER BY coalesce(started_at, scheduled_at) DESC, rowid DESC) AS place FROM task_runs WHERE run = ?)
         WHERE place = 1`,
      )
      .all(run);
    return new Map(rows.map((row) => [String(row.task), runLine(row)]));
  }

  /** What the schedule has run, as the planner wants it. */
  scheduled(run: string): NewestRun[] {
    return newestRuns(this.#db, run);
  }

  find(id: string): RunLine | undefined {
    const row = this.#db.prepare("SELECT * FROM task_runs WHERE id = ?").get(id);
    return row === undefined ? undefined : runLine(row);
  }

  /** Tasks of the newest session of a run whose last attempt failed. */
  failed(run: string): number {
    const row = this.#db
      .prepare(
        `SELECT count(*) AS n FROM task_runs r WHERE run = ?1 AND state = 'failed'
           AND session = (SELECT max(session) FROM task_runs WHERE run = ?1)
           AND NOT EXISTS (SELECT 1 FROM task_runs o WHERE o.run = r.run AND o.session = r.session
             AND o.task = r.task AND o.rowid > r.rowid)`,
      )
      .get(run);
    return Number(row?.n ?? 0);
  }

  /** What a task found of the newest session that it has rows of. */
  found(table: TaskTable, run: string): FoundRow[] {
    const order = taskTables[table].join(", ") || "session";
    return this.#db
      .prepare(
        `SELECT * FROM ${table} WHERE run = ?1
           AND session = (SELECT max(session) FROM ${table} WHERE run = ?1) ORDER BY ${order}`,
      )
      .all(run) as FoundRow[];
  }
}

function runLine(row: Readonly<Record<string, unknown>>): RunLine {
  const maybe = (value: unknown): number | null => (value === null ? null : Number(value));
  return {
    id: String(row.id),
    run: String(row.run),
    task: String(row.task),
    phase: String(row.phase),
    session: String(row.session),
    origin: row.origin as RunLine["origin"],
    scheduledAt: Number(row.scheduled_at),
    startedAt: maybe(row.started_at),
    endedAt: maybe(row.ended_at),
    tookMs: maybe(row.took_ms),
    attempt: Number(row.attempt),
    state: row.state as RunState,
    text: String(row.text),
    output: row.output === null ? null : (JSON.parse(String(row.output)) as unknown),
    beats: Number(row.beats),
    beatsFailed: Number(row.beats_failed),
    beatsMissed: Number(row.beats_missed),
  };
}
