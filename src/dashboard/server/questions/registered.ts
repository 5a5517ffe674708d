/** Models of the registry and pairs of the newest discovery, as lists of the research page. */
import { join } from "node:path";
import type { ResearchAnswer } from "../../contract/running-answers.ts";
import { ReadDatabase, type Row } from "../read-database.ts";

const SHOWN = 100;

/** `base`: the folder that research writes into, which a demo shares with nobody. */
export class RegisteredQuestion {
  readonly #models: ReadDatabase;
  readonly #pairs: ReadDatabase;

  constructor(base: string) {
    this.#models = new ReadDatabase(join(base, "db", "models.db"));
    this.#pairs = new ReadDatabase(join(base, "db", "pairs.db"));
  }

  /** Who decides first, then who waits, then the newest. */
  models(): ResearchAnswer["models"] {
    return this.#models
      .all(
        `SELECT v.*, c.at AS changed_at, c.reason FROM versions v
           LEFT JOIN changes c ON c.number = (SELECT max(number) FROM changes WHERE version = v.id AND refused = 0)
         ORDER BY CASE v.stage WHEN 'champion' THEN 0 WHEN 'shadow' THEN 1 WHEN 'candidate' THEN 2 ELSE 3 END,
           v.created_at DESC, v.id LIMIT ?`,
        SHOWN,
      )
      .map((row) => ({ id: `${row.name}@${row.number}`, stage: String(row.stage), text: wordsOf(row) }));
  }

  /** Active ones, surest first. */
  pairs(): ResearchAnswer["pairs"] {
    return this.#pairs
      .all(
        `SELECT p.*, d.as_of FROM pairs p JOIN discoveries d ON d.id = p.discovery
         WHERE p.is_active = 1 AND d.id = (SELECT id FROM discoveries ORDER BY as_of DESC, id DESC LIMIT 1)
         ORDER BY p.p, p.rank LIMIT ?`,
        SHOWN,
      )
      .map((row) => ({
        id: `${row.y} / ${row.x}`,
        text:
          `p ${figure(row.p, 4)}, hedge ${figure(row.traded_hedge, 2)}, half-life ${figure(row.traded_half_life, 1)} ` +
          `sessions, as of ${row.as_of}`,
      }));
  }

  close(): void {
    this.#models.close();
    this.#pairs.close();
  }
}

const wordsOf = ({ created_at: made, changed_at: changed, reason }: Row): string => {
  const trained = `trained ${String(made).slice(0, 10)}`;
  return typeof changed === "string" && reason !== null && reason !== ""
    ? `${trained}; since ${changed.slice(0, 10)}: ${reason}`
    : trained;
};

const figure = (value: Row[string] | undefined, digits: number): string =>
  typeof value === "number" ? value.toFixed(digits) : "unknown";
