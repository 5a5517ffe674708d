/**
 * How much of its wish a strategy gets for how it has done lately (ENS-1): the share of what its last trades won
 * in all they won and lost, doubled, so that breaking even is worth 1 and nothing is worth more. It never falls
 * to 0: a strategy that gets nothing could not show that it works again.
 */
import { z } from "zod";

export const performanceParams = z.strictObject({
  /** Closed trades that are looked back at; with fewer the weight is 1. */
  trades: z.int().min(1).max(10_000).default(20),
  /** The smallest weight; 1 switches the weighting off. */
  floor: z.number().min(0.01).max(1).default(0.5),
});
export type PerformanceParams = z.infer<typeof performanceParams>;

/** In [floor, 1], from the net returns of closed trades in the order they closed; the last ones count. */
export function performanceWeight(returns: readonly number[], { trades, floor }: PerformanceParams): number {
  if (returns.length < trades) return 1;
  let won = 0;
  let lost = 0;
  for (let n = returns.length - trades; n < returns.length; n++) {
    const value = returns[n] ?? 0;
    if (value > 0) won += value;
    else lost -= value;
  }
  if (won + lost === 0) return 1;
  const weight = (2 * won) / (won + lost);
  return weight > floor ? Math.min(1, weight) : floor;
}
