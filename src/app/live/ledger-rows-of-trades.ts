/** Rows of trades.db out of the engine's books. Each is a function of where the engine stands. */
import type { Cell, Row } from "../../adapters/ledger/ledger-rows.ts";
import {
  END_OF_DAY_SIGNAL,
  FAST_EXIT_SIGNAL,
  type OrderNumber,
  orderStatusNames,
  orderTypeNames,
  Purpose,
  purposeNames,
  SHOCK_SIGNAL,
  sideName,
  timeInForceNames,
} from "../../domain/order.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import type { Decision, SignalNote } from "../../engine/stage-messages.ts";
import type { OpenLot } from "../../engine/trade-log.ts";
import { TradeField } from "../../engine/trade-log.ts";
import { OrderField } from "../../execution/order-table.ts";
import type { AskedRule } from "../../risk/gate.ts";
import type { LedgerNames } from "./ledger-names.ts";

/** A signal as compute told of it. */
export function signalRow(names: LedgerNames, { at, intents }: Decision, note: SignalNote): Row {
  const intent = intents.find(({ signal }) => signal === note.signal);
  const enters = intent?.kind === "Enter" ? intent : undefined;
  const sign = Math.sign(enters?.shares ?? (note.kind === "enter" ? note.conviction : 0));
  const isDone = note.kind === "protect" && intent !== undefined;
  return {
    id: names.signal(note.signal),
    run: names.run,
    number: note.signal,
    timestamp: at,
    symbol: names.symbol(note.instrument),
    strategy: names.strategy(note.strategy),
    signal_type: signalTypes[note.kind] ?? (sign < 0 ? "SELL" : "BUY"),
    strength: Math.abs(note.conviction),
    price: intent?.reference ?? null,
    confidence: note.conviction,
    direction: sign,
    stop_loss: note.stop,
    take_profit: note.target,
    quantity: enters === undefined ? null : Math.abs(enters.shares),
    status: isDone ? "executed" : note.unsized === undefined ? "pending" : "unsized",
    executed: isDone ? 1 : 0,
    executed_at: isDone ? at : null,
    reason: note.reason,
    sizing: enters?.binding ?? note.unsized ?? null,
    sizes: note.sizes === undefined ? null : JSON.stringify(note.sizes),
    features: note.features === undefined ? null : JSON.stringify(note.features),
    models: note.models === undefined ? null : JSON.stringify(note.models),
  };
}

const signalTypes: Readonly<Record<SignalNote["kind"], string | undefined>> = {
  enter: undefined,
  exit: "CLOSE",
  protect: "PROTECT",
};

export interface OrderIds {
  readonly clientId: string | undefined;
  readonly brokerId: string | undefined;
  /** Machine's milliseconds from the wish to send it to the broker's word that it has it. */
  readonly ackedMs: number | undefined;
}

export function orderRow(
  names: LedgerNames,
  stage: ExecuteStage,
  number: OrderNumber,
  { clientId, brokerId, ackedMs }: OrderIds,
): Row {
  const { orders, gate, blocked } = stage;
  const get = (field: OrderField) => orders.get(number, field);
  return {
    id: names.order(number),
    run: names.run,
    number,
    signal_id: names.signal(get(OrderField.signal)),
    parent_id: names.order(get(OrderField.parent)),
    alpaca_order_id: brokerId ?? null,
    client_order_id: clientId ?? null,
    acked_ms: ackedMs ?? null,
    group_number: get(OrderField.group),
    decided_at: get(OrderField.decidedAt),
    ended_at: get(OrderField.endedAt),
    symbol: names.symbol(orders.instrument(number)),
    strategy: names.strategy(orders.strategy(number)),
    side: sideName(orders.side(number)),
    purpose: purposeNames[orders.purpose(number)],
    order_type: orderTypeNames[get(OrderField.type) as 0] ?? "unknown",
    time_in_force: timeInForceNames[get(OrderField.timeInForce) as 0] ?? "unknown",
    requested: get(OrderField.requested),
    quantity: get(OrderField.shares),
    limit_price: get(OrderField.limit),
    stop_price: get(OrderField.stop),
    reference_price: get(OrderField.reference),
    status: orderStatusNames[orders.status(number)],
    filled_qty: get(OrderField.filled),
    filled_avg_price: get(OrderField.averagePrice),
    crossed_qty: get(OrderField.crossed),
    rule: gate.rules[get(OrderField.rule)]?.id ?? null,
    rule_used: get(OrderField.ruleUsed),
    rule_limit: get(OrderField.ruleLimit),
    barred_by: barredBy(blocked.barred.get(number)),
  };
}

/** What every rule of the gate said of an order, as far as they were asked: `[rule, kind, used, limit]`. */
export const verdictsRow = (names: LedgerNames, order: number, asked: readonly AskedRule[]): Row => ({
  order_id: names.order(order),
  run: names.run,
  verdicts: JSON.stringify(asked.map(({ rule, kind, used, limit }) => [rule, kind, used, limit])),
});

const barredBy = (claim: { readonly source: string; readonly reason: string } | undefined): Cell =>
  claim === undefined ? null : `${claim.source}: ${claim.reason}`;

export function executionRow(names: LedgerNames, { fills, orders }: ExecuteStage, fill: number): Row {
  const get = (field: FillField) => fills.get(fill, field);
  const order = get(FillField.order) as OrderNumber;
  return {
    id: names.execution(fill),
    run: names.run,
    number: fill,
    signal_id: names.signal(orders.get(order, OrderField.signal)),
    order_id: names.order(order),
    symbol: names.symbol(orders.instrument(order)),
    strategy: names.strategy(orders.strategy(order)),
    direction: sideName(orders.side(order)),
    quantity: get(FillField.shares),
    fill_price: get(FillField.price),
    commission: get(FillField.commission),
    regulatory: get(FillField.regulatory),
    slippage: get(FillField.slippage),
    executed_at: get(FillField.at),
    source: get(FillField.crossed) === 1 ? "crossed" : "order",
  };
}

export interface TripFacts {
  readonly id: string;
  readonly peak: number;
  readonly trough: number;
  /** What its signal aimed at, dollars per share. */
  readonly target: number | null;
}

/** A round trip that is over. */
export function closedTradeRow(
  names: LedgerNames,
  { trades }: ExecuteStage,
  trade: number,
  { id, peak, trough, target }: TripFacts,
): Row {
  const get = (field: TradeField) => trades.get(trade, field);
  const [shares, entry, side] = [
    get(TradeField.shares),
    get(TradeField.entryPrice),
    get(TradeField.side),
  ] as const;
  return {
    id,
    run: names.run,
    signal_id: names.signal(get(TradeField.signalIn)),
    exit_signal_id: names.signal(get(TradeField.signalOut)),
    timestamp: get(TradeField.openedAt),
    symbol: names.symbol(get(TradeField.instrument)),
    strategy: names.strategy(get(TradeField.strategy)),
    side: side > 0 ? "long" : "short",
    quantity: shares,
    entry_price: entry,
    stop_loss: entry - side * get(TradeField.riskPerShare),
    target_price: target,
    exit_price: get(TradeField.exitPrice),
    exit_timestamp: get(TradeField.closedAt),
    peak_price: peak,
    trough_price: trough,
    pnl: get(TradeField.pnl),
    pnl_percent: get(TradeField.pnl) / (entry * shares),
    status: "CLOSED",
    exit_reason: exitReason(get(TradeField.exitPurpose) as Purpose, get(TradeField.signalOut)),
    commission: get(TradeField.costs),
    slippage: get(TradeField.slippage),
    dividends: get(TradeField.dividends),
    crossed_qty: get(TradeField.crossed),
  };
}

/** An exit that no strategy asked for was the broker's word, or a split that left no share. */
function exitReason(purpose: Purpose, signal: number): string {
  if (signal === SHOCK_SIGNAL) return "shock_exit";
  if (signal === END_OF_DAY_SIGNAL) return "end_of_day";
  if (purpose === Purpose.Flatten && signal === FAST_EXIT_SIGNAL) return "fast_exit";
  return purpose === Purpose.Exit && signal < 0 ? "outside" : purposeNames[purpose];
}

/** A round trip under way. */
export function openTradeRow(
  names: LedgerNames,
  [strategy, instrument]: readonly [number, number],
  lot: OpenLot,
  { id, peak, trough, target }: TripFacts,
): Row {
  return {
    id,
    run: names.run,
    signal_id: names.signal(lot.signal),
    exit_signal_id: null,
    timestamp: lot.openedAt,
    symbol: names.symbol(instrument),
    strategy: names.strategy(strategy),
    side: lot.held > 0 ? "long" : "short",
    quantity: lot.shares,
    entry_price: lot.entryPrice,
    stop_loss: lot.entryPrice - Math.sign(lot.held) * lot.riskPerShare,
    target_price: target,
    exit_price: null,
    exit_timestamp: null,
    peak_price: peak,
    trough_price: trough,
    pnl: null,
    pnl_percent: null,
    status: "OPEN",
    exit_reason: null,
    commission: lot.costs,
    slippage: lot.slippage,
    dividends: lot.dividends,
    crossed_qty: lot.crossed,
  };
}

/** What the broker held beyond our orders, as an execution of no order. Dollars per share. */
export function adjustmentRow(
  names: LedgerNames,
  adjusted: {
    readonly id: string;
    readonly instrument: number;
    readonly shares: number;
    readonly at: number;
  },
  price: number,
): Row {
  return {
    id: names.adjustment(adjusted.id),
    run: names.run,
    number: null,
    signal_id: null,
    order_id: null,
    symbol: names.symbol(adjusted.instrument),
    strategy: null,
    direction: adjusted.shares > 0 ? "buy" : "sell",
    quantity: Math.abs(adjusted.shares),
    fill_price: price,
    commission: 0,
    regulatory: 0,
    slippage: 0,
    executed_at: adjusted.at,
    source: "adjustment",
  };
}
