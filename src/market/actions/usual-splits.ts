/**
 * Which whole-number ratio a source's decimal stands for. Sources round (0.066667 is 1:15) or derive the ratio from
 * adjusted prices (1.99979 is 2:1). What is near no usual ratio is no split but a spin-off or a merger (DATA-6).
 */
import type { SplitRatio } from "../../domain/corporate-action.ts";

/** How far a decimal may lie from the ratio it stands for, relative. */
export const RATIO_TOLERANCE = 2e-3;
/** n:1 and 1:n up to here; the largest seen among listed US shares are some hundreds. */
const MOST = 1000;
/** A stock dividend gives up to a quarter of a share, in any decimal: 1.0027 is one. Kept to a millionth of a share. */
const STOCK_DIVIDEND = { above: 1 + RATIO_TOLERANCE, upTo: 1.25, parts: 1_000_000 } as const;
/** Other splits take small numbers: 3:2, 5:4, 7:5. Larger ones would make every decimal a split. */
const SMALL = 5;

/** New shares per old one as a decimal to whole numbers; undefined when it is near none. */
export function usualSplit(decimal: number): SplitRatio | undefined {
  if (!(decimal > 0) || near(decimal, 1)) return undefined;
  const whole = Math.round(decimal);
  if (whole >= 2 && whole <= MOST && near(decimal, whole)) return { newShares: whole, oldShares: 1 };
  const parts = Math.round(1 / decimal);
  if (parts >= 2 && parts <= MOST && near(decimal, 1 / parts)) return { newShares: 1, oldShares: parts };
  for (let oldShares = 2; oldShares <= SMALL; oldShares++) {
    for (let newShares = 2; newShares <= SMALL + 2; newShares++) {
      if (near(decimal, newShares / oldShares)) return lowestTerms(newShares, oldShares);
    }
  }
  const { above, upTo, parts: ofOne } = STOCK_DIVIDEND;
  return decimal > above && decimal <= upTo ? lowestTerms(Math.round(decimal * ofOne), ofOne) : undefined;
}

const near = (value: number, wanted: number): boolean => Math.abs(value / wanted - 1) <= RATIO_TOLERANCE;

function lowestTerms(newShares: number, oldShares: number): SplitRatio {
  let [a, b] = [newShares, oldShares];
  while (b !== 0) [a, b] = [b, a % b];
  return { newShares: newShares / a, oldShares: oldShares / a };
}
