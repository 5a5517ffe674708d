/** Limits by family, and in each the one nearest to its mark first. */
import type { LimitUse } from "../../contract/picture.ts";

export interface Family<Limit extends LimitUse> {
  readonly name: string;
  readonly limits: readonly Limit[];
}

const families: readonly (readonly [LimitUse["group"], string])[] = [
  ["drawdown", "Loss"],
  ["exposure", "Exposure"],
  ["orders", "Flow"],
  ["machine", "Time and machine"],
];

/** Share of the limit that is used; what is not known stands last. */
export const shareUsed = ({ use, limit }: LimitUse): number =>
  use === null ? Number.NEGATIVE_INFINITY : limit > 0 ? use / limit : use > 0 ? Number.POSITIVE_INFINITY : 0;

export const familiesOf = <Limit extends LimitUse>(limits: readonly Limit[]): readonly Family<Limit>[] =>
  families
    .map(([group, name]) => ({
      name,
      limits: limits.filter((limit) => limit.group === group).toSorted((a, b) => shareUsed(b) - shareUsed(a)),
    }))
    .filter((family) => family.limits.length > 0);
