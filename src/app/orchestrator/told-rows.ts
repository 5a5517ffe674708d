/** A reference table as the act that tells it, whoever does: the tasks, or execute at the start of a demo. */
import { isoDate } from "../../domain/time.ts";
import type { LiveRow, LiveTable } from "../references/live-references.ts";
import type { TaskAct } from "./task-context.ts";

type ToldRow = Extract<TaskAct, { readonly verb: "tellReference" }>["rows"][number];

/** A second word of the same rows is the first one, by its id. */
export const tellingOf = (run: string, { table, since: session, version, rows, isWhole }: LiveTable) => ({
  id: `${run}:${version}`,
  act: {
    verb: "tellReference" as const,
    ...{ table, session, reason: `${table} of ${isoDate(session)}` },
    rows: rowsOf(rows),
    ...(isWhole ? { isWhole: true as const } : {}),
  },
});

/** Nothing of a row but what is told; the lists are those of the caller. */
export const rowsOf = (rows: readonly LiveRow[]): ToldRow[] =>
  rows.map(({ symbol, values, basis }) => ({
    symbol,
    values: [...values],
    ...(basis === undefined ? {} : { basis: basisOf(basis) }),
  }));

function basisOf({ asOf, splits }: NonNullable<LiveRow["basis"]>): ToldRow["basis"] {
  return { asOf, ...(splits === undefined ? {} : { splits: splits.map((split) => ({ ...split })) }) };
}
