/**
 * Whether a difference between the broker's count and ours is a split that nobody announced (C-49). Nobody trades
 * without money: the count changed by a usual ratio, the cash did not, and the price went the other way. Used by the
 * position check alone.
 */
import { ratioOf, type SplitRatio, splitHolding } from "../domain/corporate-action.ts";
import { HALF_NANO_SHARE, NANOS } from "../domain/money.ts";
import { usualSplit } from "../market/actions/usual-splits.ts";

/** Of what the difference would have cost: a trade moves all of it. */
const CASH_FRACTION = 0.1;
/** Smaller ones are stock dividends: no price says whether it was one. */
const LEAST_RATIO = 1.25;
/**
 * How far the worth of the position may be from what it was: a night's move, up or down. Of small ratios less: the
 * price must be nearer to where the split leads than to where it was.
 */
const WORTH = 1.4;

export interface CountChange {
  /** Signed shares, in our books and at the broker. */
  readonly believed: number;
  readonly held: number;
  /** Dollars per share, the last that we and the broker know. */
  readonly price: number;
  readonly theirPrice: number;
  /** Dollars that the broker's cash is ahead of our books. */
  readonly cashAhead: number;
}

/** `waits`: by count and cash it is one, and the broker's price has not followed yet. */
export type SplitFinding = { readonly ratio: SplitRatio; readonly waits: boolean } | undefined;

export function unannouncedSplit(counted: CountChange): SplitFinding {
  const { believed, held, price, theirPrice, cashAhead } = counted;
  if (!(believed * held > 0) || !(price > 0) || !(theirPrice > 0)) return undefined;
  const ratio = ratioOfCounts(Math.abs(believed), Math.abs(held), price / theirPrice);
  if (ratio === undefined) return undefined;
  const change = Math.max(ratioOf(ratio), 1 / ratioOf(ratio));
  if (change < LEAST_RATIO) return undefined;
  const moved = Math.abs(held - believed) * Math.min(price, theirPrice);
  // The part of a share that a reverse split leaves is paid out.
  const inLieu = ratio.newShares < ratio.oldShares ? theirPrice : 0;
  if (Math.abs(cashAhead) > CASH_FRACTION * moved + inLieu) return undefined;
  const worth = (held * theirPrice) / (believed * price);
  const bound = Math.min(WORTH, Math.sqrt(change));
  return { ratio, waits: worth >= bound || worth <= 1 / bound };
}

/** The ratio that makes the one count of the other, whole shares cut off; the one that the prices are nearest to. */
function ratioOfCounts(believed: number, held: number, byPrice: number): SplitRatio | undefined {
  const [most, least] = [Math.floor(believed / held), Math.floor(believed / (held + 1)) + 1];
  const oldShares = Math.min(most, Math.max(least, Math.round(1 / byPrice)));
  const reverse = { newShares: 1, oldShares };
  if (oldShares > 1 && makes(reverse, believed, held)) return reverse;
  const direct = usualSplit(held / believed);
  return direct !== undefined && makes(direct, believed, held) ? direct : undefined;
}

const makes = (ratio: SplitRatio, believed: number, held: number): boolean =>
  Math.abs(splitHolding(Math.round(believed * NANOS), ratio).kept / NANOS - held) < HALF_NANO_SHARE;
