/** What rows of the ledger are called: functions of the run and the engine's own numbers, so that a rebuild agrees. */
import type { InstrumentTable } from "../../domain/instrument.ts";

export interface LedgerTerms {
  readonly run: string;
  /** ISO instant. */
  readonly startedAt: string;
  readonly instruments: InstrumentTable;
  /** Of the execute stage, the one that holds what nobody ordered included. */
  readonly strategyIds: readonly string[];
  /** Dollars by strategy; 0 for who has none. */
  readonly capital: readonly number[];
  /** Dollars. */
  readonly startingCash: number;
}

export class LedgerNames {
  readonly run: string;
  readonly #terms: LedgerTerms;

  constructor(terms: LedgerTerms) {
    this.#terms = terms;
    this.run = terms.run;
  }

  symbol(instrument: number): string {
    return this.#terms.instruments.symbols[instrument] ?? `#${instrument}`;
  }

  strategy(strategy: number): string {
    return this.#terms.strategyIds[strategy] ?? `#${strategy}`;
  }

  /** Null for what no strategy asked for. */
  signal(row: number): string | null {
    return row >= 0 ? `${this.run}-s${row}` : null;
  }

  order(number: number): string | null {
    return number >= 0 ? `${this.run}-o${number}` : null;
  }

  execution(fill: number): string {
    return `${this.run}-f${fill}`;
  }

  adjustment(id: string): string {
    return `${this.run}-a-${id}`;
  }

  /** `trip` counts the round trips of a strategy in an instrument from 0. */
  trade(strategy: number, instrument: number, trip: number): string {
    return `${this.run}-t${strategy}-${this.symbol(instrument)}-${trip}`;
  }
}
