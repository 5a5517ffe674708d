/**
 * Before the open: what strategies of the run read beside bars and nobody else tells. A second word of the same rows is
 * the first one, by its id: a task that is run again changes nothing.
 */
import { isoDate } from "../../../domain/time.ts";
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { rowsOf } from "../told-rows.ts";

const CURE = "no new entry of who needs it; bring the days up to date: plimsoll data sync or data import";

export const tellReferences = defineTask({
  id: "tell_references",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about: "Tells execute the VIX and the pairs as they stand before the session, where a strategy reads them.",
  timeoutMs: 600_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "daily bars of the lake, the VIX",
  output: "reference tables vix and pairs; in the demo also universe and fundamentals",
  missing: ({ references }) =>
    references === undefined ? "no strategy of the run reads a table" : undefined,
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { references, door, run: name } = context;
  if (references === undefined) return { state: "unavailable", text: "no strategy of the run reads a table" };
  const { told, untold } = await references();
  for (const table of told) {
    const { table: id, since, isWhole } = table;
    const rows = rowsOf(table.rows);
    const whole = isWhole ? { isWhole: true as const } : {};
    const act = {
      verb: "tellReference",
      table: id,
      ...whole,
      reason: `${id} of ${isoDate(since)}`,
      rows,
    } as const;
    await door.act(act, `${name}:${table.version}`);
  }
  const known = told.map(
    ({ table, rows, since }) => `${table} of ${isoDate(since)} (${counted(rows.length, "row")})`,
  );
  const missing = untold.map(({ table, why }) => `${table} is not known: ${why}`);
  const text = [...known, ...missing].join("; ");
  return untold.length === 0 ? done(text, { told }) : failed(`${text}; ${CURE}`, { told, untold });
}
