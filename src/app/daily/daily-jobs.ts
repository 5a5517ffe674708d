/** What the orchestrator's tasks of a session came to, out of `db/jobs.db`; without one that is said, not left out. */
import { existsSync } from "node:fs";
import { JobsReader } from "../../adapters/jobs/jobs-reader.ts";
import { jobsPath } from "../../adapters/jobs/jobs-store.ts";
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import type { DailyJobs } from "./daily-terms.ts";

/** Never throws: a history of tasks that cannot be read must not keep a day from being reported. */
export function dailyJobs(root: string, run: string, date: string): DailyJobs {
  const path = jobsPath(root);
  if (!existsSync(path))
    return { kind: "absent", text: "No task has run: there is no record of the scheduler." };
  let reader: JobsReader | undefined;
  try {
    reader = new JobsReader(path);
    const tasks = reader
      .session(run, date)
      .map(({ task, state, scheduledAt, startedAt, endedAt, attempt, text }) => ({
        ...{ task, state, attempt, text },
        scheduledAt: instantOf(scheduledAt),
        startedAt: instantOf(startedAt),
        endedAt: instantOf(endedAt),
      }));
    return { kind: "known", tasks };
  } catch (error) {
    return { kind: "absent", text: `${path} cannot be read: ${(error as Error).message}` };
  } finally {
    reader?.close();
  }
}

const instantOf = (at: number | null): string | null => (at === null ? null : isoInstant(at as EpochMicros));
