/** pairs.db: what each search for pairs found, accepted or not, with its figures and its reasons (RES-1, LEDGER-1). */
import { existsSync } from "node:fs";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { InputError } from "../domain/assert.ts";
import { openDatabase } from "./sqlite-file.ts";

/** One search. */
export interface Discovery {
  /** Names what it was made of; the same again replaces it. */
  readonly discoveryId: string;
  /** Last session that it saw. */
  readonly asOf: string;
  readonly createdAt: string;
  readonly snapshot: string;
  /** JSON. */
  readonly params: string;
  readonly symbols: number;
  readonly tested: number;
}

/** One pair that was tested. Prices are regressed as logarithms or as they are, which `params` says. */
export interface PairRow {
  readonly y: string;
  readonly x: string;
  readonly sector: string | null;
  /** Sum of squared differences of prices begun at one. */
  readonly distance: number;
  /** Engle-Granger, y on x, over the formation; p of the other direction beside it. */
  readonly statistic: number;
  readonly p: number;
  readonly otherP: number;
  /** False discovery rate at which it would just be accepted within its sector. */
  readonly rate: number;
  readonly hedge: number;
  readonly tlsHedge: number;
  readonly firstHalfHedge: number;
  readonly secondHalfHedge: number;
  /** Sessions. */
  readonly halfLife: number;
  /** Root mean square of the spread in the sessions kept back, in its deviations; NULL where none were. */
  readonly off: number;
  /** Over the last sessions up to `asOf`: what it is traded by. */
  readonly tradedHedge: number;
  readonly tradedMean: number;
  readonly tradedDeviation: number;
  readonly tradedHalfLife: number;
  /** Empty for an active pair. */
  readonly refusals: readonly string[];
}

const figures = [
  ["distance", "distance"],
  ["statistic", "statistic"],
  ["p", "p"],
  ["otherP", "other_p"],
  ["rate", "false_rate"],
  ["hedge", "hedge"],
  ["tlsHedge", "tls_hedge"],
  ["firstHalfHedge", "first_half_hedge"],
  ["secondHalfHedge", "second_half_hedge"],
  ["halfLife", "half_life"],
  ["off", "off"],
  ["tradedHedge", "traded_hedge"],
  ["tradedMean", "traded_mean"],
  ["tradedDeviation", "traded_deviation"],
  ["tradedHalfLife", "traded_half_life"],
] as const satisfies readonly (readonly [keyof PairRow, string])[];

/** Numbered migrations: never edited, only added to. Figures that do not exist are NULL. */
const migrations = [
  `CREATE TABLE discoveries (
     id INTEGER PRIMARY KEY,
     discovery_id TEXT NOT NULL UNIQUE,
     as_of TEXT NOT NULL,
     created_at TEXT NOT NULL,
     snapshot TEXT NOT NULL,
     params TEXT NOT NULL,
     symbols INTEGER NOT NULL,
     tested INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE pairs (
     discovery INTEGER NOT NULL REFERENCES discoveries (id) ON DELETE CASCADE,
     rank INTEGER NOT NULL,
     y TEXT NOT NULL,
     x TEXT NOT NULL,
     sector TEXT,
     distance REAL,
     statistic REAL,
     p REAL,
     other_p REAL,
     false_rate REAL,
     hedge REAL,
     tls_hedge REAL,
     first_half_hedge REAL,
     second_half_hedge REAL,
     half_life REAL,
     off REAL,
     traded_hedge REAL,
     traded_mean REAL,
     traded_deviation REAL,
     traded_half_life REAL,
     is_active INTEGER NOT NULL,
     refusals TEXT NOT NULL,
     PRIMARY KEY (discovery, rank)
   ) STRICT;
   CREATE INDEX pairs_active ON pairs (is_active, discovery);`,
] as const;

const NEWEST = "SELECT * FROM discoveries ORDER BY as_of DESC, id DESC LIMIT 1";

export class PairsDb {
  readonly #db: DatabaseSync;

  /** Opens or creates the database. An unreadable file is an InputError with the cure. */
  constructor(path: string) {
    try {
      this.#db = openDatabase(path, { synchronous: "NORMAL", migrations });
      this.#db.exec("PRAGMA foreign_keys = ON");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`pairs.db: ${path} cannot be opened (${why}); move it away to start a new one`, 1);
    }
  }

  /** Pairs in the order of their rank, all or none. */
  record(found: Discovery, pairs: readonly PairRow[]): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      this.#db.prepare("DELETE FROM discoveries WHERE discovery_id = ?").run(found.discoveryId);
      const { lastInsertRowid } = this.#db
        .prepare(
          `INSERT INTO discoveries (discovery_id, as_of, created_at, snapshot, params, symbols, tested)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          ...[found.discoveryId, found.asOf, found.createdAt, found.snapshot, found.params],
          ...[found.symbols, found.tested],
        );
      const insert = this.#db.prepare(
        `INSERT INTO pairs (discovery, rank, y, x, sector, is_active, refusals,
           ${figures.map(([, column]) => column).join(", ")})
         VALUES (?, ?, ?, ?, ?, ?, ?${", ?".repeat(figures.length)})`,
      );
      for (const [rank, pair] of pairs.entries())
        insert.run(
          ...[lastInsertRowid, rank + 1, pair.y, pair.x, pair.sector],
          ...[pair.refusals.length === 0 ? 1 : 0, pair.refusals.join(",")],
          ...figures.map(([key]) => (Number.isFinite(pair[key]) ? pair[key] : null)),
        );
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** The search that saw the latest session, of several the last one made. */
  newest(): { readonly found: Discovery; readonly pairs: readonly PairRow[] } | undefined {
    const row = this.#db.prepare(NEWEST).get();
    if (row === undefined) return undefined;
    const pairs = this.#db.prepare("SELECT * FROM pairs WHERE discovery = ? ORDER BY rank").all(row.id!);
    const found: Discovery = {
      discoveryId: String(row.discovery_id),
      asOf: String(row.as_of),
      createdAt: String(row.created_at),
      snapshot: String(row.snapshot),
      params: String(row.params),
      symbols: Number(row.symbols),
      tested: Number(row.tested),
    };
    return { found, pairs: pairs.map(pairOf) };
  }

  close(): void {
    this.#db.close();
  }
}

/** Whether anybody has searched yet: asking must not make the file. */
export const hasPairsDb = (path: string): boolean => existsSync(path);

function pairOf(row: Record<string, SQLOutputValue>): PairRow {
  const numbers = Object.fromEntries(
    figures.map(([key, column]) => [key, row[column] === null ? Number.NaN : Number(row[column])]),
  ) as Pick<PairRow, (typeof figures)[number][0]>;
  return {
    ...{ y: String(row.y), x: String(row.x), sector: row.sector === null ? null : String(row.sector) },
    ...numbers,
    refusals: row.refusals === "" ? [] : String(row.refusals).split(","),
  };
}
