/** At night: one archive of all databases, proven before it counts. */

import { defineTask, done, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

const NONE = "not available yet: nobody makes archives here";

export const checkpointSystemState = defineTask({
  id: "checkpoint_system_state",
  when: { kind: "phase", phase: "OVERNIGHT" },
  about: "Makes one archive of all databases, the run and its history.",
  timeoutMs: 900_000,
  retries: 2,
  backOffMs: 30_000,
  isIdempotent: false,
  lane: "child",
  inputs: "all files of db/",
  output: "an archive in the folder of backups, run/backup.json",
  missing: ({ checkpoint }) => (checkpoint === undefined ? NONE : undefined),
  run: async ({ checkpoint }) => checkpoint?.() ?? { state: "unavailable", text: NONE },
  lookAfterCrash: async (context) => madeSince(context),
});

/** An archive takes its name in one step: one that was begun after the attempt is the attempt's. */
export function madeSince({ newestArchive, crashedAtMs }: TaskContext): TaskResult | undefined {
  const newest = newestArchive?.();
  if (newest === undefined || crashedAtMs === undefined || newest.ms < crashedAtMs) return undefined;
  return done(`the archive was made before the crash: ${newest.file}`);
}
