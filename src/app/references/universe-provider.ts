/**
 * Membership in the universe, as it was on each day: made of what was known when a session closed, told before the next
 * one opens. Monthly, or after every session (`universe.refresh`).
 */
import { InputError } from "../../domain/assert.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import { civilDate, type DayNumber, type EpochMicros } from "../../domain/time.ts";
import { universeTable } from "../../market/references/universe.ts";
import { type BuiltUniverse, buildUniverse } from "../universe/build-universe.ts";
import { universeValues } from "../universe/table-values.ts";
import type { ReferenceProvider, ReferenceWorld } from "./reference-provider.ts";

export const universeProvider: ReferenceProvider = {
  table: universeTable,
  async tell(world) {
    const told: ReferenceTold[] = [];
    let why = "";
    for (const row of refreshRows(world)) {
      const { sessions } = world;
      try {
        const built = await buildUniverse({ ...world, isHint: true }, sessions.date[row - 1] as DayNumber);
        const at = sessions.open[row] as EpochMicros;
        told.push({
          kind: "ReferenceTold",
          at,
          table: universeTable.id,
          rows: rowsOf(built, world),
          isWhole: true,
        });
      } catch (error) {
        // Before the lake's first bars; a later day may have what this one has not.
        if (!(error instanceof InputError)) throw error;
        why = error.message;
      }
    }
    if (told.length === 0)
      throw new InputError(why === "" ? "no session of the run has a day before it" : why);
    return told;
  },
};

/** Sessions before whose open it is told: the first, and each month's first or every one. */
function refreshRows({ sessions, first, last, config }: ReferenceWorld): number[] {
  const rows: number[] = [];
  let month = -1;
  for (const [n, date] of sessions.date.entries()) {
    if (n === 0 || date < first || date > last) continue;
    const { year, month: ofYear } = civilDate(date as DayNumber);
    if (config.universe.refresh === "daily" || year * 12 + ofYear !== month) rows.push(n);
    month = year * 12 + ofYear;
  }
  return rows;
}

function rowsOf({ rows }: BuiltUniverse, { instruments }: ReferenceWorld): ReferenceRow[] {
  return rows
    .flatMap((row): ReferenceRow[] => {
      const instrument = instruments.find(row.symbol);
      return instrument === undefined ? [] : [{ instrument, values: universeValues(row) }];
    })
    .toSorted((a, b) => a.instrument - b.instrument);
}
