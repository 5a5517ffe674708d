/** Rows of a reference table as the act takes them that tells it. */
import type { LiveRow } from "../references/live-references.ts";
import type { TaskAct } from "./task-context.ts";

type ToldRow = Extract<TaskAct, { readonly verb: "tellReference" }>["rows"][number];

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
