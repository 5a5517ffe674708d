/**
 * Which archives of a schedule stay (RELIABILITY 6.7): the newest of each of the last hours, days and months that have
 * one. An hour without a backup uses up nothing: the archives of the last good days outlive a long stop.
 *
 * BK-5  The newest archive always stays, and what cannot be dated is never removed.
 */
export interface Retention {
  /** Hours, days and months of which one archive stays each; the first at least 1. UTC. */
  readonly hourly: number;
  readonly nightly: number;
  readonly monthly: number;
}

/** The instant in a name of ours: `plimsoll-20261120T213000123Z-...`. */
const STAMP = /^plimsoll-(\d{4})(\d\d)(\d\d)T(\d\d)\d{7}Z-/;

/** Of the names given, those that may go, oldest first. */
export function removableArchives(names: readonly string[], kept: Retention): string[] {
  const dated = names.flatMap((name) => {
    const [, year, month, day, hour] = STAMP.exec(name) ?? [];
    if (year === undefined) return [];
    return [
      { name, hour: `${year}${month}${day}${hour}`, day: `${year}${month}${day}`, month: `${year}${month}` },
    ];
  });
  const newestFirst = dated.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  const stays = new Set([
    ...newestOfEach(newestFirst, "hour", Math.max(1, kept.hourly)),
    ...newestOfEach(newestFirst, "day", kept.nightly),
    ...newestOfEach(newestFirst, "month", kept.monthly),
  ]);
  return newestFirst
    .map(({ name }) => name)
    .filter((name) => !stays.has(name))
    .toReversed();
}

function newestOfEach<Unit extends string>(
  newestFirst: readonly ({ readonly name: string } & Readonly<Record<Unit, string>>)[],
  unit: Unit,
  count: number,
): string[] {
  const first = new Map<string, string>();
  for (const one of newestFirst) if (!first.has(one[unit])) first.set(one[unit], one.name);
  return [...first.values()].slice(0, count);
}
