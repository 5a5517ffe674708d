/** Tells execute what is known of reference tables, each once, and says what is not known. */
import { isoDate } from "../../domain/time.ts";
import type { LiveReferences } from "../references/live-references.ts";
import { counted, done, failed, type TaskResult } from "./task.ts";
import type { TaskContext } from "./task-context.ts";
import { tellingOf } from "./told-rows.ts";

const CURE = "who needs it enters nothing; bring the days up to date: plimsoll data sync or data import";

/** A task that is run again changes nothing: what was told is told. */
export async function tellTables(
  { door, run }: TaskContext,
  { told, untold }: LiveReferences,
  note = "",
): Promise<TaskResult> {
  for (const table of told) {
    const { id, act } = tellingOf(run, table);
    await door.act(act, id);
  }
  const known = told.map(
    ({ table, rows, since }) => `${table} of ${isoDate(since)} (${counted(rows.length, "row")})`,
  );
  const missing = untold.map(({ table, why }) => `${table} is not known: ${why}`);
  const text = [...known, ...missing, ...(note === "" ? [] : [note])].join("; ");
  if (untold.length > 0) return failed(`${text}; ${CURE}`, { told, untold });
  return note === "" ? done(text, { told }) : failed(text, { told });
}
