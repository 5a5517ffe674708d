/**
 * What each strategy did, day by day and since the start: round trips, results at the last marks, and the ratios that
 * look back over its days. A result is what its lots won, open ones at their marks; the days add up to the account's.
 */
import type { Change, PerformanceTable } from "../../adapters/ledger/ledger-rows.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { sharpeRatio, sortinoRatio } from "../../numerics/return-ratios.ts";
import type { LedgerNames, LedgerTerms } from "./ledger-names.ts";

const PER_YEAR = { periodsPerYear: 252, riskFree: 0 } as const;
const TRADES_DAYS = 30;

class Tally {
  opened = 0;
  closed = 0;
  wins = 0;
  losses = 0;
  won = 0;
  lost = 0;
  commission = 0;

  close(pnl: number): void {
    this.closed += 1;
    if (pnl > 0) {
      this.wins += 1;
      this.won += pnl;
    } else if (pnl < 0) {
      this.losses += 1;
      this.lost -= pnl;
    }
  }

  get winRate(): number {
    return this.wins / this.closed;
  }

  get profitFactor(): number {
    return this.won / this.lost;
  }
}

class StrategyBook {
  day = new Tally();
  readonly whole = new Tally();
  /** Dollars won since the start at the last capture, and before this day. */
  pnl = 0;
  before = 0;
  isEnabled = true;
  /** Dollars of each day that is over, and its trips: the last ones only. */
  readonly days: number[] = [];
  readonly trips: { readonly wins: number; readonly closed: number }[] = [];
  peak = 0;
  drawdown = 0;
}

export class StrategyDays {
  readonly #names: LedgerNames;
  readonly #capital: readonly number[];
  readonly #books: StrategyBook[];

  constructor({ strategyIds, capital }: LedgerTerms, names: LedgerNames) {
    this.#names = names;
    this.#capital = capital;
    this.#books = strategyIds.map(() => new StrategyBook());
  }

  begin(): void {
    for (const book of this.#books) {
      book.day = new Tally();
      book.before = book.pnl;
    }
  }

  opened(strategy: number): void {
    const book = this.#of(strategy);
    book.day.opened += 1;
    book.whole.opened += 1;
  }

  /** Dollars, net. */
  closed(strategy: number, pnl: number): void {
    const book = this.#of(strategy);
    book.day.close(pnl);
    book.whole.close(pnl);
  }

  paid(strategy: number, dollars: number): void {
    const book = this.#of(strategy);
    book.day.commission += dollars;
    book.whole.commission += dollars;
  }

  capture({ ledger, portfolio, authorities }: ExecuteStage): void {
    for (const [s, book] of this.#books.entries()) {
      const pnl = ledger.pnl(s, portfolio);
      book.isEnabled = authorities.allowsEntries(s);
      // A lot without a mark has no worth yet: what was known last stands.
      if (!Number.isFinite(pnl)) continue;
      book.pnl = pnl;
      book.peak = Math.max(book.peak, pnl);
      book.drawdown = Math.max(book.drawdown, book.peak - pnl);
    }
  }

  end(): void {
    for (const book of this.#books) {
      book.days.push(book.pnl - book.before);
      book.trips.push({ wins: book.day.wins, closed: book.day.closed });
      if (book.trips.length >= TRADES_DAYS) book.trips.shift();
    }
  }

  /** Of the day and since the start. */
  rows(date: string, isFinal: boolean): Change<PerformanceTable>[] {
    return this.#books.flatMap((book, s) => [
      { kind: "put", table: "strategy_daily", row: this.#dayRow(book, s, date, isFinal) } as const,
      { kind: "put", table: "strategy_stats", row: this.#statsRow(book, s) } as const,
    ]);
  }

  #dayRow(book: StrategyBook, s: number, date: string, isFinal: boolean) {
    const { day } = book;
    const net = book.pnl - book.before;
    const trips = [...book.trips, { wins: day.wins, closed: day.closed }];
    const count = (of: "wins" | "closed") => trips.reduce((sum, trip) => sum + trip[of], 0);
    return {
      run: this.#names.run,
      date,
      strategy: this.#names.strategy(s),
      trades_opened: day.opened,
      trades_closed: day.closed,
      wins: day.wins,
      losses: day.losses,
      gross_pnl: net + day.commission,
      net_pnl: net,
      commission: day.commission,
      sharpe_20d: sharpeRatio(this.#lastReturns(book, s, 20), PER_YEAR),
      sharpe_60d: sharpeRatio(this.#lastReturns(book, s, 60), PER_YEAR),
      win_rate_30d: count("wins") / count("closed"),
      avg_win: day.won / day.wins,
      avg_loss: day.lost / day.losses,
      profit_factor: day.profitFactor,
      max_drawdown: this.#drawdown(book, s),
      is_enabled: book.isEnabled ? 1 : 0,
      is_final: isFinal ? 1 : 0,
    };
  }

  #statsRow(book: StrategyBook, s: number) {
    const { whole } = book;
    const returns = this.#lastReturns(book, s, book.days.length + 1);
    return {
      strategy: this.#names.strategy(s),
      run: this.#names.run,
      total_trades: whole.closed,
      winning_trades: whole.wins,
      losing_trades: whole.losses,
      total_pnl: whole.won - whole.lost,
      avg_pnl: (whole.won - whole.lost) / whole.closed,
      win_rate: whole.winRate,
      profit_factor: whole.profitFactor,
      sharpe_ratio: sharpeRatio(returns, PER_YEAR),
      sortino_ratio: sortinoRatio(returns, PER_YEAR),
      max_drawdown: this.#drawdown(book, s),
      is_enabled: book.isEnabled ? 1 : 0,
    };
  }

  /** Fractions of its capital, today as far as it goes; none while there are fewer days. */
  #lastReturns(book: StrategyBook, s: number, most: number): Float64Array {
    const days = book.days.length + 1 < most ? [] : [...book.days, book.pnl - book.before].slice(-most);
    return Float64Array.from(days, (dollars) => dollars / (this.#capital[s] ?? Number.NaN));
  }

  /** A fraction of its capital, zero or positive. */
  #drawdown(book: StrategyBook, s: number): number {
    return book.drawdown / (this.#capital[s] ?? Number.NaN);
  }

  #of(strategy: number): StrategyBook {
    const book = this.#books[strategy];
    if (book === undefined) throw new RangeError(`no strategy ${strategy}`);
    return book;
  }
}
