/**
 * The list of what each constraint of the sizing allows, drawn on a log scale: 31 shares and 28,940 shares stand in one
 * list, and only the order of size matters.
 */

interface Constraint {
  readonly name: string;
  readonly shares: number | null;
  readonly isBinding: boolean;
}

export interface SizeLine extends Constraint {
  /** Length of the bar, 0 to 1; null where the constraint has no number. */
  readonly reach: number | null;
}

/** The binding one first, then rising, then those without a number. */
export function sizeLines(constraints: readonly Constraint[]): SizeLine[] {
  const largest = Math.max(1, ...constraints.map(({ shares }) => shares ?? 0));
  return constraints
    .map((one) => ({ ...one, reach: one.shares === null ? null : reach(one.shares, largest) }))
    .toSorted((a, b) => place(a) - place(b));
}

const place = ({ isBinding, shares }: Constraint): number =>
  isBinding ? -1 : (shares ?? Number.POSITIVE_INFINITY);

/**
 * One share is a stub and the largest fills the row; no share at all is no bar. `log(1 + x)` keeps a list of small
 * numbers apart.
 */
function reach(shares: number, largest: number): number {
  if (!(shares > 0)) return 0;
  return Math.log1p(shares) / Math.log1p(largest);
}
