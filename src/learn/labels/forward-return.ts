/** The plainest label: what was earned over the next bars (LEARN-2). */
import { wholeWithin } from "../allowed.ts";
import { type BarPath, type Entry, entryPrice, lastCloseUpTo, requirePath } from "./bar-path.ts";

export interface ForwardTerms {
  /** Bars from the decision to the exit at a close, from 1 up. */
  readonly horizon: number;
  readonly entry: Entry;
  /** `simple`: exit / entry - 1. `log`: its logarithm, which adds up over time. */
  readonly form: "simple" | "log";
}

/**
 * One value per bar, gross of costs, as a fraction. NaN where the exit is not known yet (the last `horizon` bars of
 * an instrument that still trades) and where the entry or the exit has no valid price. A delisted instrument exits at
 * its delisting return instead, so that those that failed are not left out. Throws InputError on a bad path or
 * horizon.
 */
export function forwardReturns(path: BarPath, { horizon, entry, form }: ForwardTerms): Float64Array {
  requirePath(path);
  wholeWithin("horizon", horizon, { from: 1, to: 100_000 });
  const bars = path.close.length;
  return Float64Array.from(path.close, (_, bar) => {
    const bought = entryPrice(path, bar, entry);
    const exit = bar + horizon < bars ? path.close[bar + horizon]! : delistingPrice(path);
    return form === "simple" ? exit / bought - 1 : Math.log(exit / bought);
  });
}

function delistingPrice(path: BarPath): number {
  return lastCloseUpTo(path, path.close.length - 1, -1) * (1 + (path.delistingReturn ?? Number.NaN));
}
