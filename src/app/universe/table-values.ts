/** A name of the universe as a row of the reference table `universe`. */
import { buckets, type UniverseRow } from "./judge-universe.ts";

const tiers = { core: 1, extended: 2 } as const;

/** A row as it is, or as it was written as JSON, which has null for a score that is none. */
export interface TableFacts
  extends Pick<UniverseRow, "tier" | "bucket" | "isShortable" | "earningsSessions" | "sector"> {
  readonly score: number | null;
}

/** In the order of the table; null is not known. */
export function universeValues(row: TableFacts): (number | null)[] {
  const { tier, score, bucket, isShortable, earningsSessions = null, sector = null } = row;
  return [
    ...[tier === null ? 0 : tiers[tier], Number.isNaN(score) ? null : score],
    ...[
      bucket === null ? null : buckets.indexOf(bucket),
      isShortable === undefined ? null : Number(isShortable),
    ],
    ...[earningsSessions, sector],
  ];
}
