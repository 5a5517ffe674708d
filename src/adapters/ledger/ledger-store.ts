/**
 * trades.db and performance.db together, as whoever projects the journal writes them. They are two files: one may be a
 * batch ahead after a crash, so what counts as applied is what both have, and batches may come twice.
 */
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { LedgerFile, type LedgerFileTerms } from "./ledger-file.ts";
import type { ErrorRow, LedgerBatch, LedgerSink } from "./ledger-rows.ts";
import { performanceKeys, performanceMigrations, tradesKeys, tradesMigrations } from "./ledger-schema.ts";

export const tradesTerms: LedgerFileTerms = {
  migrations: tradesMigrations,
  synchronous: "FULL",
  keys: tradesKeys,
};
export const performanceTerms: LedgerFileTerms = {
  migrations: performanceMigrations,
  synchronous: "FULL",
  keys: performanceKeys,
};

export interface LedgerPlaces {
  readonly trades: string;
  readonly performance: string;
}

export const ledgerPlaces = (root: string): LedgerPlaces => ({
  trades: join(root, "db", "trades.db"),
  performance: join(root, "db", "performance.db"),
});

export class LedgerStore implements LedgerSink {
  readonly trades: LedgerFile;
  readonly performance: LedgerFile;

  constructor(places: LedgerPlaces) {
    this.trades = new LedgerFile(places.trades, tradesTerms);
    this.performance = new LedgerFile(places.performance, performanceTerms);
  }

  applied(run: string): number {
    return Math.min(this.trades.applied(run), this.performance.applied(run));
  }

  write(batch: LedgerBatch): void {
    this.trades.write(batch, batch.trades);
    this.performance.write(batch, batch.performance);
  }

  close(): void {
    this.trades.close();
    this.performance.close();
  }
}

/** Of one who holds the file while lines wait: whoever collects them also starts processes again. */
const ERRORS_BUSY_MS = 100;

/**
 * Adds lines to `error_log`. For the log collector alone: nobody else writes there. Throws InputError (exit 1) when the
 * file cannot be used.
 */
export class ErrorLog {
  readonly #file: LedgerFile;

  constructor(path: string) {
    this.#file = new LedgerFile(path, performanceTerms);
    this.#file.db.exec(`PRAGMA busy_timeout = ${ERRORS_BUSY_MS}`);
  }

  /** All of them or none: throws when the file is held by another, or is full. */
  appendErrors(rows: readonly ErrorRow[]): void {
    const insert = this.#file.db.prepare(
      `INSERT INTO error_log (timestamp, level, logger_name, message, source_file, line_number, exception_type,
         exception_traceback, component) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#file.transaction(() => {
      for (const row of rows)
        insert.run(
          row.timestamp,
          row.level,
          row.loggerName,
          row.message,
          row.sourceFile ?? null,
          row.lineNumber ?? null,
          row.exceptionType ?? null,
          row.exceptionTraceback ?? null,
          row.component,
        );
    });
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * Puts the projected tables of `built` in the place of those in use, in one transaction: a reader sees the old ones or
 * the new ones. Rows of runs that `built` does not know stay.
 */
export function replaceProjection(path: string, built: string, terms: LedgerFileTerms): void {
  const file = new LedgerFile(path, terms);
  try {
    const tables = ["meta", ...Object.keys(terms.keys)];
    file.db.prepare("ATTACH DATABASE ? AS built").run(built);
    file.transaction(() => {
      for (const table of tables.toReversed()) file.db.exec(removal(table));
      for (const table of tables)
        file.db.exec(`INSERT OR REPLACE INTO main.${table} SELECT * FROM built.${table}`);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`ledger: ${path} was left as it was (${why}); try again`, 1);
  } finally {
    file.close();
  }
}

/** What stands now is the newest run's alone; what happened is kept run by run. */
function removal(table: string): string {
  const isCurrent = table === "positions" || table === "position_lots";
  return isCurrent
    ? `DELETE FROM main.${table}`
    : `DELETE FROM main.${table} WHERE run IN (SELECT run FROM built.meta)`;
}
