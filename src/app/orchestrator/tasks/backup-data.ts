/** Half an hour after the close: the backup of the schedule. */
import { defineTask } from "../task.ts";
import { madeSince } from "./checkpoint-system-state.ts";

const NONE = "not available yet: nobody makes backups here";

export const backupData = defineTask({
  id: "backup_data",
  when: { kind: "clock", time: "16:30" },
  about: "Makes the day's backup and removes those that the schedule does not keep.",
  timeoutMs: 900_000,
  retries: 3,
  backOffMs: 60_000,
  isIdempotent: false,
  lane: "child",
  inputs: "all files of db/, the settings of backup",
  output: "an archive in the folder of backups, run/backup.json",
  missing: ({ backup }) => (backup === undefined ? NONE : undefined),
  run: async ({ backup }) => backup?.() ?? { state: "unavailable", text: NONE },
  lookAfterCrash: async (context) => madeSince(context),
});
