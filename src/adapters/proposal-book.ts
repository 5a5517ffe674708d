/**
 * Proposals of the selector in research.db, and what an operator decided on them (RES-6). A proposal is open, accepted,
 * or withdrawn because what is known no longer says so; decisions are kept as they were made.
 */
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../domain/assert.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { alone, openResearch } from "./research-db.ts";

export type ProposalKind = "enable" | "disable" | "parameters";

/** What the configuration says of a strategy, and what it is to say. */
export interface StrategyTerms {
  readonly enabled: boolean;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a proposal says. */
interface Said {
  readonly strategy: string;
  readonly kind: ProposalKind;
  readonly base: StrategyTerms;
  readonly change: StrategyTerms;
  /** One sentence. */
  readonly reason: string;
  readonly figures: Readonly<Record<string, unknown>>;
  /** Id of the study that it rests on, or `live`. */
  readonly study: string;
}

export interface ProposalFacts extends Said {
  /** ISO instant from which on it could be known. */
  readonly known: string;
}

export interface Proposal extends Said {
  readonly id: number;
  /** ISO instant. */
  readonly at: string;
  readonly state: "open" | "accepted" | "withdrawn";
}

export interface Decision {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly file: string;
  /** What it changed, for people. */
  readonly said: readonly string[];
  /** Hashes of the configuration. */
  readonly before: string;
  readonly after: string;
}

export interface Renewed {
  readonly made: readonly Proposal[];
  /** Open before, and they still hold. */
  readonly kept: readonly Proposal[];
  readonly withdrawn: readonly Proposal[];
}

export class ProposalBook {
  readonly #db: DatabaseSync;

  /** Opens or creates research.db. Throws InputError with the cure. */
  constructor(path: string) {
    this.#db = openResearch(path);
  }

  /** Newest first. */
  all(): Proposal[] {
    return this.#db
      .prepare("SELECT * FROM proposals ORDER BY id DESC")
      .all()
      .map((row) => ({
        ...{ id: Number(row.id), at: String(row.at), strategy: String(row.strategy) },
        ...{ kind: row.kind as ProposalKind, state: row.state as Proposal["state"] },
        ...{ base: JSON.parse(String(row.base)), change: JSON.parse(String(row.change)) },
        ...{ reason: String(row.reason), figures: JSON.parse(String(row.figures)), study: String(row.study) },
      }));
  }

  decisions(proposal: number): Decision[] {
    return this.#db
      .prepare("SELECT * FROM decisions WHERE proposal = ? ORDER BY number")
      .all(proposal)
      .map((row) => ({
        ...{ at: String(row.at), by: String(row.by), reason: String(row.reason), file: String(row.file) },
        ...{ said: JSON.parse(String(row.said)) },
        ...{ before: String(row.config_before), after: String(row.config_after) },
      }));
  }

  /**
   * Puts on record what is to be proposed now: what stands open and is still meant stays as it is, other open ones are
   * withdrawn. What was accepted is not proposed again by what was known when it was: it waits for the next start, or
   * somebody put it back by hand. What came to light later may say the same once more.
   */
  renew(found: readonly ProposalFacts[], at: string): Renewed {
    return alone(this.#db, () => {
      const before = this.all();
      const wanted = new Map(found.map((facts) => [nameOf(facts), facts]));
      const open = before.filter(({ state }) => state === "open");
      const kept = open.filter((each) => wanted.has(nameOf(each)));
      const withdrawn = open.filter((each) => !wanted.has(nameOf(each)));
      for (const { id } of withdrawn)
        this.#db.prepare("UPDATE proposals SET state = 'withdrawn' WHERE id = ?").run(id);
      const standing = new Set(open.map(nameOf));
      const accepted = before.filter(({ state }) => state === "accepted");
      const fresh = found.filter((facts) => {
        const name = nameOf(facts);
        const same = accepted.filter((each) => nameOf(each) === name);
        return !standing.has(name) && same.every(({ id }) => this.#decidedMs(id) < Date.parse(facts.known));
      });
      const ids = new Set(fresh.map((facts) => this.#add(facts, at)));
      return { made: this.all().filter(({ id }) => ids.has(id)), kept, withdrawn };
    });
  }

  /** When somebody last said yes to a proposal of a strategy, milliseconds since 1970; -Infinity before the first. */
  answeredMs(strategy: string): number {
    const own = this.all().filter((each) => each.strategy === strategy && each.state === "accepted");
    return Math.max(...own.map(({ id }) => this.#decidedMs(id)));
  }

  #decidedMs(proposal: number): number {
    return Math.max(...this.decisions(proposal).map(({ at }) => Date.parse(at)));
  }

  /** Throws InputError (exit 3) unless it is open. */
  accept(id: number, decision: Decision): void {
    alone(this.#db, () => {
      const { changes } = this.#db
        .prepare("UPDATE proposals SET state = 'accepted' WHERE id = ? AND state = 'open'")
        .run(id);
      if (Number(changes) === 0) throw new InputError(`proposal ${id} is not open`, 3);
      const { at, by, reason, file, said, before, after } = decision;
      this.#db
        .prepare(
          `INSERT INTO decisions (proposal, at, by, reason, file, said, config_before, config_after)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(id, at, by, reason, file, JSON.stringify(said), before, after);
    });
  }

  close(): void {
    this.#db.close();
  }

  #add({ strategy, kind, base, change, reason, figures, study }: ProposalFacts, at: string): number {
    const json = [base, change].map((each) => JSON.stringify(each));
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO proposals (at, strategy, kind, base, change, reason, figures, study, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open')`,
      )
      .run(at, strategy, kind, ...json, reason, JSON.stringify(figures), study);
    return Number(lastInsertRowid);
  }
}

/** The same change of the same state is the same proposal, whatever it rests on: nobody is asked twice at once. */
const nameOf = ({ strategy, kind, base, change }: Said): string =>
  canonicalJson({ strategy, kind, base, change });
