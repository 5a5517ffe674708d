/** Draws the snapshot of a running engine from its books: reads everything, changes nothing. */
import type { InstrumentTable } from "../domain/instrument.ts";
import {
  END_OF_DAY_SIGNAL,
  FAST_EXIT_SIGNAL,
  type OrderNumber,
  OrderStatus,
  orderStatusNames,
  purposeNames,
  SHOCK_SIGNAL,
  sideName,
} from "../domain/order.ts";
import type { Session } from "../domain/session.ts";
import { type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import type { ExecuteStage } from "../engine/execute.ts";
import { TradeField } from "../engine/trade-log.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import { phaseIn } from "../market/phases.ts";
import { newYorkMinuteOfDay } from "../market/us-eastern.ts";
import type { Claim } from "../risk/authority.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { EngineSnapshot, OrderLine, PositionLine } from "./engine-snapshot.ts";

export interface ViewOf {
  readonly mode: string;
  readonly execute: ExecuteStage;
  /** Ids in the order in which they decide. */
  readonly strategies: readonly string[];
  /** The sentence of a signal. */
  readonly reason: (strategy: number, signal: number) => string;
  readonly instruments: InstrumentTable;
  readonly at: EpochMicros;
  readonly session: Session;
  readonly sessionNumber: number;
  readonly sessions: number;
  readonly startEquity: number;
  readonly curve: readonly number[];
  readonly limits: { readonly drawdown: number; readonly gross: number };
  readonly rejectedRecords: number;
  readonly bars: number;
  readonly speed: number;
  /** How many orders to show at most, the newest first. */
  readonly orders: number;
}

export function engineSnapshot(view: ViewOf): EngineSnapshot {
  const { execute, at, session } = view;
  const { portfolio, baselines, authorities, trades, blocked } = execute;
  const { equity } = portfolio;
  return {
    mode: view.mode,
    at: isoInstant(at),
    clock: easternClock(at),
    session: {
      date: isoDate(session.date),
      phase: phaseIn(at, session),
      progress: Math.min(1, Math.max(0, (at - session.open) / (session.close - session.open))),
      number: view.sessionNumber + 1,
      of: view.sessions,
    },
    permission: authorities.permission,
    equity,
    startEquity: view.startEquity,
    dayPnl: equity - baselines.dayStart,
    drawdownFromDayHigh: baselines.drawdownFromDayHigh(equity),
    drawdownLimit: view.limits.drawdown,
    gross: portfolio.gross / equity,
    grossLimit: view.limits.gross,
    net: portfolio.net / equity,
    cash: portfolio.cash,
    curve: view.curve,
    positions: positionLines(view),
    orders: orderLines(view),
    trades: tradeTally(trades),
    costs: portfolio.costs,
    blocked: blocked.list(),
    rejectedRecords: view.rejectedRecords,
    bars: view.bars,
    speed: view.speed,
  };
}

/** `14:07:00`, New York. */
function easternClock(at: EpochMicros): string {
  const minute = newYorkMinuteOfDay(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`;
}

function positionLines({ execute, strategies, instruments }: ViewOf): PositionLine[] {
  const { portfolio, lots } = execute;
  return portfolio.positions().flatMap(({ instrument, mark }) =>
    lots.holders(strategies.length, instrument).map(({ strategy, shares }): PositionLine => {
      const averageEntry = lots.averageEntry(strategy, instrument);
      return {
        symbol: instruments.symbols[instrument] ?? "unknown",
        strategy: strategies[strategy] ?? "unknown",
        shares,
        averageEntry,
        mark,
        unrealised: shares * (mark - averageEntry),
        stop: execute.restingStop(strategy, instrument),
      };
    }),
  );
}

function orderLines(view: ViewOf): OrderLine[] {
  const { orders: most } = view;
  const { orders } = view.execute;
  const lines: OrderLine[] = [];
  for (let n = orders.length - 1; n >= 0 && lines.length < most; n--) {
    const order = n as OrderNumber;
    const asleep = orders.status(order) === OrderStatus.Sent && orders.get(order, OrderField.parent) >= 0;
    if (asleep) continue;
    lines.push(orderLine(view, order));
  }
  return lines;
}

function orderLine({ execute, strategies, instruments, reason }: ViewOf, order: OrderNumber): OrderLine {
  const { orders, gate, blocked } = execute;
  const strategy = orders.strategy(order);
  const get = (field: OrderField) => orders.get(order, field);
  const at = get(OrderField.decidedAt) as EpochMicros;
  return {
    at: isoInstant(at),
    clock: easternClock(at),
    symbol: instruments.symbols[orders.instrument(order)] ?? "unknown",
    strategy: strategies[strategy] ?? "unknown",
    side: sideName(orders.side(order)),
    purpose: purposeNames[orders.purpose(order)],
    shares: get(OrderField.shares) || get(OrderField.requested),
    filled: get(OrderField.filled),
    price: firstKnown(get(OrderField.averagePrice), get(OrderField.limit), get(OrderField.stop)),
    status: orderStatusNames[orders.status(order)],
    reason: reasonOf(orders, order, () => reason(strategy, get(OrderField.signal))),
    verdict: verdictOf(orders, order, gate.rules[get(OrderField.rule)], blocked.barred.get(order)),
  };
}

/** Protective orders stand for their entry, orders of a halt for nobody's signal. */
function reasonOf(orders: OrderTable, order: OrderNumber, ofSignal: () => string): string {
  const parent = orders.get(order, OrderField.parent) as OrderNumber;
  if (parent >= 0) return `protects the entry at ${figure(orders.get(parent, OrderField.averagePrice))}`;
  const signal = orders.get(order, OrderField.signal);
  if (signal === FAST_EXIT_SIGNAL) return "longs are being closed by the regime's fast exit";
  if (signal === SHOCK_SIGNAL) return "the price moved too far within minutes";
  if (signal === END_OF_DAY_SIGNAL) return "less is held over night";
  return signal < 0 ? "everything is being closed" : ofSignal();
}

/** What was asked beside the limit. A trimmed order says so: beside "filled" alone it would read as over the limit. */
function verdictOf(
  orders: OrderTable,
  order: OrderNumber,
  rule: RiskRule | undefined,
  claim: Claim | undefined,
): string {
  const get = (field: OrderField) => orders.get(order, field);
  const isDenied = orders.status(order) === OrderStatus.Denied;
  if (claim !== undefined) return `barred: ${claim.reason}`;
  if (rule === undefined) return isDenied ? "no share left to ask for" : "";
  const asked = `${rule.id} ${figure(get(OrderField.ruleUsed))} of ${figure(get(OrderField.ruleLimit))}`;
  return isDenied ? asked : `trimmed: ${asked}`;
}

function tradeTally(trades: ExecuteStage["trades"]): EngineSnapshot["trades"] {
  let wins = 0;
  let realised = 0;
  for (let n = 0; n < trades.length; n++) {
    const pnl = trades.get(n, TradeField.pnl);
    realised += pnl;
    if (pnl > 0) wins += 1;
  }
  return { count: trades.length, wins, realised };
}

const firstKnown = (...values: readonly number[]): number =>
  values.find((value) => !Number.isNaN(value)) ?? Number.NaN;

function figure(value: number): string {
  if (Number.isNaN(value)) return "no data";
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 1 ? 4 : 2);
}
