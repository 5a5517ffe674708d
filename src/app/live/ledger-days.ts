/**
 * The daily tables of performance.db: the account's day and each strategy's, provisional with every valuation and final
 * at 16:30 in New York (LEDGER-1). All figures are net of costs; flows of cash are no result.
 */
import type { Change, PerformanceTable, Row } from "../../adapters/ledger/ledger-rows.ts";
import type { OrderNumber } from "../../domain/order.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import { sharpeRatio, sortinoRatio } from "../../numerics/return-ratios.ts";
import type { LedgerNames, LedgerTerms } from "./ledger-names.ts";
import { StrategyDays } from "./ledger-strategy-days.ts";

const FINAL_MINUTE = 16 * 60 + 30;
const PER_YEAR = { periodsPerYear: 252, riskFree: 0 } as const;
/** Time alone values nothing: once in a minute of the exchange is enough for it. */
const LEAST_MICROS = 60_000_000;

export class LedgerDays {
  readonly #names: LedgerNames;
  readonly #terms: LedgerTerms;
  readonly #strategies: StrategyDays;
  #date = Number.NaN;
  #finalAt = Number.NaN;
  #isFinal = false;
  #capturedAt = Number.NEGATIVE_INFINITY;
  #fills = 0;
  /** Deposits less withdrawals since the start, dollars. */
  #flows = 0;
  #startUnit = Number.NaN;
  /** Returns of the days before this one. */
  readonly #returns: number[] = [];
  #row: Row | undefined;
  #dayReturn = Number.NaN;
  #pending: Change<PerformanceTable>[] = [];
  #isDirty = false;

  constructor(terms: LedgerTerms, names: LedgerNames) {
    this.#terms = terms;
    this.#names = names;
    this.#strategies = new StrategyDays(terms, names);
  }

  get strategies(): StrategyDays {
    return this.#strategies;
  }

  flow(dollars: number): void {
    this.#flows += dollars;
  }

  /** Comes before what an input did is counted: it may be the first of a new session. */
  enter(stage: ExecuteStage): void {
    if (stage.clock.date !== this.#date && !Number.isNaN(stage.clock.date)) this.#begin(stage);
  }

  /** Where the engine stands after an input of that instant; `isValued` when bars were in it. */
  observe(stage: ExecuteStage, at: EpochMicros, isValued: boolean): void {
    if (Number.isNaN(this.#date)) return;
    const isNew = this.#countFills(stage);
    if (!this.#isFinal && at >= this.#finalAt) this.#end();
    if (this.#isFinal) return;
    if (isValued || isNew || at - this.#capturedAt >= LEAST_MICROS) this.#capture(stage, at);
  }

  /** Rows that changed since the last call. */
  changes(): Change<PerformanceTable>[] {
    const found = this.#pending;
    this.#pending = [];
    if (this.#isDirty) found.push(...this.#dayRows());
    this.#isDirty = false;
    return found;
  }

  #begin(stage: ExecuteStage): void {
    if (!(this.#isFinal || Number.isNaN(this.#date))) this.#end();
    if (Number.isNaN(this.#startUnit)) this.#startUnit = this.#terms.startingCash;
    this.#date = stage.clock.date;
    this.#finalAt = fromNewYork(this.#date as DayNumber, FINAL_MINUTE);
    this.#isFinal = false;
    this.#row = undefined;
    this.#strategies.begin();
  }

  /** What was known last stands for the day: what comes later is the next one's. */
  #end(): void {
    this.#isFinal = true;
    if (this.#row === undefined) return;
    this.#pending.push(...this.#dayRows());
    this.#isDirty = false;
    this.#returns.push(this.#dayReturn);
    this.#strategies.end();
  }

  #countFills({ fills, orders }: ExecuteStage): boolean {
    const isNew = this.#fills < fills.length;
    for (; this.#fills < fills.length; this.#fills++) {
      const paid =
        fills.get(this.#fills, FillField.commission) + fills.get(this.#fills, FillField.regulatory);
      const order = fills.get(this.#fills, FillField.order) as OrderNumber;
      this.#strategies.paid(orders.strategy(order), paid);
    }
    return isNew;
  }

  #capture(stage: ExecuteStage, at: EpochMicros): void {
    const { portfolio, baselines } = stage;
    const { equity, cash, receivable, net, gross } = portfolio;
    const { previous } = baselines.save();
    const [value, before, high] = [baselines.unitValue, baselines.dayStart, baselines.high];
    this.#capturedAt = at;
    this.#dayReturn = value / previous - 1;
    this.#isDirty = true;
    this.#strategies.capture(stage);
    this.#row = {
      run: this.#names.run,
      date: isoDate(this.#date as DayNumber),
      as_of: at,
      equity,
      cash,
      receivable,
      positions_value: net,
      num_positions: portfolio.openPositions,
      exposure_pct: gross / equity,
      daily_pnl: equity - before,
      daily_pnl_pct: equity / before - 1,
      cumulative_pnl: equity - this.#terms.startingCash - this.#flows,
      cumulative_pnl_pct: value / this.#startUnit - 1,
      drawdown: high - equity,
      drawdown_pct: baselines.drawdownFromHigh(equity),
      high_water_mark: high,
    };
  }

  #dayRows(): Change<PerformanceTable>[] {
    if (this.#row === undefined) return [];
    const returns = Float64Array.from([...this.#returns, this.#dayReturn]);
    const row = {
      ...this.#row,
      sharpe_ratio: sharpeRatio(returns, PER_YEAR),
      sortino_ratio: sortinoRatio(returns, PER_YEAR),
      is_final: this.#isFinal ? 1 : 0,
    };
    const days = this.#strategies.rows(isoDate(this.#date as DayNumber), this.#isFinal);
    return [{ kind: "put", table: "portfolio_daily", row }, ...days];
  }
}
