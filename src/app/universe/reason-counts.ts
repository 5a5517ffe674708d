/** How many names each rule keeps out of the universe, or out of its core. */
import type { UniverseRow } from "./judge-universe.ts";

/** Most frequent first, then by name; a name counts under each of its reasons. */
export function reasonCounts(
  rows: readonly Pick<UniverseRow, "reasons">[],
): readonly { readonly rule: string; readonly count: number }[] {
  const rules = rows.flatMap(({ reasons }) => reasons.map((reason) => reason.split(":")[0] ?? reason));
  return [...Map.groupBy(rules, (rule) => rule)]
    .map(([rule, hits]) => ({ rule, count: hits.length }))
    .toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
}
