/**
 * What each strategy won, session by session, worked out once the run is over: the money that went in and out of
 * its own lots, dividends and cash for parts of shares included, and what the open lots are worth at the close.
 * Net of commission, fees and borrow; slippage is inside the prices. The sum over strategies is the account's result.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import { splitHolding } from "../domain/corporate-action.ts";
import { MICROS, NANOS } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import { ActionField } from "../engine/action-table.ts";
import { FillField } from "../engine/fill-table.ts";
import type { EngineRun } from "./engine-run.ts";
import { sessionEnds } from "./session-ends.ts";

export interface StrategyDaily {
  /** Dollars per session. */
  readonly pnl: Float64Array;
  /** Dollars, positive, of the whole run. */
  readonly borrow: number;
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
  return days.map((pnl, s) => ({ pnl, borrow: books.borrow[s] ?? 0 }));
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
  readonly borrow: Float64Array;
  #fill = 0;
  #action = 0;
  #charge = 0;

  constructor(run: EngineRun, columns: BarColumns) {
    const strategies = run.allocated.length;
    this.#run = run;
    this.#columns = columns;
    this.#instruments = columns.instruments.symbols.length;
    this.#lots = new Float64Array(strategies * this.#instruments);
    this.#marks = new Float64Array(this.#instruments);
    this.#cash = new Float64Array(strategies);
    this.borrow = new Float64Array(strategies);
  }

  /** An action comes before the fills of its day, and after those of the day before. */
  advance(batch: number): void {
    const { instrument, close, offset, closedAt } = this.#columns;
    const { fills, actions, charges } = this.#run.loop.execute;
    const at = closedAt[batch]!;
    while (this.#action < actions.log.length && actions.log.get(this.#action, ActionField.at) <= at)
      this.#act(this.#action++);
    while (this.#charge < charges.length && charges[this.#charge]!.at <= at) this.#borrowed(this.#charge++);
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
    const [perShare, mark] = [get(ActionField.perShare), get(ActionField.mark)];
    for (let s = 0; s < this.#cash.length; s++) {
      const slot = s * this.#instruments + i;
      const held = this.#lots[slot]!;
      if (held === 0) continue;
      const { kept, fraction } = perShare === 0 ? splitHolding(held, ratio) : { kept: held, fraction: 0 };
      this.#lots[slot] = kept;
      const paid = perShare === 0 ? fraction * mark : held * perShare;
      this.#cash[s] = this.#cash[s]! + paid / NANOS;
    }
    this.#marks[i] = mark;
  }

  /** Those who are short share it by what they are short. */
  #borrowed(charge: number): void {
    const { instrument, dollars } = this.#run.loop.execute.charges[charge]!;
    const short = Array.from(this.#cash, (_, s) =>
      Math.max(0, -this.#lots[s * this.#instruments + instrument]!),
    );
    const whole = short.reduce((sum, nanos) => sum + nanos, 0);
    if (whole === 0) return;
    for (const [s, nanos] of short.entries()) {
      const paid = ((dollars / MICROS) * nanos) / whole;
      this.#cash[s] = this.#cash[s]! - paid;
      this.borrow[s] = this.borrow[s]! + paid;
    }
  }
}
