/**
 * What each strategy won, session by session, worked out once the run is over: the money that went in and out of
 * its own lots, dividends and cash for parts of shares included, and what the open lots are worth at the close.
 * Net of commission, fees and borrow; slippage is inside the prices. The sum over strategies is the account's result.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import { splitHolding } from "../domain/corporate-action.ts";
import { NANOS } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import { ActionField } from "../engine/action-table.ts";
import { FillField } from "../engine/fill-table.ts";
import { IncomeField, incomeDollars } from "../engine/strategy-income.ts";
import type { EngineRun } from "./engine-run.ts";
import { sessionEnds } from "./session-ends.ts";

export interface StrategyDaily {
  /** Dollars per session. */
  readonly pnl: Float64Array;
}

/** One per strategy of the run, in its order. */
export function strategyDaily(run: EngineRun, columns: BarColumns, sessions: SessionTable): StrategyDaily[] {
  const books = new LotBooks(run, columns);
  const ends = sessionEnds(columns, sessions);
  const days = run.allocated.map(() => new Float64Array(ends.length));
  const before = new Float64Array(days.length);
  let session = 0;
  for (let batch = 0; batch < batchCount(columns); batch++) {
    books.advance(batch);
    if (batch !== ends[session]) continue;
    for (const [s, day] of days.entries()) {
      const won = books.worth(s);
      day[session] = won - before[s]!;
      before[s] = won;
    }
    session += 1;
  }
  return days.map((pnl) => ({ pnl }));
}

class LotBooks {
  readonly #run: EngineRun;
  readonly #columns: BarColumns;
  readonly #instruments: number;
  /** Signed nano-shares by strategy and instrument. */
  readonly #lots: Float64Array;
  readonly #marks: Float64Array;
  /** Dollars that went out of lots, less those that went in. */
  readonly #cash: Float64Array;
  #fill = 0;
  #action = 0;
  #paid = 0;

  constructor(run: EngineRun, columns: BarColumns) {
    const strategies = run.allocated.length;
    this.#run = run;
    this.#columns = columns;
    this.#instruments = columns.instruments.symbols.length;
    this.#lots = new Float64Array(strategies * this.#instruments);
    this.#marks = new Float64Array(this.#instruments);
    this.#cash = new Float64Array(strategies);
  }

  /** An action comes before the fills of its day, and after those of the day before. */
  advance(batch: number): void {
    const { instrument, close, offset, closedAt } = this.#columns;
    const { fills, actions, income } = this.#run.loop.execute;
    const at = closedAt[batch]!;
    while (this.#action < actions.log.length && actions.log.get(this.#action, ActionField.at) <= at)
      this.#act(this.#action++);
    while (this.#paid < income.length && income.get(this.#paid, IncomeField.at) <= at) {
      const s = income.get(this.#paid, IncomeField.strategy);
      this.#cash[s] = this.#cash[s]! + incomeDollars(income.get(this.#paid++, IncomeField.micros));
    }
    while (this.#fill < fills.length && fills.get(this.#fill, FillField.at) <= at) this.#filled(this.#fill++);
    for (let row = offset[batch]!; row < offset[batch + 1]!; row++)
      this.#marks[instrument[row]!] = close[row]!;
  }

  /** Dollars won since the start. */
  worth(strategy: number): number {
    let sum = this.#cash[strategy]!;
    const first = strategy * this.#instruments;
    for (let i = 0; i < this.#instruments; i++) {
      const nanos = this.#lots[first + i]!;
      if (nanos !== 0) sum += (nanos / NANOS) * this.#marks[i]!;
    }
    return sum;
  }

  #filled(fill: number): void {
    const { fills, orders } = this.#run.loop.execute;
    const order = fills.get(fill, FillField.order) as OrderNumber;
    const s = orders.strategy(order);
    const signed = orders.side(order) * fills.get(fill, FillField.shares);
    const slot = s * this.#instruments + orders.instrument(order);
    this.#lots[slot] = this.#lots[slot]! + Math.round(signed * NANOS);
    const paid = fills.get(fill, FillField.commission) + fills.get(fill, FillField.regulatory);
    this.#cash[s] = this.#cash[s]! - signed * fills.get(fill, FillField.price) - paid;
  }

  #act(action: number): void {
    const { log } = this.#run.loop.execute.actions;
    const get = (field: ActionField) => log.get(action, field);
    const i = get(ActionField.instrument);
    const ratio = { newShares: get(ActionField.newShares), oldShares: get(ActionField.oldShares) };
    for (let slot = i; slot < this.#lots.length; slot += this.#instruments)
      this.#lots[slot] = splitHolding(this.#lots[slot]!, ratio).kept;
    this.#marks[i] = get(ActionField.mark);
  }
}
