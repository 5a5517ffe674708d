/** Once a week: the newest backup is lived from, elsewhere, and compared. */
import { defineTask } from "../task.ts";

const NONE = "not available yet: nobody drills here; by hand: plimsoll restore FILE --verify";

export const restoreDrill = defineTask({
  id: "restore_drill",
  when: { kind: "clock", time: "02:00" },
  about: "Unpacks the newest backup elsewhere, replays it and compares it with the journal.",
  timeoutMs: 1_800_000,
  retries: 1,
  backOffMs: 60_000,
  lane: "child",
  isWeekly: true,
  inputs: "the newest archive, the journal",
  output: "run/drill.json",
  missing: ({ restoreDrill: drill }) => (drill === undefined ? NONE : undefined),
  run: async ({ restoreDrill: drill }) => drill?.() ?? { state: "unavailable", text: NONE },
});
