/** The files of a run (CLI.md): CSV by column order fixed here, numbers in their shortest exact form. */
import { join } from "node:path";
import { replaceFile } from "../adapters/durable-file.ts";
import { type BarColumns, batchCount } from "../domain/bars.ts";
import { sizingConstraints } from "../domain/intent.ts";
import {
  type OrderNumber,
  orderStatusNames,
  orderTypeNames,
  purposeNames,
  sideName,
  timeInForceNames,
} from "../domain/order.ts";
import { type DayNumber, type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import { FillField } from "../engine/fill-table.ts";
import type { RegimeChange } from "../engine/regime-watch.ts";
import { sentence } from "../engine/signal-table.ts";
import { ClientOrderIds, idKindOf } from "../execution/client-order-id.ts";
import { OrderField } from "../execution/order-table.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import type { EngineRun } from "./engine-run.ts";
import type { ExposureCurve } from "./exposure-curve.ts";
import type { RunResult, TradeRow } from "./run-result.ts";
import { wholeMicros } from "./whole-micros.ts";

export interface RunFiles {
  readonly run: EngineRun;
  readonly exposure: ExposureCurve;
  readonly columns: BarColumns;
  readonly trades: readonly TradeRow[];
  readonly result: RunResult;
}

/** Writes result.json and the CSV files into `directory`; each is the old or the new one, never half. */
export function writeRunFiles(directory: string, files: RunFiles): void {
  replaceFile(join(directory, "orders.csv"), ordersCsv(files));
  replaceFile(join(directory, "fills.csv"), fillsCsv(files));
  replaceFile(join(directory, "trades.csv"), tradesCsv(files.trades));
  replaceFile(join(directory, "equity.csv"), equityCsv(files));
  const { regime } = files.run.loop.execute;
  if (regime !== undefined) replaceFile(join(directory, "regime.csv"), regimeCsv(regime.changes));
  replaceFile(join(directory, "result.json"), `${resultJson(files.result)}\n`);
}

/** NaN and Infinity become null, as JSON has neither. */
export function resultJson(result: unknown): string {
  return JSON.stringify(result, null, 2);
}

function ordersCsv({ run, columns }: RunFiles): string {
  const { orders, blocked } = run.loop.execute;
  const { rules } = run.loop.execute.gate;
  const { signals } = run.loop.compute;
  const lines = [
    "order,client_order_id,decided_at,strategy,symbol,side,purpose,type,time_in_force,requested,shares,limit," +
      "stop,reference,status,filled,average_price,ended_at,sizing,rule,rule_used,rule_limit,reason,group,crossed," +
      "barred_by",
  ];
  const ids = new ClientOrderIds();
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const get = (field: OrderField) => orders.get(order, field);
    const strategy = run.allocated[orders.strategy(order)]?.strategy;
    const clientId = ids.next({
      environment: "backtest",
      strategy: strategy?.id ?? "",
      symbol: columns.instruments.symbols[orders.instrument(order)] ?? "",
      decidedAt: get(OrderField.decidedAt) as EpochMicros,
      kind: idKindOf(orders.purpose(order)),
    });
    ids.taken(clientId);
    const signal = get(OrderField.signal);
    const claim = blocked.barred.get(order);
    lines.push(
      csv([
        n,
        clientId,
        instant(get(OrderField.decidedAt), columns),
        strategy?.id,
        columns.instruments.symbols[orders.instrument(order)],
        sideName(orders.side(order)),
        purposeNames[orders.purpose(order)],
        orderTypeNames[get(OrderField.type)],
        timeInForceNames[get(OrderField.timeInForce)],
        get(OrderField.requested),
        get(OrderField.shares),
        get(OrderField.limit),
        get(OrderField.stop),
        get(OrderField.reference),
        orderStatusNames[orders.status(order)],
        get(OrderField.filled),
        get(OrderField.averagePrice),
        instant(get(OrderField.endedAt), columns),
        sizingConstraints[get(OrderField.sizing)],
        claim === undefined ? rules[get(OrderField.rule)]?.id : `permission:${claim.source}`,
        get(OrderField.ruleUsed),
        get(OrderField.ruleLimit),
        signal < 0 ? "" : sentence(signals, signal, strategy?.reasons ?? []),
        orders.isShared(order) ? orders.group(order) : undefined,
        get(OrderField.crossed),
        claim === undefined ? "" : `${claim.level} by ${claim.authority}: ${claim.reason}`,
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function fillsCsv({ run, columns }: RunFiles): string {
  const { fills, orders } = run.loop.execute;
  const lines = [
    "at,order,strategy,symbol,side,purpose,shares,price,commission,fees,slippage,spread,drift,impact," +
      "group,crossed",
  ];
  for (let n = 0; n < fills.length; n++) {
    const order = fills.get(n, FillField.order) as OrderNumber;
    lines.push(
      csv([
        instant(fills.get(n, FillField.at), columns),
        order,
        run.allocated[orders.strategy(order)]?.strategy.id,
        columns.instruments.symbols[orders.instrument(order)],
        sideName(orders.side(order)),
        purposeNames[orders.purpose(order)],
        fills.get(n, FillField.shares),
        fills.get(n, FillField.price),
        fills.get(n, FillField.commission),
        fills.get(n, FillField.regulatory),
        fills.get(n, FillField.slippage),
        fills.get(n, FillField.spread),
        fills.get(n, FillField.drift),
        fills.get(n, FillField.impact),
        orders.isShared(order) ? orders.group(order) : undefined,
        fills.get(n, FillField.crossed),
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function tradesCsv(trades: readonly TradeRow[]): string {
  const lines = [
    "strategy,symbol,side,shares,opened_at,closed_at,entry_price,exit_price,pnl,fees,r,bars_held,why_in,why_out," +
      "dividends,crossed",
  ];
  for (const trade of trades) {
    lines.push(
      csv([
        trade.strategy,
        trade.symbol,
        trade.side,
        trade.shares,
        trade.openedAt,
        trade.closedAt,
        wholeMicros(trade.entryPrice),
        wholeMicros(trade.exitPrice),
        wholeMicros(trade.pnl),
        wholeMicros(trade.costs),
        wholeMicros(trade.r),
        trade.barsHeld,
        trade.whyIn,
        trade.whyOut,
        wholeMicros(trade.dividends),
        trade.crossed,
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function equityCsv({ run: { curve }, exposure, columns, result }: RunFiles): string {
  const drawdowns = curve.drawdowns(result.scope.cash);
  const { cash, gross } = exposure;
  const lines = ["timestamp,equity,cash,gross,net,drawdown"];
  for (let n = 0; n < batchCount(columns); n++) {
    lines.push(
      csv([
        instant(columns.closedAt[n]!, columns),
        curve.equity[n],
        cash[n],
        gross[n],
        curve.equity[n]! - cash[n]!,
        drawdowns[n],
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Each change of what the regime's authority says (REGIME-3). */
function regimeCsv(changes: readonly RegimeChange[]): string {
  const lines = changes.map(({ at, of, now, before, vix, action }) =>
    csv([isoInstant(at), of, now ?? "none", before ?? "none", vix ?? undefined, action]),
  );
  return `${["at,of,regime,previous_regime,vix_level,action_taken", ...lines].join("\n")}\n`;
}

/** Daily bars carry the session date, others the instant in UTC. */
function instant(at: number, { timeframe }: BarColumns): string {
  if (Number.isNaN(at)) return "";
  return timeframe === "1d"
    ? isoDate(newYorkDay(at as EpochMicros) as DayNumber)
    : isoInstant(at as EpochMicros);
}

function csv(cells: readonly (string | number | undefined)[]): string {
  return cells.map(cell).join(",");
}

/** Empty for what is missing; quoted only when it must be; never a formula to a spreadsheet. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
