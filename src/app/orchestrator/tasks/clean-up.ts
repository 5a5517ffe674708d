/** At night: old logs, compiled code and kept fits go; journals, databases and backups are none of its business. */
import { counted, defineTask, done } from "../task.ts";

export const cleanUp = defineTask({
  id: "clean_up",
  when: { kind: "clock", time: "02:00" },
  about:
    "Removes logs, compiled code and kept fits of the regime that are older than configured. Never a journal; " +
    "backups are thinned by their own schedule.",
  timeoutMs: 60_000,
  inputs: "orchestrator.logDays, orchestrator.cacheDays",
  output: "fewer files in logs/ and cache/",
  async run({ files, params }) {
    const { logs, caches } = files.remove(params.logDays, params.cacheDays);
    return done(
      `${counted(logs.length, "log")} older than ${params.logDays} days and ` +
        `${counted(caches.length, "file")} of caches older than ${params.cacheDays} days removed`,
      { logs, caches: caches.length },
    );
  },
});
