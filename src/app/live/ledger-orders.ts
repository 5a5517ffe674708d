/**
 * Which orders and executions have changed since they were written. Orders that may still change are remembered by
 * number; those that ended are let go once their last row is out, and a late fill brings one back.
 */
import type { Change, SignalChange, TradesTable } from "../../adapters/ledger/ledger-rows.ts";
import type { BrokerNews, BrokerOrder, BrokerReply, RequestId } from "../../domain/broker.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../../domain/order.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { OrderField, type OrderTable } from "../../execution/order-table.ts";
import type { LedgerNames } from "./ledger-names.ts";
import { executionRow, orderRow } from "./ledger-rows-of-trades.ts";

export class LedgerOrders {
  readonly #names: LedgerNames;
  /** Not ended when last written, ascending. */
  #live: OrderNumber[] = [];
  #seen = 0;
  #fills = 0;
  /** Signals from 0 up to here have a row. */
  #signals = 0;
  /** As many as the run has orders, like the stage's own table: what was given up may be named long after. */
  readonly #clientIds = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  readonly #brokerIds = new Map<string, string>();
  /** Submissions without an answer, of this life of execute, and how long the answered ones took. */
  readonly #asked = new Map<RequestId, { readonly clientId: string; readonly mono: number }>();
  readonly #ackedMs = new Map<string, number>();
  /** Named since they were written. */
  readonly #named = new Set<number>();
  readonly #written = new Map<number, string>();

  constructor(names: LedgerNames) {
    this.#names = names;
  }

  known(signal: number): void {
    this.#signals = Math.max(this.#signals, signal + 1);
  }

  /** Orders that the broker named: its name goes with our client order id. */
  heard(news: BrokerNews, mono: number): void {
    if ("request" in news) this.#answered(news, mono);
    if (news.kind === "report" || news.kind === "accepted" || news.kind === "found") this.#name(news.order);
    else if (news.kind === "look") for (const order of news.look.orders) this.#name(order);
  }

  /** Its clock begins anew, and what was asked is not answered any more. */
  restarted(): void {
    this.#asked.clear();
  }

  /** Costs a few comparisons when nothing is new. `ordered` is told of each signal that became an order. */
  observe({ stage, output, lifecycle }: LiveExecute, mono: number, ordered: (signal: number) => void): void {
    for (const request of output.requests)
      if (request.kind === "Submit") this.#asked.set(request.id, { clientId: request.spec.clientId, mono });
    for (const { number, clientId } of output.notes) this.#own(number, clientId);
    if (output.commands.length > 0) {
      for (const { number, clientId, brokerId } of lifecycle.open()) {
        this.#own(number, clientId);
        if (brokerId !== undefined) this.#learn(clientId, brokerId);
      }
    }
    const { orders } = stage;
    for (; this.#seen < orders.length; this.#seen++) {
      const order = this.#seen as OrderNumber;
      this.#live.push(order);
      ordered(orders.get(order, OrderField.signal));
    }
  }

  /** Signals of orders that have not ended. */
  signals({ orders }: ExecuteStage): Set<number> {
    const working = this.#live.filter((order) => orders.isWorking(order));
    return new Set(working.map((order) => orders.get(order, OrderField.signal)));
  }

  changes({ stage }: LiveExecute): (Change<TradesTable> | SignalChange)[] {
    const late = this.#late(stage);
    const rows: (Change<TradesTable> | SignalChange)[] = [];
    for (const order of [...this.#live, ...late]) this.#write(rows, stage, order);
    this.#executions(rows, stage);
    rows.push(...this.#endedSignals(stage));
    this.#live = this.#live.filter((order) => stage.orders.isWorking(order));
    this.#forget();
    return rows;
  }

  #write(rows: (Change<TradesTable> | SignalChange)[], stage: ExecuteStage, order: OrderNumber): void {
    // Those who share an order have its name.
    const clientId = this.#clientIds.get(stage.orders.group(order));
    const brokerId = clientId === undefined ? undefined : this.#brokerIds.get(clientId);
    const ackedMs = clientId === undefined ? undefined : this.#ackedMs.get(clientId);
    const row = orderRow(this.#names, stage, order, { clientId, brokerId, ackedMs });
    const signal = stage.orders.get(order, OrderField.signal);
    const known = { ...row, signal_id: signal < this.#signals ? (row.signal_id ?? null) : null };
    const text = JSON.stringify(known);
    if (this.#written.get(order) === text) return;
    this.#written.set(order, text);
    rows.push({ kind: "put", table: "orders", row: known });
  }

  /** Orders that had ended when a fill or a name of theirs came. */
  #late({ fills, orders }: ExecuteStage): OrderNumber[] {
    const live = new Set(this.#live);
    const late = new Set<OrderNumber>();
    for (const named of this.#named) {
      for (const order of orders.members(named as OrderNumber)) if (!live.has(order)) late.add(order);
    }
    this.#named.clear();
    for (let fill = this.#fills; fill < fills.length; fill++) {
      const order = fills.get(fill, FillField.order) as OrderNumber;
      if (!live.has(order)) late.add(order);
    }
    return [...late];
  }

  #executions(rows: (Change<TradesTable> | SignalChange)[], stage: ExecuteStage): void {
    const { fills, orders } = stage;
    for (; this.#fills < fills.length; this.#fills++) {
      const fill = this.#fills;
      const row = executionRow(this.#names, stage, fill);
      const order = fills.get(fill, FillField.order) as OrderNumber;
      const signal = orders.get(order, OrderField.signal);
      const id = signal < this.#signals ? this.#names.signal(signal) : null;
      rows.push({ kind: "put", table: "executions", row: { ...row, signal_id: id } });
      if (id === null || !carriesSignal(orders, order)) continue;
      const [execution, at] = [this.#names.execution(fill), fills.get(fill, FillField.at)];
      rows.push({ kind: "executed", signal: id, execution, at });
    }
  }

  /** In the order in which they ended, so that it is the same however inputs were cut into batches. */
  #endedSignals({ orders }: ExecuteStage): SignalChange[] {
    const endedAt = (order: OrderNumber) => orders.get(order, OrderField.endedAt);
    return this.#live
      .filter((order) => !orders.isWorking(order) && carriesSignal(orders, order))
      .toSorted((a, b) => endedAt(a) - endedAt(b) || a - b)
      .flatMap((order): SignalChange[] => {
        const signal = this.#names.signal(orders.get(order, OrderField.signal));
        if (signal === null || orders.get(order, OrderField.filled) > 0) return [];
        const isDenied = orders.status(order) === OrderStatus.Denied;
        return [{ kind: "ended", signal, status: isDenied ? "denied" : "expired" }];
      });
  }

  /** What was written of orders that ended is never compared again. */
  #forget(): void {
    const live = new Set<number>(this.#live);
    for (const order of this.#written.keys()) if (!live.has(order)) this.#written.delete(order);
  }

  #answered(reply: BrokerReply, mono: number): void {
    const asked = this.#asked.get(reply.request);
    if (asked === undefined) return;
    this.#asked.delete(reply.request);
    if (reply.kind !== "accepted" || this.#ackedMs.has(asked.clientId)) return;
    this.#ackedMs.set(asked.clientId, mono - asked.mono);
    const number = this.#numbers.get(asked.clientId);
    if (number !== undefined) this.#named.add(number);
  }

  #name({ id, clientId, legs }: BrokerOrder): void {
    this.#learn(clientId, id);
    for (const leg of legs) this.#name(leg);
  }

  #own(number: number, clientId: string): void {
    if (this.#clientIds.get(number) === clientId) return;
    this.#clientIds.set(number, clientId);
    this.#numbers.set(clientId, number);
    this.#named.add(number);
  }

  #learn(clientId: string, brokerId: string): void {
    if (this.#brokerIds.get(clientId) === brokerId) return;
    this.#brokerIds.set(clientId, brokerId);
    const number = this.#numbers.get(clientId);
    if (number !== undefined) this.#named.add(number);
  }
}

/** Orders that carry out a signal themselves: what protects them only follows. */
function carriesSignal(orders: OrderTable, order: OrderNumber): boolean {
  const purpose = orders.purpose(order);
  const isOwn = purpose === Purpose.Entry || purpose === Purpose.Exit;
  return isOwn && orders.get(order, OrderField.parent) < 0;
}
