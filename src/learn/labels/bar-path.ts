/** The bars of one instrument as labels read them, and where a decision made on one of them is entered. */
import { InputError } from "../../domain/assert.ts";
import { sameLength } from "../allowed.ts";

/**
 * Adjusted prices, one row per bar, without gaps in the numbering. A bar that failed its checks is NaN throughout.
 */
export interface BarPath {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /**
   * Simple return from the last close to what holders got, at least -1, when the instrument was delisted after the
   * last bar. Undefined while it trades: then what lies past the last bar is not known yet.
   */
  readonly delistingReturn?: number;
}

/** `close`: at the close of the deciding bar. `next-open`: at the open after it, as the engine trades. */
export type Entry = "close" | "next-open";

/** Throws InputError when columns differ in length or the delisting return is under -1. */
export function requirePath({ open, high, low, close, delistingReturn }: BarPath): void {
  for (const [key, column] of Object.entries({ open, high, low })) {
    sameLength(key, column.length, "close", close.length);
  }
  if (delistingReturn !== undefined && !(delistingReturn >= -1)) {
    throw new InputError(`delistingReturn ${delistingReturn} is not a number from -1 up`);
  }
}

/** Price at which a decision at `bar` is entered; NaN when there is none. */
export function entryPrice(path: BarPath, bar: number, entry: Entry): number {
  return (entry === "close" ? path.close[bar] : path.open[bar + 1]) ?? Number.NaN;
}

/** The last valid close at or before `bar` and after `floor`; NaN when there is none. */
export function lastCloseUpTo(path: BarPath, bar: number, floor: number): number {
  for (let b = Math.min(bar, path.close.length - 1); b > floor; b--) {
    if (!Number.isNaN(path.close[b]!)) return path.close[b]!;
  }
  return Number.NaN;
}
