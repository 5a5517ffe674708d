/** An hour before the open: the record of the session before is complete, and the ledger has all of it. */

import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

const WITHIN_MS = 15_000;

export const syncPreviousDay = defineTask({
  id: "sync_previous_day",
  when: { kind: "clock", time: "08:30" },
  about: "Checks that the ledger has all of the journal and that the days before this one are final.",
  timeoutMs: 60_000,
  retries: 3,
  backOffMs: 30_000,
  inputs: "the journal's head, meta and portfolio_daily",
  async run(context) {
    let lag = "";
    const caughtUp = await waitUntil(context, WITHIN_MS, () => {
      const [entries, meta] = [context.journalEntries(), context.ledger.meta()];
      lag = `the journal has ${entries ?? 0} entries, the ledger is at ${meta?.applied ?? "none"}`;
      return meta !== undefined && entries !== undefined && entries - 1 - meta.applied <= LAG
        ? true
        : undefined;
    });
    return caughtUp ? judge(context) : failed(`${lag}; is the ledger running? see: plimsoll status`);
  },
});

/** Entries that come while one looks. */
const LAG = 200;

function judge({ ledger, date }: TaskContext): TaskResult {
  const before = ledger.days().filter((day) => day.date < date);
  const open = before.filter(({ isFinal }) => !isFinal).map((day) => day.date);
  if (open.length > 0 && before.at(-1)?.date !== open.at(-1))
    return failed(`the days ${open.join(", ")} are not final; rebuild the ledger: plimsoll journal project`, {
      open,
    });
  const last = before.at(-1);
  if (last === undefined) return done("the run has no day before this one");
  return done(`${counted(before.length, "day")} of the run on record, the last ${last.date}`, {
    last: last.date,
  });
}
