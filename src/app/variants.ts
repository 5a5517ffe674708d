/**
 * The same run with something else in it: other parameters, or trading for free. Many at once on worker threads
 * that share the columns; each answers with a few numbers, so that a sweep costs no memory (PERFORMANCE).
 */
import { runTasks } from "../adapters/worker-pool.ts";
import { digestFloats } from "../numerics/sha256.ts";
import type { StrategyModule } from "../strategies/strategy.ts";
import type { Config } from "./config.ts";
import { type RunSetup, runEngine } from "./engine-run.ts";
import type { EquityCurve } from "./equity-curve.ts";
import { strategiesOf } from "./own-strategies.ts";
import { sessionEnds } from "./session-ends.ts";

export interface Variant {
  /** Parameters over those of the configuration, by strategy. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** No spread, drift, impact, commission, fee or borrow: what the decisions alone were worth. */
  readonly forFree?: boolean;
}

export interface VariantOutcome {
  /** Simple net returns per session, from the starting cash. */
  readonly returns: Float64Array;
  /** Fraction of the starting cash. */
  readonly totalReturn: number;
  readonly orders: number;
  readonly fills: number;
  /** Of the equity after each batch: equal runs, equal digests. */
  readonly digest: string;
}

/** What crosses a worker's door: plain data, symbols instead of the table that has a method. */
export interface VariantWorkerData {
  readonly setup: Omit<RunSetup, "columns"> & { readonly columns: Omit<RunSetup["columns"], "instruments"> };
  readonly symbols: readonly string[];
}

/**
 * Answers in the order of the variants, whatever the number of workers (BACK-3). One works in this thread, and so
 * does a lone variant: a fresh thread would load and compile the engine for a single run.
 */
export async function runVariants(
  setup: RunSetup,
  variants: readonly Variant[],
  workers: number,
  entry: URL,
): Promise<VariantOutcome[]> {
  if (workers === 1 || variants.length <= 1) return variants.map((variant) => runVariant(setup, variant));
  return runTasks<Variant, VariantOutcome>(entry, sharedSetup(setup), variants, workers);
}

/** A setup as it crosses a worker's door. */
export function sharedSetup(setup: RunSetup): VariantWorkerData {
  const { instruments, ...plain } = setup.columns;
  return { setup: { ...setup, columns: plain }, symbols: instruments.symbols };
}

/** Throws a ZodError naming a parameter that the strategy does not take. */
export function runVariant(
  setup: RunSetup,
  variant: Variant,
  modules: readonly StrategyModule[] = strategiesOf(setup.config),
): VariantOutcome {
  const { loop, curve } = runEngine({ ...setup, config: varied(setup.config, variant) }, { modules });
  return {
    returns: dailyReturns(curve, setup),
    totalReturn: (curve.equity.at(-1) ?? setup.cash) / setup.cash - 1,
    orders: loop.execute.orders.length,
    fills: loop.execute.fills.length,
    digest: digestFloats(curve.equity),
  };
}

/** Simple net returns per session, from the starting cash. */
export function dailyReturns(
  { equity }: Pick<EquityCurve, "equity">,
  { columns, sessions, cash }: Pick<RunSetup, "columns" | "sessions" | "cash">,
): Float64Array {
  let before = cash;
  const returns = sessionEnds(columns, sessions).map((batch) => {
    const now = equity[batch]!;
    const change = now / before - 1;
    before = now;
    return change;
  });
  return Float64Array.from(returns);
}

/** The configuration with the variant in it. */
export function varied(config: Config, { params = {}, forFree = false }: Variant): Config {
  const entries = Object.entries(config.strategies).map(([id, entry]) => [
    id,
    { ...entry, params: { ...entry.params, ...params[id] } },
  ]);
  const costs = forFree
    ? {
        ...config.costs,
        slippage: "fixed" as const,
        fixedBps: 0,
        auctionBps: 0,
        commissionPerShare: 0,
        regulatory: false,
        // What nobody lends is still not lent.
        borrow: { ...config.costs.borrow, generalCollateral: 0, rates: free(config.costs.borrow.rates) },
      }
    : config.costs;
  return { ...config, strategies: Object.fromEntries(entries), costs };
}

const free = (rates: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.keys(rates).map((symbol) => [symbol, 0]));
