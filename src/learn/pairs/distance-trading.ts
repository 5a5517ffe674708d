/**
 * The distance rule of Gatev, Goetzmann and Rouwenhorst (2006), the yardstick of pairs trading: of 252 sessions the
 * pairs whose normalised prices stayed closest; over the next 126 each is opened when the two are two deviations of
 * those sessions apart, a dollar of the cheap against a dollar of the dear one, and closed when they meet or the time
 * is up. A formation begins every 21 sessions, so that six run side by side; their mean is the return of a day.
 */
import { z } from "zod";
import { sampleDeviation } from "../../numerics/moments.ts";
import { type Closes, type NearPair, nearestPairs, normalised } from "./nearest-pairs.ts";

export const distanceParams = z.strictObject({
  /** Sessions. */
  formation: z.int().min(20).max(2520).default(252),
  trading: z.int().min(2).max(2520).default(126),
  step: z.int().min(1).max(2520).default(21),
  pairs: z.int().min(1).max(1000).default(20),
  /** Deviations of the formation. */
  entry: z.number().positive().max(20).default(2),
  /** Sessions between what is seen and the close at which it is done; 1 takes the bounce between bid and ask out. */
  delay: z.int().min(0).max(5).default(0),
  /** Of each leg at each opening and closing, a fraction of its value. */
  cost: z.number().min(0).max(0.1).default(0),
});
export type DistanceParams = z.infer<typeof distanceParams>;

export interface DistanceTrade {
  /** Sessions of the table at whose closes it was opened and closed. */
  readonly opened: number;
  readonly closed: number;
  readonly hasConverged: boolean;
  /** Of a dollar long and a dollar short, after costs. */
  readonly gain: number;
}

export interface DistanceRun {
  /** Per session, of a dollar for each pair whether it is open or not; NaN before the first pairs can trade. */
  readonly returns: Float64Array;
  /** In order of their opening. */
  readonly trades: readonly DistanceTrade[];
}

/** `closes`: a price per session for each symbol, NaN where there is none. */
export function distanceTrading(closes: Closes, params: DistanceParams): DistanceRun {
  const sessions = closes[0]?.length ?? 0;
  const gains = new Float64Array(sessions);
  const running = new Float64Array(sessions);
  const trades: DistanceTrade[] = [];
  const rows = [...closes.keys()];
  for (let start = params.formation; start + 1 < sessions; start += params.step) {
    const end = Math.min(start + params.trading, sessions);
    const paths = closes.map((prices) => normalised(prices, start - params.formation, start));
    const near = nearestPairs(paths, rows, params.pairs);
    if (near.length === 0) continue;
    const book: Book = { gains, trades, share: 1 / near.length, start, end };
    for (const pair of near) tradePair(pair, [paths[pair.first]!, paths[pair.second]!], closes, book, params);
    for (let at = start; at < end; at++) running[at]!++;
  }
  const returns = gains.map((gain, at) => (running[at]! > 0 ? gain / running[at]! : Number.NaN));
  return { returns, trades: trades.sort((a, b) => a.opened - b.opened || a.closed - b.closed) };
}

interface Book {
  readonly gains: Float64Array;
  readonly trades: DistanceTrade[];
  /** Of the capital, for each pair. */
  readonly share: number;
  readonly start: number;
  readonly end: number;
}

interface Open {
  readonly at: number;
  readonly long: Float64Array;
  readonly short: Float64Array;
  /** Sign of the gap when it was opened. */
  readonly side: number;
  gain: number;
}

function tradePair(
  { first, second }: NearPair,
  [pathA, pathB]: readonly [Float64Array, Float64Array],
  closes: Closes,
  book: Book,
  { entry, delay, cost }: DistanceParams,
): void {
  const { start, end } = book;
  const limit = entry * sampleDeviation(pathA.map((value, i) => value - pathB[i]!));
  const a = filled(closes[first]!, start - 1, end);
  const b = filled(closes[second]!, start - 1, end);
  // Begun anew at the last close of the formation, which is known.
  const gap = (at: number) => a[at - start + 1]! / a[0]! - b[at - start + 1]! / b[0]!;
  const earn = (at: number, gain: number, open: Open) => {
    book.gains[at]! += gain * book.share;
    open.gain += gain;
  };
  let open: Open | undefined;
  for (let at = start; at < end; at++) {
    const seen = at - delay;
    const now = seen >= start ? gap(seen) : Number.NaN;
    if (open !== undefined) {
      const [i, from] = [at - start + 1, open.at - start + 1];
      const { long, short } = open;
      earn(at, (long[i]! - long[i - 1]!) / long[from]! - (short[i]! - short[i - 1]!) / short[from]!, open);
      const hasConverged = now * open.side <= 0;
      if (!hasConverged && at < end - 1) continue;
      earn(at, -cost * (long[i]! / long[from]! + short[i]! / short[from]!), open);
      book.trades.push({ opened: open.at, closed: at, hasConverged, gain: open.gain });
      open = undefined;
    } else if (Math.abs(now) > limit && limit > 0 && at < end - 1) {
      const [long, short] = now > 0 ? [b, a] : [a, b];
      open = { at, long, short, side: Math.sign(now), gain: 0 };
      earn(at, -2 * cost, open);
    }
  }
}

/** Prices from `from` to `end`; one that is missing is the one before it: a stock that is gone moves no more. */
function filled(prices: Float64Array, from: number, end: number): Float64Array {
  const part = prices.slice(from, end);
  for (let i = 1; i < part.length; i++) if (!(part[i]! > 0)) part[i] = part[i - 1]!;
  return part;
}
