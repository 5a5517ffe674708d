/**
 * Which fills a person checks by hand. Chosen by a rule that looks at no result: the largest fill; for each cause of
 * cost that the run paid, the largest first, the fill that paid the most of it; for each purpose still missing, its
 * largest fill; the rest from stretches of equal count in which none was chosen yet, the middle one of each.
 *
 * Fills that crossed inside the account cost nothing, and those of a shared order carry a part of costs that were
 * rounded as a whole: neither is among them.
 */
import type { OrderNumber } from "../domain/order.ts";
import { FillField, type FillTable } from "../engine/fill-table.ts";
import type { OrderTable } from "../execution/order-table.ts";

const CAUSES = [
  FillField.spread,
  FillField.drift,
  FillField.impact,
  FillField.commission,
  FillField.regulatory,
] as const;

export interface FillBooks {
  readonly fills: FillTable;
  readonly orders: OrderTable;
}

/** Rows of fills, ascending, at most `most`: at least one, the causes and the purposes fit into ten. */
export function chooseFills(books: FillBooks, most: number): number[] {
  const { fills } = books;
  const own = ownFills(books);
  if (own.length <= most) return own;
  const value = (fill: number) => fills.get(fill, FillField.shares) * fills.get(fill, FillField.price);
  const purposeOf = (fill: number) => books.orders.purpose(fills.get(fill, FillField.order) as OrderNumber);
  const chosen = new Set([largest(own, value)]);
  for (const cause of byTotal(own, fills)) {
    // Earned by a resting order or paid: both are worth a look.
    chosen.add(largest(own, (fill) => Math.abs(fills.get(fill, cause))));
  }
  const byPurpose = [...Map.groupBy(own, purposeOf)].map(([purpose, rows]) => ({
    purpose,
    best: largest(rows, value),
  }));
  for (const { purpose, best } of byPurpose.toSorted(
    (a, b) => value(b.best) - value(a.best) || a.best - b.best,
  )) {
    if (![...chosen].some((fill) => purposeOf(fill) === purpose)) chosen.add(best);
  }
  const middles = stretchMiddles(own, most, chosen);
  for (const fill of middles) if (chosen.size < most) chosen.add(fill);
  return [...chosen].slice(0, most).toSorted((a, b) => a - b);
}

function ownFills({ fills, orders }: FillBooks): number[] {
  return Array.from({ length: fills.length }, (_, fill) => fill).filter(
    (fill) =>
      fills.get(fill, FillField.crossed) === 0 &&
      !orders.isShared(fills.get(fill, FillField.order) as OrderNumber),
  );
}

/** Causes that cost anything, the dearest first. */
function byTotal(own: readonly number[], fills: FillTable): FillField[] {
  return CAUSES.map((cause) => ({
    cause,
    dollars: own.reduce((sum, fill) => sum + Math.abs(fills.get(fill, cause)), 0),
  }))
    .filter(({ dollars }) => dollars > 0)
    .toSorted((a, b) => b.dollars - a.dollars || a.cause - b.cause)
    .map(({ cause }) => cause);
}

/** The first of the largest. */
function largest(rows: readonly number[], figure: (fill: number) => number): number {
  return rows.reduce((best, fill) => (figure(fill) > figure(best) ? fill : best));
}

/** The middle row of each stretch; stretches in which one was chosen come last. */
function stretchMiddles(own: readonly number[], stretches: number, chosen: ReadonlySet<number>): number[] {
  const parts = Array.from({ length: stretches }, (_, k) =>
    own.slice(Math.floor((k * own.length) / stretches), Math.floor(((k + 1) * own.length) / stretches)),
  );
  const isTaken = (part: readonly number[]) => part.some((fill) => chosen.has(fill));
  return parts
    .toSorted((a, b) => Number(isTaken(a)) - Number(isTaken(b)))
    .map((part) => part[part.length >> 1]!);
}
