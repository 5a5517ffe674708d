/**
 * Closes that fall or rise by the ratio of a usual split, with no known split to explain it (DATA-5).
 *
 * A crash may look the same, so this is a suspicion. A jump that the next row takes back is a bad print instead.
 */

export interface SplitRatio {
  readonly name: string;
  readonly factor: number;
}

/** New shares for old. Reverse splits are the same factors upside down. */
export const splitRatios: readonly SplitRatio[] = [
  { name: "3:2", factor: 1.5 },
  ...[2, 3, 4, 5, 7, 10, 15, 20].map((factor) => ({ name: `${factor}:1`, factor })),
];

/** How near to the ratio two closes must be: a split and an ordinary day's move fall on the same date. */
export const SPLIT_RELATIVE_TOLERANCE = 0.02;

export interface SplitLikeJump {
  readonly key: number;
  /** "4:1" for a fall to a quarter, "1:4" for a rise to the fourfold. */
  readonly name: string;
  /** Close before divided by close. */
  readonly ratio: number;
  /** True when the row after it is back where the row before was: a bad print, not a split. */
  readonly isTakenBack: boolean;
}

/** Jumps in row order; days of splits already known are left out. A jump that takes one back is left out too. */
export function splitLikeJumps(
  keys: ArrayLike<number>,
  close: ArrayLike<number>,
  knownSplitKeys: ReadonlySet<number>,
): SplitLikeJump[] {
  const found: SplitLikeJump[] = [];
  for (let row = 1; row < close.length; row += 1) {
    const ratio = close[row - 1]! / close[row]!;
    const name = splitName(ratio);
    if (name === undefined || knownSplitKeys.has(keys[row]!)) continue;
    const after = row + 1 < close.length ? close[row - 1]! / close[row + 1]! : ratio;
    const isTakenBack = Math.abs(Math.log(after)) < Math.abs(Math.log(ratio)) / 4;
    found.push({ key: keys[row]!, name, ratio, isTakenBack });
    if (isTakenBack) row += 1;
  }
  return found;
}

/** Name of the split that this ratio of closes is within two percent of; undefined when it is none. */
export function splitName(ratio: number): string | undefined {
  for (const { name, factor } of splitRatios) {
    if (Math.abs(ratio / factor - 1) <= SPLIT_RELATIVE_TOLERANCE) return name;
    if (Math.abs(ratio * factor - 1) <= SPLIT_RELATIVE_TOLERANCE) return name.split(":").reverse().join(":");
  }
  return undefined;
}
