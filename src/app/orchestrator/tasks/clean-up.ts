/** At night: old logs, caches and records of finished walks go; journals, databases and backups never do here. */
import { stepsBy } from "../night-steps.ts";
import { counted, defineTask, done } from "../task.ts";
import { PIPELINE } from "./run-nightly-research-pipeline.ts";

export const cleanUp = defineTask({
  id: "clean_up",
  when: { kind: "clock", time: "02:00" },
  about:
    "Removes logs, compiled code, kept fits of the regime and records of walks that are older than configured. Never " +
    "a journal; backups are thinned by their own schedule.",
  timeoutMs: 60_000,
  inputs: "orchestrator.logDays, orchestrator.cacheDays",
  output: "fewer files in logs/ and cache/",
  async run(context) {
    const { files, params } = context;
    const before = stepsBy(context, PIPELINE).find(
      ({ step, state }) => step === "cleanup" && state === "done",
    );
    if (before !== undefined) return done(before.text);
    const { logs, caches } = files.remove(params.logDays, params.cacheDays);
    return done(
      `${counted(logs.length, "log")} older than ${params.logDays} days and ` +
        `${counted(caches.length, "file")} of caches older than ${params.cacheDays} days removed`,
      { logs, caches: caches.length },
    );
  },
});
