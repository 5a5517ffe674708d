/** Positions in the order of danger, and what is left before a limit binds. */
import type { LimitUse, PositionRow } from "../../contract/picture.ts";
import { count, percent } from "../words/format.ts";

/** From the last price to the stop, as a share of the price; below zero: past it. Null: no stop, or no price. */
export function toStop({ stop, last, shares }: PositionRow): number | null {
  if (stop === null || last === null || last === 0) return null;
  return ((last - stop) / last) * Math.sign(shares);
}

/** The nearest stop first; without a stop before all others, since nothing protects it. */
export const nearestFirst = (rows: readonly PositionRow[]): readonly PositionRow[] =>
  rows.toSorted((a, b) => (toStop(a) ?? Number.NEGATIVE_INFINITY) - (toStop(b) ?? Number.NEGATIVE_INFINITY));

export interface Room {
  readonly name: string;
  readonly text: string;
}

const wanted = [
  [/^positions/i, "positions", 0],
  [/^gross/i, "gross", 1],
  [/^open risk/i, "open risk", 2],
  [/^(?:trades|entries) today/i, "entries today", 0],
] as const;

/** Of the limits that bind an entry first; one whose use is not known is left out. */
export function roomBeforeLimits(limits: readonly LimitUse[]): readonly Room[] {
  return wanted.flatMap(([label, name, digits]) => {
    const limit = limits.find((each) => label.test(each.label));
    if (limit === undefined || limit.use === null) return [];
    const left = Math.max(0, limit.limit - limit.use);
    const isOne = limit.unit === "count" && left === 1;
    return [
      {
        name: isOne ? name.replace("positions", "position") : name,
        text: limit.unit === "fraction" ? percent(left, digits) : count(left),
      },
    ];
  });
}
