/**
 * Who did what, the newest first, and whether the chain of hashes holds. The chain is walked once and then from where
 * it was left, some thousand rows at a time, so that a long record never keeps a question waiting.
 */
import { auditLink } from "../../../adapters/journal/journal-schema.ts";
import type { EpochMicros } from "../../../domain/time.ts";
import type { AuditAnswer } from "../../contract/running-answers.ts";
import { instant, known } from "../known.ts";
import type { PageAsk } from "../question-words.ts";
import type { ReadDatabase, Row } from "../read-database.ts";

const STEP = 2000;

export class AuditQuestion {
  readonly #journal: ReadDatabase;
  #hash = "";
  #rows = 0;
  #brokenAt: number | undefined;

  constructor(journal: ReadDatabase) {
    this.#journal = journal;
  }

  /** `beside`: lines that execute could not take and that lie in a file. */
  answer({ from, limit }: PageAsk, beside: number): AuditAnswer {
    const total = known(this.#journal.first("SELECT count(*) AS n FROM audit")?.n) ?? 0;
    const rows = this.#journal.all("SELECT * FROM audit ORDER BY number DESC LIMIT ? OFFSET ?", limit, from);
    return {
      total,
      chain: this.#chain(beside),
      rows: rows.map((row) => ({
        id: String(row.id),
        at: instant(row.at) ?? "",
        who: String(row.who),
        action: String(row.action),
        reason: String(row.reason),
        before: String(row.before),
        after: String(row.after),
      })),
    };
  }

  #chain(beside: number): AuditAnswer["chain"] {
    const kept =
      beside === 0
        ? ""
        : ` ${beside} lines of the time when execute did not answer are in logs/dashboard-audit.jsonl.`;
    this.#walk();
    if (this.#brokenAt !== undefined)
      return {
        state: "down",
        text: `The chain is broken at row ${this.#brokenAt}: somebody changed the record.${kept}`,
      };
    const head = this.#journal.first("SELECT rows, head FROM audit_head");
    const rows = known(head?.rows) ?? 0;
    if (this.#rows < rows)
      return { state: "late", text: `${this.#rows} of ${rows} rows are verified so far.${kept}` };
    if (rows > 0 && head?.head !== this.#hash)
      return {
        state: "down",
        text: `The chain's end is not the one that was written: rows are missing.${kept}`,
      };
    return { state: "ok", text: `${rows} rows, each chained to the one before: verified.${kept}` };
  }

  #walk(): void {
    if (this.#brokenAt !== undefined) return;
    const rows = this.#journal.all(
      "SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?",
      this.#rows,
      STEP,
    );
    for (const row of rows) {
      this.#hash = auditLink(this.#hash, linkedRow(row));
      this.#rows += 1;
      if (row.number === this.#rows && row.hash === this.#hash) continue;
      this.#brokenAt = this.#rows;
      return;
    }
  }
}

const linkedRow = (row: Row): Parameters<typeof auditLink>[1] => ({
  id: String(row.id),
  at: Number(row.at) as EpochMicros,
  who: String(row.who),
  action: String(row.action),
  reason: String(row.reason),
  before: String(row.before),
  after: String(row.after),
});
