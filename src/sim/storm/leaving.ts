/**
 * Whether a lot is on its way out, by what was sent and told alone: what the checkers accept as progress of an exit,
 * and as a reason for another strategy's entry to wait (NE-5).
 */
import type { Book } from "./book.ts";

/**
 * True while the lot is being left, and what has to trade or to end before that was told: its own orders, or what
 * others of ours do on the other side, which it waits for (MP-3).
 */
export function isLeaving(book: Book, lot: number): boolean {
  if (closes(book, lot)) return true;
  const side = -Math.sign(book.lots[lot] as number);
  return others(book, lot).some((other) => {
    const entry = book.orders[book.entering(other) ?? -1];
    const isAskedBack = entry !== undefined && entry.side === -side && entry.cancelSent;
    return isAskedBack || (holdsAgainst(book, other, -side) && closes(book, other));
  });
}

/** True while somebody else leaves the instrument by an order on that side, or is about to. */
export const isLeftBy = (book: Book, lot: number, side: number): boolean =>
  others(book, lot).some((other) => holdsAgainst(book, other, side) && isLeaving(book, other));

/** Lots of other strategies in the same instrument. */
function others(book: Book, lot: number): readonly number[] {
  const instruments = book.positions.length;
  const all = Array.from(
    { length: book.lots.length / instruments },
    (_, s) => s * instruments + (lot % instruments),
  );
  return all.filter((other) => other !== lot);
}

const holdsAgainst = (book: Book, lot: number, side: number): boolean =>
  Math.sign(book.lots[lot] as number) === -side;

const closes = (book: Book, lot: number): boolean =>
  book.closing(lot) !== undefined || book.protecting(lot, "canceled") !== undefined;
