/**
 * The look-ahead canary: cut the future off, then poison it, and see whether one past decision moves
 * (STRAT-5, ST-5). A run that fails it has no result worth reading.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { OrderNumber } from "../domain/order.ts";
import { type EpochMicros, isoInstant } from "../domain/time.ts";
import { SignalField, type SignalTable } from "../engine/signal-table.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { StrategyModule } from "../strategies/strategy.ts";
import { type RunSetup, runEngine } from "./engine-run.ts";
import { type Future, ticksWithFuture, withFuture } from "./futures.ts";
import type { CanaryResult } from "./run-result.ts";

/** Shares of the run that are kept before the future changes. */
const CUTS = [0.3, 0.6, 0.9] as const;

export interface CanaryTask {
  /** Batches that stay as they were. */
  readonly cut: number;
  readonly future: Future;
  readonly seed: number;
}

export function canaryTasks(columns: BarColumns, seed: number): CanaryTask[] {
  const batches = batchCount(columns);
  const cuts = [...new Set(CUTS.map((share) => Math.max(1, Math.floor(batches * share))))];
  return cuts.flatMap((cut) => [
    { cut, future: "truncated" as const, seed },
    { cut, future: "poisoned" as const, seed },
  ]);
}

/** Decisions as rows of equal width, in order: signals first, then the orders they became. */
export interface Decisions {
  readonly signals: Float64Array;
  readonly orders: Float64Array;
}

const SIGNAL_WIDTH = Object.keys(SignalField).length;
/** What an order was when it was decided; what became of it later depends on the future by right. */
const DECIDED = [
  OrderField.decidedAt,
  OrderField.strategy,
  OrderField.instrument,
  OrderField.side,
  OrderField.purpose,
  OrderField.type,
  OrderField.timeInForce,
  OrderField.limit,
  OrderField.reference,
  OrderField.rule,
] as const;

/** Everything decided in the first `cut` batches. */
export function decisionsBefore(signals: SignalTable, orders: OrderTable, lastInstant: number): Decisions {
  let rows = 0;
  while (rows < signals.length && signals.get(rows, SignalField.at) <= lastInstant) rows += 1;
  const decided: number[] = [];
  for (let order = 0; order < orders.length; order++) {
    const number = order as OrderNumber;
    if (orders.get(number, OrderField.decidedAt) > lastInstant) break;
    for (const field of DECIDED) decided.push(orders.get(number, field));
  }
  return { signals: signals.cells().slice(0, rows * SIGNAL_WIDTH), orders: Float64Array.from(decided) };
}

/** Re-runs the setup with another future and returns what it decided before the cut. */
export function decideWithFuture(
  setup: RunSetup,
  task: CanaryTask,
  modules?: readonly StrategyModule[],
): Decisions {
  const columns = withFuture(setup.columns, task.cut, task.future, task.seed);
  const before = columns.closedAt[task.cut - 1]!;
  const { ticks: known } = setup;
  const ticks = known === undefined ? {} : { ticks: ticksWithFuture(known, before, task.future, task.seed) };
  const { loop } = runEngine(
    { ...setup, columns, ...ticks },
    // A future that was made up may be too much for a strategy: what it decided before is what counts.
    { isolates: true, ...(modules === undefined ? {} : { modules }) },
  );
  return decisionsBefore(loop.compute.signals, loop.execute.orders, before);
}

export interface Comparison {
  readonly compared: number;
  readonly moved: number;
  readonly first: CanaryResult["firstDifference"];
}

export function compareDecisions(
  before: Decisions,
  after: Decisions,
  names: { readonly strategies: readonly string[]; readonly symbols: readonly string[] },
): Comparison {
  const signals = compareRows(before.signals, after.signals, SIGNAL_WIDTH);
  const orders = compareRows(before.orders, after.orders, DECIDED.length);
  const describe = (cells: Float64Array, row: number, width: number) => ({
    at: isoInstant(cells[row * width]! as EpochMicros),
    strategy: names.strategies[cells[row * width + 1]!] ?? "unknown",
    symbol: names.symbols[cells[row * width + 2]!] ?? "unknown",
  });
  const longer = (a: Float64Array, b: Float64Array) => (a.length >= b.length ? a : b);
  const first =
    signals.first >= 0
      ? describe(longer(before.signals, after.signals), signals.first, SIGNAL_WIDTH)
      : orders.first >= 0
        ? describe(longer(before.orders, after.orders), orders.first, DECIDED.length)
        : null;
  return { compared: signals.rows + orders.rows, moved: signals.moved + orders.moved, first };
}

function compareRows(a: Float64Array, b: Float64Array, width: number) {
  const rows = Math.max(a.length, b.length) / width;
  let moved = 0;
  let first = -1;
  for (let row = 0; row < rows; row++) {
    let same = true;
    for (let cell = row * width; cell < (row + 1) * width; cell++) same &&= Object.is(a[cell], b[cell]);
    if (same) continue;
    moved += 1;
    if (first < 0) first = row;
  }
  return { rows, moved, first };
}

/** The verdict over all comparisons. */
export function canaryResult(comparisons: readonly Comparison[]): CanaryResult {
  const moved = comparisons.reduce((sum, comparison) => sum + comparison.moved, 0);
  return {
    passed: moved === 0,
    decisions: comparisons.reduce((sum, comparison) => sum + comparison.compared, 0),
    moved,
    firstDifference: comparisons.find(({ first }) => first !== null)?.first ?? null,
  };
}
