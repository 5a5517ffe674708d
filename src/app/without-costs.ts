/** The same strategies over the same data for free: how much of a result the costs are, and how much the idea. */
import { performanceMetrics } from "../numerics/performance-ratios.ts";
import type { RunSetup } from "./engine-run.ts";
import type { WithoutCosts } from "./run-result.ts";
import { runVariants } from "./variants.ts";

const FOR_FREE = { forFree: true } as const;

/**
 * Null over ticks: the spread there is recorded and not ours to take away. One worker runs it in this thread; the
 * answer is the same (BACK-3).
 */
export async function runWithoutCosts(
  setup: RunSetup,
  workers: number,
  entry: URL,
): Promise<WithoutCosts | null> {
  if (setup.ticks !== undefined) return null;
  const [outcome] = await runVariants(setup, [FOR_FREE], workers, entry);
  if (outcome === undefined) return null;
  const { returns, totalReturn, orders, fills } = outcome;
  const { cagr, sharpe, maxDrawdown } = performanceMetrics(returns, { periodsPerYear: 252, riskFree: 0 });
  return { netResult: totalReturn * setup.cash, totalReturn, cagr, sharpe, maxDrawdown, orders, fills };
}
