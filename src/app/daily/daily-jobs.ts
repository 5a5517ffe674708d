/** What the orchestrator's tasks of a session came to, out of `db/jobs.db`; without one that is said, not left out. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DailyJobs } from "./daily-terms.ts";

const BUSY_MS = 5000;

/** Never throws: a history of tasks that cannot be read must not keep a day from being reported. */
export function dailyJobs(root: string, date: string): DailyJobs {
  const path = join(root, "db", "jobs.db");
  if (!existsSync(path))
    return { kind: "absent", text: "No task has run: there is no record of the scheduler." };
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    const rows = db
      .prepare(
        `SELECT task, state, scheduled_at, started_at, ended_at, attempt, text FROM task_runs
         WHERE session = ? ORDER BY scheduled_at, task, attempt`,
      )
      .all(date);
    const maybe = (cell: unknown) => (cell === null ? null : String(cell));
    const tasks = rows.map((row) => ({
      task: String(row.task),
      state: String(row.state),
      scheduledAt: maybe(row.scheduled_at),
      startedAt: maybe(row.started_at),
      endedAt: maybe(row.ended_at),
      attempt: Number(row.attempt),
      text: String(row.text),
    }));
    return { kind: "known", tasks };
  } catch (error) {
    return { kind: "absent", text: `${path} cannot be read: ${(error as Error).message}` };
  } finally {
    db?.close();
  }
}
