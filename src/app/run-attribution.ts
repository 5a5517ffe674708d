/** Who made and paid what: strategies, what they saved each other, and what decided the sizes. */
import type { BarColumns } from "../domain/bars.ts";
import { sizingConstraints } from "../domain/intent.ts";
import { type OrderNumber, Purpose } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import { FillField } from "../engine/fill-table.ts";
import { IncomeKind, incomeDollars } from "../engine/strategy-income.ts";
import { OrderField } from "../execution/order-table.ts";
import { performanceMetrics } from "../numerics/performance-ratios.ts";
import { tradeStatistics } from "../numerics/trade-statistics.ts";
import type { EngineRun } from "./engine-run.ts";
import type { NettingSummary, SizeCause, StrategyShare, TradeRow } from "./run-result.ts";
import { sessionEnds } from "./session-ends.ts";
import { strategyDaily } from "./strategy-daily.ts";
import { wholeMicros } from "./whole-micros.ts";

const TERMS = { periodsPerYear: 252, riskFree: 0 } as const;

export interface AttributionScope {
  readonly columns: BarColumns;
  readonly sessions: SessionTable;
  /** Starting cash, dollars. */
  readonly cash: number;
}

/** Each strategy on its own share of the capital, as if it were an account of its own. */
export function strategyShares(
  run: EngineRun,
  trades: readonly TradeRow[],
  { columns, sessions, cash }: AttributionScope,
): StrategyShare[] {
  const days = strategyDaily(run, columns, sessions);
  const paid = paidByStrategy(run);
  return run.allocated.map(({ strategy: { id }, allocation }, s) => {
    const own = trades.filter((trade) => trade.strategy === id);
    const capital = allocation * cash;
    const { pnl = new Float64Array(0) } = days[s] ?? {};
    const dollars = (kind: IncomeKind) => incomeDollars(run.loop.execute.income.total(s, kind));
    const borrow = 0 - dollars(IncomeKind.borrow);
    const { sharpe, maxDrawdown } = performanceMetrics(returnsOn(capital, pnl), TERMS);
    return {
      strategy: id,
      capital,
      netProfit: pnl.reduce((sum, day) => sum + day, 0),
      trades: own.length,
      winRate: tradeStatistics(Float64Array.from(own, (trade) => trade.pnl)).winRate,
      sharpe,
      maxDrawdown,
      costs: wholeMicros((paid.costs[s] ?? 0) + borrow),
      borrow,
      dividends: dollars(IncomeKind.dividend),
      cashInLieu: dollars(IncomeKind.inLieu),
      crossedShares: paid.crossed[s] ?? 0,
      judgedBy: run.loop.compute.judgedBy(s) ?? null,
    };
  });
}

function returnsOn(capital: number, pnl: Float64Array): Float64Array {
  let equity = capital;
  return pnl.map((dollars) => {
    const before = equity;
    equity += dollars;
    return equity / before - 1;
  });
}

function paidByStrategy({ loop, allocated }: EngineRun) {
  const { fills, orders } = loop.execute;
  const costs = new Float64Array(allocated.length);
  const crossed = new Float64Array(allocated.length);
  for (let fill = 0; fill < fills.length; fill++) {
    const get = (field: FillField) => fills.get(fill, field);
    const s = orders.strategy(get(FillField.order) as OrderNumber);
    costs[s] = costs[s]! + get(FillField.commission) + get(FillField.regulatory) + get(FillField.slippage);
    if (get(FillField.crossed) > 0) crossed[s] = crossed[s]! + get(FillField.shares);
  }
  return { costs, crossed };
}

/** A crossing is two fills, one of each side: buyers are counted. */
export function nettingSummary({ loop }: EngineRun): NettingSummary {
  const { fills, orders } = loop.execute;
  let [crossedShares, crossedNotional] = [0, 0];
  for (let fill = 0; fill < fills.length; fill++) {
    if (fills.get(fill, FillField.crossed) === 0) continue;
    if (orders.side(fills.get(fill, FillField.order) as OrderNumber) < 0) continue;
    crossedShares += fills.get(fill, FillField.shares);
    crossedNotional += fills.get(fill, FillField.shares) * fills.get(fill, FillField.price);
  }
  const groups = new Set<OrderNumber>();
  let sharedMembers = 0;
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    if (!orders.isShared(order)) continue;
    groups.add(orders.group(order));
    sharedMembers += 1;
  }
  return { crossedShares, crossedNotional, sharedOrders: groups.size, sharedMembers };
}

/** What decided most often first, ties by name. */
export function sizeCauses({ loop }: EngineRun): SizeCause[] {
  const { orders } = loop.execute;
  const { unsized, followedOnPaper } = loop.compute;
  const sized = new Uint32Array(sizingConstraints.length);
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const cause = orders.get(order, OrderField.sizing);
    if (orders.purpose(order) === Purpose.Entry && cause >= 0) sized[cause] = sized[cause]! + 1;
  }
  return sizingConstraints
    .map((constraint, n) => ({
      constraint,
      orders: sized[n] ?? 0,
      unsized: unsized.get(constraint) ?? 0,
      onPaper: followedOnPaper.get(constraint) ?? 0,
    }))
    .filter((cause) => cause.orders + cause.unsized > 0)
    .toSorted(
      (a, b) => b.orders + b.unsized - (a.orders + a.unsized) || (a.constraint < b.constraint ? -1 : 1),
    );
}

/** Dollars bought and sold in the market, per session; what crossed inside the account is neither. */
export function tradedPerSession({ loop }: EngineRun, { columns, sessions }: AttributionScope): number[] {
  const { fills } = loop.execute;
  let fill = 0;
  return sessionEnds(columns, sessions).map((batch) => {
    let dollars = 0;
    for (; fill < fills.length && fills.get(fill, FillField.at) <= columns.closedAt[batch]!; fill++) {
      if (fills.get(fill, FillField.crossed) > 0) continue;
      dollars += fills.get(fill, FillField.shares) * fills.get(fill, FillField.price);
    }
    return dollars;
  });
}
