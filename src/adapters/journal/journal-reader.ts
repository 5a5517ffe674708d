/**
 * The reading side of a stage's journal, for everybody but its writer: read-only, also while it is written. `verify`
 * notices any row that was changed, removed or put in, the last ones too.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Authority, Claim, Level } from "../../risk/authority.ts";
import { auditLink, chainStart, entryLink, journalMigrations } from "./journal-schema.ts";
import type {
  AlertRow,
  AuditRow,
  JournalEntry,
  JournalPart,
  JournalPayload,
  LeaseHolder,
  RunRow,
} from "./journal-terms.ts";
import { readLease } from "./lease.ts";

const BUSY_MS = 5000;

type Row = Record<string, unknown>;

export interface ChainReport {
  readonly runs: number;
  /** Entries that are as they were written. */
  readonly entries: number;
  readonly auditRows: number;
  /** The first row that is not what it was: "run R, entry 3" or "audit row 2". */
  readonly brokenAt: string | null;
}

/** Where the chains end: whoever keeps this elsewhere notices a cut tail, and a chain that was made anew. */
export interface ChainHeads {
  /** Of the newest run; null before the first. `sequence` is that of its last entry, -1 without one. */
  readonly journal: { readonly run: string; readonly sequence: number; readonly head: string } | null;
  /** Acts of operators, and the hash of the last; empty before the first. */
  readonly audit: { readonly count: number; readonly head: string };
}

/** Kept elsewhere, it proves that nothing before it was changed since. */
export interface RunHead {
  readonly run: string;
  readonly entries: number;
  readonly head: string;
}

export class JournalReader {
  readonly #db: DatabaseSync;
  readonly #path: string;

  /** Throws InputError (exit 1) naming the file when there is none, it is damaged or of another version. */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) throw new InputError(`journal: there is no ${path}; nothing has been recorded`, 1);
    this.#db = this.#named(() => new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS }));
    const version = this.#named(() => Number(this.#db.prepare("PRAGMA user_version").get()?.user_version));
    if (version === journalMigrations.length) return;
    this.#db.close();
    throw new InputError(
      `journal: ${path} is of version ${version}, this program reads ${journalMigrations.length}; ` +
        "use the program that wrote it",
      1,
    );
  }

  close(): void {
    this.#db.close();
  }

  /** Oldest first. */
  runs(): RunRow[] {
    return this.#all("SELECT * FROM runs ORDER BY number").map(runRow);
  }

  findRun(run: string): RunRow | undefined {
    const [row] = this.#all("SELECT * FROM runs WHERE run = ?", run);
    return row && runRow(row);
  }

  /** The newest run that nobody has closed: where a restart goes on. */
  openRun(): RunRow | undefined {
    const [row] = this.#all("SELECT * FROM runs WHERE closed_at IS NULL ORDER BY number DESC LIMIT 1");
    return row && runRow(row);
  }

  /** Entries of a run in order, a row at a time, from a sequence on. */
  *entries(run: string, from = 0): Generator<JournalEntry> {
    const sql =
      "SELECT e.* FROM entries e JOIN runs r ON e.run = r.number " +
      "WHERE r.run = ? AND e.sequence >= ? ORDER BY e.sequence";
    for (const row of this.#iterate(sql, run, from)) yield entryRow(row);
  }

  /** Where each run's chain ends, oldest first. */
  runHeads(): RunHead[] {
    return this.#all("SELECT run, entries, head FROM runs ORDER BY number").map((row) => ({
      run: String(row.run),
      entries: Number(row.entries),
      head: String(row.head),
    }));
  }

  /** First and last instant that a run was told anything at; undefined for one without an input. */
  span(run: string): { readonly from: EpochMicros; readonly to: EpochMicros } | undefined {
    const ends = ["ASC", "DESC"].map((order) => {
      const sql = `SELECT at FROM entries e JOIN runs r ON e.run = r.number WHERE r.run = ? AND part = 'input'
        ORDER BY sequence ${order} LIMIT 1`;
      return instant(this.#all(sql, run)[0]?.at ?? null);
    });
    const [from, to] = ends;
    return from === undefined || to === undefined ? undefined : { from, to };
  }

  /** When the run's process began anew, and its last sign of life before; the first beginning is none of them. */
  lives(run: string): { readonly before: EpochMicros; readonly at: EpochMicros; readonly life: number }[] {
    const begun = this.#all(
      `SELECT e.run, e.sequence, e.at, e.payload FROM entries e JOIN runs r ON e.run = r.number
       WHERE r.run = ? AND part = 'input' AND payload LIKE 'restarted %' AND sequence > 0 ORDER BY sequence`,
      run,
    );
    return begun.map((row) => {
      const sql = `SELECT at FROM entries WHERE run = ? AND sequence < ? AND part = 'input'
        ORDER BY sequence DESC LIMIT 1`;
      const [last] = this.#all(sql, Number(row.run), Number(row.sequence));
      return {
        before: Number(last?.at ?? row.at) as EpochMicros,
        at: Number(row.at) as EpochMicros,
        life: Number(/"life":(\d+)/.exec(String(row.payload))?.[1] ?? 0),
      };
    });
  }

  /** Walks one run's chain: entries that are as they were written, and the sequence of the first that is not. */
  verifyRun(run: string): { readonly entries: number; readonly brokenAt: number | null } {
    return this.#inOneView(() => this.#walk(run));
  }

  #walk(run: string): { readonly entries: number; readonly brokenAt: number | null } {
    const start = this.findRun(run);
    if (start === undefined) throw new InputError(`journal: ${this.#path} has no run ${run}`, 1);
    const [{ head, number } = {}] = this.#all("SELECT head, number FROM runs WHERE run = ?", run);
    let hash = chainStart(run, start.header);
    let sequence = 0;
    for (const row of this.#iterate(
      "SELECT * FROM entries WHERE run = ? ORDER BY sequence",
      Number(number),
    )) {
      hash = entryLink(hash, entryRow(row));
      if (row.sequence !== sequence || row.hash !== hash) return { entries: sequence, brokenAt: sequence };
      sequence += 1;
    }
    const isWhole = start.entries === sequence && head === hash;
    return { entries: sequence, brokenAt: isWhole ? null : sequence };
  }

  /** Walks every chain of the file. */
  verify(): ChainReport {
    return this.#inOneView(() => this.#walkAll());
  }

  /** Of a file that is being written: the head that was read and the entries that are walked are of one moment. */
  #inOneView<Result>(work: () => Result): Result {
    this.#named(() => this.#db.exec("BEGIN"));
    try {
      return work();
    } finally {
      try {
        this.#db.exec("COMMIT");
      } catch {
        // A damaged file has told what is wrong with it already.
      }
    }
  }

  #walkAll(): ChainReport {
    const runs = this.runs();
    let entries = 0;
    for (const { run } of runs) {
      const found = this.#walk(run);
      entries += found.entries;
      if (found.brokenAt === null) continue;
      return { runs: runs.length, entries, auditRows: 0, brokenAt: `run ${run}, entry ${found.brokenAt}` };
    }
    const audit = this.#walkAudit();
    const brokenAt = audit.brokenAt === null ? null : `audit row ${audit.brokenAt}`;
    return { runs: runs.length, entries, auditRows: audit.rows, brokenAt };
  }

  /** As they are written down, not walked: `verify` says whether they are right. */
  heads(): ChainHeads {
    const [run] = this.#all("SELECT run, entries, head FROM runs ORDER BY number DESC LIMIT 1");
    const [audit] = this.#all("SELECT rows, head FROM audit_head");
    return {
      journal:
        run === undefined
          ? null
          : { run: String(run.run), sequence: Number(run.entries) - 1, head: String(run.head) },
      audit: { count: Number(audit?.rows ?? 0), head: String(audit?.head ?? "") },
    };
  }

  /** Hash of one entry; undefined where there is none. */
  hashOf(run: string, sequence: number): string | undefined {
    const sql =
      "SELECT e.hash FROM entries e JOIN runs r ON e.run = r.number WHERE r.run = ? AND e.sequence = ?";
    const [row] = this.#all(sql, run, sequence);
    return row && String(row.hash);
  }

  /** Hash of the act of that number, from 1; undefined where there is none. */
  auditHashOf(number: number): string | undefined {
    const [row] = this.#all("SELECT hash FROM audit WHERE number = ?", number);
    return row && String(row.hash);
  }

  /** Oldest first. */
  audit(): AuditRow[] {
    return this.#all("SELECT * FROM audit ORDER BY number").map(auditRow);
  }

  hasAct(id: string): boolean {
    return this.#all("SELECT 1 FROM audit WHERE id = ?", id).length > 0;
  }

  /** Oldest first; of one state, or all. */
  alerts(state?: AlertRow["state"]): AlertRow[] {
    const sql = "SELECT * FROM alerts WHERE state = coalesce(?, state) ORDER BY at, id";
    return this.#all(sql, state ?? null).map(alertRow);
  }

  /** What holds now. */
  claims(): Claim[] {
    return this.#all("SELECT * FROM claims ORDER BY place").map(claimRow);
  }

  lease(name: string): LeaseHolder | undefined {
    return this.#named(() => readLease(this.#db, name));
  }

  /** Walks the acts of operators: how many are as they were written, and the number of the first that is not. */
  verifyAudit(): { readonly rows: number; readonly brokenAt: number | null } {
    return this.#inOneView(() => this.#walkAudit());
  }

  #walkAudit(): { readonly rows: number; readonly brokenAt: number | null } {
    const [{ rows, head } = {}] = this.#all("SELECT rows, head FROM audit_head");
    let hash = "";
    let number = 0;
    for (const row of this.#iterate("SELECT * FROM audit ORDER BY number")) {
      hash = auditLink(hash, auditRow(row));
      number += 1;
      if (row.number !== number || row.hash !== hash) return { rows: number - 1, brokenAt: number };
    }
    return { rows: number, brokenAt: rows === number && head === hash ? null : number + 1 };
  }

  #all(sql: string, ...values: readonly (string | number | null)[]): Row[] {
    return this.#named(() => this.#db.prepare(sql).all(...values));
  }

  *#iterate(sql: string, ...values: readonly (string | number)[]): Generator<Row> {
    const rows = this.#named(() => this.#db.prepare(sql).iterate(...values));
    for (;;) {
      const next = this.#named(() => rows.next());
      if (next.done) return;
      yield next.value as Row;
    }
  }

  /** What SQLite says of a damaged file does not say which. */
  #named<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`journal: ${this.#path} cannot be read (${why}); restore it from a backup`, 1);
    }
  }
}

const runRow = (row: Row): RunRow => ({
  run: String(row.run),
  startedAt: String(row.started_at),
  header: String(row.header),
  entries: Number(row.entries),
  closedAt: row.closed_at === null ? undefined : String(row.closed_at),
});

const entryRow = (row: Row): JournalEntry => ({
  sequence: Number(row.sequence),
  part: row.part as JournalPart,
  at: Number(row.at) as EpochMicros,
  payload: payloadOf(row.payload),
});

/** A number stands there only when somebody put it there; the chain then says so. */
const payloadOf = (value: unknown): JournalPayload => (value instanceof Uint8Array ? value : String(value));

const auditRow = (row: Row): AuditRow => ({
  id: String(row.id),
  at: Number(row.at) as EpochMicros,
  who: String(row.who),
  action: String(row.action),
  reason: String(row.reason),
  before: String(row.before),
  after: String(row.after),
});

const instant = (value: unknown): EpochMicros | undefined =>
  value === null ? undefined : (Number(value) as EpochMicros);

const alertRow = (row: Row): AlertRow => ({
  id: String(row.id),
  at: Number(row.at) as EpochMicros,
  level: row.level as AlertRow["level"],
  cause: String(row.cause),
  text: String(row.text),
  state: row.state as AlertRow["state"],
  attempts: Number(row.attempts),
  nextAt: instant(row.next_at),
  deliveredAt: instant(row.delivered_at),
  channel: row.channel === null ? undefined : String(row.channel),
});

const claimRow = (row: Row): Claim => ({
  authority: row.authority as Authority,
  source: String(row.source),
  scope: row.scope === null ? undefined : Number(row.scope),
  level: row.level as Level,
  scalar: Number(row.scalar),
  reason: String(row.reason),
  since: Number(row.since) as EpochMicros,
  until: instant(row.until),
  liftedBy: row.lifted_by as Claim["liftedBy"],
});
