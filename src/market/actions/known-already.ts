/** Whether a list of corporate actions has one already that another source names, perhaps by another day (DATA-6). */
import { type CorporateAction, ratioOf, SPLITS_APART_DAYS } from "../../domain/corporate-action.ts";

/** Sources differ by a weekend on a day; the shortest time between two payments is a week. */
const SAME_DAYS = 3;
/** Sources round amounts, and ratios of stock dividends. */
const SAME = 1e-3;

/** `known`: of the same symbol. The same action, another one in its place, or none. */
export function knownAlready(
  known: readonly CorporateAction[],
  action: CorporateAction,
): { readonly as: CorporateAction; readonly isSame: boolean } | undefined {
  const apart = ({ exDate }: CorporateAction) => Math.abs(exDate - action.exDate);
  const rivals = known
    .filter((one) => isCash(one) === isCash(action))
    .toSorted((a, b) => apart(a) - apart(b));
  const same = rivals.find((one) => apart(one) <= SAME_DAYS && isSame(one, action));
  if (same !== undefined) return { as: same, isSame: true };
  // Two splits of a month are one that a list has wrong; of cash, two amounts of one day.
  const other = rivals.find((one) => apart(one) <= (isCash(action) ? 0 : SPLITS_APART_DAYS));
  return other && { as: other, isSame: false };
}

const isCash = ({ kind }: CorporateAction): boolean => kind !== "split";

function isSame(a: CorporateAction, b: CorporateAction): boolean {
  const [of, other] = isCash(a) ? [a.cashPerShare, b.cashPerShare] : [ratioOf(a), ratioOf(b)];
  return Math.abs(of / other - 1) <= SAME;
}
